"""
The board: everything on public offer, found and paged without counting or reading twice.

A page costs one index range and one look-up of sellers' names, at ten listings or ten thousand.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from hutong.doors.api import paged
from hutong.kit.moments import SHANGHAI
from hutong.listings.models import Listing
from hutong.listings.offers import OfferKind, Payment, PriceMode, Scope
from hutong.listings.rules import LIVE, Status
from hutong.parties import queries as parties

# What anybody may ask the board for. Closed listings stay readable as history.
SHOWN = (Status.LISTED, Status.SUSPENDED, Status.CONCLUDING, Status.CLOSED)


# Long texts a board item does not show.
LONG = ("conditions", "findings", "checklist", "withdrawal_reason", "closed_because")


class Order(StrEnum):
    NEWEST = "newest"
    ENDING = "ending"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"


KEYS = {
    Order.NEWEST: ("-listed_at", "-id"),
    Order.ENDING: ("ends_at", "id"),
    Order.CHEAPEST: ("price_fen", "id"),
    Order.DEAREST: ("-price_fen", "-id"),
}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What to show. None: no filter. `status` defaults to what can still be applied for."""

    status: Status | None = Status.LISTED
    offer_kind: OfferKind | None = None
    price_mode: PriceMode | None = None
    scope: Scope | None = None
    kind: str | None = None
    field: str | None = None
    industry: str | None = None
    seller: UUID | None = None
    price_from_fen: int | None = None
    price_to_fen: int | None = None


@dataclass(frozen=True, kw_only=True)
class BoardItem:
    id: UUID
    number: str
    status: Status
    title_zh: str
    title_en: str
    seller: UUID
    seller_zh: str
    seller_en: str
    technologies: int
    kinds: tuple[str, ...]
    fields: tuple[str, ...]
    offer_kind: OfferKind
    share: Fraction | None
    price_mode: PriceMode
    price_fen: int | None
    deposit_fen: int
    currency: str
    payment: Payment
    scope: Scope
    listed_at: datetime
    ends_at: datetime
    ends_provisional: bool
    venues: tuple[str, ...] = ()  # of a joint project: the home venues of its parts


def board(
    filters: Filters | None = None,
    *,
    order: Order = Order.NEWEST,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """A page of the board: {"items": [BoardItem], "next"}. Public."""
    rows = _filtered(filters or Filters())
    if order in (Order.CHEAPEST, Order.DEAREST):
        rows = rows.filter(price_fen__isnull=False)
    page = paged(rows, cursor, limit, key=KEYS[order])
    names = parties.parties(row.seller for row in page["items"])
    return {**page, "items": [_item(row, names.get(row.seller)) for row in page["items"]]}


def listed_count() -> int:
    """How many listings are open for intents now."""
    return _filtered(Filters()).count()


def listed_by_day(since: datetime) -> dict[date, int]:
    """How many were listed on each of the venue's days from `since` on."""
    rows = Listing.objects.filter(listed_at__gte=since)
    days = rows.annotate(day=TruncDate("listed_at", tzinfo=SHANGHAI)).order_by().values("day")
    return dict(days.annotate(n=Count("id")).values_list("day", "n"))


def any_in_period() -> bool:
    """Whether some listing is in its period or about to be concluded."""
    return Listing.objects.filter(status__in=LIVE).exists()


def _filtered(filters: Filters) -> QuerySet[Listing]:
    rows = Listing.objects.filter(listed_at__isnull=False).defer(*LONG)
    if filters.status is not None:
        rows = rows.filter(status=filters.status.value)
    else:
        rows = rows.filter(status__in=[status.value for status in SHOWN])
    equal = {
        "offer_kind": filters.offer_kind and filters.offer_kind.value,
        "price_mode": filters.price_mode and filters.price_mode.value,
        "scope": filters.scope and filters.scope.value,
        "seller": filters.seller,
        "kinds__contains": [filters.kind] if filters.kind else None,
        "fields__contains": [filters.field] if filters.field else None,
        "industries__contains": [filters.industry] if filters.industry else None,
        "price_fen__gte": filters.price_from_fen,
        "price_fen__lte": filters.price_to_fen,
    }
    return rows.filter(**{name: value for name, value in equal.items() if value is not None})


def _item(row: Listing, seller: parties.PartyView | None) -> BoardItem:
    assert row.listed_at is not None, "the board holds what is listed"
    assert row.ends_at is not None, "a listed offer has an end"
    return BoardItem(
        id=row.id,
        number=row.number,
        status=Status(row.status),
        title_zh=row.title_zh,
        title_en=row.title_en,
        seller=row.seller,
        seller_zh=seller.name_zh if seller else "",
        seller_en=seller.name_en if seller else "",
        technologies=row.size,
        kinds=tuple(row.kinds),
        fields=tuple(row.fields),
        offer_kind=OfferKind(row.offer_kind),
        share=row.share,
        price_mode=PriceMode(row.price_mode),
        price_fen=row.price_fen,
        deposit_fen=row.deposit_fen,
        currency=row.currency,
        payment=Payment(row.payment),
        scope=Scope(row.scope),
        listed_at=row.listed_at,
        ends_at=row.ends_at,
        ends_provisional=row.ends_provisional,
        venues=row.together.venues if row.together else (),
    )
