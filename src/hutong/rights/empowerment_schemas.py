"""
Shapes of researcher empowerment and shared income on the wire (RR-9). Money in fen, parts exact.
"""

from dataclasses import asdict
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

from ninja import Field, Schema

from hutong.kit.money import MAX_AMOUNT
from hutong.rights import queries
from hutong.rights.empowerment import Contribution, Diligence, File, Grant, Plan
from hutong.rights.income import MAX_COSTS, CostKind, Due
from hutong.rights.procedure_words import Form, PriceBasis, Reward, StatementStatus
from hutong.rights.rules import MAX_TECHNOLOGIES
from hutong.rights.shares import MAX_HOLDERS, parse_share
from hutong.rights.wire import Share, Short, Words


class DiligenceIn(Schema):
    """The evidence of due diligence (RR-9): internal publicity, collective decision, price basis."""

    published_from: date
    published_until: date
    published_where: Short = Field(examples=["Notice board of the institute, and its intranet"])
    publicity_document: UUID
    decided_by: Short = Field(examples=["Office meeting of the president"])
    decided_on: date
    decision_document: UUID
    price_basis: PriceBasis = Field(examples=["valuation"])
    price_statement: Words = Field(examples=["Valued by an accredited valuer; report attached."])
    price_document: UUID


class BeneficiaryIn(Schema):
    party: UUID
    share: Share | None = Field(None, description="Share of the whole, for `ownership_share`")


class ContributionIn(Schema):
    party: UUID
    part: Share = Field(description="Of what all contributors get; parts total exactly 1")
    reward: Reward = Field(Reward.CASH)


class EmpowermentIn(Schema):
    """An application to empower inventors (RR-9)."""

    technologies: list[UUID] = Field(min_length=1, max_length=MAX_TECHNOLOGIES)
    form: Form
    years: int | None = Field(None, ge=1, le=100, description="Of long-term use, at least 10")
    beneficiaries: list[BeneficiaryIn] = Field(min_length=1, max_length=MAX_HOLDERS)
    diligence: DiligenceIn
    contributors_share: Share = Field(
        description="Of net income; a state-funded institution gives at least 1/2",
        examples=["7/10"],
    )
    contributions: list[ContributionIn] = Field(min_length=1, max_length=MAX_HOLDERS)
    evidence: list[UUID] = Field([], max_length=100)

    def file(self) -> File:
        return File(
            grant=Grant(
                form=self.form,
                years=self.years,
                beneficiaries=tuple(
                    (one.party, parse_share(one.share) if one.share else None)
                    for one in self.beneficiaries
                ),
            ),
            diligence=Diligence(**self.diligence.dict()),
            plan=Plan(
                share=parse_share(self.contributors_share),
                contributions=tuple(
                    Contribution(party=one.party, part=parse_share(one.part), reward=one.reward)
                    for one in self.contributions
                ),
            ),
        )


class CostIn(Schema):
    kind: CostKind = Field(examples=["maintenance"])
    amount_fen: int = Field(gt=0, le=MAX_AMOUNT, examples=[120000])
    reason: Short = Field(examples=["Annuities of 2020 to 2022"])


class CostsIn(Schema):
    """What is deducted besides the venue's fee; what was stated before is replaced."""

    costs: list[CostIn] = Field(max_length=MAX_COSTS)


class GivenIn(Schema):
    contributor: UUID
    given_on: date
    proof: Short = Field(examples=["Bank transfer of 2022-09-01"])


class BeneficiaryOut(Schema):
    party: UUID
    share: str | None


class ContributionOut(Schema):
    party: UUID
    part: str
    reward: Reward


class EmpowermentOut(Schema):
    """The file of an empowerment, as the institution, those named and officers read it (RR-9)."""

    form: Form
    years: int | None
    beneficiaries: list[BeneficiaryOut]
    diligence: DiligenceIn
    contributors_share: str
    contributions: list[ContributionOut]

    @classmethod
    def of(cls, file: File) -> "EmpowermentOut":
        return cls(
            form=file.grant.form,
            years=file.grant.years,
            beneficiaries=_beneficiaries(file.grant.beneficiaries),
            diligence=DiligenceIn(**asdict(file.diligence)),
            contributors_share=str(file.plan.share),
            contributions=[
                ContributionOut(party=one.party, part=str(one.part), reward=one.reward)
                for one in file.plan.contributions
            ],
        )


class TermsOut(Schema):
    """What the public notice says of an empowerment."""

    form: Form
    years: int | None
    institution: UUID
    beneficiaries: list[BeneficiaryOut]
    contributors_share: str
    price_basis: PriceBasis

    @classmethod
    def of(cls, terms: queries.PublicTerms) -> "TermsOut":
        return cls(
            form=terms.form,
            years=terms.years,
            institution=terms.institution,
            beneficiaries=_beneficiaries(terms.beneficiaries),
            contributors_share=str(terms.contributors_share),
            price_basis=terms.price_basis,
        )


def _beneficiaries(
    named: tuple[tuple[UUID, Fraction | None], ...],
) -> list[BeneficiaryOut]:
    return [
        BeneficiaryOut(party=party, share=None if share is None else str(share))
        for party, share in named
    ]


class CostOut(Schema):
    kind: CostKind
    amount_fen: int
    reason: str


class DueOut(Schema):
    party: UUID
    part: str
    reward: Reward
    amount_fen: int
    given_on: date | None
    proof: str


class StatementOut(Schema):
    """Net income of a deal shared with contributors; each sees its own share (RR-9)."""

    id: UUID
    application: UUID
    technology: UUID
    deal: UUID
    institution: UUID
    currency: str
    status: StatementStatus
    share: str = Field(description="The contributors' share of net income", examples=["7/10"])
    gross_fen: int
    costs: list[CostOut]
    net_fen: int
    contributors_fen: int
    institution_fen: int
    due: list[DueOut]
    arose_at: datetime
    confirmed_at: datetime | None

    @classmethod
    def of(cls, view: queries.StatementView) -> "StatementOut":
        income = view.income
        return cls(
            **{name: getattr(view, name) for name in _STATEMENT},
            share=str(view.share),
            gross_fen=income.gross_fen,
            costs=[CostOut(**asdict(cost)) for cost in income.costs],
            net_fen=income.net_fen,
            contributors_fen=income.contributors_fen,
            institution_fen=income.institution_fen,
            due=[_due_out(one, view) for one in income.due],
        )


_STATEMENT = (
    "id",
    "application",
    "technology",
    "deal",
    "institution",
    "currency",
    "status",
    "arose_at",
    "confirmed_at",
)


def _due_out(due: Due, view: queries.StatementView) -> DueOut:
    given = view.given.get(due.party)
    return DueOut(
        party=due.party,
        part=str(due.part),
        reward=due.reward,
        amount_fen=due.amount_fen,
        given_on=given.on if given else None,
        proof=given.proof if given else "",
    )
