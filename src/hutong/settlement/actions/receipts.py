"""
Money in (SE-2): each line of the bank's statement once, to whom its reference names, or to suspense.
"""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet, Sum

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import local_date
from hutong.kit.money import CNY, MINOR_UNITS, with_unit
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger import actions as ledger
from hutong.ledger.rules import Kind, Leg, need_amount
from hutong.ledger.rules import Refusal as LedgerRefusal
from hutong.settlement import events, queries, references, rules
from hutong.settlement.actions.payables import account, bank, cover, customer, venues
from hutong.settlement.models import Payable, Receipt
from hutong.settlement.queries import ReceiptView
from hutong.settlement.refusals import Refusal
from hutong.settlement.rules import (
    Line,
    Outcome,
    PayableStatus,
    ReceiptStatus,
    check_line,
    same_line,
)

RECORD = "settlement.record_receipt"


@action(power=RECORD)
def record_receipt(
    *,
    actor: Actor,
    now: datetime,
    reference: str,
    amount_fen: int,
    bank_reference: str,
    value_date: date,
    payer_name: str = "",
    currency: str = CNY,
) -> ReceiptView:
    """Record money that came in; `reference` is the text the bank passed on.

    The same bank line again is the same receipt. A deposit or price that is now whole is held or
    put into escrow at once, and the listing or the deal knows it; else the money is available to
    its payer. Text that names no payment request, or several, leaves it in suspense.
    """
    line = Line(
        bank_reference=bank_reference.strip(),
        amount_fen=amount_fen,
        currency=currency,
        value_date=value_date,
        text=reference.strip(),
        payer_name=payer_name.strip(),
    )
    need_amount(amount_fen)
    if currency not in MINOR_UNITS:
        raise Refused(CommonRefusal.INVALID, field="currency", problem=currency)
    check_line(line, today=local_date(now))
    _one_at_a_time(line.bank_reference)
    known = _standing().filter(bank_reference=line.bank_reference).first()
    if known is not None:
        same_line(known.line(), line)
        nothing_changed()
        return queries.view_receipt(known)
    return queries.view_receipt(_take_in(line, actor=actor, now=now))


def _take_in(line: Line, *, actor: Actor, now: datetime) -> Receipt:
    id = new_id()
    row = _payable_named(line)
    if row is None:
        credit = venues(Kind.SUSPENSE, line.currency, actor=actor, now=now)
        outcome = Outcome.SUSPENSE
        transfer = _from_bank(id, line, credit, actor=actor, now=now)
    else:
        payer = customer(row.payer, line.currency, actor=actor, now=now)
        outcome, transfer = _credit_and_cover(
            row,
            line.amount_fen,
            lambda: _from_bank(id, line, payer, actor=actor, now=now),
            actor=actor,
            now=now,
        )
    receipt = Receipt.objects.create(
        id=id,
        bank_reference=line.bank_reference,
        text=line.text,
        payer_name=line.payer_name,
        amount_fen=line.amount_fen,
        currency=line.currency,
        value_date=line.value_date,
        status=(ReceiptStatus.MATCHED if row else ReceiptStatus.SUSPENSE).value,
        outcome=outcome.value,
        payable=row,
        transfer=transfer,
        recorded_by=actor.person,
        recorded_at=now,
    )
    record(
        subject("receipt", id),
        events.ReceiptRecorded(
            receipt=id,
            outcome=outcome,
            value_date=line.value_date,
            amount_fen=line.amount_fen,
            bank_reference=line.bank_reference,
            payable=row.id if row else None,
            payer=row.payer if row else None,
            transfer=transfer,
        ),
    )
    return receipt


def _payable_named(line: Line) -> Payable | None:
    """The one payment request the text names, locked; None when it names none, or more than one."""
    found = references.find(line.text)
    rows = list(
        Payable.objects.select_for_update()
        .filter(reference__in=found, currency=line.currency)
        .order_by("id")
    )
    return rows[0] if len(rows) == 1 else None


