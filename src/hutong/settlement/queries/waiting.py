"""What waits for an officer of settlement, longest waiting first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hutong.deals import queries as deals
from hutong.deals.rules import Status as DealStatus
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.rights import queries as rights
from hutong.settlement.models import Payout, Receipt
from hutong.settlement.queries.sight import needs_books
from hutong.settlement.rules import PayoutStatus, ReceiptStatus


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
