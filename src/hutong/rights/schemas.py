"""
Shapes of the register on the wire. Shares are exact: "1/3", never 0.33.
"""

from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext
from ninja import Field, Schema

from hutong.kit.event import plain
from hutong.kit.refusal import Refused
from hutong.rights import queries
from hutong.rights.checklists import CHECKLISTS, ApplicationKind, all_yes
from hutong.rights.empowerment_schemas import EmpowermentOut, TermsOut
from hutong.rights.procedure_words import Side
from hutong.rights.rules import MAX_TECHNOLOGIES, Decision, Status
from hutong.rights.shares import MAX_HOLDERS, Holdings, Shares, parse_share
from hutong.rights.transfers import DisposalStatus
from hutong.rights.wire import NO_NUL, Share, Short, Words


class HolderIn(Schema):
    party: UUID
    share: Share = Field(description="Exact fraction of the whole", examples=["1/2"])

    def pair(self) -> tuple[UUID, Fraction]:
        return self.party, parse_share(self.share)


class ApplicationIn(Schema):
    """An application for first registration: which technologies, who holds what of each."""

    technologies: list[UUID] = Field(max_length=MAX_TECHNOLOGIES)
    holders: list[HolderIn] = Field(
        max_length=MAX_HOLDERS + 1, description="Shares of ownership; they total exactly 1 (RR-1)"
    )
    disposal: list[HolderIn] | None = Field(
        None, max_length=MAX_HOLDERS + 1, description="Shares of disposal; ownership's if absent"
    )
    income: list[HolderIn] | None = Field(
        None, max_length=MAX_HOLDERS + 1, description="Shares of income; ownership's if absent"
    )
    evidence: list[UUID] = Field([], max_length=100, description="Documents stored before")


class CheckOut(Schema):
    code: str = Field(examples=["ownership"])
    question: str
    rule: str = Field(examples=["RR-1"])


class ChecklistOut(Schema):
    kind: ApplicationKind
    checks: list[CheckOut]

    @classmethod
    def of(cls, kind: ApplicationKind) -> "ChecklistOut":
        return cls(
            kind=kind,
            checks=[
                CheckOut(code=check.code, question=gettext(check.question), rule=check.rule)
                for check in CHECKLISTS[kind]
            ],
        )


class EvidenceIn(Schema):
    documents: list[UUID] = Field(min_length=1, max_length=100)


class ExceptionIn(Schema):
    technology: UUID
    reason: Words = Field(examples=["The assignment by the second inventor is missing."])


class ExaminationIn(Schema):
    """`checks`: the answers to the list of the application's kind; acceptance needs every yes."""

    decision: Decision = Field(examples=["accept"])
    findings: Words = Field(examples=["Title deeds and inventors' assignments are complete."])
    checks: dict[Annotated[str, Field(max_length=40)], bool] = Field(
        {}, examples=[all_yes()], max_length=40
    )
    exceptions: list[ExceptionIn] = Field([], max_length=MAX_TECHNOLOGIES)


class SetAsideIn(Schema):
    """An empty reason takes a technology back among those examined."""

    items: list[ExceptionIn] = Field(min_length=1, max_length=MAX_TECHNOLOGIES)


class BundleApplicationIn(Schema):
    """All parts of a bundle in one application, each held by the party that entered it."""

    bundle: UUID
    evidence: list[UUID] = Field([], max_length=100)


class ArgumentIn(Schema):
    text: Words = Field(examples=["The contract names us as the holder; see clause 7."])
    documents: list[UUID] = Field([], max_length=100)


class ReasonIn(Schema):
    reason: Words = Field("", examples=["Filed by mistake."])


class ReasonsIn(Schema):
    reasons: Words = Field(examples=["The second holder has given up its registration."])


class ObjectionIn(Schema):
    grounds: Words = Field(examples=["The invention was commissioned by us; contract attached."])
    technology: UUID | None = Field(None, description="One technology; absent: all of them")
    evidence: list[UUID] = Field([], max_length=100)


class DecisionIn(Schema):
    upheld: bool
    reasons: Words = Field(examples=["The contract leaves the right with the contractor."])


class FreezeIn(Schema):
    technology: UUID
    authority: Short = Field(examples=["Shanghai Intellectual Property Court"])
    paper: Short = Field(examples=["(2022) Hu 73 Zhi Min Chu no. 100"])
    document: UUID


