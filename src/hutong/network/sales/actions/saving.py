"""
A part's sale at its home venue: locked with its part, saved with what happened, let go of.
"""

from datetime import datetime
from uuid import UUID

from hutong.journal.actions import record
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.event import Event
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.projects.actions.telling import is_here, part_subject, tell
from hutong.network.projects.models import Contribution
from hutong.network.sales import rules
from hutong.network.sales.models import PartSale
from hutong.network.sales.rules import HELD, Refusal, Status
from hutong.rights import actions as rights
from hutong.settlement import actions as settlement
from hutong.technologies import queries as technologies


def save(row: PartSale, events: list[Event], now: datetime) -> None:
    row.status = rules.evolve(row.state(), events).status.value
    row.changed_at = now
    row.save()
    record(part_subject(row.part_id), *events)


def say(row: PartSale, kind: str, body: dict[str, str], now: datetime) -> None:
    """Tell the lead venue; where that is ourselves, the reaction to our entry does (jobs.py)."""
    if not is_here(row.lead):
        tell(row.lead, kind, row.part.invitation_id, {"part": str(row.part_id), **body}, now)


def let_go(row: PartSale, events: list[Event], *, actor: Actor, now: datetime) -> None:
    """End the sale: what was bound for it is free, and the lead venue stands for nothing any more."""
    was = Status(row.status)
    for entry in row.entries:
        rights.cancel_disposal(actor=actor, now=now, entry=entry, reason="the sale ended")
    free_rights(row, actor, now)
    if was in HELD and not is_here(row.lead):
        settlement.free_part(  # what follows for the books is nobody's act
            actor=SYSTEM,
            now=now,
            part=row.part_id,
            venue=row.lead,
            amount_fen=row.amount_fen,
            currency=row.currency,
        )
    save(row, events, now)


def free_rights(row: PartSale, actor: Actor, now: datetime) -> None:
    rights.end_reservation(actor=actor, now=now, source=part_subject(row.part_id))


def sale_of(lead: str, part: UUID, deal: UUID, amount_fen: int) -> PartSale:
    """The sale that a venue speaks of. Raises Refused (UNKNOWN_PART)."""
    row = locked_or_none(part)
    if row is None or (row.lead, row.deal, row.amount_fen) != (lead, deal, amount_fen):
        raise Refused(Refusal.UNKNOWN_PART)
    return row


def locked(part: UUID) -> PartSale:
    row = locked_or_none(part)
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="part")
    return row


def locked_or_none(part: UUID) -> PartSale | None:
    """The sale with its part, the part locked first, as everywhere."""
    if Contribution.objects.select_for_update().filter(id=part).first() is None:
        return None
    rows = PartSale.objects.select_for_update(of=("self",)).select_related("part")
    return rows.filter(part=part).first()


def rights_of(bundle: UUID) -> tuple[UUID, ...]:
    return technologies.technology(bundle).parts
