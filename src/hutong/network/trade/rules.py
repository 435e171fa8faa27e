"""
The two sides of an order across venues, and what each tells the other (NE-4).

Pure. An order has three lives that go on beside each other:

    stage     asking → applied → qualified → awarded → signed → settled
                 └───────┴──────────┴─► declined | withdrawn | released (lost)
                                                   └─► ended (defaulted, terminated)
    deposit   none → asked → held → guaranteed → released | applied | called
                             ↑↓
                           refused ─► freed, once the order is over
    price     none → asked → held → paid
                             ↑↓
                           refused ─► freed

Money held is given free by one thing only: the home venue's word. So a message that overtakes
another in the other direction can never free what the home venue counts on: *declined* says that
no guarantee was counted, nor will be; *refused* says it of the guarantee itself.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from hutong.kit.canonical import digest
from hutong.kit.event import Event
from hutong.kit.refusal import N_, CommonRefusal, Reason, Refused, reason
from hutong.network.messages.rules import Refusal as Unfit
from hutong.network.trade.events import (
    Asked,
    DepositGuaranteed,
    GuaranteeCalled,
    GuaranteeRefused,
    GuaranteeReleased,
    HomeVenueAsked,
    LotAnnounced,
    OrderApplied,
    OrderAwarded,
    OrderDeclined,
    OrderEnded,
    OrderQualified,
    OrderReleased,
    OrderSettled,
    OrderSigned,
    OrderWithdrawn,
    PriceAsked,
    PriceRefused,
    PriceRemitted,
    PriceReturned,
    SigningRefused,
    WithdrawalRefused,
)


class Stage(StrEnum):
    """How far the order has come at its home venue, as far as we know."""

    ASKING = "asking"
    APPLIED = "applied"
    QUALIFIED = "qualified"
    AWARDED = "awarded"
    SIGNED = "signed"
    SETTLED = "settled"
    DECLINED = "declined"  # refused, not qualified, or too late
    WITHDRAWN = "withdrawn"
    RELEASED = "released"  # others were chosen, or the listing ended
    ENDED = "ended"  # the deal ended otherwise than by settlement


class Deposit(StrEnum):
    NONE = "none"
    ASKED = "asked"  # of our member
    HELD = "held"  # by us; the home venue is told
    GUARANTEED = "guaranteed"  # and counts on it
    REFUSED = "refused"  # it does not; still held, for another try
    FREED = "freed"  # it never did
    RELEASED = "released"
    APPLIED = "applied"  # part of the price: we owe it
    CALLED = "called"  # forfeited: we owe it


class Price(StrEnum):
    NONE = "none"
    ASKED = "asked"
    HELD = "held"
    REFUSED = "refused"  # still held, for another try
    FREED = "freed"
    PAID = "paid"  # we owe it


OVER: Final = frozenset(
    {Stage.SETTLED, Stage.DECLINED, Stage.WITHDRAWN, Stage.RELEASED, Stage.ENDED}
)
BOUGHT: Final = frozenset({Stage.AWARDED, Stage.SIGNED})
BOUND: Final = frozenset({Deposit.HELD, Deposit.REFUSED, Deposit.GUARANTEED})
COUNTED_ON: Final = frozenset({Deposit.HELD, Deposit.GUARANTEED})  # at the home venue, maybe
ASKABLE: Final = frozenset({Deposit.ASKED, Deposit.REFUSED})
PRICE_BOUND: Final = frozenset({Price.HELD, Price.REFUSED})
PRICE_ASKABLE: Final = frozenset({Price.ASKED, Price.REFUSED})


NUMBER: Final = re.compile(r"[A-Z0-9-]{8,40}")  # of a certificate


class Refusal(Reason):
    NOT_JOINED = reason(
        "trade.not_joined", "NE-1", N_("{venue} is not a venue of our network in good standing.")
    )
    NO_CREDENTIAL = reason(
        "trade.no_credential",
        "PA-4",
        N_("The party's credential is not ready yet; it follows its verification by moments."),
    )
    ORDER_LIVE = reason(
        "trade.order_live", "LI-4", N_("An order of yours for this listing is under way.")
    )
    LIMIT_REACHED = reason(
        "trade.limit_reached",
        "SE-5",
        N_("With this, {venue} would owe or guarantee more than the {limit} agreed with it."),
    )
    BEYOND_ORDER = reason(
        "trade.beyond_order",
        "NE-4",
        N_("No more than {most} fen can be meant of this order, not {given}."),
        422,
    )
    GUARANTEED_TWICE = reason(
        "trade.guaranteed_twice",
        "NE-4",
        N_("The deposit of this order is guaranteed already, by {amount_fen} fen."),
        422,
    )
    ORDER_KNOWN = reason(
        "trade.order_known",
        "NE-4",
        N_("An order of this id is known here already; each has an id of its own."),
        422,
    )
    OTHER_CURRENCY = reason(
        "trade.other_currency", "NE-4", N_("The order is in {currency}, not in {given}."), 422
    )
    OTHER_TEXT = reason(
        "trade.other_text",
        "CO-1",
        N_("The contract sent is not the text of the digest {given}."),
        422,
    )
    UNKNOWN_ORDER = reason(
        "trade.unknown_order", "NE-4", N_("No order of this number was applied for here."), 422
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order as its bidder's venue knows it."""

    id: UUID
    venue: str
    stage: Stage = Stage.ASKING
    deposit: Deposit = Deposit.NONE
    price: Price = Price.NONE
    deposit_fen: int = 0
    price_fen: int = 0
    returned_fen: int = 0  # the deal ended: owed no longer

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen to it, and none of its money is bound."""
        return self.stage in OVER and self.deposit not in BOUND and self.price not in PRICE_BOUND

    @property
    def owed_fen(self) -> int:
        """What of it we owe the home venue."""
        called = self.deposit in (Deposit.APPLIED, Deposit.CALLED)
        owed = self.deposit_fen if called else 0
        owed += self.price_fen if self.price is Price.PAID else 0
        return owed - self.returned_fen

    @property
    def returnable_fen(self) -> int:
        """What the home venue can owe back: what it called, and a price that it may have taken.

        A call comes before what ends the order, on the same line; its answer to our price may not.
        """
        called = self.deposit_fen if self.deposit in (Deposit.APPLIED, Deposit.CALLED) else 0
        price = self.price_fen if self.price in (Price.HELD, Price.PAID) else 0
        return called + price


# -- what we ask ---------------------------------------------------------------------------------------------


def check_ask(order: Order, what: Asked) -> None:
    """Refuse to ask the home venue what the order is not ready for."""
    match what:
        case Asked.WITHDRAW:
            need(order.stage, Stage.APPLIED, Stage.QUALIFIED)
        case Asked.SIGN:
            need(order.stage, Stage.AWARDED)
        case Asked.GUARANTEE:
            need(order.stage, Stage.QUALIFIED)
            need(order.deposit, *ASKABLE)
        case Asked.PAY:
            need(order.stage, Stage.SIGNED)
            need(order.price, *PRICE_ASKABLE)


def to_ask_again(order: Order) -> Asked:
    """What the home venue refused of the money we hold, and may be asked once more."""
    again = Asked.PAY if order.price is Price.REFUSED else Asked.GUARANTEE
    if again is Asked.GUARANTEE:
        need(order.deposit, Deposit.REFUSED)
    check_ask(order, again)
    return again


# -- what the home venue says ------------------------------------------------------------------------------


# What it says beside the three lives: kept whenever it comes.
INFORMS: Final = (OrderApplied, LotAnnounced, SigningRefused, WithdrawalRefused)


def check_word(order: Order, event: Event) -> None:
    """Refuse the home venue's word when it asks for more than the order is about."""
    match event:
        case GuaranteeCalled(amount_fen=given):
            most = order.deposit_fen
        case PriceReturned(amount_fen=given):
            most = order.returnable_fen
        case _:
            return
    if given > most:
        raise Refused(Refusal.BEYOND_ORDER, most=most, given=given)


