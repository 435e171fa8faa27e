"""
What pledgees get of the price of a pledged right (RR-6, Civil Code 444).

By rank, up to the debt: prepaid to the pledgee, or held in the seller's account until the pledge is
released. What is more is the seller's. A debt in another currency is not measured in this one: all
is held. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Way(StrEnum):
    PREPAID = "prepaid"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A pledge on one right of the deal. Rights pledged together secure one `debt`."""

    technology: UUID
    pledge: UUID
    debt: str
    pledgee: UUID
    rank: int
    secured_fen: int
    currency: str
    way: Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    claim: Claim
    way: Way
    amount_fen: int


def parts_of(
    earned_fen: Mapping[UUID, int],
    claims: Iterable[Claim],
    *,
    seller: UUID,
    currency: str,
    covered_fen: Mapping[str, int],
) -> list[Part]:
    """Divide what each right earned among its pledgees; `covered_fen`: of debts, by earlier deals.

    A pledge of the seller's own binds nothing: nobody owes a debt to oneself.
    """
    left, covered = dict(earned_fen), dict(covered_fen)
    found = []
    for claim in sorted(claims, key=lambda claim: claim.rank):
        if claim.pledgee == seller:
            continue
        measured = claim.currency == currency
        room = (
            claim.secured_fen - covered.get(claim.debt, 0) if measured else left[claim.technology]
        )
        amount = min(left[claim.technology], room)
        if amount <= 0:
            continue
        left[claim.technology] -= amount
        covered[claim.debt] = covered.get(claim.debt, 0) + amount
        found.append(Part(claim=claim, way=claim.way if measured else Way.HELD, amount_fen=amount))
    return found
