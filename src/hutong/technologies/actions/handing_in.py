"""
Files handed in on a page: taken at once, read by the worker, whoever handed them in may leave (TE-5).

    waiting → working → entered | unchanged | faulty | refused | failed
"""

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from django.db import connection
from procrastinate.contrib.django import app as queue

from hutong.documents import actions as documents
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import ACT, Actor
from hutong.kit.ids import new_id, subject
from hutong.technologies.actions.entitled import party_to_import_for
from hutong.technologies.models import ImportRun
from hutong.technologies.rules import HandedIn, Instructed, RunEnded, RunStatus

IMPORT = "technologies.import_file"
FAULTS_KEPT = 2_000
OPEN = (RunStatus.WAITING.value, RunStatus.WORKING.value)


@action(power="technologies.import_any")
def hand_in_for(
    *,
    actor: Actor,
    now: datetime,
    party: UUID,
    file: Mapping[str, Any],
    instruction: Mapping[str, Any],
    skip_faulty: bool = False,
) -> UUID:
    """Take a file for a party that asked the venue to; `instruction` is its paper.

    `instruction` and `file`: name, media type and data, as `documents.store` takes them.
    """
    party_to_import_for(actor, party)
    assert actor.person is not None, "an officer is a person"
    id = new_id()
    kept = _keep(actor, now, id, file)
    paper = _keep(actor, now, id, instruction)
    _begin(id, kept, now, party, actor.person, skip_faulty=skip_faulty, paper=paper.id)
    told = Instructed(technology=None, run=id, document=paper.id, party=party)
    record(subject("import_run", id), HandedIn(run=id, document=kept.id), told)
    return id


@action(power=ACT)
def hand_in(
    *,
    actor: Actor,
    now: datetime,
    name: str,
    media_type: str,
    data: bytes | BinaryIO,
    skip_faulty: bool = False,
) -> UUID:
    """Take a file for one's own party and put its import in the queue. Returns the run's id.

    One import is worked on at a time. Raises Refused as `documents.store` does.
    """
    party = party_to_import_for(actor, actor.acting_party())
    assert party is not None, "a member imports for its party"
    assert actor.person is not None, "a party acts through a person"
    id = new_id()
    kept = _keep(actor, now, id, {"name": name, "media_type": media_type, "data": data})
    _begin(id, kept, now, party, actor.person, skip_faulty=skip_faulty)
    record(subject("import_run", id), HandedIn(run=id, document=kept.id))
    return id


def _keep(actor: Actor, now: datetime, run: UUID, file: Mapping[str, Any]) -> Any:
    return documents.store(actor=actor, now=now, owner=subject("import_run", run), **file)


def _begin(
    id: UUID,
    kept: Any,
    now: datetime,
    party: UUID,
    person: UUID,
    *,
    skip_faulty: bool,
    paper: UUID | None = None,
) -> None:
    ImportRun.objects.create(
        id=id,
        party=party,
        person=person,
        document=kept.id,
        file_name=kept.name,
        skip_faulty=skip_faulty,
        instruction=paper,
        handed_in_at=now,
    )
    queue.configure_task(IMPORT, lock=IMPORT).defer(run=str(id))


def note_progress(run: UUID, *, stage: str, done: int, total: int) -> None:
    """Note how far a run is, on a connection of its own: its import is one long transaction."""
    with closing(connection.copy()) as beside, beside.cursor() as cursor:
        cursor.execute(
            "UPDATE technologies_importrun SET status = %s, stage = %s, done = %s, total = %s"
            " WHERE id = %s AND status = ANY(%s)",
            [RunStatus.WORKING.value, stage, done, total, run, list(OPEN)],
        )


@action(power=None)
def end_run(
    *, actor: Actor, now: datetime, run: UUID, status: RunStatus, facts: Mapping[str, Any]
) -> None:
    """Say what became of a run. `facts`: columns of its row. One that has ended stays as it is."""
    row = ImportRun.objects.select_for_update().filter(id=run, status__in=OPEN).first()
    if row is None:
        nothing_changed()
        return
    for name, value in facts.items():
        setattr(row, name, value)
    row.faults = row.faults[:FAULTS_KEPT]
    row.status, row.ended_at = status.value, now
    row.save()
    record(subject("import_run", run), RunEnded(run=run, status=status))
