"""
What can be asked of joint projects: those led here and those our sellers take part in, and how any
project of the network stands, by its lead venue's log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.mirrors import project_faces
from hutong.network.mirrors import queries as mirrors
from hutong.network.mirrors.picture import ThingKind
from hutong.network.mirrors.project_faces import ProjectFace, ProjectPartFace
from hutong.network.projects.audit import audit as audit
from hutong.network.projects.models import (
    Contribution,
    Invitation,
    Project,
    ProjectPart,
    ProjectVenue,
)
from hutong.network.projects.rules import (
    ContributionStatus,
    InvitationStatus,
    PartStatus,
    ProjectStatus,
    VenueStatus,
)
from hutong.parties import queries as parties
from hutong.technologies import queries as technologies
from hutong.venues import queries as venues

SEE: Final = "listings.examine"
PART_TEXT: Final = ("title_zh", "title_en", "seller_zh", "seller_en")
REGISTERED: Final = "first_registration"
CLOSES: Final = frozenset({"cancellation", "struck_out"})


# -- led here ---------------------------------------------------------------------------------------


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


def to_act_on(*statuses: ProjectStatus) -> list[ProjectView]:
    rows = projects().filter(status__in=[s.value for s in statuses])
    return [view(row) for row in rows.order_by("drafted_at", "id")]


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


# -- our sellers' parts -----------------------------------------------------------------------------


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


# -- what other venues' logs say ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedPart:
    """A part as its home venue's log says it. `missing`: technologies of its bundle that do not
    stand registered there."""

    facts: Mapping[str, Any]
    text: dict[str, str]
    missing: int


def logged_part(venue: str, part: UUID, index: int) -> LoggedPart | None:
    """Read a part in our mirror of its venue's log; None while that is not held up to `index`."""
    held = mirrors.held(venue)
    if held is None or held[0] <= index:
        return None
    fields = mirrors.fields_of(venue, ThingKind.PART, part)
    if fields is None:
        return LoggedPart(facts={}, text={}, missing=0)
    facts = project_faces.facts(fields)
    bundle = project_faces.part(fields).bundle
    seen = mirrors.technology(venue, bundle) if bundle else None
    parts = [id for id, _ in seen.of.parts] if seen else []
    known = mirrors.some(ThingKind.TECHNOLOGY, [(venue, id) for id in parts])
    fit = sum(_is_registered(one.of) for one in known.values())
    told = int(facts.get("technologies") or 0)
    text = facts.get("text")
    words = text if isinstance(text, Mapping) else {}
    return LoggedPart(
        facts=facts,
        text={name: str(words.get(name, "")) for name in PART_TEXT},
        missing=max(told, len(parts)) - fit,
    )


def rights_in(venue: str, bundle: UUID) -> tuple[UUID, ...]:
    """The technologies of a bundle, as its home venue has it: ours, or by our mirror of its log."""
    if venue == venues.my_code():
        return technologies.technology(bundle).parts
    seen = mirrors.technology(venue, bundle)
    return tuple(id for id, _ in seen.of.parts) if seen else ()


def _is_registered(technology: Any) -> bool:
    """By the register its venue's log tells: registered there, and the title not closed since."""
    live = {line.kind for line in technology.register if not line.ended}
    return technology.status == "entered" and REGISTERED in live and not live & CLOSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A joint project as everybody in the network sees it: by its lead venue's log."""

    code: str
    id: UUID
    of: ProjectFace
    frozen: bool = False
    index: int | None = None

    @property
    def path(self) -> str:
        return f"/network/projects/{self.code}/{self.id}"

    @property
    def title_zh(self) -> str:
        return self.of.title_zh

    @property
    def title_en(self) -> str:
        return self.of.title_en

    @property
    def listing_path(self) -> str:
        """The listing's page here."""
        if self.of.listing is None:
            return ""
        if self.code == venues.my_code():
            return f"/listings/{self.of.listing}"
        return f"/network/venues/{self.code}/listings/{self.of.listing}"


def every_project(limit: int = 100) -> list[Seen]:
    """All that are announced, led here or elsewhere, newest first."""
    mine = venues.my_code()
    rows = projects().filter(announced_at__isnull=False).order_by("-announced_at", "-id")[:limit]
    found = [Seen(code=mine, id=row.id, of=_face(row)) for row in rows]
    found += [
        Seen(code=one.code, id=one.id, of=one.of, frozen=one.frozen, index=one.index)
        for one in mirrors.newest(ThingKind.PROJECT, limit)
    ]
    return sorted(found, key=lambda one: (str(one.of.announced_at), one.id), reverse=True)[:limit]


def seen(code: str, id: UUID) -> Seen | None:
    """One project by its lead venue and id."""
    if code == venues.my_code():
        row = projects().filter(id=id, announced_at__isnull=False).first()
        return Seen(code=code, id=id, of=_face(row)) if row else None
    one = next(iter(mirrors.some(ThingKind.PROJECT, [(code, id)]).values()), None)
    if one is None:
        return None
    return Seen(code=code, id=id, of=one.of, frozen=one.frozen, index=one.index)


def _face(row: Project) -> ProjectFace:
    """A project led here, as others see it."""
    composed = row.status in ("composed", "listed") or row.listing is not None
    return ProjectFace(
        number=row.number,
        status=row.status,
        ending=row.ending,
        lead=venues.my_code(),
        title_zh=row.title_zh,
        title_en=row.title_en,
        summary=row.summary,
        conditions=row.conditions,
        erased=False,
        venues=tuple(one.venue for one in row.venues.all()),
        declined=tuple(one.venue for one in row.venues.all() if one.status == "declined"),
        parts_by=row.parts_by,
        announced_at=row.announced_at,
        listing=row.listing if row.status in ("listed", "closed") else None,
        listing_number=row.listing_number if row.status in ("listed", "closed") else "",
        parts=tuple(
            ProjectPartFace(
                id=one.id,
                venue=one.venue,
                bundle=one.bundle,
                technologies=one.technologies,
                entry_index=one.entry_index,
                share=str(one.share) if composed and one.share else "",
                left=one.status == PartStatus.LEFT.value,
                lead=one.id == row.lead_part,
                title_zh=one.title_zh,
                title_en=one.title_en,
                seller_zh=one.seller_zh,
                seller_en=one.seller_en,
            )
            for one in row.parts.all()
        ),
    )


def with_words(project: Seen) -> Seen:
    """A project of another venue with what the parts' own venues say of them: titles and sellers."""
    if project.code == venues.my_code():
        return project
    mine = venues.my_code()
    there = [(p.venue, p.id) for p in project.of.parts if p.venue != mine]
    told = mirrors.some(ThingKind.PART, there)
    words = {id: one.of for (_, id), one in told.items()}
    own = {
        p.id: own_part_text(p.id) for p in project.of.parts if p.venue == mine and _is_ours(p.id)
    }
    return replace(project, of=project_faces.worded(project.of, words, own))


def _is_ours(part: UUID) -> bool:
    return Contribution.objects.filter(id=part).exists()
