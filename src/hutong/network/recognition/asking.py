"""
`POST /network/assertion`: a code exchanged for what a home venue says of a person (PA-2).

Signed both ways like a message, with tags of its own; asked of the venue that the person was sent to
and of nobody else; not asked again, for a code counts once.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hutong.doors import DoorRequest
from hutong.doors.problems import problem_of
from hutong.kit.actor import SYSTEM
from hutong.kit.canonical import canonical
from hutong.kit.refusal import Refused
from hutong.network.bodies import Body
from hutong.network.messages import door, rules, signing
from hutong.network.messages.rules import Refusal as Messages
from hutong.network.messages.signing import CONTENT_TYPE, Request
from hutong.network.recognition import actions
from hutong.network.recognition.sign_in import Refusal
from hutong.transparency import queries as transparency
from hutong.venues import queries as venues
from hutong.venues.states import Standing

PATH: Final = "/network/assertion"
TAG: Final = "hutong-assertion/1"
COVERS: Final = (
    *("@method", "@path", "content-digest", "content-type"),
    *("hutong-from", "hutong-to"),
)
SECONDS: Final = 8.0
MAX_BODY: Final = 2_000
MAX_ANSWER: Final = 400_000


def client() -> httpx.Client:
    """How other venues are reached."""
    return httpx.Client(timeout=SECONDS, follow_redirects=False)


def ask(*, venue: str, code: str) -> dict[str, Any]:
    """What the person's home venue answers to a code. Raises Refused (NO_ANSWER, CODE_UNKNOWN)."""
    url = venues.url_of(venue)
    silent = Refused(Refusal.NO_ANSWER, venue=venue)
    if url is None:
        raise silent
    ring = transparency.keyring()
    headers = {
        "content-type": CONTENT_TYPE,
        "hutong-from": ring.venue.code,
        "hutong-to": venue,
    }
    asked = signing.sign_post(
        Request(headers, canonical({"code": code}), path=PATH),
        ring.venue.code,
        ring.message_signer,
        datetime.now(UTC),
        TAG,
        COVERS,
    )
    sent = {**asked.headers, "accept-encoding": "identity"}  # no larger than what was sent
    try:
        with client() as web:
            answer = web.post(f"{url}{PATH}", content=asked.body, headers=sent)
    except httpx.HTTPError as error:
        raise silent from error
    if answer.status_code >= 500:
        raise silent
    try:
        given = json.loads(answer.content) if len(answer.content) <= MAX_ANSWER else None
    except ValueError:
        given = None
    if answer.status_code != 200:
        raise Refused(Refusal.CODE_UNKNOWN, venue=venues.my_code())
    if not isinstance(given, dict):
        raise Refused(Refusal.MALFORMED, venue=venue)
    return given


@csrf_exempt
@require_POST
def view(request: DoorRequest) -> HttpResponse:
    """Answer another venue's code."""
    real_now = datetime.now(UTC)
    asked = Request(signing.headers_of(request.headers), b"", path=request.path)
    try:
        asked.body = door.read(request, MAX_BODY)
        sender, us = asked.headers.get("hutong-from", ""), venues.my_code()
        if asked.headers.get("hutong-to") != us:
            raise Refused(Messages.NOT_FOR_US, us=us, to=asked.headers.get("hutong-to", ""))
        if venues.standing(sender) is not Standing.GOOD or sender == us:
            raise Refused(Messages.NOT_IN_STANDING, venue=sender)
        signing.verify_post(
            asked, sender=sender, keys=door.keys_of, now=real_now, tag=TAG, covers=COVERS
        )
        code = Body(rules.read_object(asked.body)).text("code", 100)
        given = actions.hand_over(
            actor=SYSTEM, now=request.now, real_now=real_now, audience=sender, code=code
        )
    except Refused as refused:
        return JsonResponse(
            problem_of(refused),
            status=refused.reason.status,
            content_type="application/problem+json",
        )
    response = JsonResponse(given)
    response["Cache-Control"] = "no-store"
    return response
