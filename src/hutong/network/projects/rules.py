"""
The life of a joint project at its lead venue, and of a part at its home venue (NE-3, TE-4).

Pure: states, refusals, and the split of the price.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from hutong.kit.refusal import N_, Reason, Refused, reason

MOST_VENUES: Final = 60
MOST_PARTS: Final = 200
MOST_WORDS: Final = 4_000
LONGEST_TITLE: Final = 120  # with the word before it a listing's title stays within its bounds


class ProjectStatus(StrEnum):
    DRAFTED = "drafted"
    ANNOUNCED = "announced"
    COMPOSED = "composed"  # no part is taken any more; the split stands
    LISTED = "listed"
    CLOSED = "closed"


class VenueStatus(StrEnum):
    INVITED = "invited"
    JOINED = "joined"
    DECLINED = "declined"


class PartStatus(StrEnum):
    """A part as the lead venue has it."""

    TAKEN = "taken"
    LEFT = "left"  # withdrawn at its home venue


class InvitationStatus(StrEnum):
    INVITED = "invited"
    ACCEPTING = "accepting"  # by one officer; another confirms (PA-5)
    JOINED = "joined"
    DECLINED = "declined"
    CLOSED = "closed"


class ContributionStatus(StrEnum):
    """A part as its home venue has it."""

    MANDATED = "mandated"
    RETURNED = "returned"  # by our officer, to the seller
    ADDED = "added"  # in our log; the lead venue is told
    TAKEN = "taken"
    REFUSED = "refused"  # by the lead venue
    LISTED = "listed"
    BOUND = (
        "bound"  # sold, and the seller accepted the contract: its rights are the buyer's to come
    )
    SOLD = "sold"  # right and money have moved
    WITHDRAWN = "withdrawn"
    RELEASED = "released"  # the project ended


PART_LIVE: Final = frozenset(
    {
        ContributionStatus.MANDATED,
        ContributionStatus.ADDED,
        ContributionStatus.TAKEN,
        ContributionStatus.LISTED,
        ContributionStatus.BOUND,
    }
)
PART_BOUND: Final = frozenset(
    {ContributionStatus.ADDED, ContributionStatus.TAKEN, ContributionStatus.LISTED}
)


# By an officer, for a cause; and by its seller. Who has accepted the contract is bound by it.
TAKEN_OUT: Final = PART_LIVE - {ContributionStatus.BOUND}
WITHDRAWABLE: Final = TAKEN_OUT - {ContributionStatus.LISTED}


class Ending(StrEnum):
    WITHDRAWN = "withdrawn"  # before it was listed
    SOLD = "sold"
    LAPSED = "lapsed"
    TERMINATED = "terminated"


class Refusal(Reason):
    TITLE_MISSING = reason(
        "projects.title_missing", "NE-3", N_("Give the project a title in Chinese or English."), 422
    )
    NOT_A_MEMBER = reason(
        "projects.not_a_member", "NE-1", N_("{venue} is no member of our network."), 422
    )
    VENUE_TWICE = reason("projects.venue_twice", "NE-3", N_("{venue} is named twice."), 422)
    TOO_MANY = reason("projects.too_many", "NE-3", N_("At most {limit} may be named."), 422)
    OUT_OF_STATE = reason(
        "projects.out_of_state", "NE-3", N_("The project is {status}; this needs {needed}.")
    )
    PART_OUT_OF_STATE = reason(
        "projects.part_out_of_state", "NE-3", N_("The part is {status}; this needs {needed}.")
    )
    CLOSED_FOR_PARTS = reason(
        "projects.closed_for_parts", "NE-3", N_("Parts are taken until {parts_by}.")
    )
    PARTS_BY_PAST = reason(
        "projects.parts_by_past", "NE-3", N_("The last moment for parts is past."), 422
    )
    NOT_JOINED = reason("projects.not_joined", "NE-3", N_("This venue has not joined the project."))
    UNKNOWN = reason("projects.unknown", "NE-3", N_("No project of this number is led here."), 422)
    NOT_INVITED = reason(
        "projects.not_invited", "NE-3", N_("{venue} is not invited to the project."), 422
    )
    NOT_A_BUNDLE = reason(
        "projects.not_a_bundle", "TE-4", N_("A part is a bundle of the seller's technologies."), 422
    )
    OTHERS_ID = reason(
        "projects.others_id", "NE-3", N_("This id is another project's or another venue's."), 422
    )
    ALREADY_A_PART = reason(
        "projects.already_a_part", "LI-2", N_("This bundle is a part of a project already.")
    )
    ASKED_OUT_OF_RANGE = reason(
        "projects.asked_out_of_range",
        "TE-4",
        N_("Say how much the seller asks, at least 1 fen."),
        422,
    )
    DIFFERS_FROM_LOG = reason(
        "projects.differs_from_log",
        "LO-4",
        N_("What was sent is not what the venue's log says: {field}."),
        422,
    )
    NOT_REGISTERED = reason(
        "projects.not_registered",
        "LI-1",
        N_("{count} technologies of the part are not registered as the venue's log says."),
        422,
    )
    TOO_FEW_PARTS = reason(
        "projects.too_few_parts", "TE-4", N_("A joint project has at least two parts.")
    )
    NO_PART_HERE = reason(
        "projects.no_part_here", "NE-3", N_("The project has no part of the lead venue to list it.")
    )
    PRICE_TOO_LOW = reason(
        "projects.price_too_low",
        "TE-4",
        N_("The price must be at least what the sellers ask together, {least}."),
        422,
    )
    WORDS_MISSING = reason("projects.words_missing", "NE-3", N_("Say why, in words."), 422)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a project is called and says."""

    title_zh: str
    title_en: str
    summary: str
    conditions: str

    def checked(self) -> "Words":
        told = Words(
            title_zh=self.title_zh.strip(),
            title_en=self.title_en.strip(),
            summary=self.summary.strip(),
            conditions=self.conditions.strip(),
        )
        if not (told.title_zh or told.title_en):
            raise Refused(Refusal.TITLE_MISSING)
        for value, limit in (
            (told.title_zh, LONGEST_TITLE),
            (told.title_en, LONGEST_TITLE),
            (told.summary, MOST_WORDS),
            (told.conditions, MOST_WORDS),
        ):
            if len(value) > limit:
                raise Refused(Refusal.TOO_MANY, limit=limit)
        return told

    def facts(self) -> dict[str, str]:
        return {
            "title_zh": self.title_zh,
            "title_en": self.title_en,
            "summary": self.summary,
            "conditions": self.conditions,
        }


