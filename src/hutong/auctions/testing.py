"""
Builders for other areas' tests: a lot with its bidders, made by the real action.

    lot = an_open_lot(opens_at=now, bidders=[Bidder(party, intent), …])
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hutong.auctions import actions
from hutong.auctions.actions import Bidder
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id


def bidders(count: int) -> list[Bidder]:
    """Bidders that belong to nobody known."""
    return [Bidder(new_id(), new_id()) for _ in range(count)]


def an_open_lot(
    *,
    opens_at: datetime,
    bidders: Sequence[Bidder],
    now: datetime | None = None,
    opening_fen: int = 100_000,
    increment_fen: int = 5_000,
    free_seconds: int = 60,
    limited_seconds: int = 10,
    listing: UUID | None = None,
    seller: UUID | None = None,
) -> UUID:
    """Announce a lot (AU-1); returns its id."""
    return actions.open_lot(
        actor=SYSTEM,
        now=now or opens_at,
        listing=listing or new_id(),
        seller=seller or new_id(),
        title_zh="一种高熵合金及其制备方法",
        title_en="A high-entropy alloy and its preparation",
        opening_fen=opening_fen,
        increment_fen=increment_fen,
        bidders=bidders,
        opens_at=opens_at,
        free_seconds=free_seconds,
        limited_seconds=limited_seconds,
        rulebook_version=1,
    )
