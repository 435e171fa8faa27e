"""
What the home venue tells the bidder's venue, a moment after it happened (NE-4).

One reaction tells all of it, in the order in which it happened: so an award precedes the signing,
the call and the price. Each looks whether the intent or deal is another venue's; of our own
members' nothing is said.
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from hutong.auctions import queries as auctions
from hutong.certificates import queries as certificates
from hutong.certificates.kinds import Kind
from hutong.deals import queries as deals
from hutong.documents import queries as documents
from hutong.journal import queries as journal
from hutong.journal.queries import Recorded
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject, subject_id, subject_kind
from hutong.kit.moments import iso
from hutong.kit.refusal import Refused
from hutong.network.messages import actions as messages
from hutong.network.trade import actions, queries
from hutong.network.trade.queries import ForeignOrderView
from hutong.settlement import queries as settlement
from hutong.settlement.rules import PayableStatus


def tell(entry: Recorded) -> None:
    """Reaction to all that concerns another venue's order, in the order in which it happened."""
    _TELLINGS[entry.kind](entry)


def of_intent(entry: Recorded) -> None:
    """Qualified, or out. One whose guarantee is counted hears of its release instead."""
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
    elif not order.guaranteed_fen:
        _tell(order, "trade.declined", {"why": _findings(entry)}, entry)


def _findings(entry: Recorded) -> str:
    return (entry.private or {}).get("findings") or entry.kind.partition(".")[2]


def of_deposit(entry: Recorded) -> None:
    """Its venue stands for it no longer."""
    order = queries.foreign_of_intent(UUID(entry.facts["intent"]))
    if order is not None and order.guaranteed_fen:
        actions.end_guarantee(actor=SYSTEM, now=entry.at, order=order.id, owed_fen=0)
        refused = journal.latest_of(subject("intent", order.intent), "listings.IntentRefused")
        body = {"why": _findings(refused)} if refused else {}
        _tell(order, "trade.released", body, entry)


def of_call(entry: Recorded) -> None:
    """Its venue owes this much of it."""
    order = queries.foreign_of_deal(UUID(entry.facts["deal"]))
    if order is None or not order.guaranteed_fen:
        return
    amount = entry.facts["amount_fen"]
    actions.end_guarantee(actor=SYSTEM, now=entry.at, order=order.id, owed_fen=amount)
    applied = entry.kind == "settlement.DepositApplied"
    _tell(order, "trade.called", {"applied": applied, "amount_fen": amount}, entry)


def of_lot(entry: Recorded) -> None:
    """Where those bid who stand ready."""
    lot = UUID(entry.facts["lot"])
    for bidder in auctions.bidders_of(lot):
        if order := queries.foreign_of_intent(bidder.intent):
            _tell(order, "trade.lot", {"lot": str(lot), "paddle": bidder.number}, entry)


def of_deal(entry: Recorded) -> None:
    """The award; with the contract, for its buyer to read and sign."""
    deal = deals.deal(UUID(entry.facts["deal"]))
    order = queries.foreign_of_deal(deal.id)
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
    """By both sides."""
    if order := queries.foreign_of_deal(UUID(entry.facts["deal"])):
        _tell(order, "trade.signed", {}, entry)


def of_price(entry: Recorded) -> None:
    """What is still to pay once the deposit is part of it."""
    if subject_kind(entry.subject) != "deal":
        return
    order = queries.foreign_of_deal(UUID(subject_id(entry.subject)))
    payable = settlement.payable_for(entry.subject)
    if order is None or payable is None or payable.status is not PayableStatus.OPEN:
        return
    body = {
        "amount_fen": payable.missing_fen,
        "currency": payable.currency,
        "pay_by": iso(payable.pay_by) if payable.pay_by else None,
    }
    _tell(order, "trade.price", body, entry)


def of_closing(entry: Recorded) -> None:
    """Settled and certified."""
    deal = UUID(entry.facts["deal"])
    order = queries.foreign_of_deal(deal)
    if order is None:
        return
    sources = [subject("deal", deal)]
    sources += [subject("right_entry", one) for one in deals.deal(deal).transfer_entries]
    numbers = [one.number for source in sources for one in certificates.by_subject(source)]
    _tell(order, "trade.settled", {"certificates": numbers}, entry)


def of_certificate(entry: Recorded) -> None:
    """The deal's certificate is made: its venue puts its own name to it (NE-4)."""
    certificate = certificates.by_id(UUID(entry.facts["certificate"]))
    if certificate.kind is not Kind.TRANSACTION or certificate.credential is None:
        return
    if order := queries.foreign_of_deal(UUID(subject_id(certificate.source))):
        credential = json.loads(documents.read_bytes(certificate.credential))
        _tell(order, "trade.certified", {"credential": credential}, entry)


def of_return(entry: Recorded) -> None:
    """The deal ended, and so much is owed no longer."""
    _ended(entry, back_fen=entry.facts["amount_fen"])


def of_parts_returned(entry: Recorded) -> None:
    """Parts of a joint project that could not move: their shares are owed no longer, the deal goes on."""
    order = queries.foreign_of_deal(UUID(entry.facts["deal"]))
    if order is not None:
        amount = entry.facts["amount_fen"]
        actions.give_back(actor=SYSTEM, now=entry.at, order=order.id, amount_fen=amount)
        _tell(order, "trade.returned", {"back_fen": amount}, entry)


def of_ending(entry: Recorded) -> None:
    """Ended before anything of the price was there. Where something was, its return tells so."""
    payable = settlement.payable_for(subject("deal", UUID(entry.facts["deal"])))
    returns = payable is not None and (
        payable.covered_fen > 0 or payable.status is PayableStatus.RETURNED
    )
    if not returns:
        _ended(entry, back_fen=0)


def _ended(entry: Recorded, *, back_fen: int) -> None:
    deal = UUID(entry.facts["deal"])
    order = queries.foreign_of_deal(deal)
    if order is not None:
        how = deals.deal(deal).status.value
        if back_fen:
            actions.give_back(actor=SYSTEM, now=entry.at, order=order.id, amount_fen=back_fen)
        _tell(order, "trade.ended", {"how": how, "back_fen": back_fen}, entry)


_TELLINGS: dict[str, Callable[[Recorded], None]] = {
    "listings.IntentQualified": of_intent,
    "listings.IntentRefused": of_intent,
    "listings.IntentLapsed": of_intent,
    "listings.IntentWithdrawn": of_intent,
    "settlement.DepositReleased": of_deposit,
    "settlement.DepositApplied": of_call,
    "settlement.DepositForfeited": of_call,
    "auctions.LotOpened": of_lot,
    "deals.Opened": of_deal,
    "deals.Signed": of_signing,
    "settlement.PayableIssued": of_price,
    "deals.Closed": of_closing,
    "certificates.Rendered": of_certificate,
    "settlement.PriceReturned": of_return,
    "settlement.PartsReturned": of_parts_returned,
    "deals.Defaulted": of_ending,
    "deals.Terminated": of_ending,
}
TOLD = tuple(_TELLINGS)


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
