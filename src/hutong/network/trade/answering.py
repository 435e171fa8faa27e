"""
What venues say to each other about orders, and what follows from it (NE-4; docs/network.md).

    bidder's venue → home venue    trade.intend · withdraw · guarantee · sign · pay
    home venue → bidder's venue    trade.qualified · declined · released · called · lot · awarded
                                   · signed · price · settled · returned · ended

All are about the subject `order:<id>`, so each direction keeps its order. Doors: they parse, call
once, answer.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.deals import actions as deals
from hutong.kit.actor import SYSTEM
from hutong.kit.event import Event
from hutong.network.bodies import LONGEST_CONTRACT, Body
from hutong.network.messages.kinds import Kind
from hutong.network.messages.rules import Answer, Message
from hutong.network.trade import actions, events, queries, rules

Said = dict[str, Any]
MOST_CERTIFICATES = 1_500  # an entry of the log names them all


# -- at the home venue ---------------------------------------------------------------------------------


def on_intend(message: Message, now: datetime) -> Said:
    """Another venue's member applies: qualified here like any other (LI-4)."""
    body = Body(message.body)
    intent = actions.take_intent(
        actor=SYSTEM,
        now=now,
        venue=message.sender,
        order=_order(message),
        listing=body.uuid("listing"),
        accepts_conditions=body.flag("accepts_conditions"),
        credential=body.object("credential"),
        person=Body(body.object("person")).uuid("id"),
    )
    return {"intent": str(intent.id)}


def on_withdraw(message: Message, now: datetime) -> Said:
    actions.withdraw_for(
        actor=SYSTEM,
        now=now,
        venue=message.sender,
        order=_order(message),
        person=_person(message),
    )
    return {}


def on_guarantee(message: Message, now: datetime) -> Said:
    """The bidder's venue stands for the deposit."""
    body = Body(message.body)
    actions.take_guarantee(
        actor=SYSTEM,
        now=now,
        venue=message.sender,
        order=_order(message),
        amount_fen=body.amount_fen("amount_fen"),
        currency=body.currency(),
    )
    return {}


def on_sign(message: Message, now: datetime) -> Said:
    """The bidder's venue's member accepts the contract's exact text."""
    actions.sign_for(
        actor=SYSTEM,
        now=now,
        venue=message.sender,
        order=_order(message),
        text_digest=Body(message.body).text("text_digest", 71),
        person=_person(message),
    )
    return {}


def on_pay(message: Message, now: datetime) -> Said:
    """The price, on the account of the venue that has it."""
    body = Body(message.body)
    actions.take_price(
        actor=SYSTEM,
        now=now,
        venue=message.sender,
        order=_order(message),
        amount_fen=body.amount_fen("amount_fen"),
        currency=body.currency(),
    )
    return {}


# -- at the home venue: what was answered -----------------------------------------------------------------


def awarded(message: Message, answer: Answer, now: datetime) -> None:
    """The buyer's venue took the contract; or refused it, and its member cannot sign."""
    if answer.refused:
        deals.note_contract_refused(
            actor=SYSTEM, now=now, deal=Body(message.body).uuid("deal"), why=_why(answer)
        )


# -- at the bidder's venue: what was answered -----------------------------------------------------------


def intended(message: Message, answer: Answer, now: datetime) -> None:
    order = _order(message)
    if answer.refused:
        _take(order, events.OrderDeclined(order=order, why=answer.refused), now, why=_why(answer))
        return
    intent = Body(answer.said or {}).uuid("intent")
    _take(order, events.OrderApplied(order=order, intent=intent), now, intent=str(intent))


def withdrawn(message: Message, answer: Answer, now: datetime) -> None:
    order = _order(message)
    if answer.refused:
        said = events.WithdrawalRefused(order=order, why=answer.refused)
        _take(order, said, now, why=_why(answer))
        return
    _take(order, events.OrderWithdrawn(order=order), now)


def guaranteed(message: Message, answer: Answer, now: datetime) -> None:
    order, amount = _order(message), Body(message.body).amount_fen("amount_fen")
    if answer.refused:
        said = events.GuaranteeRefused(order=order, why=answer.refused)
        _take(order, said, now, why=_why(answer))
        return
    _take(order, events.DepositGuaranteed(order=order, amount_fen=amount), now, why={})


def signed(message: Message, answer: Answer, now: datetime) -> None:
    """That it took our signature; that the deal is signed by both, it says itself."""
    order = _order(message)
    if answer.refused:
        said = events.SigningRefused(order=order, why=answer.refused)
        _take(order, said, now, why=_why(answer))


def paid(message: Message, answer: Answer, now: datetime) -> None:
    order, amount = _order(message), Body(message.body).amount_fen("amount_fen")
    if answer.refused:
        said = events.PriceRefused(order=order, why=answer.refused)
        _take(order, said, now, why=_why(answer))
        return
    _take(order, events.PriceRemitted(order=order, amount_fen=amount), now, why={})


# -- at the bidder's venue: what the home venue tells -----------------------------------------------------


def on_qualified(message: Message, now: datetime) -> Said:
    order, body = _order(message), Body(message.body)
    amount = body.amount_fen("deposit_fen")
    said = events.OrderQualified(order=order, deposit_fen=amount)
    return _told(message, said, now, currency=body.currency())


def on_declined(message: Message, now: datetime) -> Said:
    order, why = _order(message), Body(message.body).text("why", 4_000)
    return _told(message, events.OrderDeclined(order=order, why=why), now, why={"said": why})


