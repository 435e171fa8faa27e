"""
Relayed bids: our member bids at another venue's lot, and that venue's receipt is its receipt (NE-4).

    member ─► our door ─► kept ─► the home venue's hot door ─► its receipt ─► kept ─► member
                                    ▲ paddle token, asked for with a signed request

We judge nothing and answer only what was answered. A bid is kept before it is sent, so an answer
that was lost is asked for again by the bid's id; the home venue takes an id once, so a bid answered
late is never taken twice.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import httpx

from hutong.auctions import actions as auctions
from hutong.kit.actor import ACT, READ, SYSTEM, Actor
from hutong.kit.canonical import canonical
from hutong.kit.refusal import N_, CommonRefusal, Reason, Refused, reason
from hutong.network.bodies import Body
from hutong.network.messages import signing
from hutong.network.messages.signing import CONTENT_TYPE, Request
from hutong.network.trade import actions, queries
from hutong.network.trade.queries import OrderView
from hutong.transparency import queries as transparency
from hutong.venues import queries as venues
from hutong.venues.states import Standing

PATH: Final = "/network/paddle"
TAG: Final = "hutong-paddle/1"
COVERS: Final = (
    *("@method", "@path", "content-digest", "content-type"),
    *("hutong-from", "hutong-to"),
)
SECONDS: Final = 8.0  # an answer later than this is asked for by the bid's id
SPARE_SECONDS: Final = 30  # a token that ends so soon is asked for anew
TOKEN_SECONDS: Final = 900
JSON: Final = "application/json"
MAX_BODY: Final = 2_000


class Refusal(Reason):
    NO_LOT = reason("trade.no_lot", "NE-4", N_("There is no auction for this order yet."))
    NO_ANSWER = reason(
        "trade.no_answer",
        "AU-4",
        N_("{venue} has not answered yet. Ask again with the same bid id: a bid counts once."),
        504,
    )


@dataclass(frozen=True, slots=True)
class Answered:
    """The home venue's answer, byte for byte."""

    status: int
    content_type: str
    body: bytes


_tokens: dict[tuple[UUID, str], tuple[str, float]] = {}
_clients: dict[str, httpx.Client] = {}
_lock = threading.Lock()


def place(order: OrderView, *, actor: Actor, bid: UUID, amount_fen: int, now: datetime) -> Answered:
    """Relay a bid. Raises Refused (NO_LOT, NO_ANSWER); the home venue's refusals are answers.

    Never inside a transaction: what is kept must be there before anything is sent.
    """
    actor.need(ACT)
    _need_own(order, actor)
    if order.lot is None:
        raise Refused(Refusal.NO_LOT)
    known = actions.keep_bid(order=order.id, bid=bid, amount_fen=amount_fen, now=now)
    if known is not None:
        return Answered(200, JSON, known)
    body = canonical({"bid_id": str(bid), "amount_fen": amount_fen})
    answer = _ask(order, actor, "POST", f"/live/lots/{order.lot}/bids", body)
    return _kept(order, bid, answer, now)


def receipt(order: OrderView, *, actor: Actor, bid: UUID, now: datetime) -> Answered:
    """The receipt of a relayed bid; asked for at the home venue when we have none."""
    actor.need(READ)
    _need_own(order, actor)
    if order.lot is None:
        raise Refused(Refusal.NO_LOT)
    known = queries.receipt_kept(order.id, bid)
    if known is not None:
        return Answered(200, JSON, known)
    answer = _ask(order, actor, "GET", f"/live/lots/{order.lot}/bids/{bid}")
    return _kept(order, bid, answer, now)


def _need_own(order: OrderView, actor: Actor) -> None:
    """Nobody bids for another party, or reads its receipts; an office that sees its order neither."""
    if order.party != actor.acting_party():
        raise Refused(CommonRefusal.NOT_FOUND, what="order")


def lot(order: OrderView) -> dict[str, Any]:
    """The lot as its venue shows it to everybody. Raises Refused (NO_LOT, NO_ANSWER)."""
    if order.lot is None:
        raise Refused(Refusal.NO_LOT)
    answer = _send(order.venue, "GET", f"/api/v1/lots/{order.lot}", {}, None)
    if answer.status_code != 200:
        raise Refused(Refusal.NO_ANSWER, venue=order.venue)
    return dict(answer.json())


