"""
Co-owners who come first: told of the offer with a term to answer (LI-2; Civil Code 305).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.doors.api import paged
from hutong.kit.actor import READ, Actor
from hutong.listings.models import Preemption
from hutong.listings.queries.listings import row_of
from hutong.listings.queries.sight import is_office, is_seller


@dataclass(frozen=True, kw_only=True)
class PreemptionView:
    """`exercised` is None until the holder answers or the term ends."""

    listing: UUID
    party: UUID
    origin: str
    technologies: tuple[UUID, ...]
    notified_at: datetime
    answer_by: datetime
    exercised: bool | None
    answered_at: datetime | None


def preemptions(listing: UUID, actor: Actor | None = None) -> list[PreemptionView]:
    """Holders told of a listing; with `actor`: the office and the seller all, a holder its own."""
    row = row_of(listing)
    if row is None:
        return []
    told = sorted(row.preemptions.all(), key=lambda one: one.id)
    if actor is not None and not is_office(actor) and not is_seller(actor, row):
        own = actor.party if actor.has(READ) else None
        told = [one for one in told if one.party == own]
    return [view(one) for one in told]


def my_preemptions(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> dict[str, Any]:
    """A page of notices to one's own party, newest first."""
    actor.need(READ)
    rows = Preemption.objects.filter(party=actor.acting_party())
    return paged(rows, cursor, limit, out=view)


def view(row: Preemption) -> PreemptionView:
    return PreemptionView(
        listing=row.listing_id,
        party=row.party,
        origin=row.origin,
        technologies=tuple(row.technologies),
        notified_at=row.notified_at,
        answer_by=row.answer_by,
        exercised=row.exercised,
        answered_at=row.answered_at,
    )
