"""
What happens to money: the events of payables, receipts, parts and payouts, and what they make of them.

What is private to a party is erasable or sealed (LO-1, LO-2); sums of public deals are public (SE-1).
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.kit.event import Event, Private, Visibility, upcast
from hutong.settlement.rules import Outcome, PayableStatus, PayoutStatus, Purpose

SEALED = Visibility.SEALED


@dataclass(frozen=True, kw_only=True)
class PayableIssued(Event, kind="settlement.PayableIssued", visibility=SEALED):
    """Somebody was told what to pay, under which reference."""

    payable: UUID
    purpose: Purpose
    amount_fen: int
    reference: Private[str]
    payer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class PayableClosed(Event, kind="settlement.PayableClosed", visibility=SEALED):
    payable: UUID
    purpose: Purpose


@dataclass(frozen=True, kw_only=True)
class ReceiptRecorded(Event, kind="settlement.ReceiptRecorded", visibility=SEALED):
    receipt: UUID
    outcome: Outcome
    value_date: date
    amount_fen: Private[int]
    bank_reference: Private[str]
    payable: Private[UUID | None]
    payer: Private[UUID | None]
    transfer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class ReceiptMatched(Event, kind="settlement.ReceiptMatched", visibility=SEALED):
    """An officer found out whose the money in suspense is."""

    receipt: UUID
    outcome: Outcome
    amount_fen: Private[int]
    payable: Private[UUID]
    payer: Private[UUID]
    transfer: Private[UUID]
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class ReceiptCleared(Event, kind="settlement.ReceiptCleared", visibility=SEALED):
    """The money in suspense is what another venue owed us by a statement between us (SE-5)."""

    receipt: UUID
    amount_fen: Private[int]
    venue: Private[str]
    transfer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class ReceiptReturned(Event, kind="settlement.ReceiptReturned", visibility=SEALED):
    receipt: UUID
    amount_fen: Private[int]
    bank_reference: Private[str]
    transfer: Private[UUID]
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class ReceiptUndone(Event, kind="settlement.ReceiptUndone", visibility=SEALED):
    """The bank's line was entered wrongly: what was credited by it is taken back (SE-1)."""

    receipt: UUID
    amount_fen: Private[int]
    payable: Private[UUID | None]
    payer: Private[UUID | None]
    transfer: Private[UUID]
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class DepositHeld(Event, kind="settlement.DepositHeld", visibility=SEALED):
    payable: UUID
    intent: UUID
    listing: UUID
    amount_fen: int
    payer: Private[UUID]
    hold: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class DepositReleased(Event, kind="settlement.DepositReleased", visibility=SEALED):
    payable: UUID
    intent: UUID
    listing: UUID
    amount_fen: int
    payer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class DepositApplied(Event, kind="settlement.DepositApplied"):
    """The winner's deposit became part of the price; what was more than the price is free again."""

    deal: UUID
    amount_fen: int
    payable: Private[UUID]
    payer: Private[UUID]
    transfer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class DepositForfeited(Event, kind="settlement.DepositForfeited"):
    deal: UUID
    amount_fen: int
    payable: Private[UUID]
    payer: Private[UUID]
    transfer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class PricePaid(Event, kind="settlement.PricePaid"):
    """The whole price is in escrow."""

    deal: UUID
    amount_fen: int
    payable: Private[UUID]
    payer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class RemittanceHeld(Event, kind="settlement.RemittanceHeld", visibility=SEALED):
    """What another venue asks of our member is held until that venue says what becomes of it."""

    payable: UUID
    amount_fen: int
    payer: Private[UUID]
    hold: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class RemittanceReleased(Event, kind="settlement.RemittanceReleased", visibility=SEALED):
    payable: UUID
    amount_fen: int
    payer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class Remitted(Event, kind="settlement.Remitted", visibility=SEALED):
    """Of what was held this much we owe the other venue (SE-5); the rest is our member's again."""

    payable: UUID
    amount_fen: int
    venue: Private[str]
    payer: Private[UUID]
    transfer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class FeeCollected(Event, kind="settlement.FeeCollected", visibility=SEALED):
    """The fee of an application is the venue's, and the register knows that it is paid."""

    application: UUID
    amount_fen: int
    payable: Private[UUID]
    payer: Private[UUID]
    transfer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class FeeRefunded(Event, kind="settlement.FeeRefunded", visibility=SEALED):
    """Of the fee of a rejected application this much went back to its payer, by the rulebook."""

    application: UUID
    amount_fen: int
    payable: Private[UUID]
    payer: Private[UUID]
    transfer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class PriceReturned(Event, kind="settlement.PriceReturned"):
    """The deal ended: what was in escrow is available to the buyer again."""

    deal: UUID
    amount_fen: int
    payable: Private[UUID]
    payer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class EscrowForfeited(Event, kind="settlement.EscrowForfeited"):
    """The deposit had become part of the price: a buyer's default costs it all the same."""

    deal: UUID
    amount_fen: int
    payer: Private[UUID]
    transfer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class Settled(Event, kind="settlement.Settled", version=2):
    """Right against money: both moved, in this one transaction (DL-2).

    `parts`: each right's part of the price, by its technology; a bundle's by its stated split (TE-4).
    """

    deal: UUID
    number: str
    amount_fen: int
    entries: tuple[UUID, ...]
    seller: Private[UUID]
    buyer: Private[UUID]
    seller_fee_fen: Private[int]
    buyer_fee_fen: Private[int]
    transfer: Private[UUID]
    parts: Private[dict[str, Fraction]]


