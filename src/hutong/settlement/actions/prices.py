"""
The price: the deposit becomes part of it, then right and money move together (DL-2, SE-3).
"""

from datetime import datetime
from uuid import UUID

from hutong.deals import actions as deals_actions
from hutong.deals import queries as deals
from hutong.deals.queries import DealView
from hutong.deals.rules import Side
from hutong.deals.rules import Status as DealStatus
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.money import with_unit
from hutong.kit.refusal import Refused
from hutong.ledger import actions as ledger
from hutong.ledger.rules import Kind, Leg
from hutong.rights import actions as rights
from hutong.rulebook import queries as rulebook
from hutong.settlement import events, queries, rules
from hutong.settlement.actions.abroad import call_guarantee, give_back
from hutong.settlement.actions.joint import begin_joint
from hutong.settlement.actions.payables import (
    ISSUE,
    close_open,
    cover,
    customer,
    escrow,
    issue_payable,
    locked,
    locked_for,
    move,
    venues,
)
from hutong.settlement.actions.pledged import Sold, obey_pledges
from hutong.settlement.models import Payable, Settlement
from hutong.settlement.queries import DealMoney, PayableView
from hutong.settlement.refusals import Refusal
from hutong.settlement.rules import PayableStatus, Purpose


@action(power=ISSUE)
def apply_deposit(*, actor: Actor, now: datetime, deal: UUID) -> PayableView | None:
    """Ask the buyer of a signed deal for the price, less the deposit, which becomes part of it.

    What the deposit has more than the price is available again. Done once a deal; nothing, and
    None, when the deal has ended meanwhile.
    """
    view = deals.deal(deal)
    known = queries.payable_for(subject("deal", deal))
    if known is not None or view.status is not DealStatus.SIGNED:
        nothing_changed()
        return known
    fee = queries.fee_of(view.price_fen, view.rulebook_version)
    due = view.price_fen + fee.buyer_fen
    issued = issue_payable(
        actor=actor,
        now=now,
        subject=subject("deal", deal),
        purpose=Purpose.PRICE,
        payer=view.buyer,
        listing=view.listing,
        amount_fen=due,
        pay_by=view.pay_by,
        currency=view.currency,
    )
    row = locked(issued.id)
    applied = _apply(row, view, due, actor=actor, now=now)
    if applied:
        move(row, PayableStatus.OPEN, now, covered_fen=applied)
    if applied == due:
        cover(row, actor=actor, now=now)
    return queries.payable(row.id)


def _apply(row: Payable, view: DealView, due_fen: int, *, actor: Actor, now: datetime) -> int:
    """Move the buyer's deposit into escrow. Returns how much; 0 where there is none."""
    if view.intent is None:
        return 0
    intent = subject("intent", view.intent)
    deposit = Payable.objects.select_for_update().filter(subject=intent).first()
    if deposit is None or deposit.status != PayableStatus.HELD.value:
        return 0
    assert deposit.hold is not None, "a held deposit has its hold"
    amount = rules.applied_fen(deposit_fen=deposit.amount_fen, due_fen=due_fen)
    transfer = ledger.post_hold(
        actor=actor,
        now=now,
        hold=deposit.hold,
        purpose="price",
        about=subject("deal", view.id),
        credits=[Leg(escrow(view.id, view.currency, actor=actor, now=now), amount)],
    )
    call_guarantee(deposit, amount, actor=actor, now=now)
    row.guarantor = deposit.guarantor
    move(deposit, PayableStatus.APPLIED, now, covered_fen=amount)
    record(
        subject("deal", view.id),
        events.DepositApplied(
            deal=view.id,
            amount_fen=amount,
            payable=deposit.id,
            payer=view.buyer,
            transfer=transfer,
        ),
    )
    return amount


