"""
Mandates of a party, invitations to them, and officers of the venue.
"""

from uuid import UUID

from ninja import Router, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import actions, queries
from hutong.parties.membership import Refusal
from hutong.parties.schemas import (
    DismissIn,
    InvitationOut,
    InvitationSentOut,
    InvitedOut,
    MandateIn,
    MandateMadeOut,
    MandateOut,
    OfficerIn,
    OfficerOut,
    PersonOut,
)

router = Router(tags=["parties"])


@router.get(
    "/parties/{party_id}/mandates",
    response={200: list[MandateOut], **PROBLEMS},
    summary="Who acts for a party",
)
def mandates(request: DoorRequest, party_id: UUID) -> list[MandateOut]:
    """Needs `member.read` for the party, or an officer who sees all parties (PA-2)."""
    if not queries.may_see(request.actor, party_id):
        raise Refused(CommonRefusal.NOT_FOUND, what="party")
    return [MandateOut.of(m) for m in queries.mandates_of_party(party_id)]


@router.post(
    "/parties/{party_id}/mandates",
    response={201: InvitedOut, **PROBLEMS},
    summary="Invite a person to act for a party",
)
def invite(request: DoorRequest, party_id: UUID, body: MandateIn) -> Status[InvitedOut]:
    """Needs `member.own` for the party. Owners do everything, agents act, viewers read (PA-2).

    The mandate holds once whoever has the address accepts. The answer is the same whether or not
    the address is known; it may sign up later.
    """
    id = actions.invite(actor=request.actor, now=request.now, party=party_id, **body.dict())
    return Status(201, InvitedOut(id=id))


@router.get(
    "/parties/{party_id}/invitations",
    response={200: list[InvitationSentOut], **PROBLEMS},
    summary="Invitations not answered yet",
)
def invitations(request: DoorRequest, party_id: UUID) -> list[InvitationSentOut]:
    """Needs `member.read` for the party, or an officer who sees all parties (PA-2)."""
    if not queries.may_see(request.actor, party_id):
        raise Refused(CommonRefusal.NOT_FOUND, what="party")
    return [InvitationSentOut.of(i) for i in queries.invitations_of_party(party_id)]


@router.delete(
    "/parties/{party_id}/invitations/{invitation_id}",
    response={204: None, **PROBLEMS},
    summary="Withdraw an invitation",
)
def withdraw(request: DoorRequest, party_id: UUID, invitation_id: UUID) -> Status[None]:
    """Needs `member.own` for the party. Only before it is answered; then end the mandate."""
    actions.withdraw_invitation(
        actor=request.actor, now=request.now, party=party_id, invitation=invitation_id
    )
    return Status(204, None)


@router.get(
    "/me/invitations",
    response={200: list[InvitationOut], **PROBLEMS},
    summary="Invitations to me",
    tags=["account"],
)
def my_invitations(request: DoorRequest) -> list[InvitationOut]:
    """Needs sign-in. Parties that want me to act for them, and wait for my answer (PA-2)."""
    if request.actor.person is None:
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    return [InvitationOut.of(i) for i in queries.invitations_to(request.actor.person)]


@router.post(
    "/me/invitations/{invitation_id}/accept",
    response={201: MandateMadeOut, **PROBLEMS},
    summary="Accept an invitation",
    tags=["account"],
)
def accept(request: DoorRequest, invitation_id: UUID) -> Status[MandateMadeOut]:
    """Needs `member.self`; only to my own confirmed address. From now on I act for the party."""
    mandate = actions.accept_invitation(
        actor=request.actor, now=request.now, invitation=invitation_id
    )
    return Status(201, MandateMadeOut(mandate=mandate))


@router.post(
    "/me/invitations/{invitation_id}/decline",
    response={204: None, **PROBLEMS},
    summary="Decline an invitation",
    tags=["account"],
)
def decline(request: DoorRequest, invitation_id: UUID) -> Status[None]:
    """Needs `member.self`; only to my own confirmed address."""
    actions.decline_invitation(actor=request.actor, now=request.now, invitation=invitation_id)
    return Status(204, None)


@router.delete(
    "/parties/{party_id}/mandates/{mandate_id}",
    response={204: None, **PROBLEMS},
    summary="End a mandate",
)
def revoke(request: DoorRequest, party_id: UUID, mandate_id: UUID) -> Status[None]:
    """Needs `member.own` for the party. The end is immediate; the last owner stays (PA-2)."""
    actions.revoke_mandate(actor=request.actor, now=request.now, party=party_id, mandate=mandate_id)
    return Status(204, None)


@router.get(
    "/officers", response={200: list[OfficerOut], **PROBLEMS}, summary="Officers", tags=["officers"]
)
def officers(request: DoorRequest) -> list[OfficerOut]:
    """Needs `parties.appoint` or `supervise.read`."""
    power = "supervise.read" if request.actor.has("supervise.read") else "parties.appoint"
    request.actor.need(power)
    return [
        OfficerOut(person=PersonOut.of(o.person), role=o.role, appointed_at=o.appointed_at)
        for o in queries.officers()
    ]


@router.post(
    "/officers", response={204: None, **PROBLEMS}, summary="Appoint an officer", tags=["officers"]
)
def appoint(request: DoorRequest, body: OfficerIn) -> Status[None]:
    """Needs `parties.appoint`; never for oneself (PA-5). Roles and their powers are the rulebook's.

    The officer acts once signed in with a second factor.
    """
    request.actor.need("parties.appoint")
    person = queries.person_by_email(body.email)
    if person is None:
        raise Refused(Refusal.PERSON_UNKNOWN)
    actions.appoint_officer(actor=request.actor, now=request.now, person=person.id, role=body.role)
    return Status(204, None)


@router.post(
    "/officers/{person_id}/dismiss",
    response={204: None, **PROBLEMS},
    summary="Dismiss an officer",
    tags=["officers"],
)
def dismiss(request: DoorRequest, person_id: UUID, body: DismissIn) -> Status[None]:
    """Needs `parties.appoint`; never for oneself. Somebody who can appoint always remains."""
    actions.dismiss_officer(actor=request.actor, now=request.now, person=person_id, role=body.role)
    return Status(204, None)
