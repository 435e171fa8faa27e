"""What waits for an officer of settlement, longest waiting first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hutong.deals import queries as deals
from hutong.deals.rules import Status as DealStatus
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.rights.queries.disposals import disposals_of_deals
from hutong.settlement.models import Payout, Receipt
from hutong.settlement.queries.pledged import claims_open
from hutong.settlement.queries.sight import needs_books
from hutong.settlement.rules import PayoutStatus, ReceiptStatus

MISSING = frozenset({"missing", "filed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something an officer should see to. `what` says which step; `since` orders the queue."""

    what: str  # receipt_in_suspense | deal_to_settle | deal_overdue | payout_to_approve | …_to_confirm
    # | claim_to_decide
    subject: str
    since: datetime
    amount_fen: int
    currency: str
    note: str = ""
    missing_steps: int = 0  # outside steps a deal still waits for (RR-11)
    entered_by: tuple[UUID | None, ...] = ()  # who may not decide it (PA-5)

    def hours(self, now: datetime) -> int:
        return max(0, int((now - self.since).total_seconds() // 3600))


def queue(actor: Actor) -> list[Waiting]:
    """What waits for an officer of settlement, longest waiting first."""
    needs_books(actor)
    waiting = [
        *_receipts_waiting(),
        *_deals_waiting(),
        *_payouts_waiting(),
        *_claims_waiting(),
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
            entered_by=(row.recorded_by,),
        )
        for row in rows.order_by("recorded_at")
    ]


def _deals_waiting() -> list[Waiting]:
    # What was decided moves part by part of itself; a part that is refused waits with its deal.
    paid = [deal for deal in deals.in_status(DealStatus.PAID) if deal.moving_at is None]
    transfers = disposals_of_deals(deal.id for deal in paid)
    to_settle = [
        Waiting(
            what="deal_to_settle",
            subject=subject("deal", deal.id),
            since=deal.changed_at,
            amount_fen=deal.price_fen,
            currency=deal.currency,
            note=deal.number,
            missing_steps=sum(d.outside_step in MISSING for d in transfers.get(deal.id, [])),
        )
        for deal in paid
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
            entered_by=(row.requested_by,),
        )
        for row in rows
    ]


def _claims_waiting() -> list[Waiting]:
    """What pledgees ask for of money held for their pledges (RR-6)."""
    return [
        Waiting(
            what="claim_to_decide",
            subject=subject("pledged_proceeds", claim.id),
            since=claim.claimed_at or claim.at,
            amount_fen=claim.claimed_fen or claim.amount_fen,
            currency=claim.currency,
            entered_by=(claim.claimed_by,),
        )
        for claim in claims_open()
    ]
