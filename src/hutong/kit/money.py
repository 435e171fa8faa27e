"""
Money: integers of the minor unit (fen for CNY), never floats (AU-2, SE-1).
"""

from typing import Final

CNY: Final = "CNY"
MINOR_UNITS: Final = {"CNY": 2, "USD": 2, "EUR": 2, "HKD": 2, "JPY": 0}
SIGNS: Final = {"CNY": "¥", "USD": "$", "EUR": "€", "HKD": "HK$", "JPY": "JP¥"}
MAX_AMOUNT: Final = 10**15 - 1  # ten trillion yuan; guards bigint sums and hostile input


def share_of(amount: int, basis_points: int) -> int:
    """`basis_points` ten-thousandths of `amount`, rounded half up, in the minor unit."""
    return (amount * basis_points + 5_000) // 10_000


def plain(amount: int, currency: str = CNY) -> str:
    """Write `amount` with grouping and the currency's decimals: 123456789 fen → 1,234,567.89."""
    digits = MINOR_UNITS[currency]
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), 10**digits)
    return f"{sign}{whole:,}" + (f".{part:0{digits}d}" if digits else "")


def with_unit(amount: int, currency: str = CNY) -> str:
    return f"{SIGNS.get(currency, currency + ' ')}{plain(amount, currency)}"


def in_capitals(amount_fen: int) -> str:
    """Write a yuan amount in Chinese capitals as contracts and receipts want: 壹佰元整."""
    import cn2an  # slow to load, and few processes write contracts

    if amount_fen < 0:
        return "负" + in_capitals(-amount_fen)
    yuan, fen = divmod(amount_fen, 100)
    if fen == 0:
        return cn2an.an2cn(yuan, "rmb")
    return cn2an.an2cn(f"{yuan}.{fen:02d}", "rmb")
