"""Projects led here, with everything their office sees."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.projects.models import (
    Contribution,
    Project,
    ProjectPart,
    ProjectVenue,
)
from hutong.network.projects.rules import (
    ContributionStatus,
    PartStatus,
    ProjectStatus,
    VenueStatus,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """A part as the lead venue took it. `asked_fen` is for the lead's office alone."""

    id: UUID
    venue: str
    bundle: UUID
    technologies: int
    title_zh: str
    title_en: str
    seller_zh: str
    seller_en: str
    asked_fen: int
    status: PartStatus
    entry_index: int | None
    share: Fraction | None
    taken_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueView:
    venue: str
    status: VenueStatus
    reason: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectView:
    """A project led here, with everything its office sees."""

    id: UUID
    number: str
    status: ProjectStatus
    title_zh: str
    title_en: str
    summary: str
    conditions: str
    parts_by: datetime
    drafted_by: UUID | None
    drafted_at: datetime
    announced_by: UUID | None
    announced_at: datetime | None
    composed_at: datetime | None
    lead_part: UUID | None
    listing: UUID | None
    listing_number: str
    closed_at: datetime | None
    ending: str
    closed_because: str
    venues: tuple[VenueView, ...]
    parts: tuple[PartView, ...]

    @property
    def taken(self) -> tuple[PartView, ...]:
        return tuple(part for part in self.parts if part.status is PartStatus.TAKEN)

    @property
    def technologies(self) -> int:
        return sum(part.technologies for part in self.taken)

    @property
    def asked_fen(self) -> int:
        return sum(part.asked_fen for part in self.taken)


def project(id: UUID) -> ProjectView:
    """A project led here. Raises Refused (NOT_FOUND)."""
    row = projects().filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="project")
    return view(row)


def projects() -> QuerySet[Project]:
    """Projects led here, to be paged; each becomes a `ProjectView` by `view`."""
    return Project.objects.prefetch_related(
        Prefetch("venues", ProjectVenue.objects.order_by("venue")),
        Prefetch("parts", ProjectPart.objects.order_by("venue", "taken_at", "id")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingProject:
    """A project that waits for an officer, since when; not `drafted`: for its split."""

    id: UUID
    number: str
    title_zh: str
    title_en: str
    drafted: bool
    drafted_by: UUID | None
    since: datetime


def waiting(now: datetime) -> list[WaitingProject]:
    """Drafts to announce, and projects whose parts are in and can be fixed."""
    taken = Count("parts", filter=Q(parts__status=PartStatus.TAKEN.value))
    can_be_fixed = Q(status=ProjectStatus.ANNOUNCED.value, parts_by__lte=now, taken__gte=2)
    rows = Project.objects.annotate(taken=taken)
    rows = rows.filter(Q(status=ProjectStatus.DRAFTED.value) | can_be_fixed)
    found = []
    for row in rows.order_by("drafted_at", "id"):
        drafted = row.status == ProjectStatus.DRAFTED.value
        found.append(
            WaitingProject(
                id=row.id,
                number=row.number,
                title_zh=row.title_zh,
                title_en=row.title_en,
                drafted=drafted,
                drafted_by=row.drafted_by,
                since=row.drafted_at if drafted else row.parts_by,
            )
        )
    return found


def composed_for(seller: UUID) -> list[ProjectView]:
    """Projects that wait for this party to offer them, as their lead seller."""
    mine = Contribution.objects.filter(seller=seller, status=ContributionStatus.TAKEN.value)
    rows = projects().filter(
        status=ProjectStatus.COMPOSED.value, listing=None, lead_part__in=mine.values("id")
    )
    return [view(row) for row in rows.order_by("composed_at", "id")]


def view(row: Project) -> ProjectView:
    return ProjectView(
        id=row.id,
        number=row.number,
        status=ProjectStatus(row.status),
        title_zh=row.title_zh,
        title_en=row.title_en,
        summary=row.summary,
        conditions=row.conditions,
        parts_by=row.parts_by,
        drafted_by=row.drafted_by,
        drafted_at=row.drafted_at,
        announced_by=row.announced_by,
        announced_at=row.announced_at,
        composed_at=row.composed_at,
        lead_part=row.lead_part,
        listing=row.listing,
        listing_number=row.listing_number,
        closed_at=row.closed_at,
        ending=row.ending,
        closed_because=row.closed_because,
        venues=tuple(
            VenueView(
                venue=one.venue,
                status=VenueStatus(one.status),
                reason=one.reason,
                answered_at=one.answered_at,
            )
            for one in row.venues.all()
        ),
        parts=tuple(_part(one) for one in row.parts.all()),
    )


def _part(row: ProjectPart) -> PartView:
    return PartView(
        id=row.id,
        venue=row.venue,
        bundle=row.bundle,
        technologies=row.technologies,
        title_zh=row.title_zh,
        title_en=row.title_en,
        seller_zh=row.seller_zh,
        seller_en=row.seller_en,
        asked_fen=row.asked_fen,
        status=PartStatus(row.status),
        entry_index=row.entry_index,
        share=row.share,
        taken_at=row.taken_at,
    )
