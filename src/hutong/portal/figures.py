"""
The venue's figures on the first page, counted at most twice a minute.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Count, Q, Sum

from hutong.auctions import queries as auctions
from hutong.deals import queries as deals
from hutong.deals.rules import Status
from hutong.kit.actor import SYSTEM
from hutong.listings import queries as listings
from hutong.technologies import queries as technologies

KEY, SECONDS = "portal.figures", 30
MOVED = [s.value for s in (Status.MOVED, Status.CERTIFIED, Status.CLOSED)]


@dataclass(frozen=True)
class Figures:
    technologies: int
    listings: int
    deals: int
    traded_fen: int
    running_lots: int


def figures(now: datetime) -> Figures:
    """What stands on the first page (ST-1); a deal counts once its right has moved."""
    found = cache.get(KEY)
    if found is None:
        done = deals.rows_seen_by(SYSTEM).aggregate(
            count=Count("id", filter=Q(status__in=MOVED)),
            sum=Sum("price_fen", filter=Q(status__in=MOVED)),
        )
        found = Figures(
            technologies=technologies.market_count(),
            listings=listings.listed_count(),
            deals=done["count"],
            traded_fen=done["sum"] or 0,
            running_lots=auctions.running_lots(),
        )
        cache.set(KEY, found, SECONDS)
    return found
