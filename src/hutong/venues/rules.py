"""
Membership at this venue: what its officers decide, what it refuses, and what it enters in its log.

What makes a list valid, whoever reads it, stands in chain.py. Pure.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from hutong.kit.event import Content, Event, Visibility
from hutong.kit.refusal import N_, Reason, reason
from hutong.venues.lists import Kind
from hutong.venues.rolls import Roll
from hutong.venues.states import UndertakingKind

RENEWED_AFTER: Final = timedelta(days=10)  # a third of a list's life: a registrar away is noticed
ASKED_EVERY: Final = timedelta(seconds=20)  # how often a member is asked for its lists
OVERDUE_AFTER: Final = timedelta(hours=1)  # an approved change that no list makes is shown
MOST_WITNESSES: Final = 16  # of whom a venue asks cosignatures; in a larger network it takes turns
CHANGES_WHO_COUNTS: Final = frozenset({Kind.ADMIT, Kind.SUSPEND, Kind.REINSTATE, Kind.LEAVE})
MOST_WAITING: Final = 200  # applications and changes of others; more would be a flood


class Refusal(Reason):
    DOCUMENT_INVALID = reason(
        "venues.document_invalid", "NE-1", N_("That is not what it should be: {problem}."), 422
    )
    LIST_INVALID = reason(
        "venues.list_invalid", "NE-1", N_("This list is not the next one: {problem}.")
    )
    CHANGE_INVALID = reason(
        "venues.change_invalid", "NE-1", N_("The list cannot be changed so: {problem}."), 422
    )
    APPROVAL_INVALID = reason(
        "venues.approval_invalid", "NE-1", N_("This approval does not count: {problem}."), 422
    )
    APPLICATION_INVALID = reason(
        "venues.application_invalid", "NE-1", N_("The application cannot be taken: {problem}."), 422
    )
    IN_NETWORK = reason(
        "venues.in_network", "NE-1", N_("This venue is in a network already: {network}.")
    )
    NOT_IN_NETWORK = reason(
        "venues.not_in_network", "NE-1", N_("This venue is in no network."), 404
    )
    ANOTHER_NETWORK = reason(
        "venues.another_network", "NE-1", N_("This venue is in the network {anchor}.")
    )
    UNDERTAKEN = reason(
        "venues.undertaken",
        "NE-1",
        N_("Another undertaking is under way; finish or withdraw it first."),
    )
    ADDRESS_INVALID = reason(
        "venues.address_invalid",
        "NE-1",
        N_("A venue's address is https://… of a host, without a path."),
        422,
    )
    ANCHOR_INVALID = reason(
        "venues.anchor_invalid",
        "NE-1",
        N_("An anchor is written sha256: and 64 hexadecimal digits; a member tells it to you."),
        422,
    )
    NAME_INVALID = reason(
        "venues.name_invalid", "NE-1", N_("A network's name has 2 to 120 characters."), 422
    )
    REASON_MISSING = reason(
        "venues.reason_missing", "NE-1", N_("Say why; every member reads it."), 422
    )
    KEYS_NOT_LISTED = reason(
        "venues.keys_not_listed",
        "NE-1",
        N_("Our message key {key} is not in the list: have the new keys listed first."),
    )
    FROM_THE_FUTURE = reason(
        "venues.from_the_future",
        "NE-1",
        N_("It is dated {at}, which has not come; a clock is wrong."),
        422,
    )
    VOTED = reason(
        "venues.voted",
        "NE-5",
        N_("This venue voted for {venue} on this list; it votes once."),
    )
    HELD_UNKNOWN = reason(
        "venues.held_unknown",
        "NE-5",
        N_("What we hold of the registrar's log is not known yet; a vote says it."),
    )
    CONTRADICTED = reason(
        "venues.contradicted",
        "NE-1",
        N_("{registrar} signed two lists against each other; only a vote is taken now."),
    )
    FLOODED = reason(
        "venues.flooded", "NE-1", N_("Too much waits here already. Try again later."), 429
    )
    NOT_FOR_US = reason("venues.not_for_us", "NE-1", N_("This venue has no say in that change."))
    MEMORY_LOST = reason(
        "venues.memory_lost",
        "NE-1",
        N_(
            "Which list this registrar signed last is not known, as after a restore. Ask the other"
            " members first: ./hutong network sync."
        ),
    )
    SIGNED_BEFORE = reason(
        "venues.signed_before",
        "NE-1",
        N_(
            "This registrar signed list {version} before and no longer has it. Get the lists from"
            " another member first: ./hutong network sync."
        ),
    )


@dataclass(frozen=True, kw_only=True)
class UndertakingProposed(
    Event, kind="venues.UndertakingProposed", visibility=Visibility.JOURNALLED
):
    undertaking: UndertakingKind
    told: Content[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class UndertakingWithdrawn(
    Event, kind="venues.UndertakingWithdrawn", visibility=Visibility.JOURNALLED
):
    undertaking: UndertakingKind


@dataclass(frozen=True, kw_only=True)
class Founded(Event, kind="venues.Founded"):
    """This venue founded a network; the list follows as an entry of its own."""

    network: str
    told: Content[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Applied(Event, kind="venues.Applied"):
    """This venue asks to be let in."""

    network: str
    told: Content[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ApplicationReceived(Event, kind="venues.ApplicationReceived"):
    network: str
    venue: str
    application: str
    told: Content[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ApplicationDeclined(Event, kind="venues.ApplicationDeclined"):
    network: str
    venue: str
    application: str
    why: Content[str]


@dataclass(frozen=True, kw_only=True)
class ChangeProposed(Event, kind="venues.ChangeProposed", visibility=Visibility.JOURNALLED):
    """An officer here wants it; another decides."""

    change: str
    change_kind: Kind
    venue: str


@dataclass(frozen=True, kw_only=True)
class ChangeReceived(Event, kind="venues.ChangeReceived"):
    """Another venue proposes it."""

    change: str
    change_kind: Kind
    venue: str
    proposing_venue: str
    told: Content[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Approved(Event, kind="venues.Approved"):
    """This venue approves a change, signed."""

    change: str
    change_kind: Kind
    venue: str
    told: Content[dict[str, Any]]
    approval: Content[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ApprovalTaken(Event, kind="venues.ApprovalTaken"):
    """Another member's approval came here."""

    change: str
    approving_venue: str
    approval: Content[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ChangeDeclined(Event, kind="venues.ChangeDeclined"):
    """This venue does not approve it; others may."""

    change: str
    change_kind: Kind
    venue: str
    why: Content[str]


@dataclass(frozen=True, kw_only=True)
class ChangeLapsed(Event, kind="venues.ChangeLapsed", visibility=Visibility.JOURNALLED):
    change: str


@dataclass(frozen=True, kw_only=True)
class ListAdopted(Event, kind="venues.ListAdopted"):
    """From now on this list says who is a member."""

    network: str
    term: int
    list_version: int
    list_digest: str
    change: str
    change_kind: Kind
    venue: str
    registrar: str
    expires_at: datetime
    replaces: str | None  # a list of the registrar voted out, that this one takes the place of
    told: Content[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ContradictionFound(Event, kind="venues.ContradictionFound"):
    """Somebody signed two lists that cannot both be; both are the proof."""

    network: str
    list_version: int
    who: list[str]
    one: str
    other: str
    told: Content[list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Left(Event, kind="venues.Left"):
    """This venue is no longer in the network."""

    network: str
    list_version: int


def is_due_for_renewal(roll: Roll, real_now: datetime) -> bool:
    return real_now >= roll.issued_at + RENEWED_AFTER
