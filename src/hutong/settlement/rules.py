"""
Deposits, prices, receipts and payouts: what may become of them (SE-2, SE-3, DL-2, AU-11).

Pure. The lives are in the package's description; every step out of order is refused here, and the
sums are decided here: what a payment covers, what a default costs.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.kit.event import Event, Private, Visibility, upcast
from hutong.kit.money import share_of
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.settlement.refusals import Refusal

SEALED = Visibility.SEALED


class Purpose(StrEnum):
    DEPOSIT = "deposit"
    PRICE = "price"
    FEE = "fee"  # of an application to the register (RR-7)
    REMITTANCE = "remit"  # for another venue: a deposit or a price of a member there (NE-4)


class PayableStatus(StrEnum):
    OPEN = "open"
    HELD = "held"  # a deposit is in
    PAID = "paid"  # the whole price is in escrow
    APPLIED = "applied"
    RELEASED = "released"
    FORFEITED = "forfeited"
    SETTLED = "settled"
    RETURNED = "returned"
    CLOSED = "closed"  # no longer asked for


class ReceiptStatus(StrEnum):
    MATCHED = "matched"
    SUSPENSE = "suspense"
    RETURNED = "returned"
    CLEARED = "cleared"  # another venue's, by an agreed statement
    UNDONE = "undone"  # the bank's line was entered wrongly


class Outcome(StrEnum):
    """What a receipt brought about."""

    COVERED = "covered"
    SHORT = "short"  # not enough yet: available to the payer, waits for the rest
    LATE = "late"  # in time no longer: available to the payer, who may ask for it back
    SURPLUS = "surplus"  # for something already paid: available to the payer
    SUSPENSE = "suspense"


class PayoutStatus(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    PAID = "paid"
    FAILED = "failed"
    REJECTED = "rejected"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """Where a payout goes."""

    holder: str
    bank: str
    number: str

    def as_fact(self) -> dict[str, str]:
        return {"holder": self.holder, "bank": self.bank, "number": self.number}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the bank's statement. The same bank reference is the same line."""

    bank_reference: str
    amount_fen: int
    currency: str
    value_date: date
    text: str
    payer_name: str = ""


def same_line(recorded: Line, given: Line) -> None:
    """Refuse a bank line recorded before with other figures; the memo's spelling does not matter."""
    key = ("amount_fen", "currency", "value_date")
    if any(getattr(recorded, name) != getattr(given, name) for name in key):
        raise Refused(Refusal.BANK_LINE_DIFFERS, bank_reference=given.bank_reference)


def check_line(line: Line, *, today: date) -> None:
    """Refuse a line without the bank's reference, and one from the future."""
    need_bank_reference(line.bank_reference)
    need_fits(LINE_FIELDS, line)
    if line.value_date > today:
        raise Refused(Refusal.VALUE_DATE_IN_FUTURE, value_date=line.value_date)


LINE_FIELDS = {"bank_reference": 80, "text": 400, "payer_name": 200}
ACCOUNT_FIELDS = {"holder": 200, "bank": 200}
REASON = 400


def need_fits(limits: dict[str, int], record: object) -> None:
    """Refuse words longer than there is room for."""
    for name, limit in limits.items():
        if len(getattr(record, name)) > limit:
            raise Refused(CommonRefusal.TOO_LARGE, what=name, limit=limit)


def need_reason(why: str) -> str:
    """Refuse an act that wants a reason and has none, or an endless one."""
    if not why.strip():
        raise Refused(CommonRefusal.INVALID, field="reason", problem="empty")
    if len(why) > REASON:
        raise Refused(CommonRefusal.TOO_LARGE, what="reason", limit=REASON)
    return why.strip()


def need_bank_reference(line: str) -> str:
    """Refuse a line of the bank without its number."""
    if not line.strip():
        raise Refused(CommonRefusal.INVALID, field="bank_reference", problem="empty")
    if len(line) > LINE_FIELDS["bank_reference"]:
        limit = LINE_FIELDS["bank_reference"]
        raise Refused(CommonRefusal.TOO_LARGE, what="bank_reference", limit=limit)
    return line.strip()


def is_covered(*, missing_fen: int, received_fen: int) -> bool:
    """Whether receipts under a reference suffice. More is never taken than is missing."""
    return received_fen >= missing_fen


def applied_fen(*, deposit_fen: int, due_fen: int) -> int:
    """How much of a deposit the price takes."""
    return min(deposit_fen, due_fen)


def forfeited_fen(*, deposit_fen: int, forfeit_bp: int) -> int:
    """How much of a deposit a buyer's default costs, by the rulebook; never more than all of it."""
    return min(deposit_fen, share_of(deposit_fen, forfeit_bp))


def need(status: StrEnum, *needed: StrEnum) -> None:
    """Refuse a step out of order."""
    if status not in needed:
        raise Refused(
            CommonRefusal.OUT_OF_STATE,
            status=status.value,
            needed=" | ".join(n.value for n in needed),
        )


def check_bank_account(account: BankAccount, *, names: tuple[str, ...]) -> None:
    """Refuse an account that is not the party's own, or cannot be one."""
    if not account.bank.strip():
        raise Refused(CommonRefusal.INVALID, field="bank", problem="empty")
    number = "".join(account.number.split())
    if not (5 <= len(number) <= 34 and number.isascii() and number.isalnum()):
        raise Refused(Refusal.ACCOUNT_NUMBER_WRONG)
    need_fits(ACCOUNT_FIELDS, account)
    known = {_plain_name(name) for name in names if name}
    if _plain_name(account.holder) not in known:
        shown = next((name for name in names if name), "")
        raise Refused(Refusal.PAYEE_DIFFERS, holder=account.holder, party=shown)


def since(moment: datetime, now: datetime) -> int:
    """Whole hours something has waited."""
    return max(0, int((now - moment).total_seconds() // 3600))


_FULL_WIDTH = str.maketrans({"（": "(", "）": ")", "　": " "})


def _plain_name(name: str) -> str:
    """Compare names as banks print them: brackets of either width, no spaces, one case."""
    return "".join(name.translate(_FULL_WIDTH).split()).casefold()
