"""
What each contributor is due when a deal pays: shares of net income, to the fen (RR-9).

    gross (the seller's proceeds for this technology) − deductible costs = net
    net × the plan's share × each contributor's part; the rest is the institution's

Exact: amounts are integers that total the net; the fen that fractions leave over go to the largest
remainders, first named first. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar
from uuid import UUID

from hutong.kit.money import MAX_AMOUNT
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights.empowerment import Plan
from hutong.rights.procedure_words import Reward
from hutong.rights.refusals import Refusal
from hutong.rights.rules import require_words
from hutong.rights.shares import WHOLE

K = TypeVar("K")
MAX_COSTS = 50


class CostKind(StrEnum):
    """What may be deducted from income before it is shared."""

    VENUE_FEE = "venue_fee"
    TAX = "tax"
    VALUATION = "valuation"
    MAINTENANCE = "maintenance"  # annuities and upkeep of the right
    AGENCY = "agency"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    kind: CostKind
    amount_fen: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One contributor's amount."""

    party: UUID
    part: Fraction
    reward: Reward
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    gross_fen: int
    costs: tuple[Cost, ...]
    net_fen: int
    contributors_fen: int
    institution_fen: int
    due: tuple[Due, ...]


def share_out(*, gross_fen: int, costs: Sequence[Cost], plan: Plan) -> Income:
    """Share out what a technology earned. Refuses costs above the income."""
    require_costs(costs)
    net = gross_fen - sum(cost.amount_fen for cost in costs)
    if net < 0:
        raise Refused(Refusal.COSTS_ABOVE_INCOME)
    parts: list[tuple[UUID | None, Fraction]] = [
        (c.party, plan.share * c.part) for c in plan.contributions
    ]
    amounts = divided(net, [*parts, (None, WHOLE - plan.share)])
    due = tuple(
        Due(party=c.party, part=c.part, reward=c.reward, amount_fen=amounts[c.party])
        for c in plan.contributions
    )
    return Income(
        gross_fen=gross_fen,
        costs=tuple(costs),
        net_fen=net,
        contributors_fen=sum(one.amount_fen for one in due),
        institution_fen=amounts[None],
        due=due,
    )


def require_costs(costs: Sequence[Cost]) -> None:
    if len(costs) > MAX_COSTS:
        raise Refused(CommonRefusal.TOO_LARGE, what="costs", limit=MAX_COSTS)
    for cost in costs:
        if not 0 < cost.amount_fen <= MAX_AMOUNT:
            raise Refused(Refusal.COST_OUT_OF_RANGE)
        require_words("reason", cost.reason, at_most=400)


def divided(total: int, parts: Sequence[tuple[K, Fraction]]) -> dict[K, int]:
    """Divide `total` by parts that total 1: largest remainders get what is left, in order."""
    assert sum((part for _, part in parts), Fraction(0)) == WHOLE, "the parts are the whole"
    exact = [(key, total * part) for key, part in parts]
    amounts = {key: int(amount) for key, amount in exact}
    left = total - sum(amounts.values())
    by_remainder = sorted(exact, key=lambda one: one[1] - int(one[1]), reverse=True)
    for key, _ in by_remainder[:left]:
        amounts[key] += 1
    return amounts


def proceeds(*, amount_fen: int, parts: Mapping[UUID, Fraction]) -> dict[UUID, int]:
    """What each right of a deal earned, by its part of the price (TE-4)."""
    return divided(amount_fen, list(parts.items()))


def equal_parts(technologies: Sequence[UUID]) -> dict[UUID, Fraction]:
    """The parts of rights whose deal states none."""
    return dict.fromkeys(technologies, Fraction(1, len(technologies)))
