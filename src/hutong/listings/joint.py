"""
A listing of a joint project: bundles of several venues, offered as one by the lead seller (NE-3, TE-4).

The listing itself offers the lead seller's bundle; here stands what is offered with it, at which
venue each part is registered, and what part of the price it earns. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Self
from uuid import UUID

from hutong.kit.canonical import digest_of


def contents_of(technologies: Iterable[UUID]) -> str:
    """The digest of a list of technologies, in whatever order they come."""
    return digest_of(sorted(str(one) for one in technologies))


def split(price_fen: int, shares: Mapping[UUID, Fraction], *, lead: UUID) -> dict[UUID, int]:
    """The price in whole fen by part, none lost: what rounding leaves goes to the lead part."""
    found = {part: int(price_fen * share) for part, share in shares.items() if part != lead}
    found[lead] = price_fen - sum(found.values())
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class JointPart:
    """A bundle of one seller at one venue. `entry_index`: what added it, in that venue's log.

    `lead`: the lead seller's own. `left`: withdrawn at its venue since. `contents`: the digest of the
    list of its technologies.
    """

    venue: str
    part: UUID
    bundle: UUID
    technologies: int
    title_zh: str
    title_en: str
    seller_zh: str
    seller_en: str
    share: Fraction
    entry_index: int | None
    lead: bool = False
    left: bool = False
    contents: str = ""

    def facts(self) -> dict[str, Any]:
        return {
            "venue": self.venue,
            "part": str(self.part),
            "bundle": str(self.bundle),
            "technologies": self.technologies,
            "title_zh": self.title_zh,
            "title_en": self.title_en,
            "seller_zh": self.seller_zh,
            "seller_en": self.seller_en,
            "share": str(self.share),
            "entry_index": self.entry_index,
            "lead": self.lead,
            "left": self.left,
            "contents": self.contents,
        }

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Self:
        return cls(
            **{
                **facts,
                "part": UUID(facts["part"]),
                "bundle": UUID(facts["bundle"]),
                "share": Fraction(facts["share"]),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """`reserved_as`: for what the rights offered here are kept until the listing is on the board."""

    project: UUID
    number: str
    lead: str
    parts: tuple[JointPart, ...]
    reserved_as: str = ""

    @property
    def technologies(self) -> int:
        return sum(part.technologies for part in self.parts)

    @property
    def venues(self) -> tuple[str, ...]:
        """The home venues of the parts, the lead venue first."""
        codes = {part.venue for part in self.parts} - {self.lead}
        return (self.lead, *sorted(codes))

    @property
    def left(self) -> tuple[JointPart, ...]:
        return tuple(part for part in self.parts if part.left)

    def amounts(self, price_fen: int) -> dict[UUID, int]:
        """The price in whole fen by part, none lost: what rounding leaves is the lead part's."""
        return split(price_fen, {p.part: p.share for p in self.parts}, lead=self.lead_part.part)

    @property
    def lead_part(self) -> JointPart:
        return next(part for part in self.parts if part.lead)

    def without(self, part: UUID) -> Self:
        """The same, with a part marked as withdrawn."""
        return replace(
            self,
            parts=tuple(replace(p, left=True) if p.part == part else p for p in self.parts),
        )

    def facts(self) -> dict[str, Any]:
        return {
            "project": str(self.project),
            "number": self.number,
            "lead": self.lead,
            "reserved_as": self.reserved_as,
            "parts": [part.facts() for part in self.parts],
        }

    def public(self) -> dict[str, Any]:
        """What the listing's text tells everybody."""
        told = self.facts()
        del told["reserved_as"]
        return told

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Self:
        """Read what `facts` wrote."""
        return cls(
            project=UUID(facts["project"]),
            number=facts["number"],
            lead=facts["lead"],
            reserved_as=facts["reserved_as"],
            parts=tuple(JointPart.read(part) for part in facts["parts"]),
        )
