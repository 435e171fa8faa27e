"""
Signing up and one's own account.
"""

from ninja import Router, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import actions, queries, sign_in
from hutong.parties.api.place import place_of
from hutong.parties.schemas import (
    ConfirmIn,
    FactorCodeIn,
    FactorOut,
    MandateOut,
    MeIn,
    MeOut,
    PersonOut,
    RecoveryOut,
    SentOut,
    SignUpIn,
)

router = Router(tags=["account"])


@router.post("/sign-up", response={202: SentOut, **PROBLEMS}, summary="Make an account")
def sign_up(request: DoorRequest, body: SignUpIn) -> Status[SentOut]:
    """Open to all. A code goes to the address; confirm with it within half an hour (PA-2).

    The answer is the same whether or not the address is known. Send again for a new code.
    """
    actions.sign_up(
        actor=request.actor,
        now=request.now,
        place=place_of(request),
        **body.dict(),
    )
    return Status(202, SentOut(sent_to=sign_in.email(body.email)))


@router.post(
    "/sign-up/confirm", response={200: PersonOut, **PROBLEMS}, summary="Confirm the address"
)
def confirm(request: DoorRequest, body: ConfirmIn) -> PersonOut:
    """Open to all. After five wrong guesses the code is spent; sign up again for another."""
    person = actions.confirm_email(
        actor=request.actor, now=request.now, email=body.email, code=body.code
    )
    if person is None:
        raise Refused(sign_in.Refusal.CODE_WRONG)
    return PersonOut.of(person)


@router.get("/me", response={200: MeOut, **PROBLEMS}, summary="Who am I, and what may I do")
def me(request: DoorRequest) -> MeOut:
    """Needs sign-in."""
    actor = request.actor
    if actor.person is None:
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    return MeOut(
        person=PersonOut.of(queries.person(actor.person)),
        party=actor.party,
        second_factor=actor.second_factor,
        second_factor_enrolled=queries.has_second_factor(actor.person),
        powers=sorted(actor.powers),
        roles=queries.roles_of(actor.person),
        mandates=[MandateOut.of(m) for m in queries.mandates_of_person(actor.person)],
    )


@router.patch("/me", response={200: PersonOut, **PROBLEMS}, summary="Change my name or language")
def change_me(request: DoorRequest, body: MeIn) -> PersonOut:
    """Needs `member.self`. Notices and mails come in the language set here."""
    person = actions.change_person(actor=request.actor, now=request.now, **body.dict())
    return PersonOut.of(person)


@router.post(
    "/me/second-factor", response={200: FactorOut, **PROBLEMS}, summary="Begin a second factor"
)
def begin_factor(request: DoorRequest) -> FactorOut:
    """Needs `member.self`. Put the secret into an authenticator app, then confirm with a code.

    Officers act only with a second factor (PA-5).
    """
    begun = actions.begin_second_factor(actor=request.actor, now=request.now)
    return FactorOut(secret=begun.secret, otpauth_url=begun.otpauth_url)


@router.post(
    "/me/second-factor/confirm",
    response={201: RecoveryOut, **PROBLEMS},
    summary="Add the second factor begun",
)
def add_factor(request: DoorRequest, body: FactorCodeIn) -> Status[RecoveryOut]:
    """Needs `member.self`. From now on a password alone signs in nowhere."""
    codes = actions.add_second_factor(actor=request.actor, now=request.now, code=body.code)
    return Status(201, RecoveryOut(recovery_codes=codes))


@router.delete(
    "/me/second-factor", response={204: None, **PROBLEMS}, summary="Remove the second factor"
)
def remove_factor(request: DoorRequest) -> Status[None]:
    """Needs `member.self` and a sign-in with the factor. Tokens made with it end."""
    actions.remove_second_factor(actor=request.actor, now=request.now)
    return Status(204, None)