def _credit_and_cover(
    row: Payable, amount_fen: int, credit: Callable[[], UUID], *, actor: Actor, now: datetime
) -> tuple[Outcome, UUID]:
    """Credit the payer with what came, and cover the request when that makes it whole."""
    if row.status != PayableStatus.OPEN.value:
        gone = {PayableStatus.CLOSED.value, PayableStatus.RETURNED.value}
        return (Outcome.LATE if row.status in gone else Outcome.SURPLUS), credit()
    before = _standing().filter(payable=row).aggregate(s=Sum("amount_fen"))["s"] or 0
    if not rules.is_covered(missing_fen=row.missing_fen, received_fen=before + amount_fen):
        return Outcome.SHORT, credit()
    try:
        with transaction.atomic():
            transfer = cover(row, actor=actor, now=now, credit=credit)
            assert transfer is not None
            return Outcome.COVERED, transfer
    except Refused as why:
        # Too late for the listing or the deal, or earlier money is gone: what came is the payer's.
        row.refresh_from_db()
        short = why.reason is LedgerRefusal.INSUFFICIENT
        return (Outcome.SHORT if short else Outcome.LATE), credit()


def _from_bank(receipt: UUID, line: Line, account: UUID, *, actor: Actor, now: datetime) -> UUID:
    return ledger.transfer(
        actor=actor,
        now=now,
        key=f"receipt:{receipt}",
        purpose="receipt",
        about=subject("receipt", receipt),
        legs=[
            Leg(bank(line.currency, actor=actor, now=now), -line.amount_fen),
            Leg(account, line.amount_fen),
        ],
    )