class LiftIn(Schema):
    authority: Short
    paper: Short
    document: UUID


class OutsideStepIn(Schema):
    """What the office did (RR-11): leave `effective_on` out while it is only filed."""

    filed_on: date
    effective_on: date | None = None
    office_number: Annotated[str, Field(max_length=100, pattern=NO_NUL)] = Field(
        examples=["2022080900123450"]
    )
    evidence: list[UUID] = Field(min_length=1, max_length=100)


class HolderOut(Schema):
    party: UUID
    share: str = Field(examples=["1/2"])


class HoldingsOut(Schema):
    ownership: list[HolderOut]
    disposal: list[HolderOut]
    income: list[HolderOut]

    @classmethod
    def of(cls, holdings: Holdings) -> "HoldingsOut":
        return cls(
            ownership=holders(holdings.ownership),
            disposal=holders(holdings.disposal),
            income=holders(holdings.income),
        )


class ItemOut(Schema):
    technology: UUID
    holder: UUID | None = Field(None, description="Its seller, in a joint application")
    excepted_because: str = ""


class FeeOut(Schema):
    """What the application costs; pay it under the reference of `/payables?subject=…`."""

    amount_fen: int
    currency: str
    status: str = Field(examples=["due"])
    refund_fen: int = Field(description="Went back when the application was rejected")
    rejection_refund_bp: int = Field(
        description="Part that goes back on rejection, by the rulebook; basis points"
    )


class ApplicationOut(Schema):
    id: UUID
    kind: ApplicationKind
    number: str = Field(examples=["SHTE-RA-2022-000001"])
    status: Status
    bundle: UUID | None
    applicant: UUID
    holdings: HoldingsOut | None = Field(
        description="Of every technology once registered; null where each has its own seller"
    )
    empowerment: EmpowermentOut | None
    items: list[ItemOut]
    evidence: list[UUID]
    consents_missing: list[UUID] = Field(description="Parties that have not agreed yet")
    fee: FeeOut | None
    drafted_at: datetime
    submitted_at: datetime | None
    findings: str
    notice_opened_at: datetime | None
    ends_at: datetime | None = Field(description="End of the public notice, while it runs")
    stopped_at: datetime | None = Field(description="Since when an objection stops the notice")
    open_objections: int
    ended_at: datetime | None
    ended_because: str

    @staticmethod
    def resolve_holdings(view: queries.ApplicationView) -> HoldingsOut | None:
        return HoldingsOut.of(view.holdings) if view.holdings else None

    @staticmethod
    def resolve_empowerment(view: queries.ApplicationView) -> EmpowermentOut | None:
        return EmpowermentOut.of(view.empowerment) if view.empowerment else None

    @staticmethod
    def resolve_consents_missing(view: queries.ApplicationView) -> list[UUID]:
        return sorted(view.consents_missing)


class NoticeItemOut(Schema):
    technology: UUID
    holder: UUID | None = None


class NoticeOut(Schema):
    application: UUID
    kind: ApplicationKind
    number: str
    status: Status
    bundle: UUID | None
    holdings: HoldingsOut | None
    terms: TermsOut | None = Field(description="What an empowerment grants (RR-9)")
    technologies: list[UUID]
    items: list[NoticeItemOut]
    opened_at: datetime
    ends_at: datetime
    stopped: bool
    objections: int

    @staticmethod
    def resolve_holdings(view: queries.NoticeView) -> HoldingsOut | None:
        return HoldingsOut.of(view.holdings) if view.holdings else None

    @staticmethod
    def resolve_terms(view: queries.NoticeView) -> TermsOut | None:
        return TermsOut.of(view.terms) if view.terms else None

    @staticmethod
    def resolve_items(view: queries.NoticeView) -> list[NoticeItemOut]:
        return [NoticeItemOut(technology=t, holder=view.holders.get(t)) for t in view.technologies]


class ArgumentOut(Schema):
    id: UUID
    side: Side
    party: UUID
    round: int
    said_at: datetime
    text: str
    documents: list[UUID]


