"""
What happens in the register: its events, and what of them is public (LO-1, LO-2).

Who holds and who objected is private; what stands in public notice is public and erasable; the
number, date and digest of an entry are for everybody.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.kit.event import Content, Event, Private, Visibility


@dataclass(frozen=True, kw_only=True)
class Drafted(Event, kind="rights.Drafted", visibility=Visibility.JOURNALLED):
    application: UUID
    number: str
    technologies: int


@dataclass(frozen=True, kw_only=True)
class EvidenceAttached(Event, kind="rights.EvidenceAttached", visibility=Visibility.JOURNALLED):
    application: UUID
    documents: list[UUID]


@dataclass(frozen=True, kw_only=True)
class Applied(Event, kind="rights.Applied"):
    application: UUID
    number: str
    technologies: int
    applicant: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class NoticeOpened(Event, kind="rights.NoticeOpened"):
    application: UUID
    number: str
    technologies: int
    ends_at: datetime
    notice: Content[dict[str, Any]]
    findings: Private[str]
    exceptions: Private[dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Rejected(Event, kind="rights.Rejected"):
    application: UUID
    number: str
    reasons: Private[str]


@dataclass(frozen=True, kw_only=True)
class Withdrawn(Event, kind="rights.Withdrawn"):
    application: UUID
    number: str
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class ObjectionFiled(Event, kind="rights.ObjectionFiled"):
    application: UUID
    objection: UUID
    technology: UUID | None
    filed_at: datetime
    objector: Private[UUID]
    grounds: Private[str]


@dataclass(frozen=True, kw_only=True)
class ObjectionDecided(Event, kind="rights.ObjectionDecided"):
    application: UUID
    objection: UUID
    technology: UUID | None
    upheld: bool
    reasons: Content[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class NoticeResumed(Event, kind="rights.NoticeResumed"):
    application: UUID
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class RegistrationHeld(Event, kind="rights.RegistrationHeld", visibility=Visibility.JOURNALLED):
    application: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class Completed(Event, kind="rights.Completed"):
    """The application ended in registration; each entry has its own `Registered`."""

    application: UUID
    number: str
    entries: int
    exceptions: Private[dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class EntryWritten(Event, kind="rights.EntryWritten"):
    """Common to every register entry: the digest lets the doctor name a changed one."""

    entry: UUID
    number: str
    technology: UUID
    entry_kind: str
    sequence: int
    effective_on: date
    entry_digest: str
    holdings: Private[list[dict[str, str]]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Registered(EntryWritten, kind="rights.Registered"):
    application: UUID


@dataclass(frozen=True, kw_only=True)
class Transferred(EntryWritten, kind="rights.Transferred"):
    deal: UUID
    share: Fraction
    giver: Private[UUID]
    taker: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class Frozen(EntryWritten, kind="rights.Frozen"):
    authority: Private[str]
    paper: Private[str]


@dataclass(frozen=True, kw_only=True)
class Lifted(EntryWritten, kind="rights.Lifted"):
    freeze: UUID
    authority: Private[str]
    paper: Private[str]


@dataclass(frozen=True, kw_only=True)
class TransferPrepared(Event, kind="rights.TransferPrepared"):
    entry: UUID
    deal: UUID
    technology: UUID
    share: Fraction
    outside_step_due: bool
    giver: Private[UUID]
    taker: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class OutsideStepRecorded(Event, kind="rights.OutsideStepRecorded"):
    entry: UUID
    technology: UUID
    filed_on: date
    effective_on: date | None
    office_number: Content[str]
    evidence: Private[list[UUID]]


@dataclass(frozen=True, kw_only=True)
class TransferCancelled(Event, kind="rights.TransferCancelled"):
    entry: UUID
    deal: UUID
    technology: UUID
    reason: Private[str]