@upcast("settlement.Settled", 1)
def _with_private_parts(facts: dict[str, Any]) -> dict[str, Any]:
    """What is new is private: an older entry has none, and its rights earned equal parts."""
    return facts


@dataclass(frozen=True, kw_only=True)
class PartSettled(Event, kind="settlement.PartSettled"):
    """Right against money for one part of a joint project, in this one transaction (DL-2, NE-3)."""

    deal: UUID
    part: UUID
    number: str
    amount_fen: int
    entries: tuple[UUID, ...]
    seller: Private[UUID]
    seller_fee_fen: Private[int]
    transfer: Private[UUID]
    parts: Private[dict[str, Fraction]]


@dataclass(frozen=True, kw_only=True)
class PartRemitted(Event, kind="settlement.PartRemitted", visibility=SEALED):
    """A part moved at its home venue: its share of the price, held until then, is owed to that venue."""

    deal: UUID
    part: UUID
    amount_fen: int
    venue: Private[str]
    transfer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class PartsReturned(Event, kind="settlement.PartsReturned"):
    """Parts that could not move: their shares are available to the buyer again, with the fee on them."""

    deal: UUID
    amount_fen: int
    payer: Private[UUID]
    transfer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class PartAssured(Event, kind="settlement.PartAssured", visibility=SEALED):
    """The lead venue of a joint project stands for the share of the price of a part here."""

    part: UUID
    amount_fen: int
    venue: Private[str]
    transfer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class PartFreed(Event, kind="settlement.PartFreed", visibility=SEALED):
    """The sale ended: the lead venue stands for the part no longer."""

    part: UUID
    amount_fen: int
    venue: Private[str]
    transfer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class ProceedsPrepaid(Event, kind="settlement.ProceedsPrepaid", visibility=SEALED):
    """Proceeds of a pledged right paid the pledgee before the debt was due (Civil Code 444)."""

    deal: UUID
    pledge: UUID
    amount_fen: Private[int]
    pledgee: Private[UUID]
    transfer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class ProceedsHeld(Event, kind="settlement.ProceedsHeld", visibility=SEALED):
    """Proceeds of a pledged right are held until the pledge is released (Civil Code 444)."""

    deal: UUID
    pledge: UUID
    amount_fen: Private[int]
    pledgee: Private[UUID]
    hold: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class ProceedsReleased(Event, kind="settlement.ProceedsReleased", visibility=SEALED):
    """The pledge stands no longer: what was held is the seller's to dispose of."""

    deal: UUID
    pledge: UUID
    amount_fen: Private[int]


@dataclass(frozen=True, kw_only=True)
class ProceedsClaimed(Event, kind="settlement.ProceedsClaimed", visibility=SEALED):
    """The debt fell due and was not paid: its pledgee asks for what is held (Civil Code 444)."""

    deal: UUID
    pledge: UUID
    amount_fen: Private[int]
    grounds: Private[str]
    evidence: Private[tuple[UUID, ...]]


@dataclass(frozen=True, kw_only=True)
class ProceedsPaid(Event, kind="settlement.ProceedsPaid", visibility=SEALED):
    """What was held paid the debt that fell due; the rest of it is the seller's."""

    deal: UUID
    pledge: UUID
    amount_fen: Private[int]
    pledgee: Private[UUID]
    transfer: Private[UUID]
    findings: Private[str]


@dataclass(frozen=True, kw_only=True)
class ClaimRefused(Event, kind="settlement.ClaimRefused", visibility=SEALED):
    """An officer refused what a pledgee asked for; it stays held as it was."""

    deal: UUID
    pledge: UUID
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class PayoutRequested(Event, kind="settlement.PayoutRequested"):
    payout: UUID
    party: Private[UUID]
    amount_fen: Private[int]
    account: Private[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class PayoutApproved(Event, kind="settlement.PayoutApproved"):
    payout: UUID


@dataclass(frozen=True, kw_only=True)
class PayoutRejected(Event, kind="settlement.PayoutRejected"):
    payout: UUID
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class PayoutPaid(Event, kind="settlement.PayoutPaid"):
    payout: UUID
    bank_reference: Private[str]
    transfer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class PayoutFailed(Event, kind="settlement.PayoutFailed"):
    """The bank did not pay: the money is available to the party again."""

    payout: UUID
    why: Private[str]


PAYABLE_STATUS = {
    PayableIssued.kind: PayableStatus.OPEN,
    PayableClosed.kind: PayableStatus.CLOSED,
    DepositHeld.kind: PayableStatus.HELD,
    DepositReleased.kind: PayableStatus.RELEASED,
    DepositApplied.kind: PayableStatus.APPLIED,
    DepositForfeited.kind: PayableStatus.FORFEITED,
    PricePaid.kind: PayableStatus.PAID,
    PriceReturned.kind: PayableStatus.RETURNED,
    FeeCollected.kind: PayableStatus.SETTLED,
    RemittanceHeld.kind: PayableStatus.HELD,
    RemittanceReleased.kind: PayableStatus.RELEASED,
    Remitted.kind: PayableStatus.APPLIED,
    FeeRefunded.kind: PayableStatus.RETURNED,
}
PAYOUT_STATUS = {
    PayoutRequested.kind: PayoutStatus.REQUESTED,
    PayoutApproved.kind: PayoutStatus.APPROVED,
    PayoutRejected.kind: PayoutStatus.REJECTED,
    PayoutPaid.kind: PayoutStatus.PAID,
    PayoutFailed.kind: PayoutStatus.FAILED,
}
