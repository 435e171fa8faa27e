"""
What is asked about money: what to pay and how, what waits, who stands where.

Members see their own; officers of settlement and the supervisor see all.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet, Sum

from hutong.deals import queries as deals
from hutong.deals.rules import Status as DealStatus
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.money import CNY
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger import queries as ledger
from hutong.ledger.queries import AccountView, StatementLine, Totals
from hutong.ledger.rules import Kind
from hutong.rights import queries as rights
from hutong.rulebook import queries as rulebook
from hutong.settlement import fees
from hutong.settlement.audit import audit
from hutong.settlement.models import Payable, Payout, Receipt, Settlement
from hutong.settlement.rules import (
    BankAccount,
    Outcome,
    PayableStatus,
    PayoutStatus,
    Purpose,
    ReceiptStatus,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayableView:
    """What a party is asked to pay, under which reference, and how far it has."""

    id: UUID
    reference: str
    subject: str
    purpose: Purpose
    payer: UUID
    listing: UUID
    amount_fen: int
    covered_fen: int
    received_fen: int
    currency: str
    status: PayableStatus
    hold: UUID | None
    pay_by: datetime | None
    issued_at: datetime
    changed_at: datetime

    @property
    def missing_fen(self) -> int:
        """What is still asked for."""
        return self.amount_fen - self.covered_fen if self.status is PayableStatus.OPEN else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    id: UUID
    bank_reference: str
    text: str
    payer_name: str
    amount_fen: int
    currency: str
    value_date: date
    status: ReceiptStatus
    outcome: Outcome
    payable: UUID | None
    recorded_by: UUID | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutView:
    id: UUID
    party: UUID
    amount_fen: int
    currency: str
    account: BankAccount
    status: PayoutStatus
    requested_by: UUID | None
    requested_at: datetime
    approved_by: UUID | None
    approved_at: datetime | None
    finished_at: datetime | None
    bank_reference: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DealMoney:
    """A deal's sums. `due_fen`: what the buyer pays in all; `in_escrow_fen`: what of it is here."""

    deal: UUID
    price_fen: int
    seller_fee_fen: int
    buyer_fee_fen: int
    currency: str
    in_escrow_fen: int
    reference: str
    settled_at: datetime | None

    @property
    def due_fen(self) -> int:
        return self.price_fen + self.buyer_fee_fen

    @property
    def to_seller_fen(self) -> int:
        return self.price_fen - self.seller_fee_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something an officer should see to. `what` says which step; `since` orders the queue."""

    what: str  # receipt_in_suspense | deal_to_settle | deal_overdue | payout_to_approve | …_to_confirm
    subject: str
    since: datetime
    amount_fen: int
    currency: str
    note: str = ""
    missing_steps: int = 0  # outside steps a deal still waits for (RR-11)

    def hours(self, now: datetime) -> int:
        return max(0, int((now - self.since).total_seconds() // 3600))


BOOKS = ("settlement.", "supervise.")


def needs_books(actor: Actor) -> None:
    """Refuse who is neither officer of settlement nor supervisor."""
    held = sorted(power for power in actor.powers if power.startswith(BOOKS))
    actor.need(held[0] if held else "supervise.read")


def sees_books(actor: Actor) -> bool:
    """Whether the books are open to `actor`; an officer without second factor sees its own only."""
    officer = any(power.startswith(BOOKS) for power in actor.powers)
    return actor.is_system or (actor.second_factor and officer)


# -- what to pay --------------------------------------------------------------------------------------


def payable(id: UUID) -> PayableView:
    row = _payables().filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="payment request")
    return view_payable(row)


def payable_for(subject: str) -> PayableView | None:
    """The payment request of an intent or a deal, or None before it is issued."""
    row = _payables().filter(subject=subject).first()
    return view_payable(row) if row else None


def reference_for(subject: str) -> str | None:
    """The payment reference of an intent or a deal; None before it is issued."""
    return Payable.objects.filter(subject=subject).values_list("reference", flat=True).first()


def payables_seen_by(actor: Actor) -> QuerySet[Payable]:
    """For paging; each becomes a `PayableView` by `view_payable`."""
    if sees_books(actor):
        return _payables()
    return _payables().filter(payer=actor.acting_party())


def deposits_of_listing(listing: UUID, *statuses: PayableStatus) -> list[PayableView]:
    rows = _payables().filter(
        listing=listing,
        purpose=Purpose.DEPOSIT.value,
        status__in=[s.value for s in statuses],
    )
    return [view_payable(row) for row in rows.order_by("issued_at", "id")]


def _payables() -> QuerySet[Payable]:
    return Payable.objects.annotate(received=Sum("receipts__amount_fen"))


def view_payable(row: Payable) -> PayableView:
    return PayableView(
        id=row.id,
        reference=row.reference,
        subject=row.subject,
        purpose=Purpose(row.purpose),
        payer=row.payer,
        listing=row.listing,
        amount_fen=row.amount_fen,
        covered_fen=row.covered_fen,
        received_fen=row.received or 0,
        currency=row.currency,
        status=PayableStatus(row.status),
        hold=row.hold,
        pay_by=row.pay_by,
        issued_at=row.issued_at,
        changed_at=row.changed_at,
    )


# -- money in and out ---------------------------------------------------------------------------------


def receipts_seen_by(actor: Actor) -> QuerySet[Receipt]:
    """All receipts, for the officers of settlement; for paging with `view_receipt`."""
    needs_books(actor)
    return Receipt.objects.all()


def receipt(id: UUID) -> ReceiptView:
    row = Receipt.objects.filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="receipt")
    return view_receipt(row)


def view_receipt(row: Receipt) -> ReceiptView:
    return ReceiptView(
        id=row.id,
        bank_reference=row.bank_reference,
        text=row.text,
        payer_name=row.payer_name,
        amount_fen=row.amount_fen,
        currency=row.currency,
        value_date=row.value_date,
        status=ReceiptStatus(row.status),
        outcome=Outcome(row.outcome),
        payable=row.payable_id,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
    )


def payouts_seen_by(actor: Actor) -> QuerySet[Payout]:
    if sees_books(actor):
        return Payout.objects.all()
    return Payout.objects.filter(party=actor.acting_party())


def payout(id: UUID) -> PayoutView:
    row = Payout.objects.filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="payout")
    return view_payout(row)


def view_payout(row: Payout) -> PayoutView:
    return PayoutView(
        id=row.id,
        party=row.party,
        amount_fen=row.amount_fen,
        currency=row.currency,
        account=row.bank_account(),
        status=PayoutStatus(row.status),
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        finished_at=row.finished_at,
        bank_reference=row.bank_reference or "",
        reason=row.reason,
    )


# -- accounts -----------------------------------------------------------------------------------------


def account_of(party: UUID, currency: str = CNY) -> AccountView | None:
    """A party's account at the venue, or None while no money has come."""
    return ledger.account(subject("party", party), Kind.CUSTOMER, currency)


