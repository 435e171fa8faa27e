"""
What is asked of a home venue's hot door about a bid, and what counts as its answer (NE-4, AU-4). Pure.

A venue is believed in what it says of its own lots, and in nothing else: what is no receipt of this
very bid, and no refusal in the form that refusals have, is no answer, and is shown to nobody.
"""

import json
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from hutong.kit.refusal import N_, Reason, reason

SECONDS: Final = 8.0  # an answer later than this is asked for by the bid's id
LARGEST: Final = 16_384  # bytes of an answer
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"


class Refusal(Reason):
    NO_ANSWER = reason(
        "trade.no_answer",
        "AU-4",
        N_("{venue} has not answered yet. Ask again with the same bid id: a bid counts once."),
        504,
    )
    NOT_KEPT = reason(
        "trade.not_kept",
        "AU-4",
        N_("This venue could not keep the bid, and did not send it. Send it again as it is."),
        503,
    )
    TOO_MANY_WAITING = reason(
        "trade.too_many_waiting", "AU-4", N_("Too many bids are waiting for {venue}."), 429
    )


@dataclass(frozen=True, slots=True)
class Answered:
    """The home venue's answer, byte for byte."""

    status: int
    content_type: str
    body: bytes

    @property
    def is_receipt(self) -> bool:
        """Accepted or refused: it never changes."""
        return self.status == 200

    @property
    def token_is_spent(self) -> bool:
        """Whether the home venue does not know the paddle token any more."""
        return self.status == 401 or (self.status == 403 and b"token" in self.body)


def bids_of(lot: UUID) -> str:
    return f"/live/lots/{lot}/bids"


def bid(bid: UUID, amount_fen: int) -> bytes:
    return b'{"amount_fen":%d,"bid_id":"%b"}' % (amount_fen, str(bid).encode())


def receipt(body: bytes) -> Answered:
    """A receipt that was kept."""
    return Answered(200, JSON, body)


def read(
    status: int, content_type: str, body: bytes, *, lot: UUID, bid: UUID, amount_fen: int | None
) -> Answered | None:
    """The answer about a bid; None when it is none. `amount_fen`: as sent, where it is known."""
    kind = content_type.partition(";")[0].strip().lower()
    told = object_in(body)
    if told is None:
        return None
    if status == 200:
        same = (told.get("lot"), told.get("bid_id")) == (str(lot), str(bid))
        if amount_fen is not None:
            same = same and told.get("amount_fen") == amount_fen
        holds = kind == JSON and same and isinstance(told.get("accepted"), bool)
    else:
        holds = kind == PROBLEM and 400 <= status <= 599 and isinstance(told.get("code"), str)
    return Answered(status, kind, body) if holds else None


def object_in(body: bytes) -> dict[str, Any] | None:
    """The JSON object that was sent; None when it is none, or too large."""
    if len(body) > LARGEST:
        return None
    try:
        told = json.loads(body.decode())
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
