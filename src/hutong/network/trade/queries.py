"""
What can be asked of orders across venues: by our members their own, by officers all.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, Value, When

from hutong.certificates.kinds import Kind
from hutong.certificates.queries import CertificateView
from hutong.deals import queries as deals
from hutong.doors.waiting import shaped
from hutong.kit.actor import Actor
from hutong.kit.ids import subject_id
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.trade.audit import audit
from hutong.network.trade.models import ForeignOrder, Order, RelayedBid
from hutong.network.trade.rules import OVER, Deposit, Price, Stage

SEE = "network.operate"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order of our member at another venue. Amounts in the minor unit."""

    id: UUID
    venue: str
    listing: UUID
    title_zh: str
    title_en: str
    party: UUID
    stage: Stage
    deposit: Deposit
    price: Price
    deposit_fen: int
    price_fen: int
    returned_fen: int
    agreed_fen: int
    currency: str
    intent: UUID | None
    lot: UUID | None
    deal: UUID | None
    deal_number: str
    contract: str
    contract_digest: str
    sign_by: datetime | None
    pay_by: datetime | None
    certificates: tuple[str, ...]
    why: dict[str, Any]
    opened_at: datetime
    changed_at: datetime

    @property
    def is_over(self) -> bool:
        return self.stage in OVER

    @property
    def may_ask_again(self) -> bool:
        """Whether the home venue refused money that we hold, and may be offered it once more."""
        deposit = self.deposit is Deposit.REFUSED and self.stage is Stage.QUALIFIED
        return deposit or (self.price is Price.REFUSED and self.stage is Stage.SIGNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignOrderView:
    """An order of another venue's member, here."""

    id: UUID
    venue: str
    intent: UUID
    listing: UUID
    party: UUID
    guaranteed_fen: int
    owed_fen: int
    currency: str
    taken_at: datetime


def order(id: UUID) -> OrderView:
    row = Order.objects.filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="order")
    return view(row)


def order_seen_by(actor: Actor, id: UUID) -> OrderView:
    """An order of the party acted for; an officer of the network sees each."""
    found = order(id)
    if not actor.has(SEE) and found.party != actor.acting_party():
        raise Refused(CommonRefusal.NOT_FOUND, what="order")
    return found


def orders_seen_by(actor: Actor) -> QuerySet[Order]:
    """For paging; each becomes an `OrderView` by `view`."""
    rows = Order.objects.all()
    return rows if actor.has(SEE) else rows.filter(party=actor.acting_party())


def live_order(venue: str, listing: UUID, party: UUID) -> OrderView | None:
    """A party's order for a listing that is under way."""
    rows = Order.objects.filter(venue=venue, listing=listing, party=party)
    row = rows.exclude(stage__in=[stage.value for stage in OVER]).first()
    return view(row) if row else None


def foreign_of_intent(intent: UUID) -> ForeignOrderView | None:
    row = ForeignOrder.objects.filter(intent=intent).first()
    return foreign(row) if row else None


def foreign_of_deal(deal: UUID) -> ForeignOrderView | None:
    """Whose order led to a deal, by the intent that did; None for our own members'."""
    intent = deals.deal(deal).intent
    return foreign_of_intent(intent) if intent is not None else None


def foreign_of_certificate(
    certificate: CertificateView, venue: str, order: UUID
) -> ForeignOrderView | None:
    """The order of a venue whose deal a transaction certificate is of; None for any other."""
    if certificate.kind is not Kind.TRANSACTION:
        return None
    found = foreign_of_deal(UUID(subject_id(certificate.source)))
    return found if found and (found.venue, found.id) == (venue, order) else None


def foreign_of_listing(listing: UUID) -> list[ForeignOrderView]:
    return [foreign(row) for row in ForeignOrder.objects.filter(listing=listing)]


def foreign_orders() -> QuerySet[ForeignOrder]:
    """Latest first."""
    return ForeignOrder.objects.order_by("-taken_at", "-id")


def waiting_for(party: UUID, now: datetime) -> QuerySet[Order]:
    """Orders of a party that are under way, for `doors.waiting.together`."""
    over = [stage.value for stage in OVER]
    rows = Order.objects.filter(party=party).exclude(stage__in=over)
    sign = Q(stage=Stage.AWARDED.value)
    deposit = Q(stage=Stage.QUALIFIED.value, deposit=Deposit.ASKED.value)
    price = Q(price=Price.ASKED.value)
    return shaped(
        rows,
        what=Case(
            When(sign, then=Value("order:sign")),
            When(deposit, then=Value("order:deposit")),
            When(price, then=Value("order:pay")),
            default=Value("order:wait"),
        ),
        mine=Case(When(sign | deposit | price, then=Value(True)), default=Value(False)),
        id="id",
        title_zh="title_zh",
        title_en="title_en",
        amount_fen=Case(When(price, then=F("price_fen")), default=F("deposit_fen")),
        due_by=Case(When(sign, then=F("sign_by")), default=F("pay_by")),
        since="changed_at",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayedBidView:
    """A bid of our member, with the home venue's receipt; None until it answered."""

    bid: UUID
    amount_fen: int
    arrived_at: datetime
    answered_at: datetime | None
    receipt: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class BidKept:
    """What we hold of a relayed bid; `receipt` as the home venue gave it, None until it did."""

    amount_fen: int
    receipt: bytes | None


def bid_kept(order: UUID, bid: UUID) -> BidKept | None:
    """A relayed bid by its id; None when there is none."""
    row = RelayedBid.objects.filter(order=order, bid=bid).first()
    if row is None:
        return None
    return BidKept(row.amount_fen, bytes(row.receipt) if row.receipt is not None else None)


def bids_of(order: UUID, limit: int = 200) -> list[RelayedBidView]:
    """An order's bids, latest first."""
    rows = RelayedBid.objects.filter(order=order).order_by("-arrived_at", "-id")[:limit]
    return [
        RelayedBidView(
            bid=row.bid,
            amount_fen=row.amount_fen,
            arrived_at=row.arrived_at,
            answered_at=row.answered_at,
            receipt=json.loads(row.receipt) if row.receipt else None,
        )
        for row in rows
    ]


def view(row: Order) -> OrderView:
    told: dict[str, Any] = {
        name: getattr(row, name) for name in OrderView.__slots__ if name not in _TYPED
    }
    return OrderView(
        **told,
        stage=Stage(row.stage),
        deposit=Deposit(row.deposit),
        price=Price(row.price),
        certificates=tuple(row.certificates),
    )


def foreign(row: ForeignOrder) -> ForeignOrderView:
    return ForeignOrderView(**{name: getattr(row, name) for name in ForeignOrderView.__slots__})


_TYPED = {"stage", "deposit", "price", "certificates"}


__all__ = [
    "SEE",
    "BidKept",
    "ForeignOrderView",
    "OrderView",
    "RelayedBidView",
    "audit",
    "bid_kept",
    "bids_of",
    "foreign",
    "foreign_of_certificate",
    "foreign_of_deal",
    "foreign_of_intent",
    "foreign_of_listing",
    "foreign_orders",
    "live_order",
    "order",
    "order_seen_by",
    "orders_seen_by",
    "view",
    "waiting_for",
]
