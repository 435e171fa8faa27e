"""
Mirrors of the other venues' logs, by the API: as at /desk/network/mirrors (LO-3, LO-4).
"""

from datetime import UTC, datetime
from typing import Any

from ninja import Field, Router, Schema

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.mirrors import queries
from hutong.network.mirrors.queries import MirrorView
from hutong.network.mirrors.states import MirrorState

router = Router(tags=["network"])


class MirrorOut(Schema):
    """How far this venue is with another's log."""

    venue: str = Field(examples=["SZTE"])
    log: str = Field(examples=["szte.example/log"])
    state: MirrorState = Field(examples=["following"])
    size: int = Field(description="Entries of its latest verified checkpoint", examples=[1152])
    root: str = Field(description="hex", examples=["e3b0c44298fc1c149afbf4c8996fb924"])
    missing: int = Field(description="Entries known of that have not come yet", examples=[0])
    held_size: int = Field(description="Up to where every entry has come", examples=[1152])
    delay_seconds: int = Field(examples=[0])
    verified_at: datetime | None = Field(description="Real time")
    unreadable: int = Field(description="Entries and texts that say nothing", examples=[0])
    problem: str = Field(examples=[""])


class ComparedOut(Schema):
    """A mirror beside what its entries and texts give when they are read anew from the first."""

    venue: str = Field(examples=["SZTE"])
    size: int = Field(examples=[1152])
    root: str = Field(examples=["e3b0c44298fc1c149afbf4c8996fb924"])
    picture: str = Field(examples=["sha256:9f86d081884c7d659a2feaa0c55ad015"])
    equal: bool = Field(description="Root and picture are those derived anew")


@router.get("/network/mirrors", response={200: list[MirrorOut], **PROBLEMS}, summary="Mirrors")
def mirrors(request: DoorRequest) -> list[dict[str, Any]]:
    """The logs of the other venues, by code. Needs `network.operate` (LO-3)."""
    request.actor.need("network.operate")
    return [_told(view) for view in queries.mirrors()]


def _told(view: MirrorView) -> dict[str, Any]:
    return {
        "venue": view.code,
        "log": view.origin,
        "state": view.state,
        "size": view.size,
        "root": view.root.hex(),
        "missing": view.missing,
        "held_size": view.held_size,
        "delay_seconds": view.delay_seconds(datetime.now(UTC)),
        "verified_at": view.verified_at,
        "unreadable": view.unreadable,
        "problem": view.problem,
    }


@router.get(
    "/network/mirrors/{venue}/comparison",
    response={200: ComparedOut, **PROBLEMS},
    summary="Compare a mirror with what its entries give",
)
def compare(request: DoorRequest, venue: str) -> dict[str, Any]:
    """Derives root and picture anew; two venues that hold one log up to one size have the same of
    both. Needs `network.operate`; takes seconds for a large log (LO-4)."""
    request.actor.need("network.operate")
    found = queries.compare(venue)
    if found is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="mirror")
    return {
        "venue": found.code,
        "size": found.size,
        "root": found.root.hex(),
        "picture": found.picture,
        "equal": found.equal,
    }
