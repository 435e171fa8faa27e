"""
Claims in the network, by the API: as at /desk/network/claims (NE-5).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Router, Schema

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.network.claims import queries
from hutong.network.claims.rules import Status

router = Router(tags=["network"])


class ClaimOut(Schema):
    """A number this venue claimed."""

    id: UUID
    technology: UUID
    number: str = Field(examples=["CN202110000001.8"])
    status: Status = Field(examples=["final"])
    registrar: str = Field(description="who was asked last", examples=["SHTE"])
    holder: str = Field(description="of a lost one: whose it is", examples=[""])
    asked_at: datetime
    settled_at: datetime | None


class ClaimsOut(Schema):
    """Who keeps the claims, and ours. `held_by`, where it is us: how much of our log members hold."""

    term: int | None = Field(examples=[0])
    registrar: str | None = Field(examples=["SHTE"])
    ours: bool
    open: bool
    held_by: dict[str, int] = Field(examples=[{"SZTE": 1152}])
    claims: list[ClaimOut]


@router.get("/network/claims", response={200: ClaimsOut, **PROBLEMS}, summary="Claims of numbers")
def claims(request: DoorRequest, status: Status | None = None) -> dict[str, Any]:
    """Our claims, latest first, at most 500. Needs `network.operate` (NE-5)."""
    request.actor.need("network.operate")
    office = queries.office()
    return {
        "term": office.term if office else None,
        "registrar": office.registrar if office else None,
        "ours": office is not None and office.ours,
        "open": office is not None and office.open,
        "held_by": queries.held_by() if office and office.ours else {},
        "claims": queries.own(*([status] if status else [])),
    }
