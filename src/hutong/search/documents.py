"""
What an area pushes into the index: one document for each public thing.

Pure. What is no longer public has no document, and leaves the index.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    TECHNOLOGY = "technology"
    LISTING = "listing"


class Facet(StrEnum):
    """By what findings can be narrowed down. Values are the areas' own codes."""

    KIND = "kind"  # of technology
    FIELD = "field"
    INDUSTRY = "industry"  # section of GB/T 4754, a letter
    IPC = "ipc"  # section, a letter
    REGION = "region"  # ISO 3166 of who offers it
    STATUS = "status"
    LEGAL = "legal"
    OFFER = "offer"
    PRICE_MODE = "price_mode"
    VENUE = "venue"  # code of the home venue


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`codes` are numbers and symbols, found whole however they are punctuated. `venue`: the code of
    the home venue of another's thing; ours have none."""

    kind: Kind
    id: UUID
    venue: str = ""
    title_zh: str = ""
    title_en: str = ""
    texts: Sequence[str] = ()
    names: Sequence[str] = ()
    codes: Sequence[str] = ()
    facets: Mapping[Facet, Sequence[str]] = field(default_factory=dict)
    at: datetime | None = None  # when it came on the market
    ends_at: datetime | None = None
    price_fen: int | None = None
    open: bool = False  # can be acted upon now; such things come first
