"""
Shapes of grants, restrictions and filings on the wire.
"""

from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema

from hutong.kit.money import MAX_AMOUNT
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights.acts import Act, Licence, Mode, Pledge, Proceeds
from hutong.rights.acts_written import act_from, misshapen
from hutong.rights.burdens import CONSENT_KINDS, MAX_RANK
from hutong.rights.grant_words import FilingKind, FilingStatus
from hutong.rights.grants import MAX_ACCEPTED
from hutong.rights.schemas import DisposalOut, HolderIn, WhyOut
from hutong.rights.scope import MAX_CODES, MAX_WRITTEN, Scope, Term, Territory
from hutong.rights.scope import Field as FieldOfUse
from hutong.rights.shares import MAX_HOLDERS
from hutong.rights.wire import NO_NUL, Short, Words

Code = Annotated[str, Field(max_length=MAX_WRITTEN, pattern=NO_NUL)]
Codes = Annotated[list[Code], Field(max_length=MAX_CODES)]
Papers = Annotated[list[UUID], Field(max_length=100)]
CURRENCY = r"^[A-Z]{3}$"


class ScopeIn(Schema):
    """Territory × field of use × term (RR-2). Fields left empty are not limited."""

    territory: Codes = Field(
        ["WORLD"],
        description="WORLD, ISO 3166 codes, or digits of GB/T 2260",
        examples=[["CN"]],
    )
    without: Codes = Field([], description="Regions left out", examples=[["HK", "MO", "TW"]])
    ipc: Codes = Field([], description="IPC symbols, of any level", examples=[["G06F"]])
    industries: Codes = Field([], description="GB/T 4754 codes", examples=[["C39"]])
    starts_on: date = Field(examples=["2022-07-20"])
    ends_on: date = Field(description="The last day", examples=["2025-07-19"])

    def scope(self) -> Scope:
        return Scope(
            Territory.of(self.territory, self.without),
            FieldOfUse.of(self.ipc, self.industries),
            Term.of(self.starts_on, self.ends_on),
        )


class LicenceIn(ScopeIn):
    technology: UUID
    licensee: UUID
    mode: Mode = Field(examples=["ordinary"])
    sublicensable: bool = False
    parent: UUID | None = Field(None, description="The licence a sublicence derives from")
    accepted: list[UUID] = Field(
        [],
        max_length=MAX_ACCEPTED,
        description="Earlier ordinary licences that an exclusive or sole one leaves standing (RR-4)",
    )
    evidence: Papers = Field(description="The contract", min_length=1)


class PledgeIn(Schema):
    technologies: list[UUID] = Field(min_length=1, max_length=100)
    pledgee: UUID
    secured_fen: int = Field(ge=1, le=MAX_AMOUNT, examples=[500_000_000])
    currency: str = Field("CNY", pattern=CURRENCY)
    debt_due_on: date | None = None
    rank: int | None = Field(None, ge=1, le=MAX_RANK, description="The next free one if absent")
    evidence: Papers = Field(description="Pledge and loan contracts", min_length=1)


class SharesIn(Schema):
    """New shares that all holders agree on (RR-1)."""

    technology: UUID
    ownership: list[HolderIn] = Field(min_length=1, max_length=MAX_HOLDERS)
    disposal: list[HolderIn] | None = Field(None, max_length=MAX_HOLDERS)
    income: list[HolderIn] | None = Field(None, max_length=MAX_HOLDERS)
    evidence: Papers = Field(min_length=1)

    @staticmethod
    def pairs(holders: list[HolderIn] | None) -> list[tuple[UUID, Fraction]] | None:
        return None if holders is None else [holder.pair() for holder in holders]


class EndIn(Schema):
    """Evidence for an act of one's own, where there is any."""

    evidence: Papers = Field([])


class DisposalConsentIn(Schema):
    """To which disposals, until when, and what becomes of the price (Civil Code 444)."""

    kinds: list[str] = Field(
        min_length=1,
        max_length=len(CONSENT_KINDS),
        description=f"Of {', '.join(sorted(CONSENT_KINDS))}",
        examples=[["transfer"]],
    )
    until: date = Field(examples=["2022-12-31"])
    taker: UUID | None = Field(None, description="One taker; absent: any")
    proceeds: Proceeds = Field(Proceeds.PREPAY, examples=["prepay"])
    evidence: Papers = Field([])


class ApprovalAbroadIn(Schema):
    """The funding authority's approval of disposals abroad, on its paper (RR-6)."""

    kinds: list[str] = Field(min_length=1, max_length=len(CONSENT_KINDS), examples=[["transfer"]])
    until: date = Field(examples=["2022-12-31"])
    taker: UUID | None = None
    evidence: Papers = Field(min_length=1)


class FilingReasonIn(Schema):
    reason: Words = Field(min_length=1, examples=["The parties agreed otherwise."])


class FindingsIn(Schema):
    findings: Words = Field(min_length=1, examples=["Contract and consents are in order."])


class OnPaperIn(Schema):
    authority: Short = Field(min_length=1, examples=["Shanghai Intellectual Property Court"])
    paper: Short = Field(min_length=1, examples=["(2022) Hu 73 Zhi Min Chu no. 100"])
    evidence: Papers = Field(min_length=1)


class CancellationIn(OnPaperIn):
    technology: UUID


