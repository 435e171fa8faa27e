"""
What every act on a deal shares: the row locked, its events folded in, its rights.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from hutong.deals import parts, queries, rules
from hutong.deals.models import Deal
from hutong.deals.queries import DealView
from hutong.deals.rules import Status
from hutong.journal.actions import record
from hutong.kit.event import Event
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import queries as listings
from hutong.parties import queries as people
from hutong.rights import queries as rights_queries
from hutong.rights.refusals import Refusal as RightsRefusal
from hutong.technologies import queries as technologies_queries

SIGN_DUE: Final = "deals.sign_due"
PAYMENT_DUE: Final = "deals.payment_due"
OPEN: Final = "deals.open"  # held by nobody: deals are opened by what the market decided
END: Final = "deals.end"
FROZEN: Final = RightsRefusal.FROZEN.code


def locked(id: UUID) -> Deal:
    row = Deal.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="deal")
    return row


def save(row: Deal, events: list[Event], now: datetime) -> DealView:
    before = Status(row.status)
    after = rules.evolve(before, events)
    if after is not before:
        row.status, row.changed_at = after.value, now
        row.take_ending(None)  # what was proposed was proposed of the deal as it stood
        if after in {Status.SIGNED, Status.PAID}:
            row.overdue_at = None
    row.save()
    _save_parts(row, events, now)
    record(subject("deal", row.id), *events)
    return queries.deal(row.id)


def _save_parts(row: Deal, events: list[Event], now: datetime) -> None:
    """What happened to the deal of a joint project happened to its parts, too."""
    for part in row.parts.select_for_update().order_by("id"):
        before = part.state()
        after = parts.evolve(before, events)
        if after != before:
            part.take(after)
            part.changed_at = now
            part.save()


def need_all_there(row: Deal) -> None:
    """Refuse to go on with a joint project that a part has left, as its listing knows (NE-3)."""
    joint = listings.listing(row.listing).joint
    left = {part.part for part in joint.left} if joint else set()
    parts.need_there(part.state() for part in row.parts.filter(id__in=left))


def people_of(row: Deal) -> list[UUID]:
    """Whoever acts for a side of the deal decides nothing about it for the venue (PA-5)."""
    return [person for side in (row.seller, row.buyer) for person in people.people_of(side)]


def is_frozen(row: Deal) -> bool:
    """Whether a freeze stands on a right of the deal, so that it cannot be bound (RR-6)."""
    return row.status == Status.AGREED.value and any(
        reason is not None and reason.code == FROZEN
        for technology in single(row.technologies)
        for reason in [rights_queries.why_not_dispose(technology, row.seller, row.share)]
    )


def single(ids: Iterable[UUID]) -> list[UUID]:
    """The technologies themselves: a bundle is no right of its own, its parts are (TE-4)."""
    wanted = list(ids)
    found = technologies_queries.technologies(wanted)
    return list(dict.fromkeys(part for id in wanted for part in (found[id].parts or (id,))))
