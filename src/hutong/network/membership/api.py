"""
Membership by the API: as at /desk/network (NE-1, PA-5).
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Router, Schema, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.doors.text import Text
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.membership import actions
from hutong.venues import actions as venues
from hutong.venues import queries
from hutong.venues.lists import Kind, State
from hutong.venues.rules import Refusal
from hutong.venues.states import (
    ApplicationStatus,
    ChangeStatus,
    Standing,
    UndertakingKind,
    UndertakingStatus,
)

router = Router(tags=["network"])
OPERATE = "network.operate"
ANCHOR = "sha256:" + "5f" * 32


class VenueInNetwork(Schema):
    """A venue as the membership list has it."""

    code: str = Field(examples=["SZTE"])
    name_zh: str = Field(examples=["深圳技术交易所"])
    name_en: str = Field(examples=["Shenzhen Technology Exchange"])
    region: str = Field(examples=["CN-GD"])
    url: str = Field(examples=["https://szte.example"])
    log_origin: str = Field(examples=["szte.example/log"])
    state: State = Field(examples=["member"])
    standing: Standing = Field(
        description="`expired`: a member, but the list is too old to rely on", examples=["good"]
    )
    since: datetime


class NetworkOut(Schema):
    """The network this venue is in. Moments are real time."""

    network: str = Field(description="The anchor: digest of the genesis list", examples=[ANCHOR])
    name: str = Field(examples=["全国技术交易网络"])
    version: int = Field(examples=[12])
    list_digest: str = Field(examples=["sha256:" + "a1" * 32])
    registrar: str = Field(examples=["SHTE"])
    issued_at: datetime
    expires_at: datetime
    members: list[VenueInNetwork]


class MembershipChangeOut(Schema):
    """A change of the list, with what this venue decided on it."""

    digest: str = Field(examples=["sha256:" + "b2" * 32])
    kind: Kind = Field(examples=["suspend"])
    venue: str = Field(examples=["SZTE"])
    proposed_by: str = Field(examples=["SHTE"])
    proposed_at: datetime
    lapses_at: datetime
    details: dict[str, Any] = Field(examples=[{}])
    reason: str = Field(examples=["Its log has not answered for a month."])
    status: ChangeStatus = Field(examples=["proposed"])
    approved_by: list[str] = Field(examples=[["SHTE"]])
    needs: int = Field(description="How many approvals are missing", examples=[1])
    is_ours: bool = Field(description="Whether this venue has a say in it", examples=[True])
    impossible: str = Field(description="Why today's list does not admit of it", examples=[""])
    listed_in: int | None = Field(description="The list that made it", examples=[None])


class MembershipChangeIn(Schema):
    kind: Kind = Field(
        description="`admit` goes by the application; `found` and `renew` are not proposed",
        examples=["suspend"],
    )
    venue: Text = Field("", max_length=16, examples=["SZTE"])
    details: dict[str, Any] = Field(
        default_factory=dict,
        description="relocate: url, name_zh, name_en, region; rekey: keys, compromised",
        examples=[{}],
    )
    reason: Text = Field("", max_length=2000, examples=["Its log has not answered for a month."])
    application: Text | None = Field(
        None, max_length=71, description="admit: the application's digest", examples=[None]
    )


class DeclineIn(Schema):
    why: Text = Field(min_length=1, max_length=2000, examples=["Its rulebook is not public."])


class ChangeProposedOut(Schema):
    change: str = Field(examples=["sha256:" + "b2" * 32])


class NetworkApplicationOut(Schema):
    """A venue that wants to be let in."""

    application: str = Field(examples=["sha256:" + "c3" * 32])
    code: str = Field(examples=["HNTE"])
    name_zh: str = Field(examples=["海南技术交易所"])
    name_en: str = Field(examples=["Hainan Technology Exchange"])
    region: str = Field(examples=["CN-HI"])
    url: str = Field(examples=["https://hnte.example"])
    log_origin: str = Field(examples=["hnte.example/log"])
    received_at: datetime
    status: ApplicationStatus = Field(examples=["received"])


class UndertakingIn(Schema):
    """Found a network (`name`), or join one (`url` of a member, `anchor`)."""

    kind: UndertakingKind = Field(examples=["join"])
    name: Text = Field("", max_length=120, examples=[""])
    url: Text = Field("", max_length=400, examples=["https://shte.example"])
    anchor: Text = Field("", max_length=71, examples=[ANCHOR])


class UndertakingOut(Schema):
    id: UUID
    kind: UndertakingKind = Field(examples=["join"])
    name: str = Field(examples=[""])
    url: str = Field(examples=["https://shte.example"])
    anchor: str = Field(examples=[ANCHOR])
    status: UndertakingStatus = Field(examples=["accepted"])
    problem: str = Field(description="Why it has not come about yet", examples=[""])


class UndertakingProposedOut(Schema):
    id: UUID


@router.get(
    "/network", response={200: NetworkOut, **PROBLEMS}, summary="The network and its venues"
)
def network(request: DoorRequest) -> dict[str, Any]:
    """Open to all. The lists themselves, with their signatures, are at `/network/members` (NE-1)."""
    found, real_now = queries.network(), datetime.now(UTC)
    if found is None:
        raise Refused(Refusal.NOT_IN_NETWORK)
    return {
        "network": found.anchor,
        "name": found.name,
        "version": found.version,
        "list_digest": found.digest,
        "registrar": found.registrar,
        "issued_at": found.issued_at,
        "expires_at": found.expires_at,
        "members": [
            {
                **{
                    name: getattr(venue, name)
                    for name in VenueInNetwork.model_fields
                    if name != "standing"
                },
                "standing": queries.standing_of(venue, found, real_now),
            }
            for venue in queries.every_venue()
        ],
    }


@router.get(
    "/network/changes",
    response={200: list[MembershipChangeOut], **PROBLEMS},
    summary="Changes of the membership list under way",
)
def changes(request: DoorRequest) -> list[Any]:
    """Those this venue knows of, its own and others'. Needs `network.operate` (NE-1)."""
    request.actor.need(OPERATE)
    return queries.changes()


