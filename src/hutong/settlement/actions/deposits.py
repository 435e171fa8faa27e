"""
Deposits given back or lost (SE-3, AU-11).
"""

from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger import actions as ledger
from hutong.ledger.rules import Kind, Leg
from hutong.rulebook import queries as rulebook
from hutong.settlement import events, queries, rules
from hutong.settlement.actions.abroad import call_guarantee, give_back
from hutong.settlement.actions.payables import ISSUE, close_open, locked_for, move, venues
from hutong.settlement.models import Payable
from hutong.settlement.queries import PayableView
from hutong.settlement.rules import PayableStatus, Purpose

FINISHED = frozenset(
    {PayableStatus.RELEASED, PayableStatus.CLOSED, PayableStatus.APPLIED, PayableStatus.FORFEITED}
)


@action(power=ISSUE)
def release_deposit(*, actor: Actor, now: datetime, intent: UUID) -> PayableView:
    """Make an intent's deposit available to its payer again; one not yet paid is no longer asked for.

    A deposit whose life has ended stays as it is. Refused when none was ever asked for.
    """
    row = _deposit(intent)
    status = PayableStatus(row.status)
    if status in FINISHED:
        nothing_changed()
    elif status is PayableStatus.OPEN:
        close_open(row, now)
    else:
        rules.need(status, PayableStatus.HELD)
        assert row.hold is not None, "a held deposit has its hold"
        ledger.void_hold(actor=actor, now=now, hold=row.hold)
        give_back(row, row.amount_fen, Kind.GUARANTEE, "deposit", actor=actor, now=now)
        move(row, PayableStatus.RELEASED, now, covered_fen=0)
        record(
            row.subject,
            events.DepositReleased(
                payable=row.id,
                intent=intent,
                listing=row.listing,
                amount_fen=row.amount_fen,
                payer=row.payer,
            ),
        )
    return queries.payable(row.id)


@action(power=ISSUE)
def forfeit_deposit(
    *, actor: Actor, now: datetime, intent: UUID, deal: UUID, rulebook_version: int
) -> PayableView:
    """Take from a defaulting buyer's held deposit what the rulebook says; the rest is free again."""
    row = _deposit(intent)
    rules.need(PayableStatus(row.status), PayableStatus.HELD)
    assert row.hold is not None, "a held deposit has its hold"
    bp = rulebook.version(rulebook_version).settlement.forfeit_bp
    amount = rules.forfeited_fen(deposit_fen=row.amount_fen, forfeit_bp=bp)
    if amount == 0:
        return release_deposit(actor=actor, now=now, intent=intent)
    transfer = ledger.post_hold(
        actor=actor,
        now=now,
        hold=row.hold,
        purpose="forfeit",
        about=subject("deal", deal),
        credits=[Leg(venues(Kind.FORFEITS, row.currency, actor=actor, now=now), amount)],
    )
    call_guarantee(row, amount, actor=actor, now=now)
    move(row, PayableStatus.FORFEITED, now, covered_fen=amount)
    record(
        subject("deal", deal),
        events.DepositForfeited(
            deal=deal, amount_fen=amount, payable=row.id, payer=row.payer, transfer=transfer
        ),
    )
    return queries.payable(row.id)


def _deposit(intent: UUID) -> Payable:
    row = locked_for(subject("intent", intent))
    if row.purpose != Purpose.DEPOSIT.value:
        raise Refused(CommonRefusal.NOT_FOUND, what="deposit")
    return row
