"""
What the hall shows besides the live lots: gathered at most every few seconds for all screens together.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import cache as once
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.cache import cache

from hutong.auctions import queries as auctions
from hutong.auctions.rules import Status as LotStatus
from hutong.auctions.stream import describe
from hutong.deals import queries as deals
from hutong.hall.provinces import province_of
from hutong.kit.moments import SHANGHAI, iso
from hutong.listings import queries as listings
from hutong.network.mirrors import queries as mirrors
from hutong.network.mirrors.faces import ListingFace
from hutong.network.mirrors.queries import Foreign
from hutong.parties import queries as parties
from hutong.rights import queries as rights
from hutong.technologies import queries as technologies

SECONDS = 5  # how old what is shown may be; a screen asks every ten
TREND_DAYS = 30
SHOWN_LISTINGS = 40
SHOWN_DEALS = 12
MOST_DEALS = 500  # in one answer to a screen that was away
LATE = timedelta(minutes=1)  # what commits late may carry an earlier time


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the venue and what each of the last days added to it; money in fen."""

    name: str
    value: int
    by_day: tuple[int, ...]


def gather(now: datetime) -> dict[str, Any]:
    """Everything for a screen that has just come up, as plain JSON."""
    found = cache.get("hall")
    if found is None:
        found = _gather(now)
        cache.set("hall", found, SECONDS)
    return {**found, "server_time": iso(now), "lots": _lots(now)}


def deals_since(since: datetime) -> list[dict[str, Any]]:
    """Deals a screen that last heard of one at `since` may not know yet, oldest first."""
    rows = deals.moved(since - LATE)[:MOST_DEALS]
    return _described([deals.view(row) for row in rows])[::-1]


def _gather(now: datetime) -> dict[str, Any]:
    board = listings.board(order=listings.Order.ENDING, limit=SHOWN_LISTINGS)["items"]
    latest = [deals.view(row) for row in deals.moved()[:SHOWN_DEALS]]
    others = [_listed_elsewhere(one) for one in mirrors.open_listings(SHOWN_LISTINGS)]
    shown = sorted([_listed(item) for item in board] + others, key=lambda item: item["ends_at"])
    return {
        "version": version(),
        "figures": [asdict(figure) for figure in _figures(now)],
        "board": shown[:SHOWN_LISTINGS],
        "deals": _described(latest),
        "provinces": _provinces(),
        "events": _events(now, board),
    }


@once
def version() -> str:
    """Changes with what the screen runs, so that a screen knows when to load itself anew."""
    hashed = sha256()
    here = Path(__file__).parent
    for file in sorted(here.rglob("*")):
        if file.suffix in (".js", ".css", ".html"):
            hashed.update(file.read_bytes())
    return hashed.hexdigest()[:12]


def _lots(now: datetime) -> list[dict[str, Any]]:
    return [describe(lot) for lot in auctions.live_lots(now)]


def _figures(now: datetime) -> list[Figure]:
    today = now.astimezone(SHANGHAI).date()
    days = [today - timedelta(days=n) for n in range(TREND_DAYS - 1, -1, -1)]
    start = datetime.combine(days[0], datetime.min.time(), SHANGHAI)
    entered = technologies.entered_by_day(start)
    listed = listings.listed_by_day(start)
    moved = deals.moved_by_day(start)
    count, total = deals.moved_in_all()

    def by_day(of: dict[date, int]) -> tuple[int, ...]:
        return tuple(of.get(day, 0) for day in days)

    return [
        Figure("technologies", technologies.market_count(), by_day(entered)),
        Figure("listings", listings.listed_count(), by_day(listed)),
        Figure("deals", count, by_day({day: n for day, (n, _) in moved.items()})),
        Figure("traded_fen", total, by_day({day: fen for day, (_, fen) in moved.items()})),
    ]


def _provinces() -> dict[str, int]:
    """How many deals came from each province: the seller's."""
    sold = deals.moved_by_seller()
    sellers = parties.parties(sold)
    found: Counter[str] = Counter()
    for seller, count in sold.items():
        view = sellers.get(seller)
        where = province_of(view.jurisdiction, view.identifiers) if view else None
        if where is not None:
            found[where] += count
    return dict(found)


def _listed(item: listings.BoardItem) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "number": item.number,
        "title_zh": item.title_zh,
        "title_en": item.title_en,
        "seller_zh": item.seller_zh,
        "seller_en": item.seller_en,
        "price_mode": item.price_mode.value,
        "price_fen": item.price_fen,
        "ends_at": iso(item.ends_at),
        "venue_zh": " · ".join(item.venues),
        "venue_en": " · ".join(item.venues),
    }


def _listed_elsewhere(one: Foreign) -> dict[str, Any]:
    """A listing of another venue, with its home venue named (NE-3)."""
    listing: ListingFace = one.of
    with_it = listing.joint.venues[1:] if listing.joint else ()
    return {
        "id": str(one.id),
        "number": listing.number,
        "title_zh": listing.title_zh,
        "title_en": listing.title_en,
        "seller_zh": listing.seller_zh,
        "seller_en": listing.seller_en,
        "price_mode": listing.price_mode,
        "price_fen": listing.price_fen,
        "ends_at": iso(listing.ends_at) if listing.ends_at else "",
        "venue_zh": " · ".join([one.venue.name_zh if one.venue else one.code, *with_it]),
        "venue_en": " · ".join([one.venue.name_en if one.venue else one.code, *with_it]),
    }


def _described(views: list[deals.DealView]) -> list[dict[str, Any]]:
    """A deal as everybody may see it: what, for how much, from where; the buyer stays unnamed."""
    offered = listings.listings_of(view.listing for view in views)
    sellers = parties.parties(view.seller for view in views)
    return [
        {
            "id": str(view.id),
            "number": view.number,
            "title_zh": offered[view.listing].title_zh,
            "title_en": offered[view.listing].title_en,
            "seller_zh": sellers[view.seller].name_zh,
            "seller_en": sellers[view.seller].name_en,
            "province": province_of(
                sellers[view.seller].jurisdiction, sellers[view.seller].identifiers
            ),
            "price_fen": view.price_fen,
            "currency": view.currency,
            "at": iso(view.changed_at),
        }
        for view in views
    ]


def _events(now: datetime, board: list[listings.BoardItem]) -> list[dict[str, Any]]:
    """What comes next, soonest first: auctions that open, listings and notices that end."""
    opening = [
        ("opens", lot.opens_at, lot.title_zh, lot.title_en)
        for lot in auctions.live_lots(now)
        if lot.status is LotStatus.ANNOUNCED
    ]
    ending = [("cut_off", item.ends_at, item.title_zh, item.title_en) for item in board]
    notices = rights.notices(running=True, limit=20)["items"]
    named = technologies.technologies(n.technologies[0] for n in notices if n.technologies)
    noticed = [
        ("notice", n.ends_at, named[n.technologies[0]].title_zh, named[n.technologies[0]].title_en)
        for n in notices
        if n.ends_at is not None and n.technologies and n.technologies[0] in named
    ]
    coming = sorted((e for e in opening + ending + noticed if e[1] > now), key=lambda e: e[1])
    return [
        {"kind": kind, "at": iso(at), "title_zh": zh, "title_en": en}
        for kind, at, zh, en in coming[:8]
    ]
