"""
Entries about claims: in the registrar's log, which is their record, and in the claimant's journal (NE-5). Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final
from uuid import UUID

from hutong.kit.event import Event, Visibility


@dataclass(frozen=True, kw_only=True)
class TermOpened(Event, kind="network.TermOpened"):
    """From here on this log is the record of claims, with those that are adopted next.

    `basis_…`: the log they were taken from, at the size the votes named; none in the first term.
    """

    term: int
    basis_log: str | None
    basis_size: int
    basis_root: bytes
    claims: int


@dataclass(frozen=True, kw_only=True)
class ClaimsAdopted(Event, kind="network.ClaimsAdopted"):
    """Claims of the term before: each [claim, number, technology, venue], and of one that was
    moved [… , the venue before]."""

    term: int
    claims: list[list[str]]


@dataclass(frozen=True, kw_only=True)
class ClaimGranted(Event, kind="network.ClaimGranted"):
    """`number` is the digest of the normalised number, as in `number_digest`."""

    term: int
    claim: UUID
    number: str
    technology: UUID
    venue: str


@dataclass(frozen=True, kw_only=True)
class ClaimRefused(Event, kind="network.ClaimRefused"):
    """The number is another claim's (`claim_holding`, of `venue_holding`)."""

    term: int
    claim: UUID
    number: str
    technology: UUID
    venue: str
    claim_holding: UUID
    venue_holding: str


@dataclass(frozen=True, kw_only=True)
class ClaimReleased(Event, kind="network.ClaimReleased"):
    term: int
    claim: UUID
    number: str
    venue: str


@dataclass(frozen=True, kw_only=True)
class ClaimMoved(Event, kind="network.ClaimMoved"):
    """Custody moved: from now on the claim is another venue's (NE-8)."""

    term: int
    claim: UUID
    number: str
    from_venue: str
    venue: str


@dataclass(frozen=True, kw_only=True)
class ClaimAsked(Event, kind="network.ClaimAsked", visibility=Visibility.JOURNALLED):
    claim: UUID
    number: str
    technology: UUID
    registrar: str
    term: int


@dataclass(frozen=True, kw_only=True)
class ClaimFinal(Event, kind="network.ClaimFinal"):
    """The number is ours in the whole network."""

    claim: UUID
    number: str
    technology: UUID
    term: int


@dataclass(frozen=True, kw_only=True)
class ClaimLost(Event, kind="network.ClaimLost"):
    """The number is another's."""

    claim: UUID
    number: str
    technology: UUID
    venue_holding: str
    term: int


@dataclass(frozen=True, kw_only=True)
class ReleaseAsked(Event, kind="network.ReleaseAsked"):
    claim: UUID
    number: str
    technology: UUID


@dataclass(frozen=True, kw_only=True)
class ClaimGivenBack(Event, kind="network.ClaimGivenBack"):
    """The number is free for others."""

    claim: UUID
    number: str
    technology: UUID


@dataclass(frozen=True, kw_only=True)
class MoveAsked(Event, kind="network.MoveAsked"):
    """The registrar is asked to write the claim over to the venue that takes custody (NE-8)."""

    claim: UUID
    number: str
    technology: UUID
    to: str


@dataclass(frozen=True, kw_only=True)
class ClaimPassedOn(Event, kind="network.ClaimPassedOn"):
    """The number is the other venue's, finally."""

    claim: UUID
    number: str
    technology: UUID
    to: str


@dataclass(frozen=True, kw_only=True)
class MoveRefused(Event, kind="network.MoveRefused"):
    """The registrar will not write it over; the claim is ours as before."""

    claim: UUID
    number: str
    technology: UUID
    to: str
    why: str


@dataclass(frozen=True, kw_only=True)
class DuplicateFound(Event, kind="network.DuplicateFound"):
    """A venue that joined has registered what another's claim stands for: one of them did so
    before they knew of each other. The registrar's officers decide (NE-5, DL-3)."""

    claim: UUID
    number: str
    technology: UUID
    venue: str
    claim_holding: UUID
    technology_holding: UUID
    venue_holding: str


@dataclass(frozen=True, kw_only=True)
class HeldContradicted(Event, kind="network.HeldContradicted"):
    """A member says it holds a log of ours that is not ours: one of us shows two histories."""

    venue: str
    size: int
    root: bytes
    own_root: bytes


BOOKED: Final[Mapping[str, type[Event]]] = {
    event.kind: event
    for event in (
        TermOpened,
        ClaimsAdopted,
        ClaimGranted,
        ClaimRefused,
        ClaimReleased,
        ClaimMoved,
    )
}


_IDS: Final = frozenset({"claim", "technology", "claim_holding"})


def read_event(kind: str, facts: Mapping[str, Any]) -> Event | None:
    """An entry of a registrar's log as it was written; None for one not about claims."""
    event = BOOKED.get(kind)
    if event is None:
        return None
    given: dict[str, Any] = {
        name: UUID(value) if name in _IDS else value for name, value in facts.items()
    }
    if "basis_root" in given:
        given["basis_root"] = bytes.fromhex(given["basis_root"])
    known = {f.name for f in fields(event)}  # type: ignore[arg-type]
    return event(**{name: value for name, value in given.items() if name in known})
