"""
Custody between venues, by the API: as at /desk/network/custody and /my/custody (NE-8).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Router, Schema, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.doors.problems import problem_of
from hutong.doors.text import Text
from hutong.network.custody import actions, queries
from hutong.network.custody.rules import Direction
from hutong.network.custody.rules import Status as MoveStatus

router = Router(tags=["network"])


class CustodyMoveOut(Schema):
    """A registered technology on its way into another venue's custody, or into ours."""

    id: UUID
    direction: Direction = Field(examples=["going"])
    technology: UUID
    title_zh: str = Field(examples=["一种高温合金的热处理方法"])
    title_en: str = Field(examples=["Heat treatment of a superalloy"])
    peer: str = Field(description="The other venue", examples=["SZTE"])
    status: MoveStatus = Field(examples=["offered"])
    reason: str = Field(examples=["The buyers of this field are there."])
    why: str = Field(description="Why nothing came of it", examples=[""])
    entries: int = Field(description="In the chapter that is shown", examples=[3])
    index: int | None = Field(
        description="The entry of the old venue's log that closed the chapter", examples=[1152]
    )
    begun_at: datetime
    changed_at: datetime


class CustodyMoveIn(Schema):
    technology: UUID
    to: Text = Field(max_length=20, description="Code of the other venue", examples=["SZTE"])
    reason: Text = Field(
        min_length=1, max_length=2000, examples=["The buyers of this field are there."]
    )


class CustodyWhyIn(Schema):
    why: Text = Field(min_length=1, max_length=2000, examples=["A sale is being prepared here."])


class CustodySeveralIn(Schema):
    technologies: list[UUID] = Field(
        min_length=1, max_length=actions.MOST_AT_ONCE, description="Each becomes a move of its own"
    )
    to: Text = Field(max_length=20, description="Code of the other venue", examples=["SZTE"])
    reason: Text = Field(
        min_length=1, max_length=2000, examples=["The buyers of this field are there."]
    )


class CustodyStepIn(Schema):
    moves: list[UUID] = Field(min_length=1, max_length=actions.MOST_AT_ONCE)


class NotMovedOut(Schema):
    """One of the list about which nothing was done, and why."""

    id: UUID
    problem: dict[str, Any] = Field(examples=[{"code": "custody.under_way", "rule": "NE-8"}])


class CustodySeveralOut(Schema):
    """What came of each: what one was refused for leaves the others."""

    done: list[CustodyMoveOut]
    refused: list[NotMovedOut]


def _several(found: actions.Several) -> dict[str, Any]:
    refused = [{"id": id, "problem": problem_of(why)} for id, why in found.refused]
    return {"done": found.done, "refused": refused}


@router.post(
    "/my/custody/several",
    response={200: CustodySeveralOut, **PROBLEMS},
    summary="Ask for another venue's custody of several technologies",
)
def wish_several(request: DoorRequest, body: CustodySeveralIn) -> dict[str, Any]:
    """Needs `member.act` for their sole owner; each is asked for as it would be alone (NE-8)."""
    return _several(actions.wish_several(actor=request.actor, now=request.now, **body.model_dump()))


@router.post(
    "/network/custody/several",
    response={200: CustodySeveralOut, **PROBLEMS},
    summary="Propose to give custody of several technologies",
)
def propose_several(request: DoorRequest, body: CustodySeveralIn) -> dict[str, Any]:
    """Needs `network.operate`; a second officer offers them, each or all at once (NE-8, PA-5)."""
    return _several(
        actions.propose_several(actor=request.actor, now=request.now, **body.model_dump())
    )


@router.post(
    "/network/custody/several/{step}",
    response={200: CustodySeveralOut, **PROBLEMS},
    summary="Take up, offer or accept several moves",
)
def step_several(request: DoorRequest, step: actions.Step, body: CustodyStepIn) -> dict[str, Any]:
    """Needs `network.operate`, and what each needs alone: other eyes to offer and to accept (PA-5)."""
    return _several(
        actions.step_several(actor=request.actor, now=request.now, step=step, moves=body.moves)
    )


