"""Projects that we are invited to, and our sellers' parts in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.projects.models import (
    Contribution,
    Invitation,
)
from hutong.network.projects.rules import (
    ContributionStatus,
    InvitationStatus,
)
from hutong.parties import queries as parties
from hutong.technologies import queries as technologies


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionView:
    """A part of one of our sellers. `price_fen` of a share is reckoned by whoever shows it."""

    id: UUID
    project: UUID
    lead: str
    number: str
    project_zh: str
    project_en: str
    seller: UUID
    bundle: UUID
    bundled: tuple[UUID, ...]  # what the bundle holds now
    title_zh: str
    title_en: str
    technologies: int
    asked_fen: int
    status: ContributionStatus
    mandated_by: UUID | None
    mandated_at: datetime
    examined_by: UUID | None
    findings: str
    why: Mapping[str, Any]
    reason: str
    listing: UUID | None
    listing_number: str
    share: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView:
    """A project that we are invited to, or lead; `parts`: our sellers' own."""

    id: UUID
    lead: str
    number: str
    title_zh: str
    title_en: str
    summary: str
    conditions: str
    parts_by: datetime
    status: InvitationStatus
    accepted_by: UUID | None
    confirmed_by: UUID | None
    reason: str
    received_at: datetime
    answered_at: datetime | None
    ending: str


def invitation(id: UUID) -> InvitationView:
    """Raises Refused (NOT_FOUND)."""
    row = Invitation.objects.filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="project")
    return _invitation(row)


def invitations(*statuses: InvitationStatus) -> list[InvitationView]:
    rows = Invitation.objects.order_by("-received_at", "-id")
    if statuses:
        rows = rows.filter(status__in=[s.value for s in statuses])
    return [_invitation(row) for row in rows[:200]]


def open_for_parts(now: datetime) -> list[InvitationView]:
    """Projects to which a seller of ours may give a mandate now."""
    rows = Invitation.objects.filter(status=InvitationStatus.JOINED.value, parts_by__gte=now)
    return [_invitation(row) for row in rows.order_by("parts_by", "id")[:200]]


def _invitation(row: Invitation) -> InvitationView:
    return InvitationView(
        id=row.id,
        lead=row.lead,
        number=row.number,
        title_zh=row.title_zh,
        title_en=row.title_en,
        summary=row.summary,
        conditions=row.conditions,
        parts_by=row.parts_by,
        status=InvitationStatus(row.status),
        accepted_by=row.accepted_by,
        confirmed_by=row.confirmed_by,
        reason=row.reason,
        received_at=row.received_at,
        answered_at=row.answered_at,
        ending=row.ending,
    )


def contribution(id: UUID) -> ContributionView:
    """Raises Refused (NOT_FOUND)."""
    found = _contributions(Contribution.objects.filter(id=id))
    if not found:
        raise Refused(CommonRefusal.NOT_FOUND, what="part")
    return found[0]


def contributions_of(seller: UUID) -> list[ContributionView]:
    return _contributions(Contribution.objects.filter(seller=seller).order_by("-mandated_at"))


def contributions_to(project: UUID) -> list[ContributionView]:
    return _contributions(Contribution.objects.filter(invitation=project).order_by("mandated_at"))


def mandates_waiting() -> list[ContributionView]:
    rows = Contribution.objects.filter(status=ContributionStatus.MANDATED.value)
    return _contributions(rows.order_by("mandated_at", "id"))


def _contributions(rows: QuerySet[Contribution]) -> list[ContributionView]:
    found = list(rows.select_related("invitation")[:200])
    bundles = technologies.technologies({row.bundle for row in found})
    return [
        ContributionView(
            id=row.id,
            project=row.invitation.id,
            lead=row.invitation.lead,
            number=row.invitation.number,
            project_zh=row.invitation.title_zh,
            project_en=row.invitation.title_en,
            seller=row.seller,
            bundle=row.bundle,
            bundled=bundles[row.bundle].parts,
            title_zh=bundles[row.bundle].title_zh,
            title_en=bundles[row.bundle].title_en,
            technologies=row.technologies,
            asked_fen=row.asked_fen,
            status=ContributionStatus(row.status),
            mandated_by=row.mandated_by,
            mandated_at=row.mandated_at,
            examined_by=row.examined_by,
            findings=row.findings,
            why=row.why,
            reason=row.reason,
            listing=row.listing,
            listing_number=row.listing_number,
            share=row.share,
        )
        for row in found
    ]


def own_part_text(part: UUID) -> dict[str, str]:
    """What our log says of a part of ours: titles and seller."""
    found = contribution(part)
    seller = parties.party(found.seller)
    return {
        "title_zh": found.title_zh,
        "title_en": found.title_en,
        "seller_zh": seller.name_zh,
        "seller_en": seller.name_en,
    }
