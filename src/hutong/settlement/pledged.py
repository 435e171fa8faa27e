"""
What pledgees get of the price of a pledged right (RR-6, Civil Code 444).

    prepaid
    held → released                the pledge ended: the seller's
         ⇄ claimed → paid          the debt fell due unpaid: the pledgee's, by an officer's act

By rank, up to the debt: prepaid to the pledgee, or held in the seller's account. What is more is
the seller's. A debt in another currency is not measured in this one: all is held. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from hutong.kit.money import with_unit
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.settlement.refusals import Refusal


class Way(StrEnum):
    PREPAID = "prepaid"
    HELD = "held"


class Standing(StrEnum):
    """Where proceeds of a pledged right stand."""

    PREPAID = "prepaid"
    HELD = "held"
    CLAIMED = "claimed"  # the pledgee asked for what is held; an officer decides
    PAID = "paid"
    RELEASED = "released"


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


def require_claimable(
    standing: Standing,
    *,
    asked_fen: int,
    held_fen: int,
    currency: str,
    debt_due_on: date | None,
    today: date,
) -> None:
    """Refuse a pledgee's claim on what is not held, before the debt was due, or for too much.

    A pledge registered without a day: its pledgee says in the claim how the debt fell due.
    """
    if standing is not Standing.HELD:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=standing.value, needed=Standing.HELD.value)
    if debt_due_on is not None and today <= debt_due_on:
        raise Refused(Refusal.DEBT_NOT_DUE, due_on=debt_due_on)
    if not 0 < asked_fen <= held_fen:
        raise Refused(Refusal.CLAIM_OUT_OF_RANGE, held=with_unit(held_fen, currency))
