"""
Logs that this venue watches and witnesses it asks, by the API: as at /desk/witnesses (LO-3, PA-5).
"""

import base64
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.doors.text import Text
from hutong.transparency.cosigning import actions, queries
from hutong.transparency.cosigning.rules import PeerKind, PeerStatus

router = Router(tags=["log"])
KEY = "other.example/log+2ffcca92+AfZHgKDhwqiHUNcxUpQ7eFNXqkBeiJyAYdP2N5DPkWDV"


class LogPeerOut(Schema):
    """A log that is watched or a witness that is asked, or a proposal of one."""

    id: UUID
    kind: PeerKind = Field(
        description="`log`: this venue watches it; `witness`: it watches this venue's",
        examples=["log"],
    )
    name: str = Field(examples=["other.example/log"])
    keys: list[str] = Field(description="C2SP verifier keys", examples=[[KEY]])
    url: str = Field(description="Of a witness: where checkpoints are sent", examples=[""])
    status: PeerStatus = Field(examples=["accepted"])
    proposed_at: datetime
    size: int | None = Field(
        description="Entries of our log the witness has seen, or of the log that we have",
        examples=[1152],
    )
    at: datetime | None = Field(description="When that was, in real time")
    problem: str = Field(description="Why a witness did not answer", examples=[""])


class LogPeerIn(Schema):
    kind: PeerKind = Field(examples=["log"])
    keys: list[Text] = Field(
        description="Its verifier keys, as its operator publishes them",
        min_length=1,
        max_length=20,
        examples=[[KEY]],
    )
    url: Text = Field(
        "",
        max_length=400,
        description="Of a witness only: where checkpoints are sent, without /add-checkpoint",
        examples=[""],
    )


class RefusedCheckpointOut(Schema):
    """A checkpoint that a log signed and could not show to continue what was seen: evidence."""

    origin: str = Field(examples=["other.example/log"])
    why: str = Field(
        description="`contradiction`: two roots for one size; else not shown to continue",
        examples=["contradiction"],
    )
    size: int = Field(description="Of what was shown", examples=[1152])
    root: str = Field(
        description="base64", examples=["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="]
    )
    seen_size: int = Field(description="Of what was seen before", examples=[1152])
    seen_root: str = Field(
        description="base64", examples=["n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="]
    )
    shown: str = Field(description="The signed note that was shown (C2SP)")
    seen_note: str = Field(description="The signed note that was seen before (C2SP)")
    shown_at: datetime = Field(description="Real time")

    @classmethod
    def of(cls, view: queries.RefusedView) -> "RefusedCheckpointOut":
        told = {name: getattr(view, name) for name in cls.model_fields}
        hashes = {name: base64.b64encode(told[name]).decode() for name in ("root", "seen_root")}
        return cls(**{**told, **hashes})


class LogPeerProposed(Schema):
    id: UUID


@router.get(
    "/log/peers", response={200: list[LogPeerOut], **PROBLEMS}, summary="Logs and witnesses"
)
def peers(request: DoorRequest) -> list[Any]:
    """Those accepted and those proposed. Needs `venue.operate` (LO-3)."""
    request.actor.need("venue.operate")
    return queries.peers()


@router.get(
    "/log/refused-checkpoints",
    response={200: list[RefusedCheckpointOut], **PROBLEMS},
    summary="Checkpoints of other logs that this venue refused to cosign",
)
def refused_checkpoints(request: HttpRequest) -> list[RefusedCheckpointOut]:
    """The latest fifty, each with both signed notes: two roots for one size prove that the log lied
    to somebody. Open to everybody (LO-3)."""
    return [RefusedCheckpointOut.of(view) for view in queries.refused()]


@router.post(
    "/log/peers",
    response={201: LogPeerProposed, **PROBLEMS},
    summary="Propose to watch a log, or to ask a witness",
)
def propose_peer(request: DoorRequest, body: LogPeerIn) -> Status[LogPeerProposed]:
    """Needs `venue.operate`; another officer accepts (PA-5). Also for other keys of a known one."""
    id = actions.propose_peer(
        actor=request.actor, now=request.now, kind=body.kind, keys=body.keys, url=body.url
    )
    return Status(201, LogPeerProposed(id=id))


@router.post(
    "/log/peers/{peer}/accept",
    response={204: None, **PROBLEMS},
    summary="Accept a log or witness that another officer proposed",
)
def accept_peer(request: DoorRequest, peer: UUID) -> Status[None]:
    """Needs `venue.operate`, and other eyes than those that proposed it (PA-5). It is logged."""
    actions.accept_peer(actor=request.actor, now=request.now, peer=peer)
    return Status(204, None)


@router.post(
    "/log/peers/{peer}/decline",
    response={204: None, **PROBLEMS},
    summary="Decline a proposed log or witness",
)
def decline_peer(request: DoorRequest, peer: UUID) -> Status[None]:
    """Needs `venue.operate`; whoever proposed it may take it back so (PA-5)."""
    actions.decline_peer(actor=request.actor, now=request.now, peer=peer)
    return Status(204, None)


@router.post(
    "/log/peers/{peer}/end",
    response={204: None, **PROBLEMS},
    summary="Watch a log, or ask a witness, no more",
)
def end_peer(request: DoorRequest, peer: UUID) -> Status[None]:
    """Needs `venue.operate`; one officer suffices. What was cosigned stays (LO-3)."""
    actions.end_peer(actor=request.actor, now=request.now, peer=peer)
    return Status(204, None)