def statement_of(
    party: UUID, *, currency: str = CNY, after: int = 0, limit: int = 200
) -> list[StatementLine]:
    account = account_of(party, currency)
    return [] if account is None else ledger.statement(account.id, after=after, limit=limit)


def totals(actor: Actor) -> list[Totals]:
    """Balances of the whole venue, for officers of settlement and the supervisor."""
    needs_books(actor)
    return ledger.totals()


# -- deals --------------------------------------------------------------------------------------------


def fee_of(price_fen: int, rulebook_version: int) -> fees.Fee:
    """The fee on a price by a version of the rulebook, and who bears it."""
    rules = rulebook.version(rulebook_version).settlement
    bands = [fees.Band(band.up_to_fen, band.bp) for band in rules.fee_bands]
    return fees.split_fee(fees.total_fee(price_fen, bands), rules.fee_payer)


def money_of(deal: UUID) -> DealMoney:
    """What a deal costs whom, and how much of it is here."""
    view = deals.deal(deal)
    fee = fee_of(view.price_fen, view.rulebook_version)
    escrow = ledger.account(subject("deal", deal), Kind.ESCROW, view.currency)
    asked = payable_for(subject("deal", deal))
    done = Settlement.objects.filter(deal=deal).values_list("at", flat=True).first()
    return DealMoney(
        deal=deal,
        price_fen=view.price_fen,
        seller_fee_fen=fee.seller_fen,
        buyer_fee_fen=fee.buyer_fen,
        currency=view.currency,
        in_escrow_fen=escrow.posted_fen if escrow else 0,
        reference=asked.reference if asked else "",
        settled_at=done,
    )


def queue(actor: Actor) -> list[Waiting]:
    """What waits for an officer of settlement, longest waiting first."""
    needs_books(actor)
    waiting = [
        *_receipts_waiting(),
        *_deals_waiting(),
        *_payouts_waiting(),
    ]
    return sorted(waiting, key=lambda w: (w.since, w.subject))


def _receipts_waiting() -> list[Waiting]:
    rows = Receipt.objects.filter(status=ReceiptStatus.SUSPENSE.value)
    return [
        Waiting(
            what="receipt_in_suspense",
            subject=subject("receipt", row.id),
            since=row.recorded_at,
            amount_fen=row.amount_fen,
            currency=row.currency,
            note=row.text,
        )
        for row in rows.order_by("recorded_at")
    ]


def _deals_waiting() -> list[Waiting]:
    to_settle = [
        Waiting(
            what="deal_to_settle",
            subject=subject("deal", deal.id),
            since=deals.changed_at(deal.id),
            amount_fen=deal.price_fen,
            currency=deal.currency,
            note=deal.number,
            missing_steps=_missing_steps(deal.id),
        )
        for deal in deals.in_status(DealStatus.PAID)
    ]
    late = [
        Waiting(
            what="deal_overdue",
            subject=subject("deal", deal.id),
            since=deal.overdue_at or deal.opened_at,
            amount_fen=deal.price_fen,
            currency=deal.currency,
            note=deal.number,
        )
        for deal in deals.overdue()
    ]
    return to_settle + late


def _missing_steps(deal: UUID) -> int:
    steps = (d.outside_step for d in rights.disposals_of_deal(deal))
    return sum(step in {"missing", "filed"} for step in steps)


def _payouts_waiting() -> list[Waiting]:
    steps = {
        PayoutStatus.REQUESTED.value: "payout_to_approve",
        PayoutStatus.APPROVED.value: "payout_to_confirm",
    }
    rows = Payout.objects.filter(status__in=list(steps)).order_by("requested_at")
    return [
        Waiting(
            what=steps[row.status],
            subject=subject("payout", row.id),
            since=row.approved_at or row.requested_at,
            amount_fen=row.amount_fen,
            currency=row.currency,
            note=row.holder,
        )
        for row in rows
    ]


__all__ = [
    "DealMoney",
    "PayableView",
    "PayoutView",
    "ReceiptView",
    "Waiting",
    "account_of",
    "audit",
    "deposits_of_listing",
    "fee_of",
    "money_of",
    "needs_books",
    "payable",
    "payable_for",
    "payables_seen_by",
    "payout",
    "payouts_seen_by",
    "queue",
    "receipt",
    "receipts_seen_by",
    "reference_for",
    "sees_books",
    "statement_of",
    "totals",
    "view_payable",
    "view_payout",
    "view_receipt",
]
