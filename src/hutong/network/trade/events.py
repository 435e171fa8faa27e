"""
What happens to orders across venues, at the bidder's venue and at the home venue, and what of it is
public: no more than that an order was settled (LI-4, LO-2).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from hutong.kit.event import Event, Private, Visibility

SEALED: Final = Visibility.SEALED


class Asked(StrEnum):
    """What the bidder's venue asks of the home venue."""

    WITHDRAW = "withdraw"
    GUARANTEE = "guarantee"
    SIGN = "sign"
    PAY = "pay"


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
class HomeVenueAsked(Event, kind="network.HomeVenueAsked", visibility=SEALED):
    """Our member, or this venue when its member's money came, asked the home venue for a step.

    `text_digest`: of what was signed. `message`: in which it was sent; evidence keeps it.
    """

    order: UUID
    what: Asked
    message: UUID
    text_digest: Private[str | None] = None


@dataclass(frozen=True, kw_only=True)
class WithdrawalRefused(Event, kind="network.WithdrawalRefused", visibility=SEALED):
    order: UUID
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class SigningRefused(Event, kind="network.SigningRefused", visibility=SEALED):
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
class LotAnnounced(Event, kind="network.LotAnnounced", visibility=SEALED):
    """An auction decides at the home venue: where our member bids, through us."""

    order: UUID
    lot: Private[UUID]


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


@dataclass(frozen=True, kw_only=True)
class PriceTaken(Event, kind="network.PriceTaken", visibility=SEALED):
    """Its venue has the price and owes it to us."""

    order: UUID
    venue: Private[str]
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class DebtEnded(Event, kind="network.DebtEnded", visibility=SEALED):
    """The deal ended: so much of what its venue owed of it is owed no longer."""

    order: UUID
    venue: Private[str]
    amount_fen: int
