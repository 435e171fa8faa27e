"""
The API of technologies: find, enter, update, retire, bundle, import.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import ninja
from django.http import HttpResponse
from django.utils.translation import gettext
from ninja import Field, File, Form, Query, Router, Schema
from ninja.files import UploadedFile

from hutong.documents.uploads import refuse_too_large
from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.technologies import actions, exporting, importing, queries
from hutong.technologies.faults import retold
from hutong.technologies.queries import Filters, Order, TechnologyView
from hutong.technologies.rules import Kind, LegalStatus, Refusal, Status
from hutong.technologies.schemas import (
    BatchOut,
    BundleIn,
    FaultOut,
    ImportOut,
    ReasonIn,
    TechnologyIn,
    TechnologyItem,
    TechnologyOut,
    TechnologyPatch,
)

router = Router(tags=["technologies"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IMPORT_ROWS = 20_000  # what a request has time for; more goes by the command line
FAULTS_SHOWN = 1_000


class FilterIn(Schema):
    kind: Kind | None = None
    status: Status | None = Field(None, description="Default: what is on the market")
    legal_status: LegalStatus | None = Field(None, description="As it stands today")
    ipc: str | None = Field(
        None, max_length=20, description="IPC or CPC symbol of any level", examples=["G06F16"]
    )
    trl_from: int | None = Field(None, ge=1, le=9)
    trl_to: int | None = Field(None, ge=1, le=9)
    party: UUID | None = None
    number: str | None = Field(
        None, max_length=60, description="Any number of the right", examples=["CN117151122A"]
    )
    source: str | None = Field(None, pattern=r"^[a-z0-9-]{1,40}$", examples=["nasa-techport"])
    industry: str | None = Field(
        None, pattern=r"^[A-Ta-t][0-9]{0,4}$", description="Beginning of a GB/T 4754 code"
    )


@router.get(
    "/technologies",
    response={200: Page[TechnologyItem], **PROBLEMS},
    summary="Find technologies",
)
def find(
    request: DoorRequest,
    filters: Query[FilterIn],
    order: Order = Order.NEWEST,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Open to all. All filters must hold; abstracts stay with the single technology (TE-1)."""
    today = local_date(request.now)
    page = queries.page(
        Filters(**filters.model_dump()), today, order=order, cursor=cursor, limit=limit
    )
    return {**page, "items": [TechnologyItem.of(view, today) for view in page["items"]]}


@router.post(
    "/technologies",
    response={201: TechnologyOut, **PROBLEMS},
    summary="Enter a technology, or announce one",
)
def enter(request: DoorRequest, body: TechnologyIn) -> ninja.Status[dict[str, Any]]:
    """Needs `member.act`, or `technologies.enter_any` for another party (TE-1, TE-2, TE-3).

    One statutory right, one technology: a number that is here already is refused, unless it came
    from a feed and no party has taken it up. `facts.faults` of a refusal name every field.
    """
    if body.status is Status.RETIRED:
        raise Refused(CommonRefusal.INVALID, field="status", problem="entered or intended")
    act = actions.intend if body.status is Status.INTENDED else actions.enter
    with _told():
        made = act(actor=request.actor, now=request.now, said=body.said(), party=body.party)
    return ninja.Status(201, _full(request, made))


@router.get("/technologies/template.xlsx", summary="The workbook for bulk entry")
def template(request: DoorRequest) -> HttpResponse:
    """Open to all. Headers in Chinese and English, choices to pick from, instructions (TE-5)."""
    return HttpResponse(
        exporting.template(),
        content_type=XLSX,
        headers={"Content-Disposition": 'attachment; filename="hutong-technologies.xlsx"'},
    )


class ImportForm(Schema):
    format: str = Field(
        importing.AUTO,
        max_length=20,
        description="auto, " + ", ".join(importing.Format),
        examples=["auto"],
    )
    party: UUID | None = Field(None, description="Officers only; members import for their own")
    feed: bool = Field(
        False, description="Officers only: enter as the venue's, for no party (TE-6)"
    )
    skip_faulty: bool = Field(False, description="Enter the sound rows and report the others")
    check_only: bool = Field(False, description="Check the whole file and write nothing")


@router.post(
    "/technologies/imports",
    response={200: ImportOut, 201: ImportOut, **PROBLEMS},
    summary="Import a file, completely or not at all",
)
def import_file(
    request: DoorRequest,
    form: Form[ImportForm],
    file: Annotated[
        UploadedFile | None, File(description="The template, filled, or a known feed's file")
    ] = None,
) -> ninja.Status[dict[str, Any]]:
    """Needs `member.act`; `technologies.import_any` for another party or a feed (TE-5).

    The file is checked as a whole. With faults nothing enters: the answer is 422
    `technologies.file_faulty`, and `facts.faults` names row, column, value, what is wrong and how to
    mend it. 201: entered or refreshed; 200: nothing changed, or only checked.
    """
    refuse_too_large(request)
    if file is None:
        raise Refused(CommonRefusal.INVALID, field="file", problem="missing")
    party = None if form.feed else (form.party or request.actor.acting_party())
    with _on_disk(file) as path:
        report = importing.run(
            path=path,
            name=(file.name or "file")[:200],
            format=form.format,
            party=party,
            actor=request.actor,
            now=request.now,
            skip_faulty=form.skip_faulty,
            check_only=form.check_only,
            row_limit=IMPORT_ROWS,
        )
    if report.refused:
        raise Refused(
            Refusal.FILE_FAULTY,
            count=len(report.faults),
            rows=report.rows,
            faults=[FaultOut.of(fault, gettext) for fault in report.faults[:FAULTS_SHOWN]],
        )
    return ninja.Status(201 if report.changed else 200, ImportOut.of(report, gettext, FAULTS_SHOWN))


