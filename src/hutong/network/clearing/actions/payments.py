"""
The bank: what is owed by an agreed statement goes out by four eyes, and is confirmed where it comes
in (PA-5, SE-5).

    agreed ─entered─► ─confirmed by another─► paid ─told─► paid ─found at the bank─► settled ─told─► settled
    └────────────────── the debtor ──────────────┘         └───────── the creditor ────────┘
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from hutong.journal.actions import action, nothing_changed
from hutong.kit.actor import SYSTEM, Actor, require_other_eyes
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.clearing import rules
from hutong.network.clearing.actions.positions import about
from hutong.network.clearing.actions.statements import enter, settled
from hutong.network.clearing.models import ClearingStatement
from hutong.network.clearing.rules import Refusal, Status
from hutong.network.messages import actions as messages
from hutong.network.messages.rules import Undecided
from hutong.settlement import actions as settlement
from hutong.venues import queries as venues

PAID: Final = "clearing.paid"
RECEIVED: Final = "clearing.received"
ENTER: Final = "settlement.request_payout"
CONFIRM: Final = "settlement.approve_payout"
RECEIVE: Final = "settlement.record_receipt"


@action(power=ENTER)
def enter_payment(*, actor: Actor, now: datetime, statement: int, bank_reference: str) -> None:
    """Enter how what we owe by a statement goes out; another officer confirms (PA-5).

    Entered again before that, it is the later officer's.
    """
    row = _agreed(statement)
    if row.owed_fen < 0:
        raise Refused(Refusal.NOT_OURS_TO_PAY)
    row.bank_reference = _reference(bank_reference)
    row.entered_by, row.changed_at = actor.person, now
    row.save()
    enter(row, rules.StatementPaymentEntered(**_payment(row)))


@action(power=CONFIRM)
def confirm_payment(*, actor: Actor, now: datetime, statement: int) -> None:
    """The bank has paid it out: our books say so, and the other venue is told."""
    row = _agreed(statement)
    if row.owed_fen < 0:
        raise Refused(Refusal.NOT_OURS_TO_PAY)
    if not row.bank_reference:
        raise Refused(Refusal.NOT_ENTERED)
    require_other_eyes(actor, [row.entered_by])
    settlement.pay_venue(
        actor=actor,
        now=now,
        venue=row.venue,
        amount_fen=row.owed_fen,
        currency=row.currency,
        key=row.digest,
    )
    row.status, row.confirmed_by, row.changed_at = Status.PAID.value, actor.person, now
    row.save()
    enter(row, rules.StatementPaid(**_payment(row)))
    _tell(row, PAID, {"digest": row.digest, "bank_reference": row.bank_reference}, now)


@action(power=None)
def note_paid(*, actor: Actor, now: datetime, venue: str, digest: str, bank_reference: str) -> None:
    """The other venue says that it has paid; an officer looks for it at the bank.

    Raises Undecided while its agreement to our statement, which came before, is still on its way.
    """
    row = _of(venue, digest)
    if row.owed_fen > 0:
        raise Refused(Refusal.OURS_TO_PAY)
    if row.status == Status.PROPOSED.value:
        raise Undecided("its answer to the statement has not come yet")
    if row.status == Status.DISPUTED.value:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed=Status.AGREED.value)
    if row.status != Status.AGREED.value:
        nothing_changed()
        return
    row.status, row.bank_reference = Status.PAID.value, _reference(bank_reference)
    row.changed_at = now
    row.save()
    enter(row, rules.StatementPaymentAnnounced(**_payment(row)))


@action(power=RECEIVE)
def confirm_receipt(*, actor: Actor, now: datetime, statement: int, receipt: UUID) -> None:
    """What the other venue paid is at our bank, as the line `receipt` that waits in suspense: it owes
    it no longer. By other eyes than recorded that line (PA-5)."""
    row = ClearingStatement.objects.select_for_update().filter(id=statement).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="statement")
    if row.owed_fen > 0:
        raise Refused(Refusal.OURS_TO_PAY)
    if row.status != Status.PAID.value:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed=Status.PAID.value)
    settlement.clear_receipt(
        actor=actor,
        now=now,
        receipt=receipt,
        venue=row.venue,
        amount_fen=-row.owed_fen,
        currency=row.currency,
    )
    row.confirmed_by = actor.person
    settled(row, now)
    _tell(row, RECEIVED, {"digest": row.digest}, now)


@action(power=None)
def note_received(*, actor: Actor, now: datetime, venue: str, digest: str) -> None:
    """The other venue has our money: the statement is settled."""
    row = _of(venue, digest)
    if row.owed_fen < 0:  # else it would settle its own debt
        raise Refused(Refusal.NOT_OURS_TO_PAY)
    if row.status == Status.SETTLED.value:
        nothing_changed()
        return
    if row.status != Status.PAID.value:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed=Status.PAID.value)
    settled(row, now)


# -- small things -------------------------------------------------------------------------------------


def _tell(row: ClearingStatement, kind: str, body: dict[str, str], now: datetime) -> None:
    messages.send(
        actor=SYSTEM,
        now=now,
        to=row.venue,
        about=about(venues.my_code()),
        kind=kind,
        body=body,
    )


def _payment(row: ClearingStatement) -> dict[str, Any]:
    return {
        "venue": row.venue,
        "currency": row.currency,
        "number": row.number,
        "amount_fen": abs(row.owed_fen),
        "bank_reference": row.bank_reference,
    }


def _agreed(id: int) -> ClearingStatement:
    row = ClearingStatement.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="statement")
    if row.status != Status.AGREED.value:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed=Status.AGREED.value)
    return row


def _of(venue: str, digest: str) -> ClearingStatement:
    row = ClearingStatement.objects.select_for_update().filter(venue=venue, digest=digest).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="statement")
    return row


def _reference(text: str) -> str:
    reference = text.strip()
    if not 1 <= len(reference) <= 80:
        raise Refused(CommonRefusal.INVALID, field="bank_reference", problem="1 to 80 characters")
    return reference