@action(power="settlement.settle")
def settle(*, actor: Actor, now: datetime, deal: UUID) -> DealMoney:
    """Move right and money together: all of it happens, or none (DL-2).

    Every register entry of the deal takes effect, the seller gets the price less its fee, the venue
    the fee; of a pledged right's proceeds the pledgee gets, or has held, what its consent says
    (RR-6). Refused while the price is not whole, or an outside step is missing (RR-11). Of a joint
    project this decides it: its parts move one by one, the lead seller's now (joint.py).
    """
    row = _payable_to_settle(deal)
    if deals.deal(deal).parts:
        return begin_joint(deal, actor=actor, now=now)
    view = deals_actions.mark_right_moved(actor=actor, now=now, deal=deal)
    for entry in view.transfer_entries:
        rights.effect_disposal(actor=actor, now=now, entry=entry)
    money = queries.money_of(deal)
    legs = [
        Leg(escrow(deal, view.currency, actor=actor, now=now), -money.due_fen),
        Leg(customer(view.seller, view.currency, actor=actor, now=now), money.to_seller_fen),
        Leg(
            venues(Kind.VENUE_FEES, view.currency, actor=actor, now=now),
            money.seller_fee_fen + money.buyer_fee_fen,
        ),
    ]
    transfer = ledger.transfer(
        actor=actor,
        now=now,
        key=f"settle:{deal}",
        purpose="settle",
        about=subject("deal", deal),
        legs=[leg for leg in legs if leg.amount_fen],
    )
    parts = deals.parts_of_price(deal)
    sold = Sold(
        deal=deal,
        seller=view.seller,
        currency=view.currency,
        entries=view.transfer_entries,
        parts=parts,
    )
    obey_pledges(sold, money.to_seller_fen, actor=actor, now=now)
    Settlement.objects.create(
        deal=deal,
        price_fen=money.price_fen,
        seller_fee_fen=money.seller_fee_fen,
        buyer_fee_fen=money.buyer_fee_fen,
        transfer=transfer,
        settled_by=actor.person,
        at=now,
    )
    move(row, PayableStatus.SETTLED, now)
    record(
        subject("deal", deal),
        events.Settled(
            deal=deal,
            number=view.number,
            amount_fen=money.price_fen,
            entries=view.transfer_entries,
            seller=view.seller,
            buyer=view.buyer,
            seller_fee_fen=money.seller_fee_fen,
            buyer_fee_fen=money.buyer_fee_fen,
            transfer=transfer,
            parts={str(right): part for right, part in parts.items()},
        ),
    )
    return queries.money_of(deal)


def _payable_to_settle(deal: UUID) -> Payable:
    view = deals.deal(deal)  # refuses an unknown deal before anything is locked
    if view.status in {DealStatus.DEFAULTED, DealStatus.TERMINATED}:
        raise Refused(Refusal.DEAL_ENDED)
    asked = Payable.objects.select_for_update().filter(subject=subject("deal", deal)).first()
    if asked is None:
        raise _not_paid(view, queries.money_of(deal).due_fen)
    if asked.status == PayableStatus.SETTLED.value:
        raise Refused(Refusal.ALREADY_SETTLED)
    if asked.status != PayableStatus.PAID.value:
        raise _not_paid(view, asked.missing_fen)
    return asked


def _not_paid(view: DealView, missing_fen: int) -> Refused:
    missing = with_unit(missing_fen, view.currency)
    return Refused(Refusal.PRICE_NOT_PAID, missing=missing, missing_fen=missing_fen)


@action(power=ISSUE)
def return_price(*, actor: Actor, now: datetime, deal: UUID, at_fault: Side | None) -> PayableView:
    """Empty the escrow of a deal that has ended: to the buyer, less what a buyer's default costs.

    The deposit that went into the price is what a defaulting buyer loses, by the rulebook.
    """
    row = locked_for(subject("deal", deal))
    status = PayableStatus(row.status)
    if status in {PayableStatus.RETURNED, PayableStatus.CLOSED}:
        nothing_changed()
        return queries.payable(row.id)
    rules.need(status, PayableStatus.OPEN, PayableStatus.PAID)
    if row.covered_fen == 0:
        close_open(row, now)
        return queries.payable(row.id)
    view = deals.deal(deal)
    lost = _lost(view, row.covered_fen) if at_fault is Side.BUYER else 0
    legs = [
        Leg(escrow(deal, row.currency, actor=actor, now=now), -row.covered_fen),
        Leg(customer(row.payer, row.currency, actor=actor, now=now), row.covered_fen - lost),
        Leg(venues(Kind.FORFEITS, row.currency, actor=actor, now=now), lost),
    ]
    transfer = ledger.transfer(
        actor=actor,
        now=now,
        key=f"return:{row.id}",
        purpose="return",
        about=row.subject,
        legs=[leg for leg in legs if leg.amount_fen],
    )
    returned = row.covered_fen - lost
    give_back(row, returned, Kind.CLEARING, "price", actor=actor, now=now)
    move(row, PayableStatus.RETURNED, now, covered_fen=0)
    if lost:
        record(
            row.subject,
            events.EscrowForfeited(deal=deal, amount_fen=lost, payer=row.payer, transfer=transfer),
        )
    record(
        row.subject,
        events.PriceReturned(deal=deal, amount_fen=returned, payable=row.id, payer=row.payer),
    )
    return queries.payable(row.id)


def _lost(view: DealView, in_escrow_fen: int) -> int:
    """What a buyer's default costs of the money in escrow: of the deposit, never of the price."""
    deposit = queries.payable_for(subject("intent", view.intent)) if view.intent else None
    if deposit is None or deposit.status is not PayableStatus.APPLIED:
        return 0
    bp = rulebook.version(view.rulebook_version).settlement.forfeit_bp
    cost = rules.forfeited_fen(deposit_fen=deposit.covered_fen, forfeit_bp=bp)
    return min(in_escrow_fen, cost)
