"""
A joint project, and a part of one, as their venues' logs say them (NE-3). What is told is another's
word: every value is read for what it should be. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any, TypeVar
from uuid import UUID

from hutong.network.mirrors.faces import (
    identity,
    is_erased,
    moment,
    named,
    number,
    text,
    texts,
    value,
)
from hutong.network.mirrors.picture import Fields

MOST_PARTS = 200
PART, LEFT = "part:", "left:"
_S = TypeVar("_S")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPartFace:
    """A part by the lead venue's log; its words are those of its home venue's, where known here."""

    id: UUID
    venue: str
    bundle: UUID | None
    technologies: int
    entry_index: int | None
    share: str
    left: bool
    lead: bool = False
    title_zh: str = ""
    title_en: str = ""
    seller_zh: str = ""
    seller_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFace:
    """`venues`: all that were invited, the lead among them; `declined`: those that did not join."""

    number: str
    status: str
    ending: str
    lead: str
    title_zh: str
    title_en: str
    summary: str
    conditions: str
    erased: bool
    venues: tuple[str, ...]
    declined: tuple[str, ...]
    parts_by: datetime | None
    announced_at: datetime | None
    listing: UUID | None
    listing_number: str
    parts: tuple[ProjectPartFace, ...]

    @property
    def standing(self) -> tuple[ProjectPartFace, ...]:
        """The parts that are in it now."""
        return tuple(part for part in self.parts if not part.left)

    @property
    def left(self) -> tuple[ProjectPartFace, ...]:
        return tuple(part for part in self.parts if part.left)

    @property
    def technologies(self) -> int:
        return sum(part.technologies for part in self.standing)

    @property
    def homes(self) -> tuple[str, ...]:
        """The home venues of the parts."""
        return tuple(sorted({part.venue for part in self.standing}))


def project(fields: Fields) -> ProjectFace:
    words = named(value(fields, "text"))
    lead_part = identity(value(fields, "lead_part"))
    shares = dict(_shares(value(fields, "parts")))
    answers = {name[7:]: value(fields, name) for name in fields if name.startswith("answer:")}
    return ProjectFace(
        number=text(value(fields, "number"))[:60],
        status=text(value(fields, "status")),
        ending=text(value(fields, "ending")),
        lead=text(value(fields, "lead_venue"))[:20],
        title_zh=text(words.get("title_zh"))[:400],
        title_en=text(words.get("title_en"))[:400],
        summary=text(words.get("summary")),
        conditions=text(words.get("conditions")),
        erased=is_erased(fields, "text"),
        venues=tuple(code[:20] for code in texts(value(fields, "venues"))),
        declined=tuple(sorted(code for code, joins in answers.items() if joins is False)),
        parts_by=moment(value(fields, "parts_by")),
        announced_at=moment(value(fields, "announced_at")),
        listing=identity(value(fields, "listing")),
        listing_number=text(value(fields, "listing_number"))[:60],
        parts=tuple(_parts(fields, lead_part, shares)),
    )


def _parts(fields: Fields, lead: UUID | None, shares: Mapping[UUID, str]) -> list[ProjectPartFace]:
    found = []
    for name in sorted(n for n in fields if n.startswith(PART))[:MOST_PARTS]:
        id, told = identity(name[len(PART) :]), named(value(fields, name))
        if id is None:
            continue
        found.append(
            ProjectPartFace(
                id=id,
                venue=text(told.get("venue"))[:20],
                bundle=identity(told.get("bundle")),
                technologies=number(told.get("technologies")) or 0,
                entry_index=number(told.get("entry_index")),
                share=shares.get(id, ""),
                left=f"{LEFT}{id}" in fields,
                lead=id == lead,
            )
        )
    return sorted(found, key=lambda part: (part.venue, part.id))


def _shares(told: Any) -> list[tuple[UUID, str]]:
    rows = told[:MOST_PARTS] if isinstance(told, list) else []
    found = []
    for row in rows:
        if isinstance(row, list) and len(row) == 3 and (id := identity(row[1])):
            try:
                found.append((id, str(Fraction(text(row[2])[:60]))))
            except (ValueError, ZeroDivisionError):
                continue
    return found


def part(fields: Fields) -> ProjectPartFace:
    """A part by its own venue's log."""
    words = named(value(fields, "text"))
    return ProjectPartFace(
        id=UUID(int=0),
        venue="",
        bundle=identity(value(fields, "bundle")),
        technologies=number(value(fields, "technologies")) or 0,
        entry_index=None,
        share="",
        left=text(value(fields, "status")) != "added",
        title_zh=text(words.get("title_zh"))[:400],
        title_en=text(words.get("title_en"))[:400],
        seller_zh=text(words.get("seller_zh"))[:400],
        seller_en=text(words.get("seller_en"))[:400],
    )


def facts(fields: Fields) -> dict[str, Any]:
    """Every unit's value by its name."""
    return {name: value(fields, name) for name in fields}


def worded(
    face: ProjectFace,
    words: Mapping[UUID, ProjectPartFace],
    own: Mapping[UUID, Mapping[str, str]],
) -> ProjectFace:
    """A project with its parts' words: from their venues' logs, or of our own."""
    parts = []
    for one in face.parts:
        told = words.get(one.id)
        if told is not None:
            one = replace(
                one,
                title_zh=told.title_zh,
                title_en=told.title_en,
                seller_zh=told.seller_zh,
                seller_en=told.seller_en,
                left=one.left or told.left,
            )
        elif one.id in own:
            words_here = own[one.id]
            one = replace(
                one,
                title_zh=words_here["title_zh"],
                title_en=words_here["title_en"],
                seller_zh=words_here["seller_zh"],
                seller_en=words_here["seller_en"],
            )
        parts.append(one)
    return replace(face, parts=tuple(parts))
