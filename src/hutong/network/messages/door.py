"""
The inbox: `POST /network/inbox`. Who asks shows by the signature; nobody signs in (NE-2).

    too large? → readable? → for us? → a member in good standing? → signed by it, now? → its turn?
       413          400         403              403                     401              409
    → handled: 200, or 422 for a final refusal; 503: not yet, ask again
"""

from collections.abc import Callable
from datetime import UTC, datetime

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hutong.doors import DoorRequest
from hutong.kit.refusal import Refused
from hutong.network.messages import actions, rules, signing
from hutong.network.messages.actions import Given
from hutong.network.messages.kinds import Kinds
from hutong.network.messages.rules import Message, Refusal
from hutong.network.messages.signing import Reply, Request
from hutong.transparency.queries import keyring
from hutong.venues import queries as venues
from hutong.venues.states import Standing

View = Callable[[DoorRequest], HttpResponse]


def inbox(kinds: Kinds) -> View:
    """The view that receives messages of `kinds`."""

    @csrf_exempt
    @require_POST
    def view(request: DoorRequest) -> HttpResponse:
        return receive(request, kinds)

    return view


def receive(request: DoorRequest, kinds: Kinds) -> HttpResponse:
    real_now = datetime.now(UTC)
    asked = Request(signing.headers_of(request.headers), b"", path=request.path)
    signed: dict[int, Reply] = {}

    def sign(status: int, body: bytes) -> bytes:
        ring = keyring()
        reply = signing.sign_reply(
            asked,
            status,
            body,
            venue=ring.venue.code,
            signer=ring.message_signer,
            now=real_now,
        )
        signed[status] = reply
        return reply.kept

    message = None
    try:
        asked.body = read(request, rules.MAX_BYTES)
        message = Message.parse(asked.body)
        check(message, asked, real_now)
        given = actions.receive(
            now=request.now, message=message, request=asked.kept, kinds=kinds, sign=sign
        )
    except Refused as refusal:
        id, facts = message.id if message else None, actions.facts_of(refusal)
        given = Given(refusal.reason.status, rules.refused(id, refusal, facts))
    if given.status not in signed:
        sign(given.status, given.body)
    reply = signed[given.status]
    return HttpResponse(reply.body, status=reply.status_code, headers=reply.headers)


def read(request: HttpRequest, limit_bytes: int) -> bytes:
    """The body, unless it is too large. Raises Refused (TOO_LARGE)."""
    given = request.headers.get("Content-Length") or "0"
    too_large = Refused(Refusal.TOO_LARGE, limit_bytes=limit_bytes)
    if given.isdecimal() and int(given) > limit_bytes:
        raise too_large
    try:
        raw = request.body
    except RequestDataTooBig as error:
        raise too_large from error
    if len(raw) > limit_bytes:
        raise too_large
    return raw


def check(message: Message, asked: Request, real_now: datetime) -> None:
    """Whether it is for us, from a member, and signed by it. Raises Refused."""
    us = venues.my_code()
    if message.recipient != us:
        raise Refused(Refusal.NOT_FOR_US, us=us, to=message.recipient)
    said = (asked.headers.get("hutong-from"), asked.headers.get("hutong-message-id"))
    if said != (message.sender, str(message.id)) or asked.headers.get("hutong-to") != us:
        raise Refused(Refusal.UNSIGNED, problem="its headers name another message")
    if venues.standing(message.sender) is not Standing.GOOD or message.sender == us:
        raise Refused(Refusal.NOT_IN_STANDING, venue=message.sender)
    signing.verify_request(asked, sender=message.sender, keys=keys_of, now=real_now)


def keys_of(venue: str) -> list[bytes]:
    """The keys by which a venue signs messages; none for one that is not in the list."""
    keys = venues.keys_of(venue)
    return list(keys.message.values()) if keys else []
