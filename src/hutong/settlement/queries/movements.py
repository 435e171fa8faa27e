"""Money in and money out: receipts and payouts (SE-2, SE-3)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Concat

from hutong.doors.waiting import shaped
from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.settlement.models import Payout, Receipt
from hutong.settlement.queries.sight import needs_books, sees_books
from hutong.settlement.rules import BankAccount, Outcome, PayoutStatus, ReceiptStatus


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


def receipts_seen_by(actor: Actor) -> QuerySet[Receipt]:
    """All receipts, for the officers of settlement; for paging with `view_receipt`."""
    needs_books(actor)
    return Receipt.objects.all()


def in_suspense(amount_fen: int, currency: str) -> list[ReceiptView]:
    """Money of exactly this amount that waits to be known, oldest first."""
    rows = Receipt.objects.filter(
        status=ReceiptStatus.SUSPENSE.value, amount_fen=amount_fen, currency=currency
    )
    return [view_receipt(row) for row in rows.order_by("recorded_at", "id")]


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


def waiting_for(party: UUID) -> QuerySet[Payout]:
    """A party's payouts on their way, for `doors.waiting.together`: `payout:requested`, …"""
    on_their_way = [PayoutStatus.REQUESTED.value, PayoutStatus.APPROVED.value]
    return shaped(
        Payout.objects.filter(party=party, status__in=on_their_way),
        what=Concat(Value("payout:"), "status", output_field=TextField()),
        mine=Value(False),
        id="id",
        amount_fen="amount_fen",
        since="requested_at",
    )


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
