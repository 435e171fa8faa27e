"""
Keeping what is relayed: each bid before it is sent, each receipt as it was given (NE-4, AU-4).

No entries of the journal: the home venue's bidding record is the record of its bids (AU-9).
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from hutong.kit.refusal import N_, Reason, Refused, reason
from hutong.network.trade.models import RelayedBid


class Refusal(Reason):
    BID_REUSED = reason(
        "trade.bid_reused", "AU-4", N_("This bid id stands for a bid of {amount_fen} fen."), 422
    )


@transaction.atomic
def keep_bid(*, order: UUID, bid: UUID, amount_fen: int, now: datetime) -> bytes | None:
    """Keep a bid before it is sent; returns its receipt when it has one already."""
    row, _ = RelayedBid.objects.get_or_create(
        order_id=order, bid=bid, defaults={"amount_fen": amount_fen, "arrived_at": now}
    )
    if row.amount_fen != amount_fen:
        raise Refused(Refusal.BID_REUSED, amount_fen=row.amount_fen)
    return bytes(row.receipt) if row.receipt is not None else None


@transaction.atomic
def keep_receipt(*, order: UUID, bid: UUID, receipt: bytes, now: datetime) -> None:
    """Keep what the home venue answered; said again, it is the same."""
    RelayedBid.objects.filter(order=order, bid=bid, receipt=None).update(
        receipt=receipt, answered_at=now
    )
