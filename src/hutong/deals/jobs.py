"""
Reactions and timers of deals: what the market decided becomes a deal, and both sides hear of it.

Each looks before it acts, because it may be told twice.
"""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.deals import actions, queries
from hutong.deals.notices import notify_sides
from hutong.deals.rules import How, Status
from hutong.due import queries as due
from hutong.journal.queries import Recorded
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject, subject_id
from hutong.listings import actions as listings_actions
from hutong.listings import queries as listings


def open_from_auction(entry: Recorded) -> None:
    """auctions.Closed, sold: the winner's deal at the hammer price."""
    if entry.facts["outcome"] != "sold":
        return
    hidden = _private(entry)
    _open(
        entry,
        buyer=UUID(hidden["winner_party"]),
        intent=UUID(hidden["winner_intent"]),
        price_fen=entry.facts["price_fen"],
        how=How.AUCTION,
        source=subject("lot", entry.facts["lot"]),
    )


def open_from_cut_off(entry: Recorded) -> None:
    """listings.CutOff with one to deal with, or ordinary licences for everyone: at the listing price
    (LI-5, PP-1)."""
    if entry.facts["outcome"] == "licences":
        for one in _private(entry)["intents"]:
            _open(
                entry,
                buyer=UUID(one["party"]),
                intent=UUID(one["intent"]),
                price_fen=entry.facts["price_fen"],
                how=How.SINGLE,
                source=subject("intent", one["intent"]),
            )
    if entry.facts["outcome"] != "deal":
        return
    [first, *_] = _private(entry)["intents"]
    _open(
        entry,
        buyer=UUID(first["party"]),
        intent=UUID(first["intent"]),
        price_fen=entry.facts["price_fen"],
        how=How.SINGLE,
        source=subject("listing", entry.facts["listing"]),
    )


def _open(
    entry: Recorded, *, buyer: UUID, intent: UUID, price_fen: int, how: How, source: str
) -> None:
    if queries.of_source(source) is not None:
        return
    offer = listings.listing(UUID(entry.facts["listing"]))
    share = offer.share if offer.share is not None else Fraction(1)  # a licence is of the whole
    actions.open_deal(
        actor=SYSTEM,
        # Counted from now: after an outage the time to sign must not be over already.
        now=_now(entry.at),
        listing=offer.id,
        seller=offer.seller,
        buyer=buyer,
        technologies=offer.technologies,
        share=share,
        price_fen=price_fen,
        how=how,
        source=source,
        intent=intent,
    )


def close_unsold(entry: Recorded) -> None:
    """auctions.Closed, unsold: the listing ends without a sale."""
    if entry.facts["outcome"] == "unsold":
        listings_actions.close_unsold(
            actor=SYSTEM,
            now=entry.at,
            listing=UUID(entry.facts["listing"]),
            reason="nobody bid",
        )


def tell(entry: Recorded) -> None:
    """Any entry of a deal's life: both sides get a notice."""
    notify_sides(entry.kind, queries.deal(UUID(entry.facts["deal"])), now=entry.at)


def sign_due(subject: str, due_at: datetime, now: datetime) -> None:
    """Timer `deals.sign_due`."""
    _note_overdue(subject, now, Status.AGREED)


def payment_due(subject: str, due_at: datetime, now: datetime) -> None:
    """Timer `deals.payment_due`."""
    _note_overdue(subject, now, Status.SIGNED)


def _note_overdue(subject: str, now: datetime, status: Status) -> None:
    deal = queries.deal(UUID(subject_id(subject)))
    if deal.status is status and deal.overdue_at is None:
        actions.note_overdue(actor=SYSTEM, now=now, deal=deal.id)


def _now(at: datetime) -> datetime:
    """The venue's time now, not before `at`."""
    return max(at, due.venue_now(datetime.now(UTC)))


def _private(entry: Recorded) -> dict[str, Any]:
    if entry.private is None:
        raise LookupError(f"entry {entry.id}: its private part was erased, so nobody can be named")
    return entry.private
