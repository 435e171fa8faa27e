"""
The worker's part of an import: reads the file that was handed in, and says what became of it (TE-5).
"""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext, override
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from hutong.documents import access
from hutong.documents import queries as documents
from hutong.documents.actions import store as keep
from hutong.documents.queries import DocumentView
from hutong.documents.rules import XLSX
from hutong.doors.problems import sentence_of
from hutong.due import queries as due
from hutong.kit.actor import READ, SYSTEM, Actor
from hutong.kit.ids import subject, subject_id
from hutong.kit.refusal import N_, Refused
from hutong.notices.actions import notify
from hutong.notices.rules import Text, register
from hutong.parties import queries as parties
from hutong.technologies import actions, importing, queries
from hutong.technologies.importing import Format, Report
from hutong.technologies.importing.files import take
from hutong.technologies.importing.mending import faulty_rows
from hutong.technologies.rules import RunStatus

log = structlog.get_logger(__name__)
REPORT_SECONDS = 0.5
AWAY = (OperationalError, InterfaceError)  # the database: the queue tries again
LANGUAGES = ("zh-hans", "en")

register(
    Text(
        "technologies.imported",
        title=N_("“{name}” was imported"),
        body=N_("{entered} entered, {refreshed} refreshed, {unchanged} unchanged."),
        mail=False,
    ),
    Text(
        "technologies.import_refused",
        title=N_("“{name}” was not imported"),
        body=N_("Nothing was entered. What is wrong, and how to mend it, is shown in place."),
        mail=False,
    ),
)


def _reads(actor: Actor, document: DocumentView) -> bool:
    """A party reads the files of an import in its name, whoever handed them in."""
    if access.by_default(actor, document):
        return True
    owner = queries.run(UUID(subject_id(document.owner))).party
    return owner == actor.party and actor.has(READ)


access.register("import_run", _reads)


@app.task(
    name=actions.IMPORT,
    queue="imports",
    retry=RetryStrategy(max_attempts=5, exponential_wait=3, retry_exceptions=AWAY),
)
def import_file(run: str) -> None:
    """Check and enter one file. Runs again from the start where a worker was killed in the middle:
    what has entered then changes nothing."""
    asked = queries.run(UUID(run))
    if not asked.under_way:
        return
    now = due.venue_now(datetime.now(UTC))
    try:
        with transaction.atomic():  # the import and its end are one
            report, mending = _read(asked, now)
            _end(asked, now, _status(report), {**_facts(report), "faulty_rows": mending})
    except Refused as refused:
        _end(asked, now, RunStatus.REFUSED, {"refusal": _said(refused)})
    except AWAY:
        raise
    except Exception:
        log.exception("import_failed", run=run)
        _end(asked, now, RunStatus.FAILED, {})


def _read(asked: queries.RunView, now: datetime) -> tuple[Report, UUID | None]:
    """What became of the file, and the document of its faulty rows when it has any."""
    # An officer acts by the office, which is looked up anew: who was dismissed meanwhile does not.
    by_office = asked.instruction is not None
    actor = parties.actor_for_person(
        asked.person, party=None if by_office else asked.party, second_factor=by_office
    )
    last = time.monotonic() - REPORT_SECONDS

    def progress(done: int, total: int, stage: str) -> None:
        nonlocal last
        if time.monotonic() - last < REPORT_SECONDS and done != total:
            return
        last = time.monotonic()
        actions.note_progress(asked.id, stage=stage, done=done, total=total)

    with tempfile.NamedTemporaryFile(prefix="hutong-import-") as copy:
        for block in documents.open_bytes(asked.document):
            copy.write(block)
        copy.flush()
        path = Path(copy.name)
        report = importing.run(
            path=path,
            name=asked.file_name,
            party=asked.party,
            actor=actor,
            now=now,
            skip_faulty=asked.skip_faulty,
            progress=progress,
        )
        return report, _mending(asked, actor, now, path, report)


def _mending(
    asked: queries.RunView, actor: Actor, now: datetime, path: Path, report: Report
) -> UUID | None:
    if not report.faults or report.format is not Format.TEMPLATE:
        return None
    with override(parties.person(asked.person).language):
        data = faulty_rows(take(path, asked.file_name), report.faults, gettext)
    return keep(
        actor=actor,
        now=now,
        owner=subject("import_run", asked.id),
        name=f"faulty-rows-{now:%Y%m%d-%H%M}.xlsx",
        media_type=XLSX,
        data=data,
    ).id


def _status(report: Report) -> RunStatus:
    if report.refused:
        return RunStatus.FAULTY
    return RunStatus.ENTERED if report.changed else RunStatus.UNCHANGED


def _facts(report: Report) -> dict[str, Any]:
    return {
        "rows": report.rows,
        "faults": [fault.kept() for fault in report.faults[: actions.FAULTS_KEPT]],
        "fault_count": len(report.faults),
        "left_out": report.left_out,
        "entered": report.entered,
        "refreshed": report.refreshed,
        "unchanged": report.unchanged,
        "batch": report.batch,
    }


def _said(refused: Refused) -> dict[str, Any]:
    """Why the file was refused as a whole, in both languages: whoever reads it later."""
    said = {}
    for language in LANGUAGES:
        with override(language):
            said[language] = sentence_of(refused)
    return {"code": refused.reason.code, "rule": refused.reason.rule, "said": said}


def _end(asked: queries.RunView, now: datetime, status: RunStatus, facts: dict[str, Any]) -> None:
    with transaction.atomic():
        actions.end_run(actor=SYSTEM, now=now, run=asked.id, status=status, facts=facts)
        good = status in (RunStatus.ENTERED, RunStatus.UNCHANGED)
        counts = {name: facts.get(name, 0) for name in ("entered", "refreshed", "unchanged")}
        told: dict[str, Any] = {
            "now": now,
            "kind": "technologies.imported" if good else "technologies.import_refused",
            "facts": {"name": asked.file_name, **counts},
            "subject": subject("import_run", asked.id),
        }
        mine = f"/my/technologies/imports/{asked.id}"
        if asked.instruction is None:
            notify(to=[asked.person], link=mine, **told)
            return
        notify(to=[asked.person], link=f"/desk/imports/{asked.id}", **told)
        if good:  # the party learns what was done in its name
            notify(to=parties.people_of(asked.party), link=mine, **told)
