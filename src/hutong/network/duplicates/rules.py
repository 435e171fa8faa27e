"""
Duplicates: states, refusals, events. Pure.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from hutong.kit.event import Content, Event, Private, Visibility
from hutong.kit.refusal import N_, Reason, reason


class Status(StrEnum):
    OPEN = "open"
    PROPOSED = "proposed"
    DECIDED = "decided"


class Refusal(Reason):
    NOT_CONCERNED = reason(
        "duplicates.not_concerned", "NE-5", N_("Neither registration is this venue's."), 403
    )
    NOT_OURS = reason(
        "duplicates.not_ours",
        "NE-5",
        N_("What is named is not a right that this venue claimed under that number."),
        422,
    )
    NOT_REGISTRAR = reason(
        "duplicates.not_registrar", "NE-5", N_("The registrar {venue} decides it."), 403
    )
    NOT_ONE_OF_THEM = reason(
        "duplicates.not_one_of_them", "NE-5", N_("It is decided for one of the two venues."), 422
    )
    WORDS_MISSING = reason(
        "duplicates.words_missing", "DL-3", N_("Give the reasons; both venues read them."), 422
    )


@dataclass(frozen=True, kw_only=True)
class Opened(Event, kind="network.DuplicateOpened"):
    """A registration of ours is another venue's, too: the title is held until it is decided."""

    claim: UUID
    number: str
    technology: UUID
    other_venue: str


@dataclass(frozen=True, kw_only=True)
class Stated(Event, kind="network.DuplicateStated", visibility=Visibility.JOURNALLED):
    claim: UUID
    venue: str
    statement: Private[str]


@dataclass(frozen=True, kw_only=True)
class Proposed(Event, kind="network.DuplicateProposed", visibility=Visibility.JOURNALLED):
    """An officer of the registrar proposes a decision; another takes it (PA-5)."""

    claim: UUID
    upheld: str
    reasons: Private[str]


@dataclass(frozen=True, kw_only=True)
class Decided(Event, kind="network.DuplicateDecided"):
    """Whose registration stands. In the registrar's log, and in those of the venues concerned."""

    claim: UUID
    number: str
    upheld: str
    against: str
    reasons: Content[str]
