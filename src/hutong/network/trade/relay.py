"""
Relayed bids: our member bids at another venue's lot, and that venue's receipt is its receipt (NE-4).

    member ─► our door ─► kept ─► the home venue's hot door ─► its receipt ─► kept ─► member
                                    ▲ paddle token, asked for with a signed request

We judge nothing and answer only what was answered. A bid is kept before it is sent, so an answer
that was lost is asked for again by the bid's id; the home venue takes an id once, so a bid answered
late is never taken twice. Here is what web does: it gives tokens for the quick way, which is the relay
desk's in the hot door (`relay_desk`), and relays the bids of forms and API itself, by the same rules.
"""

import threading
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import httpx

from hutong.kit.actor import ACT, READ, Actor
from hutong.kit.refusal import N_, CommonRefusal, Reason, Refused, reason
from hutong.network.trade import actions, asking, paddles, queries, relay_token
from hutong.network.trade.actions import Answer, Placed
from hutong.network.trade.asking import LARGEST, SECONDS, Answered
from hutong.network.trade.paddles import PaddleToken
from hutong.network.trade.queries import OrderView
from hutong.network.trade.relay_token import Seat
from hutong.transparency import queries as transparency
from hutong.venues import queries as venues

SPARE_SECONDS: Final = 30  # a token that ends so soon is asked for anew
NEW_SECONDS: Final = 60  # a relay token has a paddle token in it that is no older
TOKEN_SECONDS: Final = 900  # a relay token holds no longer
REMEMBERED: Final = 2_000  # tokens of home venues
EVER: Final = float("-inf")


class Refusal(Reason):
    NO_LOT = reason("trade.no_lot", "NE-4", N_("There is no auction for this order yet."))


# With which a bid may be refused here, before or beside what the home venue says.
REASONS: Final[tuple[Reason, ...]] = (
    *Refusal,
    *asking.Refusal,
    *relay_token.Refusal,
    *actions.BidRefusal,
)


class Asked(NamedTuple):
    """A paddle token, and when it was asked for (monotonic)."""

    token: PaddleToken
    at: float


_asked: dict[tuple[UUID, str], Asked] = {}
_clients: dict[str, httpx.Client] = {}
_lock = threading.Lock()


def issue_token(order: OrderView, *, actor: Actor) -> tuple[str, int]:
    """A token to bid with at our hot door, and when it ends (real seconds since 1970).

    Raises Refused: nobody's own order, NO_LOT, or NO_ANSWER when the home venue gave no paddle token.
    """
    actor.need(ACT)
    lot = _own_lot(order, actor)
    paddle = _paddle(order, actor, newer_than=time.monotonic() - NEW_SECONDS)
    url = _url(order.venue)
    expires = min(paddle.expires, int(time.time()) + TOKEN_SECONDS)
    seat = Seat(order.id, lot, order.venue, url, paddle.token, expires)
    return relay_token.seal(transparency.keyring().token_key, seat), expires


def place(order: OrderView, *, actor: Actor, bid: UUID, amount_fen: int, now: datetime) -> Answered:
    """Relay a bid. Raises Refused (NO_LOT, NO_ANSWER); the home venue's refusals are answers.

    Never inside a transaction: what is kept must be there before anything is sent.
    """
    actor.need(ACT)
    lot = _own_lot(order, actor)
    (known,) = actions.keep_bids([Placed(order.id, bid, amount_fen, now)])
    if isinstance(known, Refused):
        raise known
    if known is not None:
        return asking.receipt(known)
    body = asking.bid(bid, amount_fen)
    answer = _ask(order, actor, "POST", asking.bids_of(lot), body)
    return _kept(order, lot, bid, amount_fen, answer, now)


def receipt(order: OrderView, *, actor: Actor, bid: UUID, now: datetime) -> Answered:
    """The receipt of a relayed bid; asked for at the home venue when we have none."""
    actor.need(READ)
    lot = _own_lot(order, actor)
    known = queries.bid_kept(order.id, bid)
    if known is not None and known.receipt is not None:
        return asking.receipt(known.receipt)
    answer = _ask(order, actor, "GET", f"{asking.bids_of(lot)}/{bid}")
    return _kept(order, lot, bid, known.amount_fen if known else None, answer, now)


