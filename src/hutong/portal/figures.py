"""
The venue's figures on the first page, counted at most twice a minute.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache

from hutong.auctions import queries as auctions
from hutong.deals import queries as deals
from hutong.listings import queries as listings
from hutong.technologies import queries as technologies

KEY, SECONDS = "portal.figures", 30


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
        count, traded_fen = deals.moved_in_all()
        found = Figures(
            technologies=technologies.market_count(),
            listings=listings.listed_count(),
            deals=count,
            traded_fen=traded_fen,
            running_lots=auctions.running_lots(),
        )
        cache.set(KEY, found, SECONDS)
    return found
