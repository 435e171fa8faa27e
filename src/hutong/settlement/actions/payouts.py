"""
Money out: asked for by one, approved by another, confirmed by the bank or given back (SE-3, PA-5).
"""

from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, record
from hutong.kit.actor import OWN, Actor, require_other_eyes
from hutong.kit.ids import new_id, subject
from hutong.kit.money import CNY, MINOR_UNITS
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger import actions as ledger
from hutong.ledger.rules import Leg, need_amount
from hutong.parties import queries as parties
from hutong.settlement import events, queries, rules
from hutong.settlement.actions.payables import bank, customer
from hutong.settlement.models import Payout
from hutong.settlement.queries import PayoutView
from hutong.settlement.refusals import Refusal
from hutong.settlement.rules import BankAccount, PayoutStatus, check_bank_account

APPROVE = "settlement.approve_payout"


@action(power=OWN)
def request_payout(
    *,
    actor: Actor,
    now: datetime,
    amount_fen: int,
    account: BankAccount,
    currency: str = CNY,
) -> PayoutView:
    """Ask for available money of the party acted for, to an account in its own name.

    The money is held until the bank has paid, or the payout is rejected or fails.
    """
    return _request(actor, now, actor.acting_party(), amount_fen, account, currency)


@action(power="settlement.request_payout")
def request_payout_for(
    *,
    actor: Actor,
    now: datetime,
    party: UUID,
    amount_fen: int,
    account: BankAccount,
    currency: str = CNY,
) -> PayoutView:
    """Ask, as an officer, for a party's available money to go to an account in its own name."""
    return _request(actor, now, party, amount_fen, account, currency)


def _request(
    actor: Actor, now: datetime, party: UUID, amount_fen: int, account: BankAccount, currency: str
) -> PayoutView:
    need_amount(amount_fen)
    if currency not in MINOR_UNITS:
        raise Refused(CommonRefusal.INVALID, field="currency", problem=currency)
    view = parties.party(party)
    check_bank_account(account, names=(view.name_zh or "", view.name_en or ""))
    id = new_id()
    hold = ledger.hold(
        actor=actor,
        now=now,
        account=customer(party, currency, actor=actor, now=now),
        amount_fen=amount_fen,
        key=f"payout:{id}",
        purpose="payout",
        about=subject("payout", id),
    )
    row = Payout.objects.create(
        id=id,
        party=party,
        amount_fen=amount_fen,
        currency=currency,
        holder=account.holder.strip(),
        bank=account.bank.strip(),
        account_number="".join(account.number.split()),
        hold=hold,
        status=PayoutStatus.REQUESTED.value,
        requested_by=actor.person,
        requested_at=now,
    )
    record(
        subject("payout", id),
        events.PayoutRequested(
            payout=id, party=party, amount_fen=amount_fen, account=row.bank_account().as_fact()
        ),
    )
    return queries.view_payout(row)


@action(power=APPROVE)
def approve_payout(*, actor: Actor, now: datetime, payout: UUID) -> PayoutView:
    """Approve a payout somebody else asked for; the bank may then be instructed."""
    row = _locked(payout)
    rules.need(PayoutStatus(row.status), PayoutStatus.REQUESTED)
    require_other_eyes(actor, [row.requested_by])
    row.status = PayoutStatus.APPROVED.value
    row.approved_by, row.approved_at = actor.person, now
    row.save()
    record(subject("payout", row.id), events.PayoutApproved(payout=row.id))
    return queries.view_payout(row)


@action(power=APPROVE)
def reject_payout(*, actor: Actor, now: datetime, payout: UUID, reason: str) -> PayoutView:
    """Refuse a payout, with a reason; the money is available to the party again."""
    row = _locked(payout)
    rules.need(PayoutStatus(row.status), PayoutStatus.REQUESTED)
    require_other_eyes(actor, [row.requested_by])
    return _give_back(row, PayoutStatus.REJECTED, reason, actor, now)


@action(power="settlement.record_receipt")
def confirm_payout(*, actor: Actor, now: datetime, payout: UUID, bank_reference: str) -> PayoutView:
    """Note from the bank's statement that an approved payout was paid."""
    row = _locked(payout)
    rules.need(PayoutStatus(row.status), PayoutStatus.APPROVED)
    line = rules.need_bank_reference(bank_reference)
    if Payout.objects.filter(bank_reference=line).exists():
        raise Refused(Refusal.BANK_LINE_DIFFERS, bank_reference=line)
    transfer = ledger.post_hold(
        actor=actor,
        now=now,
        hold=row.hold,
        purpose="payout",
        about=subject("payout", row.id),
        credits=[Leg(bank(row.currency, actor=actor, now=now), row.amount_fen)],
    )
    row.status, row.finished_at = PayoutStatus.PAID.value, now
    row.bank_reference = line
    row.save()
    record(
        subject("payout", row.id),
        events.PayoutPaid(payout=row.id, bank_reference=line, transfer=transfer),
    )
    return queries.view_payout(row)


@action(power="settlement.record_receipt")
def fail_payout(*, actor: Actor, now: datetime, payout: UUID, reason: str) -> PayoutView:
    """Note that the bank did not pay; the money is available to the party again."""
    row = _locked(payout)
    rules.need(PayoutStatus(row.status), PayoutStatus.APPROVED)
    return _give_back(row, PayoutStatus.FAILED, reason, actor, now)


def _give_back(
    row: Payout, status: PayoutStatus, why: str, actor: Actor, now: datetime
) -> PayoutView:
    row.reason = rules.need_reason(why)
    ledger.void_hold(actor=actor, now=now, hold=row.hold)
    row.status, row.finished_at = status.value, now
    row.save()
    event = events.PayoutFailed if status is PayoutStatus.FAILED else events.PayoutRejected
    record(subject("payout", row.id), event(payout=row.id, why=row.reason))
    return queries.view_payout(row)


def _locked(id: UUID) -> Payout:
    row = Payout.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="payout")
    return row
