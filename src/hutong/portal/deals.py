"""
What was sold: settled deals, without the names of their sides (DL-1, ST-1).

A price stands here where it came about in public, on the board or by bidding.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hutong.auctions import queries as auctions
from hutong.deals import queries
from hutong.deals.rules import How, Status
from hutong.doors.api import paged
from hutong.kit.actor import SYSTEM
from hutong.listings.queries import searching as board
from hutong.ui import words
from hutong.ui.door import visitor

MOVED = [s.value for s in (Status.MOVED, Status.CERTIFIED, Status.CLOSED)]
IN_PUBLIC = (How.AUCTION, How.SINGLE)


@dataclass(frozen=True, kw_only=True)
class Sold:
    listing: UUID
    title_zh: str
    title_en: str
    how: str
    price_fen: int | None
    currency: str
    opened_at: datetime
    certificate: str
    lot: UUID | None


@visitor
def page(request: HttpRequest) -> HttpResponse:
    sold = settled(cursor=request.GET.get("cursor"), limit=30)
    return render(request, "portal/deals.html", {"page": sold, "ways": words.WAYS})


def settled(*, cursor: str | None = None, limit: int = 30) -> dict[str, Any]:
    """A page of the deals whose right has moved, newest first."""
    rows = queries.rows_seen_by(SYSTEM).filter(status__in=MOVED)
    page = paged(rows, cursor, limit, key=("-opened_at", "-id"), out=queries.view)
    ids = [deal.listing for deal in page["items"]]
    listings = board.on_board(ids) if ids else {}
    lots = {row.listing: row.id for row in auctions.lots().filter(listing__in=ids)} if ids else {}
    sold = []
    for deal in page["items"]:
        listing = listings.get(deal.listing)
        sold.append(
            Sold(
                listing=deal.listing,
                title_zh=listing.title_zh if listing else deal.number,
                title_en=listing.title_en if listing else deal.number,
                how=deal.how.value,
                price_fen=deal.price_fen if deal.how in IN_PUBLIC else None,
                currency=deal.currency,
                opened_at=deal.opened_at,
                certificate=deal.certificate,
                lot=lots.get(deal.listing) if deal.how is How.AUCTION else None,
            )
        )
    return {**page, "items": sold}
