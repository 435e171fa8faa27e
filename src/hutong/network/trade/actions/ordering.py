"""
At the bidder's venue: our member's order, the money we hold for it, and the home venue's word (NE-4).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import ACT, SYSTEM, Actor
from hutong.kit.event import Event
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import parse_iso
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.clearing import actions as clearing
from hutong.network.clearing.rules import What
from hutong.network.messages import actions as messages
from hutong.network.recognition import actions as recognition
from hutong.network.recognition.rules import Refusal as Credentials
from hutong.network.recognition.rules import pseudonym
from hutong.network.trade import queries, rules
from hutong.network.trade.events import Asked, HomeVenueAsked, OrderOpened
from hutong.network.trade.models import Order
from hutong.network.trade.queries import OrderView
from hutong.network.trade.rules import Deposit, Price, Refusal
from hutong.parties import queries as parties
from hutong.settlement import actions as settlement
from hutong.venues import queries as venues
from hutong.venues.states import Standing

INTEND: Final = "trade.intend"
MESSAGES: Final = {
    Asked.WITHDRAW: "trade.withdraw",
    Asked.GUARANTEE: "trade.guarantee",
    Asked.SIGN: "trade.sign",
    Asked.PAY: "trade.pay",
}


def order_subject(id: UUID) -> str:
    return subject("order", id)


def price_subject(id: UUID) -> str:
    return subject("order_price", id)


# -- our member --------------------------------------------------------------------------------------------


@action(power=ACT)
def open_order(
    *,
    actor: Actor,
    now: datetime,
    venue: str,
    listing: UUID,
    accepts_conditions: bool,
    title_zh: str = "",
    title_en: str = "",
) -> OrderView:
    """Apply at another venue through this one, for the party acted for.

    Refused: not verified here (PA-3), a live order for it, a venue in no good standing; whatever the
    home venue refuses comes as its answer.
    """
    party = parties.require_verified(actor.acting_party())
    assert actor.person is not None, "a member acts"
    mine = venues.my_code()
    if party.home_venue != mine:
        raise Refused(Credentials.OTHER_VENUES_PARTY, name=party.name, venue=party.home_venue)
    if venue == mine or venues.standing(venue) is not Standing.GOOD:
        raise Refused(Refusal.NOT_JOINED, venue=venue)
    certificate = recognition.latest_credential(party.id)
    if certificate is None:
        raise Refused(Refusal.NO_CREDENTIAL)
    row = Order(
        id=new_id(),
        venue=venue,
        listing=listing,
        title_zh=title_zh[:400],
        title_en=title_en[:400],
        party=party.id,
        opened_by=actor.person,
        opened_at=now,
        changed_at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused(Refusal.ORDER_LIVE) from None
    record(
        order_subject(row.id),
        OrderOpened(order=row.id, venue=venue, listing=listing, party=party.id),
    )
    recognition.note_shown(
        actor=SYSTEM, now=now, party=party.id, venue=venue, certificate=certificate
    )
    _tell(
        row,
        INTEND,
        {
            "listing": str(listing),
            "accepts_conditions": accepts_conditions,
            "credential": recognition.credential_of(certificate),
            **_whoever(row, actor),
        },
        now,
    )
    return queries.view(row)


@action(power=ACT)
def withdraw_order(*, actor: Actor, now: datetime, order: UUID) -> OrderView:
    """Take the order back while the home venue's period runs; what is held is freed by its answer."""
    row = _own(actor, order)
    _ask_home(row, Asked.WITHDRAW, _whoever(row, actor), now)
    return queries.view(row)


@action(power=ACT)
def sign_contract(*, actor: Actor, now: datetime, order: UUID, text_digest: str) -> OrderView:
    """Accept the contract's exact text, which the home venue sent; it answers whether it holds."""
    row = _own(actor, order)
    body = {"text_digest": text_digest, **_whoever(row, actor)}
    _ask_home(row, Asked.SIGN, body, now, text_digest=text_digest)
    return queries.view(row)


@action(power=ACT)
def ask_again(*, actor: Actor, now: datetime, order: UUID) -> OrderView:
    """Offer the home venue once more the guarantee or the price that it refused, and that we hold."""
    row = _own(actor, order)
    what = rules.to_ask_again(row.state())
    _ask_home(row, what, _money(row, what), now)
    return queries.view(row)


# -- the money we hold ---------------------------------------------------------------------------------------


@action(power=None)
def send_guarantee(*, actor: Actor, now: datetime, order: UUID) -> None:
    """The deposit is held here: stand for it at the home venue."""
    row = _locked(order)
    _ask_home(row, Asked.GUARANTEE, _money(row, Asked.GUARANTEE), now)


@action(power=None)
def send_price(*, actor: Actor, now: datetime, order: UUID) -> None:
    """The price is held here: pay it at the home venue on our account with it."""
    row = _locked(order)
    _ask_home(row, Asked.PAY, _money(row, Asked.PAY), now)


def _ask_home(
    row: Order, what: Asked, body: dict[str, Any], now: datetime, *, text_digest: str | None = None
) -> None:
    """Ask the home venue for a step; the entry says who asked, and in which message."""
    rules.check_ask(row.state(), what)
    message = _tell(row, MESSAGES[what], body, now)
    event = HomeVenueAsked(order=row.id, what=what, message=message, text_digest=text_digest)
    row.take(rules.evolve(row.state(), [event]))
    _save(row, now)
    record(order_subject(row.id), event)


