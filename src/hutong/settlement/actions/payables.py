"""
Asking for money, and what happens when it is there (LI-4, SE-2).
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from hutong.deals import actions as deals
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import ACT, Actor
from hutong.kit.ids import new_id, subject, subject_id
from hutong.kit.money import CNY
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger import actions as ledger
from hutong.ledger import queries as balances
from hutong.ledger.rules import Kind, Leg
from hutong.listings import actions as listings
from hutong.rights import actions as rights
from hutong.settlement import events, queries, references, rules
from hutong.settlement.models import Payable
from hutong.settlement.queries import PayableView
from hutong.settlement.rules import PayableStatus, Purpose

BANK = "venue:bank"
VENUE = "venue:books"
LETTERS = {
    Purpose.DEPOSIT: references.DEPOSIT,
    Purpose.PRICE: references.PRICE,
    Purpose.FEE: references.FEE,
    Purpose.REMITTANCE: references.REMITTANCE,
}
ISSUE = "settlement.issue"  # held by nobody: what is owed follows from what was decided


@action(power=ISSUE)
def issue_payable(
    *,
    actor: Actor,
    now: datetime,
    subject: str,
    purpose: Purpose,
    payer: UUID,
    listing: UUID | None,
    amount_fen: int,
    pay_by: datetime | None = None,
    currency: str = CNY,
) -> PayableView:
    """Ask `payer` for an amount under a new reference; once a subject: an intent, a deal, an
    application to the register."""
    known = queries.payable_for(subject)
    if known is not None:
        nothing_changed()
        return known
    row = Payable.objects.create(
        id=new_id(),
        reference=references.make(LETTERS[purpose], secrets.randbelow(references.MANY)),
        subject=subject,
        purpose=purpose.value,
        payer=payer,
        listing=listing,
        amount_fen=amount_fen,
        currency=currency,
        status=PayableStatus.OPEN.value,
        pay_by=pay_by,
        issued_at=now,
        changed_at=now,
    )
    record(
        subject,
        events.PayableIssued(
            payable=row.id,
            purpose=purpose,
            amount_fen=amount_fen,
            reference=row.reference,
            payer=payer,
        ),
    )
    return queries.payable(row.id)


@action(power=ACT)
def pay_from_balance(*, actor: Actor, now: datetime, payable: UUID) -> PayableView:
    """Cover what the party owes from money it has available here.

    Refused when it does not suffice, when nothing is owed, and when it is too late.
    """
    row = locked(payable)
    if row.payer != actor.acting_party():
        raise Refused(CommonRefusal.NOT_FOUND, what="payment request")
    rules.need(PayableStatus(row.status), PayableStatus.OPEN)
    cover(row, actor=actor, now=now)
    return queries.payable(row.id)


def cover(
    row: Payable, *, actor: Actor, now: datetime, credit: Callable[[], UUID] | None = None
) -> UUID | None:
    """Take what `row` asks for out of its payer's available money, and tell whom it concerns.

    `credit` brings in money that has just come; it runs after the listing or the deal is locked, so
    that the ledger comes last, and its transfer is returned. Raises Refused from the listing or the
    deal when it is too late, from the ledger when too little is available; the caller's savepoint
    undoes what was done before.
    """
    if row.purpose == Purpose.DEPOSIT.value:
        intent = UUID(subject_id(row.subject))
        listings.mark_deposited(actor=actor, now=now, intent=intent)
        credited = credit() if credit else None
        _hold_deposit(row, intent, actor=actor, now=now)
    elif row.purpose == Purpose.FEE.value:
        application = UUID(subject_id(row.subject))
        rights.mark_fee_paid(actor=actor, now=now, application=application)
        credited = credit() if credit else None
        _collect_fee(row, application, actor=actor, now=now)
    elif row.purpose == Purpose.REMITTANCE.value:
        credited = credit() if credit else None
        _hold_remittance(row, actor=actor, now=now)
    else:
        deal = UUID(subject_id(row.subject))
        deals.mark_paid(actor=actor, now=now, deal=deal)
        credited = credit() if credit else None
        _fill_escrow(row, deal, actor=actor, now=now)
    return credited


def _hold_deposit(row: Payable, intent: UUID, *, actor: Actor, now: datetime) -> None:
    row.hold = ledger.hold(
        actor=actor,
        now=now,
        account=customer(row.payer, row.currency, actor=actor, now=now),
        amount_fen=row.amount_fen,
        key=f"deposit:{row.id}",
        purpose="deposit",
        about=row.subject,
    )
    move(row, PayableStatus.HELD, now, covered_fen=row.amount_fen)
    record(
        row.subject,
        events.DepositHeld(
            payable=row.id,
            intent=intent,
            listing=row.listing,
            amount_fen=row.amount_fen,
            payer=row.payer,
            hold=row.hold,
        ),
    )


def _fill_escrow(row: Payable, deal: UUID, *, actor: Actor, now: datetime) -> None:
    missing = row.missing_fen
    if missing:
        payer = customer(row.payer, row.currency, actor=actor, now=now)
        to = escrow(deal, row.currency, actor=actor, now=now)
        ledger.transfer(
            actor=actor,
            now=now,
            key=f"price:{row.id}",
            purpose="price",
            about=row.subject,
            legs=[Leg(payer, -missing), Leg(to, missing)],
        )
    move(row, PayableStatus.PAID, now, covered_fen=row.amount_fen)
    record(
        row.subject,
        events.PricePaid(deal=deal, amount_fen=row.amount_fen, payable=row.id, payer=row.payer),
    )


def _hold_remittance(row: Payable, *, actor: Actor, now: datetime) -> None:
    row.hold = ledger.hold(
        actor=actor,
        now=now,
        account=customer(row.payer, row.currency, actor=actor, now=now),
        amount_fen=row.amount_fen,
        key=f"remittance:{row.id}",
        purpose="remittance",
        about=row.subject,
    )
    move(row, PayableStatus.HELD, now, covered_fen=row.amount_fen)
    record(
        row.subject,
        events.RemittanceHeld(
            payable=row.id, amount_fen=row.amount_fen, payer=row.payer, hold=row.hold
        ),
    )


def _collect_fee(row: Payable, application: UUID, *, actor: Actor, now: datetime) -> None:
    payer = customer(row.payer, row.currency, actor=actor, now=now)
    to = venues(Kind.VENUE_FEES, row.currency, actor=actor, now=now)
    transfer = ledger.transfer(
        actor=actor,
        now=now,
        key=f"fee:{row.id}",
        purpose="fee",
        about=row.subject,
        legs=[Leg(payer, -row.amount_fen), Leg(to, row.amount_fen)],
    )
    move(row, PayableStatus.SETTLED, now, covered_fen=row.amount_fen)
    record(
        row.subject,
        events.FeeCollected(
            application=application,
            amount_fen=row.amount_fen,
            payable=row.id,
            payer=row.payer,
            transfer=transfer,
        ),
    )


@action(power=ISSUE)
def cancel_fee(*, actor: Actor, now: datetime, application: UUID) -> None:
    """Ask for a fee no longer: its application ended before it was paid."""
    row = locked_for(subject("right_application", application))
    if row.status != PayableStatus.OPEN.value:
        nothing_changed()
        return
    close_open(row, now)


@action(power=ISSUE)
def refund_fee(*, actor: Actor, now: datetime, application: UUID, amount_fen: int) -> PayableView:
    """Give back, of the fee of a rejected application, what the rulebook says; once."""
    row = locked_for(subject("right_application", application))
    if row.status == PayableStatus.RETURNED.value:
        nothing_changed()
        return queries.payable(row.id)
    rules.need(PayableStatus(row.status), PayableStatus.SETTLED)
    transfer = ledger.transfer(
        actor=actor,
        now=now,
        key=f"refund:{row.id}",
        purpose="refund",
        about=row.subject,
        legs=[
            Leg(venues(Kind.VENUE_FEES, row.currency, actor=actor, now=now), -amount_fen),
            Leg(customer(row.payer, row.currency, actor=actor, now=now), amount_fen),
        ],
    )
    move(row, PayableStatus.RETURNED, now, covered_fen=0)
    record(
        row.subject,
        events.FeeRefunded(
            application=application,
            amount_fen=amount_fen,
            payable=row.id,
            payer=row.payer,
            transfer=transfer,
        ),
    )
    return queries.payable(row.id)


def close_open(row: Payable, now: datetime) -> None:
    """Ask for this no longer."""
    rules.need(PayableStatus(row.status), PayableStatus.OPEN)
    move(row, PayableStatus.CLOSED, now)
    record(row.subject, events.PayableClosed(payable=row.id, purpose=Purpose(row.purpose)))


def move(
    row: Payable, status: PayableStatus, now: datetime, *, covered_fen: int | None = None
) -> None:
    row.status, row.changed_at = status.value, now
    if covered_fen is not None:
        row.covered_fen = covered_fen
    row.save()


def locked(id: UUID) -> Payable:
    return _lock(id=id)


def locked_for(subject: str) -> Payable:
    return _lock(subject=subject)


def _lock(**by: object) -> Payable:
    row = Payable.objects.select_for_update().filter(**by).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="payment request")
    return row


# -- accounts -----------------------------------------------------------------------------------------


def customer(party: UUID, currency: str, *, actor: Actor, now: datetime) -> UUID:
    return account(subject("party", party), Kind.CUSTOMER, currency, actor, now)


def escrow(deal: UUID, currency: str, *, actor: Actor, now: datetime) -> UUID:
    return account(subject("deal", deal), Kind.ESCROW, currency, actor, now)


def bank(currency: str, *, actor: Actor, now: datetime) -> UUID:
    return account(BANK, Kind.BANK_CLEARING, currency, actor, now)


def venues(kind: Kind, currency: str, *, actor: Actor, now: datetime) -> UUID:
    """The venue's own account of a kind: suspense, fees, forfeits."""
    return account(VENUE, kind, currency, actor, now)


def account(owner: str, kind: Kind, currency: str, actor: Actor, now: datetime) -> UUID:
    """The account of a kind, opened when it is needed first."""
    known = balances.account(owner, kind, currency)
    if known is not None:
        return known.id
    return ledger.open_account(actor=actor, now=now, owner=owner, kind=kind, currency=currency)
