"""
Keeping what is relayed: each bid before it is sent, each receipt as it was given (NE-4, AU-4).

Many at once, each batch one transaction. No entries of the journal: the home venue's bidding record is
the record of its bids (AU-9).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from hutong.kit.refusal import N_, CommonRefusal, Reason, Refused, reason


class BidRefusal(Reason):
    BID_REUSED = reason(
        "trade.bid_reused", "AU-4", N_("This bid id stands for a bid of {amount_fen}."), 422
    )


class Placed(NamedTuple):
    """A bid of our member, as it arrived here."""

    order: UUID
    bid: UUID
    amount_fen: int
    at: datetime


class Answer(NamedTuple):
    """What the home venue answered to a bid."""

    order: UUID
    bid: UUID
    receipt: bytes
    at: datetime


# In one order everywhere: two that keep the same bids wait for each other, and not in a circle.
_KEEP = """
    INSERT INTO network_relayedbid (order_id, bid, amount_fen, arrived_at)
    SELECT given.* FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::timestamptz[])
        AS given (order_id, bid, amount_fen, arrived_at)
        JOIN network_order ON network_order.id = given.order_id
    ORDER BY given.order_id, given.bid
    ON CONFLICT (order_id, bid) DO NOTHING
    RETURNING order_id, bid
"""

_KEPT = """
    SELECT order_id, bid, amount_fen, receipt FROM network_relayedbid
    WHERE (order_id, bid) IN (SELECT * FROM unnest(%s::uuid[], %s::uuid[]))
"""

_ANSWERED = """
    UPDATE network_relayedbid SET receipt = given.receipt, answered_at = given.answered_at
    FROM unnest(%s::uuid[], %s::uuid[], %s::bytea[], %s::timestamptz[])
        AS given (order_id, bid, receipt, answered_at)
    WHERE network_relayedbid.order_id = given.order_id AND network_relayedbid.bid = given.bid
        AND network_relayedbid.receipt IS NULL
"""


def keep_bids(placed: Sequence[Placed]) -> list[bytes | Refused | None]:
    """Keep bids before they are sent. Of each, in their order: None, now it may be sent; the receipt
    that it has already; or a refusal, when its id stands for another amount."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [list(column) for column in zip(*placed, strict=True)])
        fresh = set(cursor.fetchall())
        before = [(one.order, one.bid) for one in placed if (one.order, one.bid) not in fresh]
        known: dict[tuple[UUID, UUID], tuple[int, bytes | None]] = {}
        if before:
            cursor.execute(_KEPT, [list(column) for column in zip(*before, strict=True)])
            known = {(order, bid): tuple(rest) for order, bid, *rest in cursor.fetchall()}
    return [None if (one.order, one.bid) in fresh else _again(one, known) for one in placed]


def _again(
    placed: Placed, known: dict[tuple[UUID, UUID], tuple[int, bytes | None]]
) -> bytes | Refused | None:
    found = known.get((placed.order, placed.bid))
    if found is None:
        return Refused(CommonRefusal.NOT_FOUND, what="order")
    amount_fen, receipt = found
    if amount_fen != placed.amount_fen:
        return Refused(BidRefusal.BID_REUSED, amount_fen=amount_fen)
    return bytes(receipt) if receipt is not None else None


def keep_receipts(answers: Sequence[Answer]) -> None:
    """Keep what the home venue answered; a receipt once kept stays as it is."""
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED, [list(column) for column in zip(*answers, strict=True)])
