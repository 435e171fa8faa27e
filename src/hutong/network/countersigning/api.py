"""
Countersignatures, by the API: public, for whoever verifies a certificate, and officers' asking again
(NE-4, CE-2). Verifying a file stands here, for whoever countersigned it is part of the answer.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from ninja import Field, File, Router, Schema, Status, UploadedFile

from hutong.certificates import verification
from hutong.certificates.command import summary
from hutong.certificates.schemas import VerificationOut
from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.countersigning import actions, queries

router = Router(tags=["network"])


class CountersignatureOut(Schema):
    """Another venue's word for a certificate."""

    number: str = Field(examples=["SHTE-JY-2022-000001"])
    issuer: str = Field(description="Whose certificate it is", examples=["SHTE"])
    venue: str = Field(description="Who countersigned it", examples=["SZTE"])
    name_zh: str
    name_en: str
    log_index: int = Field(description="Of its entry in the log of `venue`")
    at: datetime
    file: dict[str, Any] = Field(
        description="The countersignature as `./hutong verify --countersignature` takes it"
    )


@router.get(
    "/network/countersignatures/{number}",
    response={200: list[CountersignatureOut], **PROBLEMS},
    summary="Who countersigned a certificate",
)
def countersignatures(request: DoorRequest, number: str) -> list[CountersignatureOut]:
    """Of this venue's certificates, and of those that it countersigned (NE-4). Open to everybody."""
    return [
        CountersignatureOut(
            **{name: getattr(one, name) for name in CountersignatureOut.model_fields}
        )
        for one in queries.of_certificate(number)
    ]


class CountersigningRefusedOut(Schema):
    """What the other venue of a deal refused for good, and may be asked again."""

    number: str = Field(examples=["SHTE-JY-2022-000001"])
    venue: str = Field(description="Who refused", examples=["SZTE"])
    given: bool = Field(
        description="It does not keep our countersignature; else it does not give its own"
    )
    why: dict[str, Any] = Field(examples=[{"code": "countersigning.log_differs"}])
    refused_at: datetime
    again_at: datetime | None = Field(description="Asked again, and not answered yet")


@router.get(
    "/network/countersignatures",
    response={200: list[CountersigningRefusedOut], **PROBLEMS},
    summary="Countersignatures that were refused",
)
def refused(request: DoorRequest) -> list[Any]:
    """Those to ask again first, at most 200. Needs `network.operate` (NE-4)."""
    return queries.refused(request.actor)


@router.post(
    "/network/countersignatures/{number}/ask-again",
    response={204: None, **PROBLEMS},
    summary="Ask again for a countersignature that was refused",
)
def ask_again(request: DoorRequest, number: str) -> Status[None]:
    """Needs `network.operate`. Sends the certificate, or our countersignature, as it stands now."""
    actions.ask_again(actor=request.actor, now=request.now, number=number)
    return Status(204, None)


@router.post(
    "/verify",
    response={200: VerificationOut, **PROBLEMS},
    summary="Verify a certificate's file",
    tags=["certificates"],
)
def verify(request: DoorRequest, file: UploadedFile = File(...)) -> dict[str, object]:
    """Send a PDF or a credential of this venue, or of a member of its network; each step of its
    verification is answered, and who countersigned it and whether that holds. The file is not kept.
    Open to everybody; up to 50 MB (CE-2, NE-4)."""
    if (file.size or 0) > verification.MAX_BYTES:
        raise Refused(CommonRefusal.TOO_LARGE, what="The file", limit="50 MB")
    return summary(queries.verify(file.read(), now=request.now), gettext)