def check_currency(ours: str, given: str) -> None:
    """Refuse a word about money in another currency than the order's."""
    if given != ours:
        raise Refused(Refusal.OTHER_CURRENCY, currency=ours, given=given)


def check_text(contract: str, contract_digest: str) -> None:
    """Refuse a contract of which somebody would read one text and sign another (CO-1)."""
    if digest(contract.encode()) != contract_digest:
        raise Refused(Refusal.OTHER_TEXT, given=contract_digest)


def check_certificates(numbers: Iterable[str], venue: str) -> None:
    """Refuse as certificates what is no number of that venue's: they stand in our log, in clear."""
    for number in numbers:
        if not NUMBER.fullmatch(number) or not number.startswith(f"{venue}-"):
            raise Refused(Unfit.BODY_UNFIT, field="certificates")


def evolve(order: Order, events: Iterable[Event]) -> Order:
    """Take what was asked and what the home venue said.

    What comes twice, or too late to matter, changes nothing: answers come beside what the home venue
    tells of itself, so either may overtake the other.
    """
    for event in events:
        order = _freed(_after(order, event))
    return order


def _freed(order: Order) -> Order:
    """Give free what nobody can count on any more."""
    declined = order.stage is Stage.DECLINED and order.deposit is Deposit.HELD
    if order.stage in OVER and (declined or order.deposit in (Deposit.ASKED, Deposit.REFUSED)):
        order = replace(order, deposit=Deposit.FREED)
    if order.stage in OVER and order.price in (Price.ASKED, Price.REFUSED):
        order = replace(order, price=Price.FREED)
    return order


