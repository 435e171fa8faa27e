"""
Institutions and credentials between venues, by the API (PA-4, PA-6).
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Router, Schema

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.kit.moments import local_date
from hutong.network.recognition import queries
from hutong.network.recognition.rules import Answered

router = Router(tags=["network"])


class InstitutionOut(Schema):
    """A service institution with one business it is accredited for."""

    venue: str = Field(description="Who accredited it", examples=["SHTE"])
    number: str = Field(description="Its certificate", examples=["SHTE-RD-2022-000001"])
    name_zh: str
    name_en: str
    capability: str = Field(examples=["valuation"])
    until: date
    url: str = Field(description="Where its certificate stands; of this venue without a host")


class ShowingOut(Schema):
    """A credential of a member here, as another venue was last shown it."""

    about: str = Field(examples=["party:01890c6e-0000-7000-8000-000000000001"])
    venue: str = Field(examples=["SZTE"])
    number: str = Field(examples=["SHTE-ZT-2022-000001"])
    answered: Answered
    why: dict[str, Any] = Field(description="What it said when it refused")
    shown_at: datetime


class RecognitionOut(Schema):
    """A party of another venue, as it is known here."""

    party: UUID
    home_venue: str = Field(examples=["SZTE"])
    credential: str = Field(examples=["SZTE-ZT-2022-000001"])
    until: date
    recognised_at: datetime
    ended_at: datetime | None
    why: str | None = Field(description="revoked, expired or venue, once it has ended")


@router.get(
    "/network/institutions",
    response={200: list[InstitutionOut], **PROBLEMS},
    summary="Accredited service institutions",
)
def institutions(request: DoorRequest, capability: str = "") -> list[InstitutionOut]:
    """Whose accreditation counts here today, of this venue and of members in good standing (PA-6).
    Open to everybody."""
    found = queries.institutions(local_date(request.now), capability)
    return [
        InstitutionOut(**{name: getattr(one, name) for name in InstitutionOut.model_fields})
        for one in found
    ]


@router.get(
    "/network/showings",
    response={200: list[ShowingOut], **PROBLEMS},
    summary="Credentials shown to other venues",
)
def showings(request: DoorRequest, venue: str = "") -> list[ShowingOut]:
    """Which credentials of members other venues were shown, and what they answered (PA-4). Needs
    `network.operate`."""
    found = queries.showings_for(request.actor, venue)
    return [
        ShowingOut(**{name: getattr(one, name) for name in ShowingOut.model_fields})
        for one in found
    ]


@router.get(
    "/network/recognitions",
    response={200: list[RecognitionOut], **PROBLEMS},
    summary="Parties of other venues",
)
def recognitions(request: DoorRequest, venue: str = "") -> list[RecognitionOut]:
    """Parties that other venues vouch for, or vouched for (PA-4). Needs `network.operate`."""
    return [
        RecognitionOut(
            **{name: getattr(one, name) for name in RecognitionOut.model_fields if name != "why"},
            why=one.why.value if one.why else None,
        )
        for one in queries.recognitions_for(request.actor, venue)
    ]