@router.get(
    "/my/custody", response={200: list[CustodyMoveOut], **PROBLEMS}, summary="Moves we asked for"
)
def wishes(request: DoorRequest) -> list[Any]:
    """What the acting party asked for, latest first. Needs `member.read` (NE-8)."""
    return queries.wishes_of(request.actor.acting_party())


@router.post(
    "/my/custody",
    response={201: CustodyMoveOut, **PROBLEMS},
    summary="Ask for another venue's custody of a technology",
)
def wish(request: DoorRequest, body: CustodyMoveIn) -> Status[Any]:
    """Needs `member.act` for its sole owner; officers of both venues decide (NE-8)."""
    made = actions.wish(
        actor=request.actor,
        now=request.now,
        technology=body.technology,
        to=body.to,
        reason=body.reason,
    )
    return Status(201, made)


@router.post(
    "/my/custody/{move}/take-back", response={204: None, **PROBLEMS}, summary="Take a wish back"
)
def take_back(request: DoorRequest, move: UUID) -> Status[None]:
    """Needs `member.act`, before an officer has taken it up (NE-8)."""
    actions.take_back(actor=request.actor, now=request.now, move=move)
    return Status(204, None)


@router.get(
    "/network/custody", response={200: list[CustodyMoveOut], **PROBLEMS}, summary="Moves of custody"
)
def moves(request: DoorRequest, status: MoveStatus | None = None) -> list[Any]:
    """Latest first, at most 200. Needs `network.operate` (NE-8)."""
    return queries.moves(request.actor, *([status] if status else []))


@router.post(
    "/network/custody",
    response={201: CustodyMoveOut, **PROBLEMS},
    summary="Propose to give custody to another venue",
)
def propose(request: DoorRequest, body: CustodyMoveIn) -> Status[Any]:
    """Needs `network.operate`; a second officer offers it (PA-5)."""
    made = actions.propose(
        actor=request.actor,
        now=request.now,
        technology=body.technology,
        to=body.to,
        reason=body.reason,
    )
    return Status(201, made)


@router.post(
    "/network/custody/{move}/take-up",
    response={204: None, **PROBLEMS},
    summary="Take up a wish, or another venue's offer",
)
def take_up(request: DoorRequest, move: UUID) -> Status[None]:
    """Needs `network.operate`; a second officer offers or accepts it (PA-5)."""
    found = queries.move(request.actor, move)
    act = actions.take_up_wish if found.direction is Direction.GOING else actions.take_up
    act(actor=request.actor, now=request.now, move=move)
    return Status(204, None)


@router.post(
    "/network/custody/{move}/offer",
    response={204: None, **PROBLEMS},
    summary="Offer custody to the other venue",
)
def offer(request: DoorRequest, move: UUID) -> Status[None]:
    """Needs `network.operate`, and other eyes than those that proposed it. From now on no act on
    the title is possible here (NE-8)."""
    actions.offer(actor=request.actor, now=request.now, move=move)
    return Status(204, None)


@router.post(
    "/network/custody/{move}/accept",
    response={204: None, **PROBLEMS},
    summary="Accept custody that another venue offers",
)
def accept(request: DoorRequest, move: UUID) -> Status[None]:
    """Needs `network.operate`, and other eyes than those that took it up (NE-8, PA-5)."""
    actions.accept(actor=request.actor, now=request.now, move=move)
    return Status(204, None)


@router.post(
    "/network/custody/{move}/decline",
    response={204: None, **PROBLEMS},
    summary="Decline an offer, or take back our own",
)
def decline(request: DoorRequest, move: UUID, body: CustodyWhyIn) -> Status[None]:
    """Needs `network.operate`; one officer suffices (NE-8)."""
    found = queries.move(request.actor, move)
    act = actions.withdraw if found.direction is Direction.GOING else actions.decline
    act(actor=request.actor, now=request.now, move=move, why=body.why)
    return Status(204, None)