def _one_at_a_time(bank_reference: str) -> None:
    """Let a second officer with the same bank line wait until the first is done."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"bank:{bank_reference}"]
        )


@action(power=RECORD)
def match_receipt(
    *, actor: Actor, now: datetime, receipt: UUID, reference: str, reason: str
) -> ReceiptView:
    """Give money in suspense to the payment request it was meant for, found by other means.

    By another officer than recorded it (PA-5). What it covers it covers as if it had come so.
    """
    found = next(iter(references.find(reference)), None)
    if found is None:
        raise Refused(Refusal.REFERENCE_WRONG, reference=reference)
    row = Payable.objects.select_for_update().filter(reference=found).first()
    if row is None:
        raise Refused(Refusal.REFERENCE_UNKNOWN, reference=found)
    waiting = _in_suspense(actor, receipt, reason)
    if row.currency != waiting.currency:
        raise Refused(CommonRefusal.INVALID, field="currency", problem=waiting.currency)

    def credit() -> UUID:
        return _from_suspense(
            waiting,
            customer(row.payer, row.currency, actor=actor, now=now),
            purpose="match",
            actor=actor,
            now=now,
        )

    outcome, transfer = _credit_and_cover(row, waiting.amount_fen, credit, actor=actor, now=now)
    waiting.payable = row
    _resolve(waiting, ReceiptStatus.MATCHED, outcome, actor, now)
    record(
        subject("receipt", waiting.id),
        events.ReceiptMatched(
            receipt=waiting.id,
            outcome=outcome,
            amount_fen=waiting.amount_fen,
            payable=row.id,
            payer=row.payer,
            transfer=transfer,
            why=reason,
        ),
    )
    return queries.view_receipt(waiting)


@action(power=RECORD)
def return_receipt(
    *, actor: Actor, now: datetime, receipt: UUID, bank_reference: str, reason: str
) -> ReceiptView:
    """Note that the bank sent money in suspense back where it came from; by other eyes (PA-5)."""
    waiting = _in_suspense(actor, receipt, reason)
    line = rules.need_bank_reference(bank_reference)
    transfer = _from_suspense(
        waiting,
        bank(waiting.currency, actor=actor, now=now),
        purpose="return",
        actor=actor,
        now=now,
    )
    _resolve(waiting, ReceiptStatus.RETURNED, Outcome.SUSPENSE, actor, now)
    record(
        subject("receipt", waiting.id),
        events.ReceiptReturned(
            receipt=waiting.id,
            amount_fen=waiting.amount_fen,
            bank_reference=line,
            transfer=transfer,
            why=reason,
        ),
    )
    return queries.view_receipt(waiting)


@action(power=RECORD)
def clear_receipt(
    *, actor: Actor, now: datetime, receipt: UUID, venue: str, amount_fen: int, currency: str
) -> ReceiptView:
    """Count money in suspense as what another venue owed us by a statement (SE-5).

    By another officer than recorded it (PA-5); exactly the amount that was owed.
    """
    waiting = _waiting(actor, receipt)
    if (waiting.amount_fen, waiting.currency) != (amount_fen, currency):
        raise Refused(
            Refusal.OTHER_AMOUNT,
            found=with_unit(waiting.amount_fen, waiting.currency),
            owed=with_unit(amount_fen, currency),
        )
    owed = account(subject("venue", venue), Kind.CLEARING, currency, actor, now)
    transfer = _from_suspense(waiting, owed, purpose="clearing_in", actor=actor, now=now)
    _resolve(waiting, ReceiptStatus.CLEARED, Outcome.SUSPENSE, actor, now)
    record(
        subject("receipt", waiting.id),
        events.ReceiptCleared(
            receipt=waiting.id, amount_fen=waiting.amount_fen, venue=venue, transfer=transfer
        ),
    )
    return queries.view_receipt(waiting)


@action(power=RECORD)
def undo_receipt(*, actor: Actor, now: datetime, receipt: UUID, reason: str) -> ReceiptView:
    """Take back what was credited by a bank's line that was entered wrongly (SE-1); by other eyes than
    recorded it (PA-5). The same line may then be recorded as it is.

    Only what is free is taken back. Money that is held or that somebody counts on, such as another
    venue on a deposit of which it was told (NE-4), stays where it is: refused until it is free again,
    or until its payer has paid in what is missing.
    """
    row = Receipt.objects.select_for_update().filter(id=receipt).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="receipt")
    if row.status not in (ReceiptStatus.MATCHED.value, ReceiptStatus.SUSPENSE.value):
        raise Refused(Refusal.RECEIPT_ENDED, status=row.status)
    require_other_eyes(actor, [row.recorded_by])
    rules.need_reason(reason)
    payer = row.payable.payer if row.payable is not None else None
    if payer is None:
        held = venues(Kind.SUSPENSE, row.currency, actor=actor, now=now)
    else:
        held = customer(payer, row.currency, actor=actor, now=now)
    transfer = _back_to_bank(row, held, payer, actor=actor, now=now)
    _resolve(row, ReceiptStatus.UNDONE, Outcome(row.outcome), actor, now)
    record(
        subject("receipt", row.id),
        events.ReceiptUndone(
            receipt=row.id,
            amount_fen=row.amount_fen,
            payable=row.payable_id,
            payer=payer,
            transfer=transfer,
            why=reason,
        ),
    )
    return queries.view_receipt(row)


def _back_to_bank(
    row: Receipt, held: UUID, payer: UUID | None, *, actor: Actor, now: datetime
) -> UUID:
    try:
        return ledger.transfer(
            actor=actor,
            now=now,
            key=f"undo:{row.id}",
            purpose="undo",
            about=subject("receipt", row.id),
            legs=[
                Leg(held, -row.amount_fen),
                Leg(bank(row.currency, actor=actor, now=now), row.amount_fen),
            ],
        )
    except Refused as why:
        if why.reason is not LedgerRefusal.INSUFFICIENT or payer is None:
            raise
        found = queries.account_of(payer, row.currency)
        free = found.available_fen if found is not None else 0
        raise Refused(
            Refusal.RECEIPT_IN_USE,
            amount=with_unit(row.amount_fen, row.currency),
            free=with_unit(free, row.currency),
        ) from why


def _standing() -> QuerySet[Receipt]:
    """Receipts but those that were undone."""
    return Receipt.objects.exclude(status=ReceiptStatus.UNDONE.value)


def _in_suspense(actor: Actor, id: UUID, why: str) -> Receipt:
    row = _waiting(actor, id)
    rules.need_reason(why)
    return row


def _waiting(actor: Actor, id: UUID) -> Receipt:
    row = Receipt.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="receipt")
    if row.status != ReceiptStatus.SUSPENSE.value:
        raise Refused(Refusal.NOT_IN_SUSPENSE, status=row.status)
    require_other_eyes(actor, [row.recorded_by])
    return row


def _from_suspense(
    row: Receipt, account: UUID, *, purpose: str, actor: Actor, now: datetime
) -> UUID:
    return ledger.transfer(
        actor=actor,
        now=now,
        key=f"{purpose}:{row.id}",
        purpose=purpose,
        about=subject("receipt", row.id),
        legs=[
            Leg(venues(Kind.SUSPENSE, row.currency, actor=actor, now=now), -row.amount_fen),
            Leg(account, row.amount_fen),
        ],
    )


def _resolve(
    row: Receipt, status: ReceiptStatus, outcome: Outcome, actor: Actor, now: datetime
) -> None:
    row.status, row.outcome = status.value, outcome.value
    row.resolved_by, row.resolved_at = actor.person, now
    row.save()
