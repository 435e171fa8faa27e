"""
Titles, entries, transfers from deals, and freezes over HTTP (RR-6, RR-8, RR-10, RR-11).
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import ninja
from ninja import Query, Router

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page
from hutong.kit.actor import READ
from hutong.rights import actions, queries, schemas
from hutong.rights.register import Disposal
from hutong.rights.shares import parse_share
from hutong.rights.wire import aware

router = Router(tags=["rights"])

CURSOR: Any = Query(None, max_length=400, description="`next` of the page before")
LIMIT: Any = Query(50, ge=1, le=200)


@router.get(
    "/rights/titles/{technology}",
    response={200: schemas.TitleOut, **PROBLEMS},
    summary="Title to a technology",
)
def get_title(
    request: DoorRequest,
    technology: UUID,
    on: date | None = None,
    known_at: datetime | None = None,
) -> Any:
    """Public. Holders, shares, restrictions and the chain of title, as at `on`, as known at
    `known_at` (RR-8); an unregistered technology has an empty title."""
    return queries.title(technology, on, aware(known_at))


@router.get(
    "/rights/titles/{technology}/report",
    response={200: schemas.TitleReportOut, **PROBLEMS},
    summary="Title report with a proposed disposal",
)
def get_title_report(
    request: DoorRequest,
    technology: UUID,
    giver: UUID | None = None,
    share: str = Query("1", max_length=32, examples=["1/2"]),
    taker: UUID | None = None,
    on: date | None = None,
    known_at: datetime | None = None,
) -> Any:
    """Public (RR-10). With `giver`: whether it could dispose of `share` of the whole, and why not."""
    proposal = None
    if giver is not None:
        proposal = Disposal(giver=giver, share=parse_share(share), taker=taker)
    return queries.title_report(technology, on, aware(known_at), proposal)


@router.get(
    "/rights/entries/{entry}",
    response={200: schemas.EntryOut, **PROBLEMS},
    summary="A register entry",
)
def get_entry(request: DoorRequest, entry: UUID) -> Any:
    """Public (RR-8)."""
    return queries.entry(entry)


@router.get(
    "/rights/holdings",
    response={200: Page[schemas.HeldOut], **PROBLEMS},
    summary="What one's party owns",
)
def list_holdings(request: DoorRequest, cursor: str | None = CURSOR, limit: int = LIMIT) -> Any:
    """Needs `member.read`: shares of ownership held now, newest first."""
    request.actor.need(READ)
    return queries.held_by(request.actor.acting_party(), cursor=cursor, limit=limit)


@router.get(
    "/rights/disposals",
    response={200: Page[schemas.DisposalOut], **PROBLEMS},
    summary="Transfers from deals",
)
def list_disposals(
    request: DoorRequest,
    waiting: bool | None = None,
    cursor: str | None = CURSOR,
    limit: int = LIMIT,
) -> Any:
    """Needs `member.read` for one's own, `rights.record_outside_step` for all. `waiting=true`:
    those that still need the office's entry (RR-11)."""
    if not queries.sees_all_disposals(request.actor):
        request.actor.need(READ)
    return queries.disposals(request.actor, waiting=waiting, cursor=cursor, limit=limit)


@router.get(
    "/rights/disposals/{entry}",
    response={200: schemas.DisposalOut, **PROBLEMS},
    summary="A transfer from a deal",
)
def get_disposal(request: DoorRequest, entry: UUID) -> Any:
    """Seen by giver and taker, the registrar and the supervisor."""
    return queries.disposal(entry, request.actor)


@router.post(
    "/rights/disposals/{entry}/outside-step",
    response={200: schemas.DisposalOut, **PROBLEMS},
    summary="Record the office's entry",
)
def record_outside_step(request: DoorRequest, entry: UUID, body: schemas.OutsideStepIn) -> Any:
    """Needs `rights.record_outside_step`. Patents and other statutory rights move by entry at the
    office (RR-11): its number, date and evidence are recorded before the money moves."""
    return actions.record_outside_step(
        actor=request.actor,
        now=request.now,
        entry=entry,
        filed_on=body.filed_on,
        effective_on=body.effective_on,
        office_number=body.office_number,
        evidence=body.evidence,
    )


@router.post(
    "/rights/freezes", response={201: schemas.EntryOut, **PROBLEMS}, summary="Freeze a right"
)
def freeze(request: DoorRequest, body: schemas.FreezeIn) -> ninja.Status[Any]:
    """Needs `rights.examine`. At once, on the paper of a court or authority (RR-6)."""
    return ninja.Status(
        201,
        actions.freeze(
            actor=request.actor,
            now=request.now,
            technology=body.technology,
            authority=body.authority,
            paper=body.paper,
            document=body.document,
        ),
    )


@router.post(
    "/rights/freezes/{entry}/lift",
    response={201: schemas.EntryOut, **PROBLEMS},
    summary="Lift a freeze",
)
def lift(request: DoorRequest, entry: UUID, body: schemas.LiftIn) -> ninja.Status[Any]:
    """Needs `rights.examine`. Names the freeze by its entry (RR-6)."""
    return ninja.Status(
        201,
        actions.lift(
            actor=request.actor,
            now=request.now,
            freeze=entry,
            authority=body.authority,
            paper=body.paper,
            document=body.document,
        ),
    )
