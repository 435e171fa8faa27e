"""
Statements of income shared with contributors (RR-9): for the institution, its contributors, and
officers. A contributor sees what it is due and how that came about, and nobody else's amount.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from hutong.doors.api import paged
from hutong.doors.beside import beside
from hutong.kit.actor import READ, Actor
from hutong.kit.event import plain
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights.income import Cost, CostKind, Due, Income
from hutong.rights.models import Statement
from hutong.rights.procedure_words import Reward, StatementStatus
from hutong.rights.queries.empowerments import plan_of


@dataclass(frozen=True, kw_only=True)
class Given:
    on: date
    proof: str


@dataclass(frozen=True, kw_only=True)
class StatementView:
    """Shares of net income. `given`: by contributor, what was given already."""

    id: UUID
    application: UUID
    technology: UUID
    deal: UUID
    institution: UUID
    currency: str
    status: StatementStatus
    share: Fraction
    income: Income
    given: dict[UUID, Given]
    arose_at: datetime
    confirmed_at: datetime | None


def statement(id: UUID, actor: Actor) -> StatementView:
    """One statement, as far as the actor may see it."""
    row = _rows().filter(id=id).first()
    if row is None or not _sees(actor, row):
        raise Refused(CommonRefusal.NOT_FOUND, what="income statement")
    return _for(actor, statement_view(row))


def statements(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> dict[str, Any]:
    """A page of statements, newest first: officers all, a party those it pays or is paid by."""
    rows = _rows()
    if not sees_all_statements(actor):
        mine = actor.acting_party()
        rows = rows.filter(Q(institution=mine) | Q(due__party=mine)).distinct()
    return paged(rows, cursor, limit, out=lambda row: _for(actor, statement_view(row)))


def statements_of_deal(deal: UUID, actor: Actor) -> list[StatementView]:
    rows = _rows().filter(deal=deal).order_by("id")
    return [_for(actor, statement_view(row)) for row in rows if _sees(actor, row)]


def statement_view(row: Statement) -> StatementView:
    due = sorted(row.due.all(), key=lambda one: one.position)
    costs = costs_of(row)
    paid = sum(one.amount_fen for one in due)
    return StatementView(
        id=row.id,
        application=row.empowerment_id,
        technology=row.technology,
        deal=row.deal,
        institution=row.institution,
        currency=row.currency,
        status=StatementStatus(row.status),
        share=plan_of(row.empowerment).share,
        income=Income(
            gross_fen=row.gross_fen,
            costs=tuple(costs),
            net_fen=row.net_fen,
            contributors_fen=paid,
            institution_fen=row.net_fen - paid,
            due=tuple(
                Due(
                    party=one.party,
                    part=Fraction(one.numerator, one.denominator),
                    reward=Reward(one.reward),
                    amount_fen=one.amount_fen,
                )
                for one in due
            ),
        ),
        given={one.party: Given(on=one.given_on, proof=one.proof) for one in due if one.given_on},
        arose_at=row.arose_at,
        confirmed_at=row.confirmed_at,
    )


def costs_of(row: Statement) -> list[Cost]:
    return [
        Cost(kind=CostKind(one.kind), amount_fen=one.amount_fen, reason=one.reason)
        for one in sorted(row.costs.all(), key=lambda one: one.position)
    ]


def as_facts(lines: Sequence[Cost] | Sequence[Due]) -> list[dict[str, Any]]:
    return [{name: plain(value) for name, value in asdict(line).items()} for line in lines]


def _for(actor: Actor, seen: StatementView) -> StatementView:
    """Without the others' amounts, for whoever is a contributor only."""
    if sees_all_statements(actor) or actor.party == seen.institution:
        return seen
    mine = tuple(one for one in seen.income.due if one.party == actor.party)
    own = Income(
        gross_fen=seen.income.gross_fen,
        costs=seen.income.costs,
        net_fen=seen.income.net_fen,
        contributors_fen=seen.income.contributors_fen,
        institution_fen=seen.income.institution_fen,
        due=mine,
    )
    given = {party: how for party, how in seen.given.items() if party == actor.party}
    return replace(seen, income=own, given=given)


def _rows() -> QuerySet[Statement]:
    rows = Statement.objects.select_related("empowerment")
    return beside(rows, "due", "costs", "empowerment__contributions")


def _sees(actor: Actor, row: Statement) -> bool:
    if sees_all_statements(actor):
        return True
    if actor.party is None or not actor.has(READ):
        return False
    return actor.party == row.institution or any(o.party == actor.party for o in row.due.all())


def sees_all_statements(actor: Actor) -> bool:
    return actor.is_system or (
        actor.second_factor and bool(actor.powers & {"rights.examine", "supervise.read"})
    )
