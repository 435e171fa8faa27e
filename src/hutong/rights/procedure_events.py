"""
What happens around applications: examination, arguments, consents, fees, empowerment, income.

Who argues, consents, pays or receives is private; that it happened, and when, is in the log.
"""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.kit.event import Event, Private, Visibility
from hutong.rights.events import EntryWritten
from hutong.rights.procedure_words import Decision, Form, Side

JOURNALLED = Visibility.JOURNALLED


@dataclass(frozen=True, kw_only=True)
class ClaimsAwaited(Event, kind="rights.ClaimsAwaited", visibility=JOURNALLED):
    """Before it is examined these numbers are claimed in the network: technology → number."""

    application: UUID
    number: str
    numbers: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ClaimedElsewhere(Event, kind="rights.ClaimedElsewhere", visibility=JOURNALLED):
    """A technology leaves the application: its number is another venue's."""

    application: UUID
    technology: UUID
    venue: str


@dataclass(frozen=True, kw_only=True)
class ClaimsSettled(Event, kind="rights.ClaimsSettled", visibility=JOURNALLED):
    """Every number was claimed or lost; the examination may begin."""

    application: UUID
    number: str


@dataclass(frozen=True, kw_only=True)
class ClaimSettled(Event, kind="rights.ClaimSettled", visibility=JOURNALLED):
    application: UUID
    technology: UUID


@dataclass(frozen=True, kw_only=True)
class Examined(Event, kind="rights.Examined", visibility=JOURNALLED):
    """What the officer answered to the list of the application's kind."""

    application: UUID
    decision: Decision
    checks: Private[dict[str, bool]]


@dataclass(frozen=True, kw_only=True)
class ItemsSetAside(Event, kind="rights.ItemsSetAside", visibility=JOURNALLED):
    """Items the examination leaves out, each with its reason; an empty reason takes one back."""

    application: UUID
    items: int
    reasons: Private[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Consented(Event, kind="rights.Consented"):
    """A party that an application needs agreed to it."""

    application: UUID
    holder: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class ArgumentFiled(Event, kind="rights.ArgumentFiled"):
    """A statement of one side about an objection; the other has until `answer_by`."""

    application: UUID
    objection: UUID
    argument: UUID
    side: Side
    round: int
    answer_by: datetime
    text: Private[str]
    documents: Private[list[UUID]]


@dataclass(frozen=True, kw_only=True)
class ObjectionWithdrawn(Event, kind="rights.ObjectionWithdrawn"):
    application: UUID
    objection: UUID


@dataclass(frozen=True, kw_only=True)
class FeeDue(Event, kind="rights.FeeDue", visibility=JOURNALLED):
    """Submitting cost a fee by the rulebook's schedule; settlement asks for it."""

    application: UUID
    amount_fen: int
    currency: str
    payer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class FeePaid(Event, kind="rights.FeePaid", visibility=JOURNALLED):
    application: UUID
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class FeeCancelled(Event, kind="rights.FeeCancelled", visibility=JOURNALLED):
    """The application ended before its fee was paid; nothing is owed any more."""

    application: UUID


@dataclass(frozen=True, kw_only=True)
class FeeRefundDue(Event, kind="rights.FeeRefundDue", visibility=JOURNALLED):
    """The application was rejected, and by the rulebook part of its fee goes back."""

    application: UUID
    amount_fen: int
    payer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class Empowered(EntryWritten, kind="rights.Empowered"):
    """赋权: the institution gave its inventors a share of ownership, or long-term use (RR-9)."""

    application: UUID
    form: Form
    until: date | None
    share: Fraction | None
    giver: Private[UUID]
    beneficiaries: Private[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class IncomeArose(Event, kind="rights.IncomeArose"):
    """A deal paid for a technology with an income plan: what each contributor is due (RR-9)."""

    statement: UUID
    application: UUID
    deal: UUID
    technology: UUID
    gross_fen: Private[int]
    net_fen: Private[int]
    due: Private[list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class CostsStated(Event, kind="rights.CostsStated"):
    """The institution stated what it may deduct; the shares follow the net income."""

    statement: UUID
    net_fen: Private[int]
    costs: Private[list[dict[str, Any]]]
    due: Private[list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class IncomeConfirmed(Event, kind="rights.IncomeConfirmed"):
    """The institution owes its contributors these shares; nothing in them changes any more."""

    statement: UUID
    net_fen: Private[int]
    due: Private[list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class IncomeGiven(Event, kind="rights.IncomeGiven"):
    """A contributor's share was given: paid, or entered as equity or as an investment."""

    statement: UUID
    contributor: Private[UUID]
    amount_fen: Private[int]
    given_on: date
    proof: Private[str]
