"""
What goes over the wire of the hot door: receipts, problems, live states. Pure.

Receipts are written by hand, because they are written tens of thousands of times a second; the same
receipt is the same bytes whenever it is asked for (AU-4).
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from hutong.auctions.record import BY_SHORT, Receipt
from hutong.kit.event import plain
from hutong.kit.moments import from_microseconds
from hutong.kit.refusal import CommonRefusal, Refused

LARGEST_BODY = 1024
LARGEST_AMOUNT = 2**63 - 1
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

_REFUSALS = {
    short: json.dumps({"code": r.code, "rule": r.rule, "title": r.text})
    for short, r in BY_SHORT.items()
    if r is not None
}


def is_uuid(text: object) -> bool:
    """Whether `text` is a UUID in its usual form: lower-case hex, with hyphens."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None


def read_bid(body: bytes) -> tuple[str, int]:
    """Read `{"bid_id": …, "amount_fen": …}`. Raises Refused(INVALID) naming the field."""
    try:
        bid = json.loads(body.decode())  # from text: the bytes way guesses encodings
    except (ValueError, RecursionError):
        raise invalid("body", "not JSON") from None
    if type(bid) is not dict:
        raise invalid("body", "not a JSON object")
    bid_id, amount = bid.get("bid_id"), bid.get("amount_fen")
    if not isinstance(bid_id, str) or _UUID.fullmatch(bid_id) is None:
        raise invalid("bid_id", "a UUID of your choice, lower-case with hyphens, is needed")
    if type(amount) is not int or not 0 < amount <= LARGEST_AMOUNT:
        raise invalid("amount_fen", "a whole number of fen above zero is needed")
    if len(bid) > 2:
        raise invalid(next(f for f in bid if f not in ("bid_id", "amount_fen")), "not known here")
    return bid_id, amount


def invalid(field: str, problem: str) -> Refused:
    return Refused(CommonRefusal.INVALID, field=field, problem=problem)


def receipt(lot: str, receipt: Receipt) -> bytes:
    """Write a receipt: `accepted`, its place in the lot's record, and why when refused."""
    refusal = receipt.refusal
    return (
        f'{{"lot":"{lot}","bid_id":"{receipt.bid_id}","paddle":{receipt.paddle},'
        f'"amount_fen":{receipt.amount_fen},"accepted":{"false" if refusal else "true"},'
        f'"sequence":{receipt.sequence},"arrived_at":"{moment(receipt.arrived_at)}",'
        f'"chain":"{receipt.chain.hex()}","refusal":{_REFUSALS[refusal] if refusal else "null"}}}'
    ).encode()


def moment(us: int) -> str:
    """Write microseconds since 1970 as RFC 3339 in UTC, as `kit.moments.iso` does."""
    second, fraction = divmod(us, 1_000_000)
    return f"{_second(second)}.{fraction:06}Z"


@lru_cache(maxsize=1000)
def _second(second: int) -> str:
    return from_microseconds(second * 1_000_000).isoformat()[:19]


def problem(refused: Refused, sentence: str) -> bytes:
    """Write a refusal as an RFC 9457 problem; `sentence` is in the reader's language."""
    reason = refused.reason
    body = {
        "type": "about:blank",
        "title": sentence,
        "status": reason.status,
        "code": reason.code,
        "rule": reason.rule,
        "detail": "",
        "facts": {name: plain(value) for name, value in refused.facts.items()},
        "faults": [],
    }
    return json.dumps(body).encode()


def event(name: str, id: str, data: Mapping[str, Any]) -> bytes:
    """Write a server-sent event."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"event: {name}\nid: {id}\ndata: {text}\n\n".encode()
