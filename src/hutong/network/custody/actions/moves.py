"""
What both venues do with a move of custody: find it, tell the other venue, end it (NE-8).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.event import Event
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import actions as listings
from hutong.network.custody import queries, rules
from hutong.network.custody.models import CustodyMove
from hutong.network.custody.rules import Direction, Refusal, Status
from hutong.network.messages import actions as messages
from hutong.rights import actions as rights

OPERATE = queries.OPERATE


def move_subject(id: UUID) -> str:
    return subject("custody", id)


def locked(id: UUID, *statuses: Status, direction: Direction | None = None) -> CustodyMove:
    row = CustodyMove.objects.select_for_update().filter(id=id).first()
    if row is None or (direction is not None and row.direction != direction):
        raise Refused(Refusal.NO_MOVE)
    if row.status not in statuses:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed=statuses[0].value)
    return row


def go(row: CustodyMove, status: Status, now: datetime, told: Event) -> None:
    row.status, row.changed_at = status.value, now
    row.save()
    record(move_subject(row.id), told)


def facts(row: CustodyMove) -> dict[str, Any]:
    return {"move": row.id, "technology": row.technology, "peer": row.peer}


def tell(row: CustodyMove, now: datetime, kind: str, body: Mapping[str, Any]) -> None:
    messages.send(
        actor=SYSTEM,
        now=now,
        to=row.peer,
        about=move_subject(row.id),
        kind=kind,
        body={"move": str(row.id), **body},
    )


def end(row: CustodyMove, how: Status, why: str, now: datetime) -> None:
    """Nothing came of it: the title is where it was, and acts on it go on there."""
    row.why, row.dossier = why.strip()[:2000], None
    if row.direction == Direction.GOING:
        rights.unbar(actor=SYSTEM, now=now, technology=row.technology, venue=row.peer)
        listings.resume_after_move(actor=SYSTEM, now=now, technology=row.technology)
    go(row, how, now, rules.Ended(**facts(row), how=how, why=row.why))


@action(power=None)
def drop(*, actor: Actor, now: datetime, move: UUID, how: Status, why: str) -> None:
    """Take in that the other venue, or the registrar, will not have it so."""
    row = CustodyMove.objects.select_for_update().filter(id=move).first()
    if row is None or row.status in rules.OVER:
        nothing_changed()
        return
    end(row, how, why, now)


def move_of(technology: UUID, status: Status, direction: Direction) -> CustodyMove | None:
    rows = CustodyMove.objects.select_for_update().filter(
        technology=technology, status=status, direction=direction
    )
    return rows.first()