@router.get(
    "/technologies/imports", response={200: list[BatchOut], **PROBLEMS}, summary="Latest imports"
)
def imports(request: DoorRequest) -> list[BatchOut]:
    """Needs `member.read`. Those of the party acted for, newest first."""
    request.actor.need("member.read")
    return [BatchOut.of(view) for view in queries.batches(request.actor.acting_party())]


@router.get(
    "/technologies/imports/{batch}", response={200: BatchOut, **PROBLEMS}, summary="One import"
)
def one_import(request: DoorRequest, batch: UUID) -> BatchOut:
    """Needs `member.read` for one's own party's; `technologies.import_any` or `supervise.read`."""
    return BatchOut.of(queries.batch(batch, request.actor))


@router.post(
    "/technologies/bundles",
    response={201: TechnologyOut, **PROBLEMS},
    summary="Make a bundle of technologies",
)
def bundle(request: DoorRequest, body: BundleIn) -> ninja.Status[dict[str, Any]]:
    """Needs `member.act` for one's own; `technologies.enter_any` for those of several sellers.

    The shares split the price and total exactly 1 (TE-4).
    """
    with _told():
        made = actions.make_bundle(
            actor=request.actor,
            now=request.now,
            said=body.said(),
            parts=body.shares(),
            carve_out=body.carve_out,
            party=body.party,
        )
    return ninja.Status(201, _full(request, made))


@router.get(
    "/technologies/{technology}",
    response={200: TechnologyOut, **PROBLEMS},
    summary="One technology",
)
def one(request: DoorRequest, technology: UUID) -> dict[str, Any]:
    """Open to all. `why_not_listable` says what keeps it from being listed now (TE-2)."""
    return _full(request, queries.technology(technology))


@router.patch(
    "/technologies/{technology}",
    response={200: TechnologyOut, **PROBLEMS},
    summary="Change what is said of a technology",
)
def update(request: DoorRequest, technology: UUID, body: TechnologyPatch) -> dict[str, Any]:
    """Needs `member.act` for one's own, or `technologies.enter_any`.

    Kind, titles and numbers stand once its rights are registered (RR-8).
    """
    with _told():
        made = actions.update(
            actor=request.actor, now=request.now, technology=technology, changes=body.said()
        )
    return _full(request, made)


@router.post(
    "/technologies/{technology}/enter",
    response={200: TechnologyOut, **PROBLEMS},
    summary="Let an intended technology enter",
)
def enter_intended(request: DoorRequest, technology: UUID) -> dict[str, Any]:
    """Needs `member.act` for one's own, or `technologies.enter_any` (TE-2)."""
    with _told():
        made = actions.enter_intended(actor=request.actor, now=request.now, technology=technology)
    return _full(request, made)


@router.post(
    "/technologies/{technology}/retire",
    response={200: TechnologyOut, **PROBLEMS},
    summary="Take a technology off the market",
)
def retire(request: DoorRequest, technology: UUID, body: ReasonIn) -> dict[str, Any]:
    """Needs `member.act` for one's own, or `technologies.enter_any`. The reason is public."""
    made = actions.retire(
        actor=request.actor, now=request.now, technology=technology, reason=body.reason
    )
    return _full(request, made)


def _full(request: DoorRequest, view: TechnologyView) -> dict[str, Any]:
    why = queries.why_not_listable(view.id, request.now)
    return TechnologyOut.full(view, local_date(request.now), why.code if why else None)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Tell a record's faults in the reader's language."""
    try:
        yield
    except Refused as refused:
        if refused.reason is not Refusal.RECORD_INVALID:
            raise
        faults = [retold(fault, gettext) for fault in refused.facts["faults"]]
        summary = "; ".join(f"{f['field']}: {f['wrong']} {f['mend']}" for f in faults[:5])
        raise Refused(Refusal.RECORD_INVALID, summary=summary, faults=faults) from refused


@contextlib.contextmanager
def _on_disk(file: UploadedFile) -> Iterator[Path]:
    """The upload as a file: where Django put it, or written out when it is small."""
    if hasattr(file, "temporary_file_path"):
        yield Path(file.temporary_file_path())
        return
    with tempfile.NamedTemporaryFile(prefix="hutong-import-") as copy:
        for block in file.chunks():
            copy.write(block)
        copy.flush()
        yield Path(copy.name)
