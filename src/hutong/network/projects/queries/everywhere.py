"""Projects and parts as other venues' logs say them: what everybody in the network sees (LO-4)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from hutong.network.mirrors import project_faces
from hutong.network.mirrors import queries as mirrors
from hutong.network.mirrors.picture import ThingKind
from hutong.network.mirrors.project_faces import ProjectFace, ProjectPartFace
from hutong.network.projects.models import (
    Contribution,
    Project,
)
from hutong.network.projects.queries.led import projects
from hutong.network.projects.queries.ours import own_part_text
from hutong.network.projects.rules import (
    PartStatus,
)
from hutong.technologies import queries as technologies
from hutong.venues import queries as venues

PART_TEXT: Final = ("title_zh", "title_en", "seller_zh", "seller_en")
REGISTERED: Final = "first_registration"
CLOSES: Final = frozenset({"cancellation", "struck_out"})


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
