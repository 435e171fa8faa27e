"""
What happens to a listing: its events, and what of them is public (LO-1, LO-2). Those of intents,
which are sealed, are in `intents`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.kit.event import Content, Event, Private, Visibility
from hutong.listings.cutoff import Outcome
from hutong.listings.offers import ExportClass, LicenceMode, OfferKind, PriceMode, Scope

JOURNALLED = Visibility.JOURNALLED


class Ending(StrEnum):
    SOLD = "sold"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"


@dataclass(frozen=True, kw_only=True)
class Drafted(Event, kind="listings.Drafted", visibility=JOURNALLED):
    listing: UUID
    number: str


@dataclass(frozen=True, kw_only=True)
class Revised(Event, kind="listings.Revised", visibility=JOURNALLED):
    listing: UUID


@dataclass(frozen=True, kw_only=True)
class Submitted(Event, kind="listings.Submitted", visibility=JOURNALLED):
    listing: UUID
    rulebook_version: int


@dataclass(frozen=True, kw_only=True)
class Returned(Event, kind="listings.Returned", visibility=JOURNALLED):
    listing: UUID
    findings: Private[str]


@dataclass(frozen=True, kw_only=True)
class Listed(Event, kind="listings.Listed"):
    """`text`: titles, conditions, technologies and the seller's name, public and erasable."""

    listing: UUID
    number: str
    offer_kind: OfferKind
    share: Fraction | None
    licence_mode: LicenceMode | None
    price_mode: PriceMode
    price_fen: int | None
    deposit_fen: int
    increment_fen: int | None
    technologies: int
    ends_at: datetime
    ends_provisional: bool
    scope: Scope
    export_class: ExportClass
    text: Content[dict[str, Any]]
    seller: Private[UUID]
    checklist: Private[dict[str, Any]]
    findings: Private[str]


@dataclass(frozen=True, kw_only=True)
class JointPartLeft(Event, kind="listings.JointPartLeft"):
    """A part of the joint project on offer was withdrawn at its home venue (NE-3)."""

    listing: UUID
    part: UUID
    venue: str


@dataclass(frozen=True, kw_only=True)
class EndFixed(Event, kind="listings.EndFixed"):
    """A provisional end was fixed by the published calendar, never shorter (TI-1)."""

    listing: UUID
    ends_at: datetime
    ends_provisional: bool


@dataclass(frozen=True, kw_only=True)
class Suspended(Event, kind="listings.Suspended"):
    listing: UUID
    suspended_at: datetime
    reason: Content[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Resumed(Event, kind="listings.Resumed"):
    listing: UUID
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class WithdrawalRequested(Event, kind="listings.WithdrawalRequested", visibility=JOURNALLED):
    listing: UUID
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class CutOff(Event, kind="listings.CutOff"):
    """The mechanical decision.

    `intents`: those chosen, first come first, with their parties; `released`: deposited but not
    chosen (a fixed price takes the first), so that their money goes back.
    """

    listing: UUID
    outcome: Outcome
    count: int
    ends_at: datetime  # the end just passed, or with outcome extended the new one
    ends_provisional: bool
    price_fen: int | None
    seller: Private[UUID]
    intents: Private[list[dict[str, Any]]]
    released: Private[list[UUID]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Closed(Event, kind="listings.Closed"):
    """`deposited`: intents whose deposit stood when the listing ended otherwise than by a sale."""

    listing: UUID
    ending: Ending
    deal: UUID | None
    reason: Private[str]
    deposited: Private[list[UUID]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class JoiningAsked(Event, kind="listings.JoiningAsked", visibility=JOURNALLED):
    """A co-owner is asked to join the offer of an exclusive or sole licence (RR-1)."""

    listing: UUID
    holder: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class CoOwnerJoined(Event, kind="listings.CoOwnerJoined"):
    """A co-owner agreed to the offer on its terms: it grants the licence with the seller."""

    listing: UUID
    holder: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class CoOwnerDeclined(Event, kind="listings.CoOwnerDeclined", visibility=JOURNALLED):
    listing: UUID
    holder: Private[UUID]
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class PreEmptionNotified(Event, kind="listings.PreEmptionNotified"):
    listing: UUID
    answer_by: datetime
    origin: str
    holder: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class PreEmptionAnswered(Event, kind="listings.PreEmptionAnswered"):
    listing: UUID
    exercised: bool
    holder: Private[UUID]
