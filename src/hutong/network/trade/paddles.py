"""
Paddle tokens across venues: a venue asks for its member's, the home venue gives it (NE-4, AU-3).

    POST /network/paddle   {"order", "lot", "person"}, signed as messages are → {token, paddle, expires}
"""

import json
import re
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from hutong.auctions import actions as auctions
from hutong.kit.actor import SYSTEM
from hutong.kit.canonical import canonical
from hutong.kit.refusal import Refused
from hutong.network.bodies import Body
from hutong.network.messages import signing
from hutong.network.messages.rules import Refusal
from hutong.network.messages.signing import CONTENT_TYPE, Request
from hutong.network.trade import actions
from hutong.transparency import queries as transparency
from hutong.venues import queries as venues
from hutong.venues.states import Standing

PATH: Final = "/network/paddle"
TAG: Final = "hutong-paddle/1"
COVERS: Final = (
    *("@method", "@path", "content-digest", "content-type"),
    *("hutong-from", "hutong-to"),
)
SECONDS: Final = 900  # what we give holds so long
MAX_BODY: Final = 2_000
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,1000}")  # it becomes a header


class PaddleToken(NamedTuple):
    """`expires`: real seconds since 1970."""

    token: str
    expires: int


# -- at the bidder's venue ---------------------------------------------------------------------------------


def request_for(*, venue: str, order: UUID, lot: UUID, person: str) -> Request:
    """Ask for the token of whoever acts, whom `venue` calls `person`."""
    ring = transparency.keyring()
    headers = {
        "content-type": CONTENT_TYPE,
        "hutong-from": ring.venue.code,
        "hutong-to": venue,
    }
    told_of = {
        "order": str(order),
        "lot": str(lot),
        "person": {"id": person, "role": "agent"},
    }
    asked = Request(headers, canonical(told_of), path=PATH)
    now = datetime.now(UTC)
    return signing.sign_post(asked, ring.venue.code, ring.message_signer, now, TAG, COVERS)


def read(body: bytes) -> PaddleToken | None:
    """What the home venue gave; None when it cannot be used."""
    try:
        told = json.loads(body)
        token, expires = told["token"], int(told["expires"])
    except (ValueError, TypeError, LookupError, RecursionError, OverflowError):
        return None
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        return None
    return PaddleToken(token, expires)


# -- at the home venue -------------------------------------------------------------------------------------


def give_token(asked: Request, *, now: datetime, real_now: datetime) -> dict[str, Any]:
    """A paddle token for another venue's member, by a request that its venue signed.

    Raises Refused: for another venue, not signed by a member in good standing, no such order, no
    paddle (AU-3).
    """
    sender, us = asked.headers.get("hutong-from", ""), venues.my_code()
    if (to := asked.headers.get("hutong-to", "")) != us:
        raise Refused(Refusal.NOT_FOR_US, us=us, to=to)
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
    expires = int(real_now.timestamp()) + SECONDS
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