def _own_lot(order: OrderView, actor: Actor) -> UUID:
    """Nobody bids for another party, or reads its receipts; an office that sees its order neither."""
    if order.party != actor.acting_party():
        raise Refused(CommonRefusal.NOT_FOUND, what="order")
    if order.lot is None:
        raise Refused(Refusal.NO_LOT)
    return order.lot


def lot(order: OrderView) -> dict[str, Any]:
    """The lot as its venue shows it to everybody. Raises Refused (NO_LOT, NO_ANSWER)."""
    if order.lot is None:
        raise Refused(Refusal.NO_LOT)
    status, _, body = _send(order.venue, "GET", f"/api/v1/lots/{order.lot}", {}, None)
    shown = asking.object_in(body) if status == 200 else None
    if shown is None:
        raise Refused(asking.Refusal.NO_ANSWER, venue=order.venue)
    return shown


def _kept(
    order: OrderView, lot: UUID, bid: UUID, amount_fen: int | None, answer: "_Sent", now: datetime
) -> Answered:
    read = asking.read(*answer, lot=lot, bid=bid, amount_fen=amount_fen)
    if read is None:
        raise Refused(asking.Refusal.NO_ANSWER, venue=order.venue)
    if read.is_receipt:
        actions.keep_receipts([Answer(order.id, bid, read.body, now)])
    return read


def _ask(
    order: OrderView, actor: Actor, method: str, path: str, body: bytes | None = None
) -> "_Sent":
    """Ask the home venue's hot door with the order's token; with a new one when it is spent."""
    for newer_than in (EVER, time.monotonic()):
        token = _paddle(order, actor, newer_than=newer_than).token
        answer = _send(order.venue, method, path, {"Authorization": f"Bearer {token}"}, body)
        if not Answered(*answer).token_is_spent:
            break
    return answer


def _paddle(order: OrderView, actor: Actor, *, newer_than: float) -> PaddleToken:
    """The paddle token of whoever acts: asked for once, until it ends or is too old."""
    who = actions.whoever_acts(order, actor)
    now = time.time()
    with _lock:
        known = _asked.get((order.id, who))
    if known and known.at >= newer_than and now < known.token.expires - SPARE_SECONDS:
        return known.token
    assert order.lot is not None, "looked at before"
    at = time.monotonic()
    request = paddles.request_for(venue=order.venue, order=order.id, lot=order.lot, person=who)
    status, _, body = _send(order.venue, "POST", paddles.PATH, request.headers, request.body)
    token = paddles.read(body) if status == 200 else None
    if token is None:
        raise Refused(asking.Refusal.NO_ANSWER, venue=order.venue)
    with _lock:
        if len(_asked) >= REMEMBERED:
            _asked.clear()
        _asked[order.id, who] = Asked(token, at)
    return token


_Sent = tuple[int, str, bytes]  # status, content type, body


def _send(
    venue: str, method: str, path: str, headers: Mapping[str, str], body: bytes | None
) -> _Sent:
    url = _url(venue)
    with _lock:
        client = _clients.setdefault(url, httpx.Client(timeout=SECONDS, follow_redirects=False))
    try:
        with client.stream(method, url + path, headers=dict(headers), content=body) as answer:
            read = b""
            for piece in answer.iter_bytes():
                read += piece
                if len(read) > LARGEST:
                    raise Refused(asking.Refusal.NO_ANSWER, venue=venue)
            return answer.status_code, answer.headers.get("Content-Type", ""), read
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Refused(asking.Refusal.NO_ANSWER, venue=venue) from error


def _url(venue: str) -> str:
    url = venues.url_of(venue)
    if url is None:
        raise Refused(asking.Refusal.NO_ANSWER, venue=venue)
    return url
