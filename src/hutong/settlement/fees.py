"""
The venue's fee: marginal bands of the price, and who bears it (SE-3).

Each band's rate applies to the part of the price inside it. The sum is exact and rounded half up
to the minor unit once, so that splitting a band in two changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

BASIS = 10_000


@dataclass(frozen=True, slots=True)
class Band:
    """`bp` ten-thousandths of the part of the price up to `up_to_fen` (None: all the rest)."""

    up_to_fen: int | None
    bp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What each side bears."""

    seller_fen: int
    buyer_fen: int

    @property
    def total_fen(self) -> int:
        return self.seller_fen + self.buyer_fen


def total_fee(price_fen: int, bands: Iterable[Band]) -> int:
    """The whole fee on a price, in the minor unit."""
    hundredths, below = 0, 0
    for band in bands:
        top = price_fen if band.up_to_fen is None else min(price_fen, band.up_to_fen)
        hundredths += max(0, top - below) * band.bp
        below = max(below, top)
    return (2 * hundredths + BASIS) // (2 * BASIS)


def split_fee(total_fen: int, payer: str) -> Fee:
    """Divide a fee by the rulebook's payer; of an odd fen shared by both, the seller bears it."""
    match payer:
        case "seller":
            return Fee(seller_fen=total_fen, buyer_fen=0)
        case "buyer":
            return Fee(seller_fen=0, buyer_fen=total_fen)
        case "both":
            return Fee(seller_fen=total_fen - total_fen // 2, buyer_fen=total_fen // 2)
    raise ValueError(f"nobody called {payer!r} bears a fee")