class ObjectionOut(Schema):
    """An objection and its exchange. `turn` may answer until `answer_by`, while it is open."""

    id: UUID
    application: UUID
    technology: UUID | None
    objector: UUID
    grounds: str
    evidence: list[UUID]
    filed_at: datetime
    status: str = Field(examples=["open"])
    arguments: list[ArgumentOut]
    turn: Side
    answer_by: datetime | None
    decided_at: datetime | None
    reasons: str


class EntryOut(Schema):
    """A register entry as it was written; never edited, corrected only by a later one (RR-8)."""

    id: UUID
    number: str = Field(examples=["SHTE-RR-2022-000001"])
    kind: str = Field(examples=["first_registration"])
    technology: UUID
    sequence: int
    effective_on: date
    known_at: datetime
    source: str
    facts: dict[str, Any]
    holdings: HoldingsOut | None
    corrects: UUID | None
    corrected_by: UUID | None

    @staticmethod
    def resolve_holdings(view: queries.EntryView) -> HoldingsOut | None:
        return HoldingsOut.of(view.holdings) if view.holdings else None


class RestrictionOut(Schema):
    entry: UUID
    number: str
    kind: str = "freeze"
    authority: str
    paper: str


class PendingOut(Schema):
    entry: UUID
    kind: str
    share: str | None
    prepared_at: datetime
    outside_step: str = Field(examples=["missing"])

    @staticmethod
    def resolve_share(view: queries.PendingView) -> str | None:
        return None if view.share is None else str(view.share)


class TitleOut(Schema):
    technology: UUID
    on: date | None = Field(description="As at this date; null: now")
    known_at: datetime | None = Field(description="As known at this moment; null: now")
    registered: bool
    ownership: list[HolderOut]
    disposal: list[HolderOut]
    income: list[HolderOut]
    restrictions: list[RestrictionOut]
    pending: list[PendingOut]
    chain: list[EntryOut] = Field(description="All entries, of those about licences the latest 100")
    omitted: int = Field(description="Earlier entries about licences, not in `chain`")

    @staticmethod
    def resolve_ownership(view: queries.Title) -> list[HolderOut]:
        return holders(view.ownership)

    @staticmethod
    def resolve_disposal(view: queries.Title) -> list[HolderOut]:
        return holders(view.disposal)

    @staticmethod
    def resolve_income(view: queries.Title) -> list[HolderOut]:
        return holders(view.income)


class WhyOut(Schema):
    code: str = Field(examples=["rights.holds_less"])
    rule: str = Field(examples=["RR-3"])
    sentence: str
    facts: dict[str, Any]

    @classmethod
    def of(cls, refused: Refused) -> "WhyOut":
        return cls(
            code=refused.reason.code,
            rule=refused.reason.rule,
            sentence=refused.sentence(gettext(refused.reason.text)),
            facts={name: plain(value) for name, value in refused.facts.items()},
        )


class TitleReportOut(Schema):
    """A title, and whether the proposed disposal is possible; `why` says why not (RR-10)."""

    title: TitleOut
    possible: bool | None
    why: WhyOut | None
    pre_emption: list[UUID] = Field(description="Co-owners who come first (Civil Code 305)")

    @staticmethod
    def resolve_why(view: queries.TitleReport) -> WhyOut | None:
        return None if view.refused is None else WhyOut.of(view.refused)


class HeldOut(Schema):
    technology: UUID
    share: str
    entry: UUID
    number: str
    since: date

    @staticmethod
    def resolve_share(view: queries.HeldView) -> str:
        return str(view.share)


class DisposalOut(Schema):
    entry: UUID = Field(description="The register entry this becomes")
    kind: str = Field(examples=["transfer"])
    technology: UUID
    deal: UUID | None
    filing: UUID | None
    giver: UUID
    taker: UUID
    share: str | None = Field(description="Of a transfer")
    terms: dict[str, Any] = Field(description="Of a licence, a pledge or new shares")
    status: DisposalStatus
    outside_step: str = Field(examples=["missing"])
    filed_on: date | None
    effective_on: date | None
    office_number: str
    evidence: list[UUID]
    prepared_at: datetime
    ended_at: datetime | None

    @staticmethod
    def resolve_share(view: queries.DisposalView) -> str | None:
        return None if view.share is None else str(view.share)


def holders(shares: Shares) -> list[HolderOut]:
    return [HolderOut(party=party, share=str(share)) for party, share in sorted(shares.items())]