@router.post(
    "/network/changes",
    response={201: ChangeProposedOut, **PROBLEMS},
    summary="Propose a change of the membership list",
)
def propose(request: DoorRequest, body: MembershipChangeIn) -> Status[ChangeProposedOut]:
    """Needs `network.operate`; another officer here approves it, then other members do (PA-5)."""
    digest = venues.propose(
        actor=request.actor,
        now=request.now,
        real_now=datetime.now(UTC),
        kind=body.kind,
        venue=body.venue,
        details=body.details,
        reason=body.reason,
        application=body.application,
    )
    return Status(201, ChangeProposedOut(change=digest))


@router.post(
    "/network/changes/{change}/take-up",
    response={204: None, **PROBLEMS},
    summary="Take up what another venue proposed",
)
def take_up(request: DoorRequest, change: str) -> Status[None]:
    """Needs `network.operate`; another officer then approves or declines it (PA-5)."""
    venues.take_up(actor=request.actor, now=request.now, change=_known(change))
    return Status(204, None)


@router.post(
    "/network/changes/{change}/approve",
    response={204: None, **PROBLEMS},
    summary="Approve a change for this venue",
)
def approve(request: DoorRequest, change: str) -> Status[None]:
    """Needs `network.operate`, and other eyes than those that took it up (PA-5). It is signed."""
    actions.approve(
        actor=request.actor, now=request.now, real_now=datetime.now(UTC), change=_known(change)
    )
    return Status(204, None)


@router.post(
    "/network/changes/{change}/decline",
    response={204: None, **PROBLEMS},
    summary="Do not approve a change",
)
def decline(request: DoorRequest, change: str, body: DeclineIn) -> Status[None]:
    """Needs `network.operate`. Other members may still approve it (NE-1)."""
    venues.decline(actor=request.actor, now=request.now, change=_known(change), why=body.why)
    return Status(204, None)


@router.get(
    "/network/applications",
    response={200: list[NetworkApplicationOut], **PROBLEMS},
    summary="Venues that want to be let in",
)
def applications(request: DoorRequest) -> list[Any]:
    """Those that applied here and wait. Needs `network.operate` (NE-1)."""
    request.actor.need(OPERATE)
    return [
        {
            **{
                name: getattr(found.member, name)
                for name in ("code", "name_zh", "name_en", "region", "url", "log_origin")
            },
            "application": found.digest,
            "received_at": found.received_at,
            "status": found.status,
        }
        for found in queries.applications()
    ]


@router.post(
    "/network/applications/{application}/decline",
    response={204: None, **PROBLEMS},
    summary="Decline an application",
)
def decline_application(request: DoorRequest, application: str, body: DeclineIn) -> Status[None]:
    """Needs `network.operate`. To take it up, propose to `admit` it (NE-1)."""
    venues.decline_application(
        actor=request.actor, now=request.now, application=application, why=body.why
    )
    return Status(204, None)


@router.get(
    "/network/undertaking",
    response={200: UndertakingOut, **PROBLEMS},
    summary="What this venue undertakes: to found a network, or to join one",
)
def undertaking(request: DoorRequest) -> Any:
    """Needs `network.operate` (NE-1)."""
    request.actor.need(OPERATE)
    found = queries.undertaking()
    if found is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="undertaking")
    return found


@router.post(
    "/network/undertaking",
    response={201: UndertakingProposedOut, **PROBLEMS},
    summary="Propose to found a network, or to join one",
)
def undertake(request: DoorRequest, body: UndertakingIn) -> Status[UndertakingProposedOut]:
    """Needs `network.operate`; another officer accepts (PA-5). The anchor comes from a person one
    trusts, never from the address."""
    actor, now = request.actor, request.now
    if body.kind is UndertakingKind.FOUND:
        id = venues.propose_founding(actor=actor, now=now, name=body.name)
    else:
        id = venues.propose_joining(actor=actor, now=now, url=body.url, anchor=body.anchor)
    return Status(201, UndertakingProposedOut(id=id))


@router.post(
    "/network/undertaking/{undertaking}/accept",
    response={204: None, **PROBLEMS},
    summary="Accept what another officer undertakes",
)
def accept(request: DoorRequest, undertaking: UUID) -> Status[None]:
    """Needs `network.operate`, and other eyes than those that proposed it (PA-5)."""
    venues.accept_undertaking(
        actor=request.actor, now=request.now, real_now=datetime.now(UTC), undertaking=undertaking
    )
    return Status(204, None)


@router.post(
    "/network/undertaking/{undertaking}/withdraw",
    response={204: None, **PROBLEMS},
    summary="Give an undertaking up",
)
def withdraw(request: DoorRequest, undertaking: UUID) -> Status[None]:
    """Needs `network.operate`; one officer suffices (NE-1)."""
    venues.withdraw_undertaking(actor=request.actor, now=request.now, undertaking=undertaking)
    return Status(204, None)


def _known(change: str) -> str:
    if queries.change(change) is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="change")
    return change
