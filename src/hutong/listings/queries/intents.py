"""
Intents, and who may know of them (LI-4).

Before the cut-off: one's own party's, the office, the supervisor. After it: the seller sees those
who stood ready. The public never sees a name.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.doors.api import paged
from hutong.kit.actor import READ, Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.intents import IntentStatus
from hutong.listings.models import Intent
from hutong.listings.queries.listings import row_of
from hutong.listings.queries.sight import is_seller, period_is_over, sees_all_intents


@dataclass(frozen=True, kw_only=True)
class IntentView:
    id: UUID
    listing: UUID
    party: UUID
    status: IntentStatus
    live: bool
    deposit_fen: int
    conditions_digest: str
    evidence: tuple[UUID, ...]
    applied_at: datetime
    qualified_at: datetime | None
    findings: str
    deposited_at: datetime | None
    ended_at: datetime | None


def intent(id: UUID, actor: Actor | None = None) -> IntentView:
    """An intent; with `actor`, refused as not found unless that actor may know of it."""
    row = Intent.objects.select_related("listing").filter(id=id).first()
    if row is None or (actor is not None and not _sees(actor, row)):
        raise Refused(CommonRefusal.NOT_FOUND, what="intent")
    return view(row)


def intents_of(listing: UUID, actor: Actor) -> list[IntentView]:
    """Intents for a listing that `actor` may know of, in the order they were applied."""
    row = row_of(listing)
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="listing")
    rows = row.intents.order_by("applied_at", "id")
    if not sees_all_intents(actor):
        if is_seller(actor, row):
            ready = [IntentStatus.DEPOSITED.value] if period_is_over(row) else []
            rows = rows.filter(status__in=ready)
        elif actor.party is not None and actor.has(READ):
            rows = rows.filter(party=actor.party)
        else:
            rows = rows.none()
    return [view(found) for found in rows]


def qualified_intents(listing: UUID) -> list[IntentView]:
    """Those qualified with their deposit held, first come first: for the venue's own machinery."""
    rows = Intent.objects.filter(listing=listing, status=IntentStatus.DEPOSITED.value)
    return [view(row) for row in rows.order_by("deposited_at", "id")]


def is_qualified_for(party: UUID, technology: UUID) -> bool:
    """Whether the party is qualified for a live offer of the technology (TE-1: documents for
    qualified buyers)."""
    return Intent.objects.filter(
        party=party,
        live=True,
        status__in=[IntentStatus.QUALIFIED.value, IntentStatus.DEPOSITED.value],
        listing__offered__technology=technology,
    ).exists()


def my_intents(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> dict[str, Any]:
    """A page of one's own party's intents, newest first."""
    actor.need(READ)
    rows = Intent.objects.filter(party=actor.acting_party())
    return paged(rows, cursor, limit, out=view)


def intents_waiting(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> dict[str, Any]:
    """A page of intents that wait for qualification, longest first. Refused to others."""
    if not sees_all_intents(actor):
        actor.need("listings.qualify")
    rows = Intent.objects.filter(status=IntentStatus.APPLIED.value)
    return paged(rows, cursor, limit, key=("applied_at", "id"), out=view)


def view(row: Intent) -> IntentView:
    return IntentView(
        id=row.id,
        listing=row.listing_id,
        party=row.party,
        status=IntentStatus(row.status),
        live=row.live,
        deposit_fen=row.deposit_fen,
        conditions_digest=row.conditions_digest,
        evidence=tuple(row.evidence),
        applied_at=row.applied_at,
        qualified_at=row.qualified_at,
        findings=row.findings,
        deposited_at=row.deposited_at,
        ended_at=row.ended_at,
    )


def _sees(actor: Actor, row: Intent) -> bool:
    if sees_all_intents(actor):
        return True
    if actor.party is not None and actor.party == row.party and actor.has(READ):
        return True
    ready = row.status == IntentStatus.DEPOSITED.value
    return is_seller(actor, row.listing) and period_is_over(row.listing) and ready
