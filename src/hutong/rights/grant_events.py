"""
What happens to grants, restrictions and what is filed for them, and what of it is public (LO-2).

The register itself is public (RR-10); the log names no party, so that what must be erased can be.
Each entry of the register has its event, with the number and digest all entries carry.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from hutong.kit.event import Event, Private, Visibility
from hutong.rights.acts import EntryKind, Mode
from hutong.rights.events import EntryWritten
from hutong.rights.grant_words import FilingKind, FilingStatus

JOURNALLED = Visibility.JOURNALLED

# Entries of the register ----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Licensed(EntryWritten, kind="rights.Licensed"):
    """A licence, sublicence or long-term use stands in the register."""

    mode: Mode
    ends_on: date
    deal: UUID | None
    filing: UUID | None
    parent: UUID | None
    licensor: Private[UUID]
    licensee: Private[UUID]
    scope: Private[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class GrantEnded(EntryWritten, kind="rights.GrantEnded"):
    """A licence was given back, or ended on paper, before its term."""

    filing: UUID
    grant: UUID


@dataclass(frozen=True, kw_only=True)
class Pledged(EntryWritten, kind="rights.Pledged"):
    filing: UUID
    rank: int
    pledgor: Private[UUID]
    pledgee: Private[UUID]
    secured_fen: Private[int]
    currency: Private[str]


@dataclass(frozen=True, kw_only=True)
class DisposalConsented(EntryWritten, kind="rights.DisposalConsented"):
    """Who a restriction protects agreed to disposals beside it."""

    filing: UUID
    restriction: UUID
    until: date
    disposals: Private[list[str]]


@dataclass(frozen=True, kw_only=True)
class Restricted(EntryWritten, kind="rights.Restricted"):
    """A pre-emption or the duties of public funding were noted."""

    filing: UUID


@dataclass(frozen=True, kw_only=True)
class Released(EntryWritten, kind="rights.Released"):
    filing: UUID
    restriction: UUID


@dataclass(frozen=True, kw_only=True)
class Redistributed(EntryWritten, kind="rights.Redistributed"):
    filing: UUID


@dataclass(frozen=True, kw_only=True)
class TitleCancelled(EntryWritten, kind="rights.TitleCancelled"):
    """注销: the title is closed."""

    filing: UUID


@dataclass(frozen=True, kw_only=True)
class Corrected(EntryWritten, kind="rights.Corrected"):
    """An entry took the place of `corrects`, or struck it out."""

    filing: UUID
    corrects: UUID


# Filings --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Filed(Event, kind="rights.Filed"):
    filing: UUID
    number: str
    filing_kind: FilingKind
    technologies: int
    applicant: Private[UUID | None]


@dataclass(frozen=True, kw_only=True)
class AgreedTo(Event, kind="rights.AgreedTo"):
    filing: UUID
    number: str
    holder: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class FilingSubmitted(Event, kind="rights.FilingSubmitted", visibility=JOURNALLED):
    """Everybody it needs has agreed."""

    filing: UUID
    number: str
    filing_kind: FilingKind


@dataclass(frozen=True, kw_only=True)
class FilingApproved(Event, kind="rights.FilingApproved"):
    filing: UUID
    number: str
    findings: Private[str]


@dataclass(frozen=True, kw_only=True)
class FilingEntered(Event, kind="rights.FilingEntered"):
    filing: UUID
    number: str
    entries: list[UUID]


@dataclass(frozen=True, kw_only=True)
class FilingEnded(Event, kind="rights.FilingEnded"):
    """It did not come into the register: declined, rejected or withdrawn."""

    filing: UUID
    number: str
    ending: FilingStatus
    reason: Private[str]


# What a filing or a deal binds ----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DisposalPrepared(Event, kind="rights.DisposalPrepared"):
    """A right is bound to a grant or pledge on its way; `entry` is what it becomes."""

    entry: UUID
    technology: UUID
    disposal_kind: EntryKind
    deal: UUID | None
    filing: UUID | None
    outside_step_due: bool
    giver: Private[UUID]
    taker: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class DisposalCancelled(Event, kind="rights.DisposalCancelled"):
    entry: UUID
    technology: UUID
    deal: UUID | None
    filing: UUID | None
    reason: Private[str]


# Reservation by what is offered (LI-2) ---------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Reserved(Event, kind="rights.Reserved", visibility=JOURNALLED):
    """Rights are kept for an exclusive offer, or the deal it led to."""

    source: str
    technologies: list[UUID]


@dataclass(frozen=True, kw_only=True)
class ReservationEnded(Event, kind="rights.ReservationEnded", visibility=JOURNALLED):
    source: str
    technologies: list[UUID]