class PreEmptionIn(Schema):
    technology: UUID
    holder: UUID
    origin: Short = Field(min_length=1, examples=["contract"])
    words: Words = Field("", examples=["Clause 7 of the cooperation contract"])
    evidence: Papers = Field(min_length=1)


class StateFundingIn(OnPaperIn):
    technology: UUID
    programme: Short = Field(min_length=1, examples=["National Key R&D Programme"])


class RightIn(Schema):
    """What the entry should have said: the kind and facts of an act, as entries show them."""

    kind: Short = Field(examples=["licence"])
    facts: dict[str, Any]

    def act(self) -> Act:
        try:
            act = act_from(self.kind, self.facts, None)
        except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
            raise _malformed(f"{type(error).__name__}: {error}") from error
        except AssertionError as error:
            raise _malformed(str(error)) from error
        if (wrong := misshapen(act)) is not None:
            raise _malformed(wrong)
        return act


def _malformed(problem: str) -> Refused:
    return Refused(CommonRefusal.INVALID, field="right", problem=problem[:200])


class CorrectionIn(Schema):
    """`right` absent strikes the entry out; nothing is edited (RR-8)."""

    reason: Words = Field(min_length=1, examples=["Entered on the wrong patent."])
    right: RightIn | None = None
    effective_on: date | None = Field(None, description="As the corrected entry if absent")
    evidence: Papers = Field(min_length=1)


class AgreementOut(Schema):
    party: UUID
    agreed_at: datetime | None


class FilingOut(Schema):
    """A filing: agreeing → submitted → approved → entered, or declined, rejected, withdrawn."""

    id: UUID
    number: str = Field(examples=["SHTE-RF-2022-000001"])
    kind: FilingKind
    status: FilingStatus
    act: str = Field(description="The kind of entry it asks for", examples=["licence"])
    facts: dict[str, Any]
    applicant: UUID | None = Field(description="Null: an officer filed")
    technologies: list[UUID]
    agreements: list[AgreementOut]
    evidence: list[UUID]
    corrects: UUID | None
    reason: str = Field(description="Why an entry is to be corrected")
    filed_at: datetime
    examined_at: datetime | None
    findings: str
    ended_at: datetime | None
    ended_because: str
    entries: list[UUID]
    bound: list[DisposalOut]


class GrantOut(Schema):
    """A licence, sublicence or long-term use, on the day asked for."""

    entry: UUID
    number: str = Field(examples=["SHTE-RR-2022-000002"])
    kind: str = Field(examples=["licence"])
    mode: Mode
    licensor: UUID
    licensee: UUID
    territory: list[str]
    without: list[str]
    ipc: list[str]
    industries: list[str]
    starts_on: date | None
    ends_on: date | None = Field(
        description="What is left of its term; null: ended before it began"
    )
    granted_until: date
    sublicensable: bool
    parent: UUID | None
    accepted: list[UUID]
    depth: int
    status: str = Field(examples=["in_force"])
    ended_by: str


class ConsentOut(Schema):
    by: UUID | None
    kinds: list[str]
    taker: UUID | None
    until: date
    proceeds: str


class BurdenOut(Schema):
    """A freeze, pledge, pre-emption or funding duty in force."""

    entry: UUID
    number: str
    kind: str = Field(examples=["pledge"])
    since: date | None
    party: UUID | None
    rank: int | None
    secured_fen: int | None
    currency: str
    debt_due_on: date | None
    authority: str
    paper: str
    words: str
    consents: list[ConsentOut]


class PossibleOut(Schema):
    """Whether a licence could be granted so, now; `why` names the entry in its way (RR-10)."""

    possible: bool
    why: WhyOut | None

    @classmethod
    def of(cls, refused: Refused | None) -> "PossibleOut":
        return cls(possible=refused is None, why=None if refused is None else WhyOut.of(refused))


class ProposedLicenceIn(ScopeIn):
    licensor: UUID
    licensee: UUID
    mode: Mode = Field(examples=["exclusive"])
    sublicensable: bool = False
    parent: UUID | None = None
    accepted: list[UUID] = Field([], max_length=MAX_ACCEPTED)
    joined: list[UUID] = Field([], max_length=MAX_HOLDERS, description="Co-owners who would join")

    def act(self) -> Licence:
        return Licence(
            licensor=self.licensor,
            licensee=self.licensee,
            mode=self.mode,
            scope=self.scope(),
            sublicensable=self.sublicensable,
            parent=self.parent,
            accepted=frozenset(self.accepted),
            joined=frozenset(self.joined),
        )


class ProposedPledgeIn(Schema):
    pledgor: UUID
    pledgee: UUID
    secured_fen: int = Field(ge=1, le=MAX_AMOUNT, examples=[500_000_000])
    currency: str = Field("CNY", pattern=CURRENCY)
    rank: int | None = Field(None, ge=1, le=MAX_RANK, description="The next free one if absent")
    joined: list[UUID] = Field([], max_length=MAX_HOLDERS, description="Co-owners who would join")

    def act(self) -> Pledge:
        return Pledge(
            pledgor=self.pledgor,
            pledgee=self.pledgee,
            rank=self.rank or 0,
            secured_fen=self.secured_fen,
            currency=self.currency,
            joined=frozenset(self.joined),
        )