def on_released(message: Message, now: datetime) -> Said:
    """The guarantee is free: whatever became of the order, no money of it is bound there.

    `why`, where it says so: the order was refused although the deposit was held.
    """
    order, body = _order(message), Body(message.body)
    why = body.text("why", 4_000) if "why" in message.body else ""
    _need_ours(message)
    if why:
        _take(order, events.OrderDeclined(order=order, why=why), now, why={"said": why})
    _take(order, events.OrderReleased(order=order), now)
    _take(order, events.GuaranteeReleased(order=order), now)
    return {}


def on_called(message: Message, now: datetime) -> Said:
    """We owe this much of the guarantee: as part of the price, or forfeited."""
    order, body = _order(message), Body(message.body)
    said = events.GuaranteeCalled(
        order=order,
        applied=body.flag("applied"),
        amount_fen=body.amount_fen("amount_fen"),
    )
    return _told(message, said, now)


def on_lot(message: Message, now: datetime) -> Said:
    """The auction is announced: where our member bids, through us."""
    order, lot = _order(message), Body(message.body).uuid("lot")
    return _told(message, events.LotAnnounced(order=order, lot=lot), now, lot=str(lot))


def on_awarded(message: Message, now: datetime) -> Said:
    order, body = _order(message), Body(message.body)
    deal, number = body.uuid("deal"), body.text("number", 40)
    digest, price = body.text("contract_digest", 71), body.amount_fen("price_fen")
    contract, sign_by = body.text("contract", LONGEST_CONTRACT), body.maybe_moment("sign_by")
    rules.check_text(contract, digest)
    said = events.OrderAwarded(
        order=order, deal=deal, number=number, price_fen=price, contract_digest=digest
    )
    return _told(
        message,
        said,
        now,
        deal=str(deal),
        deal_number=number,
        agreed_fen=price,
        contract=contract,
        contract_digest=digest,
        sign_by=sign_by,
        why={},
    )


def on_signed(message: Message, now: datetime) -> Said:
    order = _order(message)
    return _told(message, events.OrderSigned(order=order), now, why={})


def on_price(message: Message, now: datetime) -> Said:
    order, body = _order(message), Body(message.body)
    said = events.PriceAsked(order=order, amount_fen=body.amount_fen("amount_fen"))
    currency, pay_by = body.currency(), body.maybe_moment("pay_by")
    _need_ours(message)
    rules.check_currency(queries.order(order).currency, currency)
    return _told(message, said, now, pay_by=pay_by)


def on_settled(message: Message, now: datetime) -> Said:
    order = _order(message)
    numbers = Body(message.body).texts("certificates", 60, MOST_CERTIFICATES)
    rules.check_certificates(numbers, message.sender)
    said = events.OrderSettled(order=order, venue=message.sender, certificates=tuple(numbers))
    return _told(message, said, now, certificates=numbers)


def on_ended(message: Message, now: datetime) -> Said:
    """The deal ended; what comes back of what we owed is our member's again."""
    order, body = _order(message), Body(message.body)
    how, back = body.text("how", 40), body.amount_fen("back_fen", least=0)
    _need_ours(message)
    _take(order, events.OrderEnded(order=order, how=how), now, why={"said": how})
    if back:
        _take(order, events.PriceReturned(order=order, amount_fen=back), now)
    return {}


def on_returned(message: Message, now: datetime) -> Said:
    """Parts of a joint project did not move: so much of what we owed is our member's again."""
    order, back = _order(message), Body(message.body).amount_fen("back_fen")
    return _told(message, events.PriceReturned(order=order, amount_fen=back), now)


# -- small things --------------------------------------------------------------------------------------------


def _told(message: Message, event: Event, now: datetime, **told: Any) -> Said:
    _need_ours(message)
    _take(_order(message), event, now, **told)
    return {}


def _take(order: UUID, event: Event, now: datetime, **told: Any) -> None:
    actions.take_word(actor=SYSTEM, now=now, order=order, event=event, told=told)


def _need_ours(message: Message) -> None:
    """Refuse what a venue says of an order that is not at it."""
    actions.need_order_at(_order(message), message.sender)


def _order(message: Message) -> UUID:
    return Body(message.body).uuid("order")


def _person(message: Message) -> UUID | None:
    """Who acts, by the name their venue has for them here; None where an older venue names nobody."""
    who = message.body.get("person")
    return None if who is None else Body(Body(message.body).object("person")).uuid("id")


def _why(answer: Answer) -> Said:
    """The home venue's refusal, by its code: each reader has it in their own language."""
    return {**(answer.facts or {}), "code": answer.refused}


KINDS: dict[str, Kind] = {
    "trade.intend": Kind(handle=on_intend, on_answer=intended),
    "trade.withdraw": Kind(handle=on_withdraw, on_answer=withdrawn),
    "trade.guarantee": Kind(handle=on_guarantee, on_answer=guaranteed),
    "trade.sign": Kind(handle=on_sign, on_answer=signed),
    "trade.pay": Kind(handle=on_pay, on_answer=paid),
    "trade.qualified": Kind(handle=on_qualified),
    "trade.declined": Kind(handle=on_declined),
    "trade.released": Kind(handle=on_released),
    "trade.called": Kind(handle=on_called),
    "trade.lot": Kind(handle=on_lot),
    "trade.awarded": Kind(handle=on_awarded, on_answer=awarded),
    "trade.signed": Kind(handle=on_signed),
    "trade.price": Kind(handle=on_price),
    "trade.settled": Kind(handle=on_settled),
    "trade.ended": Kind(handle=on_ended),
    "trade.returned": Kind(handle=on_returned),
}
