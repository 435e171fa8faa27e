"""
Who controls whom.
"""

from uuid import UUID

from ninja import Router, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import actions, queries
from hutong.parties.schemas import ControlEndIn, ControlIn, ControlMadeOut, ControlOut

router = Router(tags=["parties"])


@router.post("/controls", response={201: ControlMadeOut, **PROBLEMS}, summary="Record control")
def record(request: DoorRequest, body: ControlIn) -> Status[ControlMadeOut]:
    """Needs `parties.verify`. Affiliates of a seller cannot bid for what it sells (PA-7, AU-3)."""
    id = actions.record_control(actor=request.actor, now=request.now, **body.dict())
    return Status(201, ControlMadeOut(id=id))


@router.post(
    "/controls/{control_id}/end",
    response={204: None, **PROBLEMS},
    summary="Record the end of control",
)
def end(request: DoorRequest, control_id: UUID, body: ControlEndIn) -> Status[None]:
    """Needs `parties.verify`. `until` is the last day."""
    actions.end_control(actor=request.actor, now=request.now, control=control_id, until=body.until)
    return Status(204, None)


@router.get(
    "/parties/{party_id}/controls",
    response={200: list[ControlOut], **PROBLEMS},
    summary="Control records of a party",
)
def controls(request: DoorRequest, party_id: UUID) -> list[ControlOut]:
    """Needs `member.read` for the party, or an officer who sees all parties."""
    _need_sight(request, party_id)
    return [ControlOut.of(c) for c in queries.controls_of(party_id)]


@router.get(
    "/parties/{party_id}/affiliates",
    response={200: list[UUID], **PROBLEMS},
    summary="Affiliates of a party",
)
def affiliates(request: DoorRequest, party_id: UUID) -> list[UUID]:
    """Needs `member.read` for the party, or an officer who sees all parties. Itself is among them."""
    _need_sight(request, party_id)
    return sorted(queries.affiliates(party_id))


def _need_sight(request: DoorRequest, party_id: UUID) -> None:
    if not queries.may_see(request.actor, party_id):
        raise Refused(CommonRefusal.NOT_FOUND, what="party")