def check_venues(named: Sequence[str], members: Collection[str]) -> tuple[str, ...]:
    """The venues invited, in order: members of the network, each once."""
    if len(named) > MOST_VENUES:
        raise Refused(Refusal.TOO_MANY, limit=MOST_VENUES)
    for place, venue in enumerate(named):
        if venue in named[:place]:
            raise Refused(Refusal.VENUE_TWICE, venue=venue)
        if venue not in members:
            raise Refused(Refusal.NOT_A_MEMBER, venue=venue)
    return tuple(sorted(named))


def need(status: ProjectStatus, *needed: ProjectStatus) -> None:
    if status not in needed:
        raise Refused(Refusal.OUT_OF_STATE, status=status, needed=" / ".join(needed))


def need_part(status: ContributionStatus, *needed: ContributionStatus) -> None:
    if status not in needed:
        raise Refused(Refusal.PART_OUT_OF_STATE, status=status, needed=" / ".join(needed))


def need_words(reason: str) -> str:
    told = reason.strip()
    if not told:
        raise Refused(Refusal.WORDS_MISSING)
    if len(told) > MOST_WORDS:
        raise Refused(Refusal.TOO_MANY, limit=MOST_WORDS)
    return told


def split(asked: Mapping[UUID, int]) -> dict[UUID, Fraction]:
    """What part of the price each part earns: its share of what is asked together. They total one.

    So every seller gets at least what it asks, at any price that is not below the sum.
    """
    if len(asked) < 2:
        raise Refused(Refusal.TOO_FEW_PARTS)
    total = sum(asked.values())
    return {part: Fraction(fen, total) for part, fen in asked.items()}


def compare(told: Mapping[str, Any], logged: Mapping[str, Any]) -> None:
    """Refuse a part of which the message says something else than its venue's log."""
    for name, value in logged.items():
        if told.get(name) != value:
            raise Refused(Refusal.DIFFERS_FROM_LOG, field=name)
