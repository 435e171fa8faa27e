"""
When listings end: for the calendar of the venue.
"""

from collections.abc import Iterator
from datetime import datetime

from hutong.listings.models import Listing
from hutong.listings.queries.board import LONG, BoardItem, _item
from hutong.listings.rules import Status


def ending_between(first: datetime, last: datetime, *, limit: int) -> Iterator[BoardItem]:
    """Listings on the board that end in [first, last), soonest first, without sellers' names."""
    rows = Listing.objects.filter(
        listed_at__isnull=False,
        status=Status.LISTED.value,
        ends_at__gte=first,
        ends_at__lt=last,
    )
    for row in rows.defer(*LONG).order_by("ends_at", "id")[:limit]:
        yield _item(row, None)
