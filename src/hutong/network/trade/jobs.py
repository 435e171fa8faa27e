"""
What the home venue tells the bidder's venue, a moment after it happened (NE-4).

Each looks whether the intent or deal is another venue's; of our own members' nothing is said.
"""

from typing import Any
from uuid import UUID

from hutong.auctions import queries as auctions
from hutong.certificates import queries as certificates
from hutong.deals import queries as deals
from hutong.journal.queries import Recorded
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject, subject_id, subject_kind
from hutong.kit.moments import iso
from hutong.kit.refusal import Refused
from hutong.network.messages import actions as messages
from hutong.network.trade import actions, queries
from hutong.network.trade.queries import ForeignOrderView
from hutong.settlement import queries as settlement


def of_intent(entry: Recorded) -> None:
    """listings.IntentQualified, IntentRefused, IntentLapsed, IntentWithdrawn."""
    order = queries.foreign_of_intent(UUID(entry.facts["intent"]))
    if order is None:
        return
    if entry.kind == "listings.IntentQualified":
        _tell(
            order,
            "trade.qualified",
            {"deposit_fen": entry.facts["deposit_fen"], "currency": order.currency},
            entry,
        )
    elif not entry.facts.get("deposited"):
        why = (entry.private or {}).get("findings") or entry.kind.partition(".")[2]
        _tell(order, "trade.declined", {"why": why}, entry)


def of_deposit(entry: Recorded) -> None:
    """settlement.DepositReleased: its venue stands for it no longer."""
    order = queries.foreign_of_intent(UUID(entry.facts["intent"]))
    if order is not None and order.guaranteed_fen:
        actions.end_guarantee(actor=SYSTEM, now=entry.at, order=order.id, owed_fen=0)
        _tell(order, "trade.released", {}, entry)


def of_call(entry: Recorded) -> None:
    """settlement.DepositApplied, DepositForfeited: its venue owes this much of it."""
    order = queries.foreign_of_deal(UUID(entry.facts["deal"]))
    if order is None or not order.guaranteed_fen:
        return
    amount = entry.facts["amount_fen"]
    actions.end_guarantee(actor=SYSTEM, now=entry.at, order=order.id, owed_fen=amount)
    applied = entry.kind == "settlement.DepositApplied"
    _tell(order, "trade.called", {"applied": applied, "amount_fen": amount}, entry)


def of_lot(entry: Recorded) -> None:
    """auctions.LotOpened: where those bid who stand ready."""
    lot = UUID(entry.facts["lot"])
    for bidder in auctions.bidders_of(lot):
        if order := queries.foreign_of_intent(bidder.intent):
            _tell(order, "trade.lot", {"lot": str(lot), "paddle": bidder.number}, entry)


def of_deal(entry: Recorded) -> None:
    """deals.Opened: the award; with the contract, for its buyer to read and sign."""
    deal = deals.deal(UUID(entry.facts["deal"]))
    if deal.intent is None:
        return
    order = actions.link_deal(actor=SYSTEM, now=entry.at, intent=deal.intent, deal=deal.id)
    if order is None:
        return
    _tell(
        order,
        "trade.awarded",
        {
            "deal": str(deal.id),
            "number": deal.number,
            "price_fen": deal.price_fen,
            "contract": deals.contract_text(deal.id).decode(),
            "contract_digest": deal.contract_digest,
            "sign_by": iso(deal.sign_by),
        },
        entry,
    )


def of_signing(entry: Recorded) -> None:
    """deals.Signed: by both."""
    if order := queries.foreign_of_deal(UUID(entry.facts["deal"])):
        _tell(order, "trade.signed", {}, entry)


def of_price(entry: Recorded) -> None:
    """settlement.PayableIssued, of a deal: what is still to pay once the deposit is part of it."""
    if subject_kind(entry.subject) != "deal":
        return
    order = queries.foreign_of_deal(UUID(subject_id(entry.subject)))
    payable = settlement.payable_for(entry.subject)
    if order is None or payable is None or not payable.missing_fen:
        return
    body = {
        "amount_fen": payable.missing_fen,
        "currency": payable.currency,
        "pay_by": iso(payable.pay_by) if payable.pay_by else None,
    }
    _tell(order, "trade.price", body, entry)


def of_closing(entry: Recorded) -> None:
    """deals.Closed: settled and certified."""
    deal = UUID(entry.facts["deal"])
    order = queries.foreign_of_deal(deal)
    if order is None:
        return
    sources = [subject("deal", deal)]
    sources += [subject("right_entry", entry) for entry in deals.deal(deal).transfer_entries]
    numbers = [one.number for source in sources for one in certificates.by_subject(source)]
    _tell(order, "trade.settled", {"certificates": numbers}, entry)


def of_return(entry: Recorded) -> None:
    """settlement.PriceReturned: the deal ended, and so much is owed no longer."""
    _ended(entry, back_fen=entry.facts["amount_fen"])


def of_ending(entry: Recorded) -> None:
    """deals.Defaulted, deals.Terminated before anything of the price was there."""
    deal = UUID(entry.facts["deal"])
    payable = settlement.payable_for(subject("deal", deal))
    if payable is None or payable.covered_fen == 0:
        _ended(entry, back_fen=0)


def _ended(entry: Recorded, *, back_fen: int) -> None:
    deal = UUID(entry.facts["deal"])
    order = queries.foreign_of_deal(deal)
    if order is not None:
        how = deals.deal(deal).status.value
        if back_fen:
            actions.give_back(actor=SYSTEM, now=entry.at, order=order.id, amount_fen=back_fen)
        _tell(order, "trade.ended", {"how": how, "back_fen": back_fen}, entry)


def held_for_order(entry: Recorded) -> None:
    """settlement.RemittanceHeld: our member's money is here; the home venue is told at once."""
    kind, id = subject_kind(entry.subject), subject_id(entry.subject)
    send = {"order": actions.send_guarantee, "order_price": actions.send_price}.get(kind)
    if send is None:
        return
    try:
        send(actor=SYSTEM, now=entry.at, order=UUID(id))
    except Refused:
        return  # the order ended meanwhile: what is held was given free


def _tell(order: ForeignOrderView, kind: str, body: dict[str, Any], entry: Recorded) -> None:
    messages.send(
        actor=SYSTEM,
        now=entry.at,
        to=order.venue,
        about=subject("order", order.id),
        kind=kind,
        body={"order": str(order.id), **body},
    )