def _kept(order: OrderView, bid: UUID, answer: httpx.Response, now: datetime) -> Answered:
    given = Answered(
        answer.status_code,
        answer.headers.get("Content-Type", JSON),
        answer.content,
    )
    if answer.status_code == 200:  # a receipt, accepted or refused: it never changes
        actions.keep_receipt(order=order.id, bid=bid, receipt=given.body, now=now)
    return given


def _ask(
    order: OrderView, actor: Actor, method: str, path: str, body: bytes | None = None
) -> httpx.Response:
    """Ask the home venue's hot door with the order's token; with a new one when it is spent."""
    for fresh in (False, True):
        headers = {"Authorization": f"Bearer {_token(order, actor, fresh=fresh)}"}
        answer = _send(order.venue, method, path, headers, body)
        if answer.status_code != 401 and not (
            answer.status_code == 403 and b"token" in answer.content
        ):
            break
    return answer


def _token(order: OrderView, actor: Actor, *, fresh: bool) -> str:
    who = actions.whoever_acts(order, actor)
    with _lock:
        token, ends = _tokens.get((order.id, who), ("", 0.0))
    if token and not fresh and time.time() < ends - SPARE_SECONDS:
        return token
    ring = transparency.keyring()
    headers = {
        "content-type": CONTENT_TYPE,
        "hutong-from": ring.venue.code,
        "hutong-to": order.venue,
    }
    told_of = {
        "order": str(order.id),
        "lot": str(order.lot),
        "person": {"id": who, "role": "agent"},
    }
    asked = Request(headers, canonical(told_of), path=PATH)
    signing.sign_post(asked, ring.venue.code, ring.message_signer, datetime.now(UTC), TAG, COVERS)
    answer = _send(order.venue, "POST", PATH, asked.headers, asked.body)
    if answer.status_code != 200:
        raise Refused(Refusal.NO_ANSWER, venue=order.venue)
    told = answer.json()
    with _lock:
        _tokens[order.id, who] = str(told["token"]), float(told["expires"])
    return str(told["token"])


def _send(
    venue: str, method: str, path: str, headers: Mapping[str, str], body: bytes | None
) -> httpx.Response:
    url = venues.url_of(venue)
    if url is None:
        raise Refused(Refusal.NO_ANSWER, venue=venue)
    with _lock:
        client = _clients.setdefault(url, httpx.Client(timeout=SECONDS, follow_redirects=False))
    try:
        return client.request(method, url + path, headers=dict(headers), content=body)
    except httpx.HTTPError as error:
        raise Refused(Refusal.NO_ANSWER, venue=venue) from error


# -- at the home venue ---------------------------------------------------------------------------------------


def give_token(asked: Request, *, now: datetime, real_now: datetime) -> dict[str, Any]:
    """A paddle token for another venue's member, by a request that its venue signed.

    Raises Refused: not signed by a member in good standing, no such order, no paddle (AU-3).
    """
    sender = asked.headers.get("hutong-from", "")
    signing.verify_post(asked, sender=sender, keys=keys_of, now=real_now, tag=TAG, covers=COVERS)
    try:
        read = json.loads(asked.body)
    except ValueError:
        read = {}
    told: dict[str, Any] = read if isinstance(read, dict) else {}
    body = Body(told)
    person = Body(body.object("person")).uuid("id") if told.get("person") else None
    member = actions.act_for(
        actor=SYSTEM, now=now, venue=sender, order=body.uuid("order"), person=person
    )
    expires = int(real_now.timestamp()) + TOKEN_SECONDS
    token, paddle = auctions.issue_paddle_token(
        actor=member,
        now=now,
        lot=body.uuid("lot"),
        key=transparency.keyring().token_key,
        expires=expires,
    )
    return {"token": token, "paddle": paddle, "expires": expires}


def keys_of(venue: str) -> list[bytes]:
    """The keys by which a venue in good standing signs; none for any other."""
    keys = venues.keys_of(venue)
    if keys is None or venues.standing(venue) is not Standing.GOOD:
        return []
    return list(keys.message.values())
