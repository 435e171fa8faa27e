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

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from hutong.kit.event import Event, Private, Visibility
from hutong.kit.refusal import N_, CommonRefusal, Reason, Refused, reason

SEALED: Final = Visibility.SEALED


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
BOUND: Final = frozenset({Deposit.HELD, Deposit.REFUSED, Deposit.GUARANTEED})
PRICE_BOUND: Final = frozenset({Price.HELD, Price.REFUSED})


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
    AMOUNT_DIFFERS = reason(
        "trade.amount_differs", "NE-4", N_("Asked for are {asked}, not {given}."), 422
    )
    UNKNOWN_ORDER = reason(
        "trade.unknown_order", "NE-4", N_("No order of this number was applied for here."), 422
    )


# -- what happens at the bidder's venue -----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class OrderOpened(Event, kind="network.OrderOpened", visibility=SEALED):
    """A member means to buy at another venue."""

    order: UUID
    venue: str
    listing: Private[UUID]
    party: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class OrderApplied(Event, kind="network.OrderApplied", visibility=SEALED):
    order: UUID
    intent: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class OrderDeclined(Event, kind="network.OrderDeclined", visibility=SEALED):
    """Refused by the home venue: at once, when qualifying, or because the period was over."""

    order: UUID
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class OrderQualified(Event, kind="network.OrderQualified", visibility=SEALED):
    order: UUID
    deposit_fen: int


@dataclass(frozen=True, kw_only=True)
class DepositGuaranteed(Event, kind="network.DepositGuaranteed", visibility=SEALED):
    """The home venue took our guarantee: the order stands ready."""

    order: UUID
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class GuaranteeRefused(Event, kind="network.GuaranteeRefused", visibility=SEALED):
    order: UUID
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class GuaranteeReleased(Event, kind="network.GuaranteeReleased", visibility=SEALED):
    order: UUID


@dataclass(frozen=True, kw_only=True)
class GuaranteeCalled(Event, kind="network.GuaranteeCalled", visibility=SEALED):
    """We owe this much of it: as part of the price (`applied`), or forfeited."""

    order: UUID
    applied: bool
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class OrderAwarded(Event, kind="network.OrderAwarded", visibility=SEALED):
    """A deal stands at the home venue, to be signed."""

    order: UUID
    deal: UUID
    number: str
    price_fen: int
    contract_digest: str


@dataclass(frozen=True, kw_only=True)
class OrderSigned(Event, kind="network.OrderSigned", visibility=SEALED):
    order: UUID


@dataclass(frozen=True, kw_only=True)
class PriceAsked(Event, kind="network.PriceAsked", visibility=SEALED):
    order: UUID
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class PriceRemitted(Event, kind="network.PriceRemitted", visibility=SEALED):
    """The home venue has the price on our account: we owe it."""

    order: UUID
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class PriceRefused(Event, kind="network.PriceRefused", visibility=SEALED):
    order: UUID
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class PriceReturned(Event, kind="network.PriceReturned", visibility=SEALED):
    """The deal ended: what we owed is owed no longer, and is our member's again."""

    order: UUID
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class OrderWithdrawn(Event, kind="network.OrderWithdrawn", visibility=SEALED):
    order: UUID


@dataclass(frozen=True, kw_only=True)
class OrderReleased(Event, kind="network.OrderReleased", visibility=SEALED):
    """Others were chosen, or the listing ended without a sale."""

    order: UUID


@dataclass(frozen=True, kw_only=True)
class OrderSettled(Event, kind="network.OrderSettled"):
    """Right and money moved at the home venue; its certificates name what (DL-2)."""

    order: UUID
    venue: str
    certificates: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OrderEnded(Event, kind="network.OrderEnded", visibility=SEALED):
    order: UUID
    how: str


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


# -- what our member does ----------------------------------------------------------------------------------


