"""
Which service institutions this venue has accredited, for what, until when (PA-6).
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from hutong.certificates.kinds import Kind
from hutong.certificates.models import Certificate
from hutong.certificates.rules import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class AccreditationView:
    certificate: UUID
    number: str
    institution: UUID
    name_zh: str
    name_en: str
    capability: str
    starts_on: date
    until: date


def accreditations(on: date) -> list[AccreditationView]:
    """Those that hold on a day: not over, superseded, suspended or revoked."""
    rows = Certificate.objects.filter(
        kind=Kind.ACCREDITATION.value,
        status=Status.RENDERED.value,
        superseded_by="",
        suspended_on__isnull=True,
        valid_until__gte=on,
    )
    views = [_view(row) for row in rows.order_by("number")]
    return [view for view in views if view.starts_on <= on]


def _view(row: Certificate) -> AccreditationView:
    said, institution = row.content["accreditation"], row.content["institution"]
    return AccreditationView(
        certificate=row.id,
        number=row.number,
        institution=UUID(institution["id"]),
        name_zh=institution["name_zh"],
        name_en=institution["name_en"],
        capability=said["capability"],
        starts_on=date.fromisoformat(said["from"]),
        until=date.fromisoformat(said["until"]),
    )
