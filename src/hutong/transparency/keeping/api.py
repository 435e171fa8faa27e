"""
The venue's keys and their changes, by the API: as at /desk/keys (LO-1, PA-5).
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from pydantic import AwareDatetime

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.doors.text import Text
from hutong.transparency.keeping import actions, queries
from hutong.transparency.keeping.rules import Change

router = Router(tags=["log"])
KEY = "venue.example/log+2ffcca92+AfZHgKDhwqiHUNcxUpQ7eFNXqkBeiJyAYdP2N5DPkWDV"


class KeyLifeOut(Schema):
    """A public key and when it was used, in real time."""

    purpose: str = Field(examples=["log"])
    key: str = Field(description="As it is published", examples=[KEY])
    used_from: datetime
    used_until: datetime | None = Field(description="null: it is in use")
    compromised_from: datetime | None = Field(description="From when on it proves nothing")


class KeyChangeOut(Schema):
    """A change of a key that waits for a second officer."""

    id: UUID
    change: Change = Field(examples=["rotate"])
    purpose: str = Field(examples=["log"])
    key: str = Field(examples=[KEY])
    since: datetime | None = Field(description="Compromised as of, in real time")
    reason: str = Field(examples=["The yearly change."])
    asked_at: datetime


class KeyChangeIn(Schema):
    change: Change = Field(
        description="`rotate`: a new key takes its place; `compromise`: it is trusted no more",
        examples=["rotate"],
    )
    key: Text = Field(max_length=400, description="As it is published", examples=[KEY])
    since: AwareDatetime | None = Field(
        None, description="Compromised as of, in real time; of a compromise only"
    )
    reason: Text = Field(max_length=1000, examples=["The yearly change."])


class KeyChangeAskedOut(Schema):
    id: UUID


@router.get(
    "/log/keys",
    response={200: list[KeyLifeOut], **PROBLEMS},
    summary="The venue's public keys, and when each was used",
)
def keys(request: HttpRequest) -> list[Any]:
    """By purpose, the one in use first. Open to everybody (LO-1)."""
    return list(queries.lives())


@router.get(
    "/log/key-changes",
    response={200: list[KeyChangeOut], **PROBLEMS},
    summary="Changes of keys that wait",
)
def key_changes(request: DoorRequest) -> list[Any]:
    """Asked for and not decided, oldest first. Needs `venue.operate` (PA-5)."""
    request.actor.need("venue.operate")
    return queries.waiting()


@router.post(
    "/log/key-changes",
    response={201: KeyChangeAskedOut, **PROBLEMS},
    summary="Ask for a key to be replaced, or declared compromised",
)
def ask_key_change(request: DoorRequest, body: KeyChangeIn) -> Status[KeyChangeAskedOut]:
    """Needs `venue.operate`; another officer decides (PA-5)."""
    id = actions.ask_change(
        actor=request.actor,
        now=request.now,
        real_now=datetime.now(UTC),
        change=body.change,
        key=body.key,
        since=body.since,
        reason=body.reason,
    )
    return Status(201, KeyChangeAskedOut(id=id))


@router.post(
    "/log/key-changes/{change}/accept",
    response={204: None, **PROBLEMS},
    summary="Do the change that another officer asked for",
)
def accept_key_change(request: DoorRequest, change: UUID) -> Status[None]:
    """Needs `venue.operate`, and other eyes than those that asked (PA-5). It is logged (LO-1)."""
    actions.accept_change(
        actor=request.actor, now=request.now, real_now=datetime.now(UTC), change=change
    )
    return Status(204, None)


@router.post(
    "/log/key-changes/{change}/decline",
    response={204: None, **PROBLEMS},
    summary="Leave the key as it is",
)
def decline_key_change(request: DoorRequest, change: UUID) -> Status[None]:
    """Needs `venue.operate`; whoever asked may take it back so (PA-5)."""
    actions.decline_change(actor=request.actor, now=request.now, change=change)
    return Status(204, None)