def hold_deposit(order: Order) -> Order:
    """The deposit is in: from here on only the home venue's word frees it."""
    need(order.stage, Stage.QUALIFIED)
    need(order.deposit, Deposit.ASKED, Deposit.REFUSED)
    return replace(order, deposit=Deposit.HELD)


def hold_price(order: Order) -> Order:
    need(order.stage, Stage.SIGNED)
    need(order.price, Price.ASKED, Price.REFUSED)
    return replace(order, price=Price.HELD)


def may_withdraw(order: Order) -> None:
    need(order.stage, Stage.APPLIED, Stage.QUALIFIED)


def may_sign(order: Order) -> None:
    need(order.stage, Stage.AWARDED)


# -- what the home venue says ------------------------------------------------------------------------------


def evolve(order: Order, events: Iterable[Event]) -> Order:
    """Take what the home venue said. What comes twice, or too late to matter, changes nothing."""
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
        case OrderApplied():
            asking = order.stage is Stage.ASKING
            return replace(order, stage=Stage.APPLIED) if asking else order
        case OrderDeclined():
            return _off(order, Stage.DECLINED)
        case OrderWithdrawn():
            return _off(order, Stage.WITHDRAWN)
        case OrderReleased():
            return _off(order, Stage.RELEASED)
        case OrderQualified(deposit_fen=amount) if order.stage not in OVER:
            return replace(order, stage=Stage.QUALIFIED, deposit=Deposit.ASKED, deposit_fen=amount)
        case DepositGuaranteed():
            return replace(order, deposit=Deposit.GUARANTEED)
        case GuaranteeRefused():
            return replace(order, deposit=Deposit.REFUSED)
        case GuaranteeReleased():
            return replace(order, deposit=Deposit.RELEASED)
        case GuaranteeCalled(applied=applied, amount_fen=amount):
            how = Deposit.APPLIED if applied else Deposit.CALLED
            return replace(order, deposit=how, deposit_fen=amount)
        case OrderAwarded():
            return replace(order, stage=Stage.AWARDED)
        case OrderSigned():
            return replace(order, stage=Stage.SIGNED)
        case PriceAsked(amount_fen=amount):
            return replace(order, price=Price.ASKED, price_fen=amount)
        case PriceRemitted():
            return replace(order, price=Price.PAID)
        case PriceRefused():
            return replace(order, price=Price.REFUSED)
        case PriceReturned(amount_fen=amount):
            return replace(order, returned_fen=order.returned_fen + amount)
        case OrderSettled():
            return replace(order, stage=Stage.SETTLED)
        case OrderEnded():
            return replace(order, stage=Stage.ENDED)
    return order


def _off(order: Order, stage: Stage) -> Order:
    return order if order.stage in OVER else replace(order, stage=stage)


def need(found: StrEnum, *needed: StrEnum) -> None:
    if found not in needed:
        raise Refused(
            CommonRefusal.OUT_OF_STATE,
            status=found.value,
            needed=" / ".join(sorted(one.value for one in needed)),
        )


# -- what happens at the home venue ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ForeignOrderTaken(Event, kind="network.ForeignOrderTaken", visibility=SEALED):
    """An intent of another venue's member, applied for through that venue."""

    order: UUID
    venue: Private[str]
    intent: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class GuaranteeTaken(Event, kind="network.GuaranteeTaken", visibility=SEALED):
    order: UUID
    venue: Private[str]
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class GuaranteeEnded(Event, kind="network.GuaranteeEnded", visibility=SEALED):
    """`owed_fen`: what of it the venue owes us now; the rest it may give free."""

    order: UUID
    venue: Private[str]
    owed_fen: int


def check_limit(*, owed_fen: int, amount_fen: int, limit_fen: int, venue: str, limit: str) -> None:
    """Refuse a guarantee or price by which a venue would stand for more than was agreed (SE-5)."""
    if owed_fen + amount_fen > limit_fen:
        raise Refused(Refusal.LIMIT_REACHED, venue=venue, limit=limit)
