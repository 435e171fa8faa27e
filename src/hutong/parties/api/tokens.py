"""
API tokens: made with e-mail and password, or from a signed-in page.
"""

import base64
import binascii

from ninja import Header, Router, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import actions, queries
from hutong.parties.api.place import place_of
from hutong.parties.schemas import TokenIn, TokenMadeOut, TokenOut
from hutong.parties.sign_in import Refusal

router = Router(tags=["account"])


@router.post(
    "/tokens",
    response={201: TokenMadeOut, **PROBLEMS},
    summary="Make a token",
    openapi_extra={"security": [{"password": []}, {"session": []}]},
)
def make(
    request: DoorRequest,
    body: TokenIn,
    one_time_code: str | None = Header(None, alias="X-One-Time-Code"),
) -> Status[TokenMadeOut]:
    """Needs HTTP Basic sign-in with e-mail and password, and the header `X-One-Time-Code` when the
    account has a second factor; or a page session. A token cannot make tokens.

    Officers' powers go only into tokens made with a second factor. What is revoked from the person
    is gone from their tokens at once (PA-2). The answer is not repeated by an `Idempotency-Key`.
    """
    made = actions.issue_token(
        actor=_signed_in(request, one_time_code or ""), now=request.now, **body.dict()
    )
    out = TokenMadeOut(
        id=made.id, token=made.secret, scopes=made.scopes, expires_at=made.expires_at
    )
    return Status(201, out)


@router.get("/tokens", response={200: list[TokenOut], **PROBLEMS}, summary="My tokens")
def mine(request: DoorRequest) -> list[TokenOut]:
    """Needs sign-in. Newest first, without their secrets."""
    if request.actor.person is None:
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    return [
        TokenOut.model_validate(t, from_attributes=True)
        for t in queries.tokens_of(request.actor.person)
    ]


@router.delete("/tokens/{token_id}", response={204: None, **PROBLEMS}, summary="End a token")
def revoke(request: DoorRequest, token_id: str) -> Status[None]:
    """Needs `member.self`. One's own tokens only; the end is immediate."""
    actions.revoke_token(actor=request.actor, now=request.now, token=token_id)
    return Status(204, None)


def _signed_in(request: DoorRequest, one_time_code: str) -> Actor:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if not scheme and request.actor.person is not None:
        return request.actor
    if scheme.lower() != "basic":
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    email, password = _basic(given)
    outcome = actions.check_credentials(
        actor=request.actor,
        now=request.now,
        email=email,
        password=password,
        one_time_code=one_time_code,
        place=place_of(request),
    )
    if isinstance(outcome, actions.NotSignedIn):
        raise outcome.refused()
    return queries.actor_for_person(outcome.person, second_factor=outcome.second_factor)


def _basic(given: str) -> tuple[str, str]:
    """Read `email:password` (RFC 7617, UTF-8)."""
    try:
        text = base64.b64decode(given.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise Refused(Refusal.CREDENTIALS_WRONG) from None
    email, colon, password = text.partition(":")
    if not colon or "\x00" in text:
        raise Refused(Refusal.CREDENTIALS_WRONG)
    return email, password
