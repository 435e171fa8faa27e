"""
Messages between venues, by the API: as at /desk/network/messages (NE-2).
"""

import base64
from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Router, Schema, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page, paged
from hutong.doors.text import Text
from hutong.network.messages import actions, queries
from hutong.network.messages.rules import Direction

router = Router(tags=["network"])


class MessageOut(Schema):
    """A message to another venue. Times are real."""

    id: UUID
    to: str = Field(examples=["SZTE"])
    subject: str = Field(examples=["claim:2c26b46b68ffc68ff99b453c1d304134"])
    sequence: int = Field(examples=[0])
    kind: str = Field(examples=["claims.claim"])
    version: int = Field(examples=[1])
    queued_at: datetime
    status: str = Field(description="waiting, answered, refused", examples=["answered"])
    tries: int = Field(examples=[1])
    problem: str = Field(description="Why the last try brought no answer", examples=[""])
    refused: str = Field(description="The code of a final refusal", examples=[""])


class CommittedOut(Schema):
    """Where the log commits to an exchange: docs/network.md says how to check it."""

    entry: int
    log_index: int | None = Field(description="of journal.Sealed; null: not yet sealed")
    index: int = Field(examples=[0])
    size: int = Field(examples=[12])
    root: str
    proof: list[str]
    opening: dict[str, Any] | None = Field(
        description="What opens the batch's sealed entry there: leaf, salt, entry, slot, path"
    )


class ToldOut(Schema):
    """One message with both signed sides, base64 of the bytes that are kept."""

    id: UUID
    direction: Direction = Field(examples=["out"])
    peer: str = Field(examples=["SZTE"])
    subject: str
    sequence: int
    kind: str
    version: int
    at: datetime
    status: str
    problem: str
    refused: str
    body: dict[str, Any]
    answer: dict[str, Any] | None
    request: str | None
    reply: str | None
    committed: CommittedOut | None


class SilenceOut(Schema):
    """A venue that does not answer."""

    venue: str = Field(examples=["SZTE"])
    since: datetime
    failures: int = Field(examples=[4])
    problem: str = Field(examples=["ConnectError: Connection refused"])
    next_try_at: datetime
    waiting: int = Field(examples=[3])


class HurryIn(Schema):
    venue: Text = Field(max_length=20, examples=["SZTE"])


class SuspicionOut(Schema):
    """A signed message that no honest venue sends."""

    id: int
    sender: str = Field(examples=["SZTE"])
    message: UUID
    kind: str = Field(examples=["recognition.show"])
    digest: str
    refused: str = Field(
        description="The code of the refusal", examples=["recognition.credential_wrong"]
    )
    found_at: datetime
    concluded_at: datetime | None
    finding: str


class FindingIn(Schema):
    finding: Text = Field(min_length=1, max_length=1000, examples=["SZTE 已更换密钥并说明原因"])


@router.get("/network/messages", response={200: Page[MessageOut], **PROBLEMS}, summary="The outbox")
def outbox(
    request: DoorRequest, to: str | None = None, cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """Messages to other venues, latest first. Needs `network.operate` (NE-2)."""
    request.actor.need(queries.SEE)
    return paged(queries.outgoing(to=to), cursor, limit, key=("-queued_at", "-id"))


@router.get(
    "/network/messages/silent",
    response={200: list[SilenceOut], **PROBLEMS},
    summary="Venues that do not answer",
)
def silent(request: DoorRequest) -> list[Any]:
    """Needs `network.operate` (NE-2, NE-6)."""
    request.actor.need(queries.SEE)
    return queries.silent()


@router.get(
    "/network/messages/{direction}/{peer}/{message}",
    response={200: ToldOut, **PROBLEMS},
    summary="One message, with its evidence",
)
def one(request: DoorRequest, direction: Direction, peer: str, message: UUID) -> dict[str, Any]:
    """Signed request and reply, and the proof that the log commits to both. Needs
    `network.operate` (NE-2)."""
    request.actor.need(queries.SEE)
    told = queries.told(direction, peer, message)
    committed = told.committed
    return {
        **{name: getattr(told, name) for name in MessageOut.model_fields if hasattr(told, name)},
        "direction": told.direction,
        "peer": told.peer,
        "at": told.at,
        "body": told.body,
        "answer": told.answer,
        "request": _text(told.request),
        "reply": _text(told.reply),
        "committed": committed
        and {
            "entry": committed.entry,
            "log_index": committed.log_index,
            "index": committed.index,
            "size": committed.size,
            "root": committed.root.hex(),
            "proof": [step.hex() for step in committed.proof],
            "opening": committed.opening,
        },
    }


@router.get(
    "/network/suspicions",
    response={200: Page[SuspicionOut], **PROBLEMS},
    summary="What venues signed that no honest one sends",
)
def list_suspicions(
    request: DoorRequest, cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """Contradictions, forged credentials, a deposit guaranteed twice: refused, and kept as evidence
    with the sender's signature; latest first. Needs `network.operate` (NE-2)."""
    request.actor.need(queries.SEE)
    return paged(queries.suspicions(), cursor, limit, key=("-id",), out=queries.view_suspicion)


@router.post(
    "/network/suspicions/{suspicion}/conclude",
    response={204: None, **PROBLEMS},
    summary="Say what became of it",
)
def conclude_suspicion(request: DoorRequest, suspicion: int, body: FindingIn) -> Status[None]:
    """Once. Needs `network.operate` (NE-2)."""
    actions.conclude_suspicion(
        actor=request.actor, now=request.now, suspicion=suspicion, finding=body.finding
    )
    return Status(204, None)


@router.post(
    "/network/messages/hurry",
    response={204: None, **PROBLEMS},
    summary="Try a venue at once",
)
def hurry(request: DoorRequest, body: HurryIn) -> Status[None]:
    """Before the pause after its last silence is over. Needs `network.operate` (NE-2)."""
    actions.hurry(actor=request.actor, now=request.now, to=body.venue)
    return Status(204, None)


def _text(kept: bytes | None) -> str | None:
    return base64.b64encode(kept).decode() if kept is not None else None