def _money(row: Order, what: Asked) -> dict[str, Any]:
    amount = row.deposit_fen if what is Asked.GUARANTEE else row.price_fen
    return {"amount_fen": amount, "currency": row.currency}


def _whoever(row: Order, actor: Actor) -> dict[str, Any]:
    """Who acts, by a name that means nothing at any other venue: who it is stays with us (LO-2)."""
    assert actor.person is not None, "a member acts"
    return {"person": {"id": str(pseudonym(row.party, row.venue, actor.person)), "role": "agent"}}


def whoever_acts(order: OrderView, actor: Actor) -> str:
    """What the home venue calls the member who acts."""
    assert actor.person is not None, "a member acts"
    return str(pseudonym(order.party, order.venue, actor.person))


# -- the home venue's word -----------------------------------------------------------------------------------


@action(power=None)
def take_word(
    *, actor: Actor, now: datetime, order: UUID, event: Event, told: Mapping[str, Any] | None = None
) -> None:
    """Take what the home venue said of an order, with what follows for the money, at once.

    `told`: what else it said, to be kept for the member's page. What comes twice or too late to
    matter changes nothing. Raises Refused when it asks for more than the order is about.
    """
    row = _locked(order)
    before = row.state()
    rules.check_word(before, event)
    after = rules.evolve(before, [event])
    if after == before and not isinstance(event, rules.INFORMS):
        nothing_changed()
        return
    row.take(after)
    _keep(row, told or {})
    _save(row, now)
    record(order_subject(row.id), event)
    _move_money(row, before, after, now)


def need_order_at(order: UUID, venue: str) -> None:
    """Refuse what a venue says of an order that is not at it."""
    if not Order.objects.filter(id=order, venue=venue).exists():
        raise Refused(Refusal.UNKNOWN_ORDER)


def _move_money(row: Order, before: rules.Order, after: rules.Order, now: datetime) -> None:
    """What the order's new state means for what our member is asked for, has held, and owes."""
    if after.deposit is not before.deposit:
        match after.deposit:
            case Deposit.ASKED:
                _ask(row, order_subject(row.id), after.deposit_fen, now)
            case Deposit.FREED | Deposit.RELEASED:
                _free(order_subject(row.id), now)
            case Deposit.APPLIED | Deposit.CALLED:
                _remit(row, order_subject(row.id), after.deposit_fen, now)
    if after.price is not before.price:
        match after.price:
            case Price.ASKED:
                _ask(row, price_subject(row.id), after.price_fen, now)
            case Price.FREED:
                _free(price_subject(row.id), now)
            case Price.PAID:
                _remit(row, price_subject(row.id), after.price_fen, now)
    if after.returned_fen != before.returned_fen:
        _take_back(row, after.returned_fen, now)


def _ask(row: Order, about: str, amount_fen: int, now: datetime) -> None:
    settlement.ask_remittance(
        actor=SYSTEM,
        now=now,
        subject=about,
        payer=row.party,
        amount_fen=amount_fen,
        currency=row.currency,
        pay_by=row.pay_by,
    )


def _free(about: str, now: datetime) -> None:
    settlement.release_remittance(actor=SYSTEM, now=now, subject=about)


def _remit(row: Order, about: str, amount_fen: int, now: datetime) -> None:
    what = What.DEPOSIT if about == order_subject(row.id) else What.PRICE
    clearing.note_position(
        actor=SYSTEM,
        now=now,
        venue=row.venue,
        order=row.id,
        what=what,
        owed_fen=amount_fen,
        currency=row.currency,
    )
    settlement.remit(actor=SYSTEM, now=now, subject=about, venue=row.venue, amount_fen=amount_fen)


def _take_back(row: Order, amount_fen: int, now: datetime) -> None:
    """The deal ended: of what we owed so much is owed no longer, and is our member's again."""
    clearing.note_position(
        actor=SYSTEM,
        now=now,
        venue=row.venue,
        order=row.id,
        what=What.BACK,
        owed_fen=-amount_fen,
        currency=row.currency,
    )
    settlement.take_back(
        actor=SYSTEM,
        now=now,
        subject=order_subject(row.id),
        venue=row.venue,
        amount_fen=amount_fen,
        key=str(row.id),
    )


def _keep(row: Order, told: Mapping[str, Any]) -> None:
    for name, value in told.items():
        assert name in KEPT, name
        if value is not None and name in _IDS:
            value = UUID(str(value))
        if value is not None and name in _MOMENTS:
            value = parse_iso(value)
        setattr(row, name, value)


_IDS: Final = {"intent", "lot", "deal"}
_MOMENTS: Final = {"sign_by", "pay_by"}
KEPT: Final = {
    *_IDS,
    *_MOMENTS,
    "deal_number",
    "agreed_fen",
    "currency",
    "contract",
    "contract_digest",
    "certificates",
    "why",
}


# -- small things ----------------------------------------------------------------------------------------------


def _tell(row: Order, kind: str, body: dict[str, Any], now: datetime) -> UUID:
    return messages.send(
        actor=SYSTEM,
        now=now,
        to=row.venue,
        about=order_subject(row.id),
        kind=kind,
        body={"order": str(row.id), **body},
    )


def _save(row: Order, now: datetime) -> None:
    row.changed_at = now
    row.save()


def _own(actor: Actor, order: UUID) -> Order:
    row = _locked(order)
    if row.party != actor.acting_party():
        raise Refused(CommonRefusal.NOT_FOUND, what="order")
    return row


def _locked(order: UUID) -> Order:
    row = Order.objects.select_for_update().filter(id=order).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="order")
    return row
