"""What somebody is asked to pay, under which reference, and how far it has come (SE-2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet, Subquery, Sum

from hutong.kit import ids
from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.settlement.models import Payable, Settlement
from hutong.settlement.queries.sight import sees_books
from hutong.settlement.rules import PayableStatus, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class PayableView:
    """What a party is asked to pay, under which reference, and how far it has."""

    id: UUID
    reference: str
    subject: str
    purpose: Purpose
    payer: UUID
    listing: UUID | None
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


def payable(id: UUID) -> PayableView:
    row = _payables().filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="payment request")
    return view_payable(row)


def payable_for(subject: str) -> PayableView | None:
    """The payment request of an intent or a deal, or None before it is issued."""
    row = _payables().filter(subject=subject).first()
    return view_payable(row) if row else None


def payable_of_deal(deal: UUID) -> tuple[PayableView | None, datetime | None]:
    """The payment request of a deal, or None before it is issued; and when right and money moved."""
    done = Settlement.objects.filter(deal=deal).values("at")
    row = (
        _payables().filter(subject=ids.subject("deal", deal)).annotate(done=Subquery(done)).first()
    )
    return (view_payable(row), row.done) if row else (None, None)


def payables_for(subjects: Iterable[str]) -> dict[str, PayableView]:
    """Payment requests by what they are for; where none is issued yet, none."""
    rows = _payables().filter(subject__in=list(subjects))
    return {row.subject: view_payable(row) for row in rows}


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