def _after(order: Order, event: Event) -> Order:
    match event:
        case HomeVenueAsked(what=Asked.GUARANTEE) if order.deposit in ASKABLE:
            return replace(order, deposit=Deposit.HELD)
        case HomeVenueAsked(what=Asked.PAY) if order.price in PRICE_ASKABLE:
            return replace(order, price=Price.HELD)
        case (
            DepositGuaranteed()
            | GuaranteeRefused()
            | GuaranteeReleased()
            | GuaranteeCalled()
            | PriceAsked()
            | PriceRemitted()
            | PriceRefused()
            | PriceReturned()
        ):
            return _after_money(order, event)
    return order if order.stage in OVER else _after_stage(order, event)


def _after_stage(order: Order, event: Event) -> Order:
    match event:
        case OrderApplied() if order.stage is Stage.ASKING:
            return replace(order, stage=Stage.APPLIED)
        case OrderQualified(deposit_fen=amount) if order.stage in (Stage.ASKING, Stage.APPLIED):
            return replace(order, stage=Stage.QUALIFIED, deposit=Deposit.ASKED, deposit_fen=amount)
        case OrderAwarded() if order.stage is not Stage.SIGNED:
            return replace(order, stage=Stage.AWARDED)
        case OrderSigned() if order.stage in (Stage.QUALIFIED, Stage.AWARDED):
            return replace(order, stage=Stage.SIGNED)
    ends = {
        OrderDeclined: Stage.DECLINED,
        OrderWithdrawn: Stage.WITHDRAWN,
        OrderReleased: Stage.RELEASED,
        OrderSettled: Stage.SETTLED,
        OrderEnded: Stage.ENDED,
    }
    return replace(order, stage=ends.get(type(event), order.stage))


def _after_money(order: Order, event: Event) -> Order:
    """Each word about money counts in the one state that it is about."""
    held, price_held = order.deposit is Deposit.HELD, order.price is Price.HELD
    match event:
        case DepositGuaranteed() if held:
            return replace(order, deposit=Deposit.GUARANTEED)
        case GuaranteeRefused() if held:
            return replace(order, deposit=Deposit.REFUSED)
        case GuaranteeReleased() if order.deposit in BOUND:
            return replace(order, deposit=Deposit.RELEASED)
        case GuaranteeCalled(applied=applied, amount_fen=amount) if order.deposit in COUNTED_ON:
            how = Deposit.APPLIED if applied else Deposit.CALLED
            return replace(order, deposit=how, deposit_fen=amount)
        case PriceAsked(amount_fen=amount) if order.price is Price.NONE and order.stage in BOUGHT:
            return replace(order, price=Price.ASKED, price_fen=amount)
        case PriceRemitted() if price_held:
            return replace(order, price=Price.PAID)
        case PriceRefused() if price_held:
            return replace(order, price=Price.REFUSED)
        case PriceReturned(amount_fen=amount) if not order.returned_fen:
            return replace(order, returned_fen=amount)
    return order


def need(found: StrEnum, *needed: StrEnum) -> None:
    if found not in needed:
        raise Refused(
            CommonRefusal.OUT_OF_STATE,
            status=found.value,
            needed=" / ".join(sorted(one.value for one in needed)),
        )


def check_limit(*, owed_fen: int, amount_fen: int, limit_fen: int, venue: str, limit: str) -> None:
    """Refuse a guarantee or price by which a venue would stand for more than was agreed (SE-5)."""
    if owed_fen + amount_fen > limit_fen:
        raise Refused(Refusal.LIMIT_REACHED, venue=venue, limit=limit)
