"""
Deposits, prices, receipts and payouts: what may become of them (SE-2, SE-3, DL-2, AU-11).

Pure. The lives are in the package's description; every step out of order is refused here, and the
sums are decided here: what a payment covers, what a default costs.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hutong.kit.money import share_of
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.settlement.refusals import Refusal


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
