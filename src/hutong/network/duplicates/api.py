"""
Duplicates in the network, by the API: as at /desk/network/duplicates (NE-5).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Router, Schema, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.doors.text import Text
from hutong.network.duplicates import actions, queries
from hutong.network.duplicates.rules import Status as DuplicateStatus

router = Router(tags=["network"])


class DuplicateOut(Schema):
    """One right registered at two venues; the claim of `holding_venue` stands."""

    claim: UUID = Field(description="The refused claim's id")
    number: str = Field(description="Digest of the number", examples=["sha256:" + "a1" * 32])
    venue: str = Field(description="Who joined with it", examples=["SZTE"])
    technology: UUID
    holding_venue: str = Field(examples=["SHTE"])
    holding_technology: UUID
    registrar: str = Field(description="Whose officers decide", examples=["SHTE"])
    status: DuplicateStatus = Field(examples=["open"])
    statements: dict[str, str] = Field(examples=[{"SZTE": "Registered since 2019."}])
    upheld: str = Field(description="For whom it is decided, or proposed", examples=[""])
    reasons: str = Field(examples=[""])
    found_at: datetime


class StatementIn(Schema):
    statement: Text = Field(min_length=1, max_length=4000, examples=["Registered since 2019."])


class DecisionIn(Schema):
    upheld: Text = Field(max_length=20, examples=["SZTE"])
    reasons: Text = Field(
        min_length=1, max_length=4000, examples=["Its applicant is the patentee; the other is not."]
    )


@router.get(
    "/network/duplicates",
    response={200: list[DuplicateOut], **PROBLEMS},
    summary="Rights registered at two venues",
)
def duplicates(request: DoorRequest, status: DuplicateStatus | None = None) -> list[Any]:
    """Latest first, at most 200. Needs `network.operate` (NE-5)."""
    return queries.duplicates(request.actor, *([status] if status else []))


@router.post(
    "/network/duplicates/{claim}/state",
    response={204: None, **PROBLEMS},
    summary="Say this venue's case",
)
def state(request: DoorRequest, claim: UUID, body: StatementIn) -> Status[None]:
    """Needs `network.operate`, at one of the two venues (DL-3)."""
    actions.state(actor=request.actor, now=request.now, claim=claim, statement=body.statement)
    return Status(204, None)


@router.post(
    "/network/duplicates/{claim}/propose",
    response={204: None, **PROBLEMS},
    summary="Propose whose registration stands",
)
def propose(request: DoorRequest, claim: UUID, body: DecisionIn) -> Status[None]:
    """Needs `network.operate` at the registrar; another officer decides (PA-5)."""
    actions.propose(
        actor=request.actor,
        now=request.now,
        claim=claim,
        upheld=body.upheld,
        reasons=body.reasons,
    )
    return Status(204, None)


@router.post(
    "/network/duplicates/{claim}/decide",
    response={204: None, **PROBLEMS},
    summary="Take the decision that is proposed",
)
def decide(request: DoorRequest, claim: UUID) -> Status[None]:
    """Needs `network.operate` at the registrar, and other eyes than those that proposed it."""
    actions.decide(actor=request.actor, now=request.now, claim=claim)
    return Status(204, None)
