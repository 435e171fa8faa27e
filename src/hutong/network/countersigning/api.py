"""
Countersignatures, by the API: public, for whoever verifies a certificate (NE-4, CE-2).
"""

from datetime import datetime
from typing import Any

from ninja import Field, Router, Schema

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.network.countersigning import queries

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
