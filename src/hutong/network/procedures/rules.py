"""
What a procedure template is, what it may hold, and what adopting it makes of a rulebook. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from hutong.kit.canonical import digest_of
from hutong.kit.event import Content, Event, Private, Visibility
from hutong.kit.refusal import N_, Reason, Refused, reason
from hutong.network.bodies import is_seen

FORMAT: Final = "hutong-procedures/1"
# Parts of a rulebook that say how a procedure goes; the others make a venue what it is.
PARTS: Final = (
    "rights",
    "listings",
    "auctions",
    "deals",
    "parties",
    "documents",
    "certificates",
    "log",
    "desk",
)
LONGEST_NAME: Final = 80
MOST_VERSIONS: Final = 1_000_000
LONGEST_NOTE: Final = 500


class Status(StrEnum):
    PROPOSED = "proposed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Refusal(Reason):
    NO_PARTS = reason(
        "procedures.no_parts", "RR-7", N_("Name at least one part of the rulebook to publish."), 422
    )
    PART_UNKNOWN = reason(
        "procedures.part_unknown", "RR-7", N_("{part} is no part that a template can have."), 422
    )
    NAME_MISSING = reason(
        "procedures.name_missing",
        "RR-7",
        N_("Give the template a name in Chinese or English."),
        422,
    )
    NOT_PROPOSED = reason("procedures.not_proposed", "PA-5", N_("It is {status}, not proposed."))
    NOTHING_NEW = reason(
        "procedures.nothing_new", "RR-7", N_("The last version published says the same.")
    )
    NOTHING_CHANGES = reason(
        "procedures.nothing_changes", "RR-7", N_("Our rulebook says the same already.")
    )
    UNREADABLE = reason(
        "procedures.unreadable",
        "LO-4",
        N_("What the venue's log says of the template cannot be read as one."),
    )
    CHANGED = reason(
        "procedures.changed",
        "LO-4",
        N_("The venue has published version {number} since: compare that one."),
    )


@dataclass(frozen=True, kw_only=True)
class Proposed(Event, kind="network.ProcedureProposed", visibility=Visibility.JOURNALLED):
    template: UUID
    template_version: int


@dataclass(frozen=True, kw_only=True)
class Published(Event, kind="network.ProcedurePublished"):
    """`text`: the template, public; `digest`: of exactly that (canonical JSON)."""

    template: UUID
    template_version: int
    rulebook_version: int
    digest: str
    text: Content[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Withdrawn(Event, kind="network.ProcedureWithdrawn", visibility=Visibility.JOURNALLED):
    template: UUID
    template_version: int
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class AdoptionProposed(
    Event, kind="network.ProcedureAdoptionProposed", visibility=Visibility.JOURNALLED
):
    """A version of our rulebook is proposed that has another venue's template in it."""

    rulebook_version: int
    venue: str
    template: UUID
    template_version: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class Adopted(Event, kind="network.ProcedureAdopted"):
    """The rulebook adopted as `rulebook_version` follows a template, as it stands at `entry_index`
    of its venue's log."""

    rulebook_version: int
    venue: str
    template: UUID
    template_version: int
    digest: str
    entry_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template as it is published: whole parts of a rulebook, under a name."""

    venue: str
    id: UUID
    version: int
    rulebook_version: int
    name_zh: str
    name_en: str
    note: str
    parts: Mapping[str, Mapping[str, Any]]

    def document(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "venue": self.venue,
            "template": str(self.id),
            "version": self.version,
            "rulebook_version": self.rulebook_version,
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "note": self.note,
            "parts": {name: dict(values) for name, values in self.parts.items()},
        }

    @property
    def digest(self) -> str:
        return digest_of(self.document())

    @classmethod
    def read(cls, told: Any) -> "Template":
        """Read a published document; what is none is refused (UNREADABLE)."""
        try:
            if told["format"] != FORMAT or not isinstance(told["parts"], dict):
                raise ValueError
            parts = {
                str(name): dict(values) for name, values in told["parts"].items() if name in PARTS
            }
            found = cls(
                venue=str(told["venue"])[:20],
                id=UUID(told["template"]),
                version=_count(told["version"]),
                rulebook_version=_count(told["rulebook_version"]),
                name_zh=_name(told["name_zh"]),
                name_en=_name(told["name_en"]),
                note=str(told["note"])[:LONGEST_NOTE],
                parts=parts,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Refused(Refusal.UNREADABLE) from error
        if not parts:
            raise Refused(Refusal.UNREADABLE)
        return found


def _name(value: Any) -> str:
    """A name in which no sign hides or turns what stands around it."""
    if not isinstance(value, str) or not is_seen(value):
        raise ValueError(value)
    return value[:LONGEST_NAME]


def _count(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= MOST_VERSIONS:
        raise ValueError(value)
    return value


def chosen(parts: Sequence[str]) -> tuple[str, ...]:
    """The parts to publish, in the order of a rulebook. Refused: none, or one that may not be."""
    for part in parts:
        if part not in PARTS:
            raise Refused(Refusal.PART_UNKNOWN, part=part[:40])
    if not parts:
        raise Refused(Refusal.NO_PARTS)
    return tuple(part for part in PARTS if part in parts)


def named(name_zh: str, name_en: str) -> tuple[str, str]:
    zh, en = name_zh.strip()[:LONGEST_NAME], name_en.strip()[:LONGEST_NAME]
    if not (zh or en):
        raise Refused(Refusal.NAME_MISSING)
    return zh, en


def merged(rulebook: Mapping[str, Any], template: Template) -> dict[str, Any]:
    """Our rulebook with the template's parts in the place of ours; everything else stays ours."""
    return {**rulebook, **{name: dict(values) for name, values in template.parts.items()}}


def is_adopted(rulebook: Mapping[str, Any], template: Template) -> bool:
    """Whether a rulebook says what the template says."""
    return all(rulebook.get(name) == dict(values) for name, values in template.parts.items())
