"""
Income of a deal shared with contributors (RR-9): it arises, costs are stated, it is confirmed, given.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import ACT, Actor
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import local_date
from hutong.kit.money import CNY
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights import rules
from hutong.rights.income import Cost, CostKind, Income, equal_parts, proceeds, share_out
from hutong.rights.models import Cost as CostRow
from hutong.rights.models import Due, Empowerment, Statement
from hutong.rights.procedure_events import CostsStated, IncomeArose, IncomeConfirmed, IncomeGiven
from hutong.rights.procedure_words import StatementStatus
from hutong.rights.queries.empowerments import plan_of, plans_in_force
from hutong.rights.queries.incomes import StatementView, as_facts, costs_of, statement_view
from hutong.rights.queries.titles import technologies_of_entries

INCOME = "rights.income"  # held by nobody: income follows from what was settled
VENUE_FEE = "fee of the venue for this deal"


@action(power=INCOME)
def income_arose(
    *,
    actor: Actor,
    now: datetime,
    deal: UUID,
    seller: UUID,
    entries: Sequence[UUID],
    amount_fen: int,
    fee_fen: int,
    currency: str = CNY,
    parts: Mapping[UUID, Fraction] | None = None,
) -> list[StatementView]:
    """Share out what a settled deal paid its seller, for every right with an income plan.

    Each right earned its part of the price: as a bundle's stated split says (TE-4), equal parts
    where nothing is said. The seller's fee is deducted likewise. Told again, what there is stays.
    """
    technologies = technologies_of_entries(entries)
    plans = plans_in_force(technologies, institution=seller) if technologies else {}
    known = set(Statement.objects.filter(deal=deal).values_list("technology", flat=True))
    made: list[StatementView] = []
    if plans:
        earned_by = dict(parts or equal_parts(technologies))
        gross = proceeds(amount_fen=amount_fen, parts=earned_by)
        fees = proceeds(amount_fen=fee_fen, parts=earned_by)
        for technology in technologies:
            if technology in plans and technology in gross and technology not in known:
                costs = _fee(fees[technology])
                made.append(
                    _arise(
                        plans[technology],
                        technology=technology,
                        deal=deal,
                        gross_fen=gross[technology],
                        costs=costs,
                        currency=currency,
                        now=now,
                    )
                )
    if not made:
        nothing_changed()
    return made


@action(power=ACT)
def state_costs(
    *, actor: Actor, now: datetime, statement: UUID, costs: Sequence[Cost]
) -> StatementView:
    """State what the institution deducts besides the venue's fee; the shares follow. What was
    stated before is replaced."""
    row = _locked_own(actor, statement)
    _require_open(row)
    for cost in costs:
        if cost.kind is CostKind.VENUE_FEE:
            raise Refused(CommonRefusal.INVALID, field="kind", problem=cost.kind.value)
    kept = [cost for cost in costs_of(row) if cost.kind is CostKind.VENUE_FEE]
    income = share_out(
        gross_fen=row.gross_fen, costs=[*kept, *costs], plan=plan_of(row.empowerment)
    )
    row.costs.all().delete()
    row.due.all().delete()
    _write(row, income)
    record(
        statement_subject(row.id),
        CostsStated(
            statement=row.id,
            net_fen=income.net_fen,
            costs=as_facts(income.costs),
            due=as_facts(income.due),
        ),
    )
    return statement_view(row)


@action(power=ACT)
def confirm_income(*, actor: Actor, now: datetime, statement: UUID) -> StatementView:
    """Confirm costs and shares: from now on they stand, and each share can be given."""
    row = _locked_own(actor, statement)
    _require_open(row)
    row.status = StatementStatus.CONFIRMED.value
    row.confirmed_at, row.confirmed_by = now, actor.person
    row.save()
    shown = statement_view(row)
    record(
        statement_subject(row.id),
        IncomeConfirmed(statement=row.id, net_fen=row.net_fen, due=as_facts(shown.income.due)),
    )
    return shown


@action(power=ACT)
def record_given(
    *,
    actor: Actor,
    now: datetime,
    statement: UUID,
    contributor: UUID,
    given_on: date,
    proof: str,
) -> StatementView:
    """Record that a contributor was given its share: paid, or entered as equity or investment.
    `proof` names the payment or the paper."""
    row = _locked_own(actor, statement)
    if row.status != StatementStatus.CONFIRMED:
        raise Refused(
            CommonRefusal.OUT_OF_STATE, status=row.status, needed=StatementStatus.CONFIRMED.value
        )
    rules.require_words("proof", proof, at_most=200)
    if given_on > local_date(now):
        raise Refused(CommonRefusal.INVALID, field="given_on", problem=given_on.isoformat())
    due = row.due.filter(party=contributor).first()
    if due is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="contributor")
    if due.given_on is not None:
        raise Refused(CommonRefusal.OUT_OF_STATE, status="given", needed="due")
    due.given_on, due.proof = given_on, proof
    due.save()
    record(
        statement_subject(row.id),
        IncomeGiven(
            statement=row.id,
            contributor=contributor,
            amount_fen=due.amount_fen,
            given_on=given_on,
            proof=proof,
        ),
    )
    return statement_view(row)


def statement_subject(id: UUID) -> str:
    return subject("income_statement", id)


def _arise(
    plan: Empowerment,
    *,
    technology: UUID,
    deal: UUID,
    gross_fen: int,
    costs: Sequence[Cost],
    currency: str,
    now: datetime,
) -> StatementView:
    income = share_out(gross_fen=gross_fen, costs=costs, plan=plan_of(plan))
    row = Statement(
        id=new_id(),
        empowerment=plan,
        technology=technology,
        deal=deal,
        institution=plan.application.applicant,
        gross_fen=gross_fen,
        net_fen=income.net_fen,
        currency=currency,
        arose_at=now,
    )
    row.save(force_insert=True)
    _write(row, income)
    record(
        statement_subject(row.id),
        IncomeArose(
            statement=row.id,
            application=plan.application_id,
            deal=deal,
            technology=technology,
            gross_fen=gross_fen,
            net_fen=income.net_fen,
            due=as_facts(income.due),
        ),
    )
    return statement_view(row)


def _write(row: Statement, income: Income) -> None:
    row.net_fen = income.net_fen
    row.save()
    CostRow.objects.bulk_create(
        CostRow(
            statement=row,
            position=position,
            kind=cost.kind.value,
            amount_fen=cost.amount_fen,
            reason=cost.reason,
        )
        for position, cost in enumerate(income.costs)
    )
    Due.objects.bulk_create(
        Due(
            statement=row,
            position=position,
            party=one.party,
            numerator=one.part.numerator,
            denominator=one.part.denominator,
            reward=one.reward.value,
            amount_fen=one.amount_fen,
        )
        for position, one in enumerate(income.due)
    )


def _fee(amount_fen: int) -> list[Cost]:
    if not amount_fen:
        return []
    return [Cost(kind=CostKind.VENUE_FEE, amount_fen=amount_fen, reason=VENUE_FEE)]


def _require_open(row: Statement) -> None:
    if row.status != StatementStatus.OPEN:
        raise Refused(
            CommonRefusal.OUT_OF_STATE, status=row.status, needed=StatementStatus.OPEN.value
        )


def _locked_own(actor: Actor, statement: UUID) -> Statement:
    row: Statement = Statement.objects.select_for_update().get_or_refuse(
        statement, "income statement"
    )
    if row.institution != actor.acting_party():
        raise Refused(CommonRefusal.NOT_FOUND, what="income statement")
    return row
