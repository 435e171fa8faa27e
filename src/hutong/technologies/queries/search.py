"""
Finding technologies by what they are, in an order that pages well.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from hutong.doors.api import paged
from hutong.kit.moments import SHANGHAI
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.technologies import classes
from hutong.technologies.models import Key, Technology
from hutong.technologies.numbers import lookup_keys
from hutong.technologies.queries.views import listed
from hutong.technologies.rules import Kind, LegalStatus, Status


class Order(StrEnum):
    """Newest first, or by title as people sort it: Chinese by pinyin."""

    NEWEST = "newest"
    TITLE = "title"


_KEYS: dict[Order, tuple[str, ...]] = {Order.NEWEST: ("-id",), Order.TITLE: ("sort_key", "id")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """All must hold. `ipc` is a symbol of any level (G, G06, G06F, G06F16, G06F16/33); without
    `status`, what is on the market: intended or entered."""

    kind: Kind | None = None
    status: Status | None = None
    legal_status: LegalStatus | None = None
    ipc: str | None = None
    trl_from: int | None = None
    trl_to: int | None = None
    party: UUID | None = None
    number: str | None = None
    source: str | None = None
    industry: str | None = None


# What a list shows; abstracts are long and stay with the single technology.
_UNLISTED = ("abstract_zh", "abstract_en", "record_digest", "classes")


def page(
    filters: Filters,
    today: date,
    *,
    order: Order = Order.NEWEST,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """One page of those that pass: {"items": views without abstracts, "next": cursor or None}.

    Raises Refused(INVALID) for a class symbol that is none and a cursor that is not ours.
    """
    return paged(_search(filters, today), cursor, limit, key=_KEYS[order], out=listed)


def market_count() -> int:
    """How many technologies are on the market: intended or entered."""
    on_market = [Status.INTENDED.value, Status.ENTERED.value]
    return Technology.objects.filter(status__in=on_market).count()


def entered_by_day(since: datetime) -> dict[date, int]:
    """How many entered the market on each of the venue's days from `since` on."""
    rows = Technology.objects.filter(entered_at__gte=since)
    days = rows.annotate(day=TruncDate("entered_at", tzinfo=SHANGHAI)).order_by().values("day")
    return dict(days.annotate(n=Count("id")).values_list("day", "n"))


def _search(filters: Filters, today: date) -> QuerySet[Technology]:
    rows = Technology.objects.defer(*_UNLISTED)
    if filters.status is None:
        rows = rows.filter(status__in=[Status.INTENDED.value, Status.ENTERED.value])
    else:
        rows = rows.filter(status=filters.status.value)
    if filters.kind is not None:
        rows = rows.filter(kind=filters.kind.value)
    if filters.legal_status is not None:
        rows = rows.filter(_amounts_to(filters.legal_status, today))
    if filters.ipc:
        symbol = classes.symbol(filters.ipc, cpc=True)
        if symbol is None:
            raise Refused(CommonRefusal.INVALID, field="ipc", problem="not a class symbol")
        rows = rows.filter(classes__contains=[symbol])
    if filters.trl_from is not None:
        rows = rows.filter(trl__gte=filters.trl_from)
    if filters.trl_to is not None:
        rows = rows.filter(trl__lte=filters.trl_to)
    if filters.party is not None:
        rows = rows.filter(party=filters.party)
    if filters.source is not None:
        rows = rows.filter(source=filters.source)
    if filters.industry:
        rows = rows.filter(industry__startswith=filters.industry.strip().upper())
    if filters.number is not None:
        keys = lookup_keys(filters.number)
        ids = Key.objects.filter(key__in=keys).values_list("technology_id", flat=True)
        rows = rows.filter(id__in=list(ids[:200]))
    return rows


def _amounts_to(status: LegalStatus, today: date) -> Q:
    """Rows whose status amounts to `status` today: what is past its last day has lapsed."""
    stated = Q(legal_status=status.value)
    if status in (LegalStatus.IN_FORCE, LegalStatus.PENDING):
        return stated & (Q(expires_on=None) | Q(expires_on__gte=today))
    if status is LegalStatus.LAPSED:
        over = Q(legal_status__in=["in_force", "pending"], expires_on__lt=today)
        return stated | over
    return stated
