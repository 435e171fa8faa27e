"""
Shares of a right: exact fractions that always total 1 (RR-1, RR-3).

Pure. Land registers that round shares drift until nobody owns the last hundredth; here a share is
a `Fraction`, and a set of shares is stored over one common denominator, so that the database can
check the total with integers alone.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import lcm
from typing import Self
from uuid import UUID

from hutong.kit.refusal import Refused
from hutong.rights.refusals import Refusal

# Wide enough for any division people agree on, narrow enough for bigint sums and hostile input.
MAX_DENOMINATOR = 10**12
MAX_HOLDERS = 200
WHOLE = Fraction(1)

Shares = Mapping[UUID, Fraction]

_SHARE = re.compile(r"([0-9]{1,13})(?:/([0-9]{1,13}))?")


class Power(StrEnum):
    """The powers held in shares; the fourth, use 使用权, is granted by licences (RR-1)."""

    OWNERSHIP = "ownership"
    DISPOSAL = "disposal"
    INCOME = "income"


ALL_POWERS = tuple(Power)


def parse_share(text: str) -> Fraction:
    """Read `1/3` or `1`. Refuses anything else, and shares outside (0, 1]."""
    match = _SHARE.fullmatch(text)
    if match is None or (match[2] is not None and int(match[2]) == 0):
        raise Refused(Refusal.SHARE_MALFORMED, share=text[:40])
    share = Fraction(int(match[1]), int(match[2] or 1))
    require_share(share)
    return share


def write_share(share: Fraction) -> str:
    return str(share)


def require_share(share: Fraction) -> None:
    """Refuse what is no share: nothing, less than nothing, more than all, too fine."""
    if not 0 < share <= 1:
        raise Refused(Refusal.SHARE_OUT_OF_RANGE, share=_short(share))
    if share.denominator > MAX_DENOMINATOR:
        raise Refused(Refusal.SHARE_TOO_FINE, limit=MAX_DENOMINATOR)


def common_denominator(shares: Shares) -> int:
    """Return the least denominator all shares can be written over; refuse one beyond the bound."""
    common = 1
    for share in shares.values():
        common = lcm(common, share.denominator)
        if common > MAX_DENOMINATOR:
            raise Refused(Refusal.SHARE_TOO_FINE, limit=MAX_DENOMINATOR)
    return common


def distribution(power: Power, holders: Iterable[tuple[UUID, Fraction]]) -> dict[UUID, Fraction]:
    """Make a full distribution of one power. Refuses repeats, bad shares, a total other than 1."""
    shares: dict[UUID, Fraction] = {}
    for party, share in holders:
        if party in shares:
            raise Refused(Refusal.HOLDER_TWICE, party=party)
        if len(shares) == MAX_HOLDERS:
            raise Refused(Refusal.TOO_MANY_HOLDERS, limit=MAX_HOLDERS)
        require_share(share)
        shares[party] = share
    common_denominator(shares)
    if (total := sum(shares.values(), Fraction(0))) != WHOLE:
        raise Refused(Refusal.SHARES_NOT_WHOLE, power=power, total=total)
    return shares


def moved(power: Power, shares: Shares, giver: UUID, taker: UUID, share: Fraction) -> Shares:
    """Return `shares` after `giver` gave `share` of the whole to `taker` (RR-3)."""
    require_share(share)
    if giver == taker:
        raise Refused(Refusal.SAME_PARTY)
    held = shares.get(giver, Fraction(0))
    if held == 0:
        raise Refused(Refusal.HOLDS_NOTHING, power=power)
    if share > held:
        raise Refused(Refusal.HOLDS_LESS, power=power, held=held, share=share)
    after = dict(shares)
    after[giver] = held - share
    after[taker] = after.get(taker, Fraction(0)) + share
    if after[giver] == 0:
        del after[giver]
    return distribution(power, after.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Who holds what of one technology: three distributions, each totalling exactly 1."""

    ownership: Shares
    disposal: Shares
    income: Shares

    @classmethod
    def of(
        cls,
        ownership: Iterable[tuple[UUID, Fraction]],
        disposal: Iterable[tuple[UUID, Fraction]] | None = None,
        income: Iterable[tuple[UUID, Fraction]] | None = None,
    ) -> Self:
        """Make holdings; disposal and income follow ownership where they are not given."""
        owners = list(ownership)
        return cls(
            ownership=distribution(Power.OWNERSHIP, owners),
            disposal=distribution(Power.DISPOSAL, owners if disposal is None else disposal),
            income=distribution(Power.INCOME, owners if income is None else income),
        )

    def __getitem__(self, power: Power) -> Shares:
        return {
            Power.OWNERSHIP: self.ownership,
            Power.DISPOSAL: self.disposal,
            Power.INCOME: self.income,
        }[power]

    def parties(self) -> frozenset[UUID]:
        return frozenset(self.ownership) | frozenset(self.disposal) | frozenset(self.income)

    def transfer(self, giver: UUID, taker: UUID, share: Fraction) -> "Holdings":
        """Move `share` of every power from `giver` to `taker`."""
        return Holdings(
            ownership=moved(Power.OWNERSHIP, self.ownership, giver, taker, share),
            disposal=moved(Power.DISPOSAL, self.disposal, giver, taker, share),
            income=moved(Power.INCOME, self.income, giver, taker, share),
        )

    def rows(self) -> list[tuple[Power, UUID, int, int]]:
        """(power, party, numerator, common denominator), ordered, for storing and digests."""
        out = []
        for power in ALL_POWERS:
            shares = self[power]
            common = common_denominator(shares)
            for party, share in sorted(shares.items()):
                out.append((power, party, share.numerator * (common // share.denominator), common))
        return out

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, UUID, int, int]]) -> Self:
        by_power: dict[str, list[tuple[UUID, Fraction]]] = {power: [] for power in ALL_POWERS}
        for power, party, numerator, denominator in rows:
            by_power[power].append((party, Fraction(numerator, denominator)))
        return cls.of(by_power[Power.OWNERSHIP], by_power[Power.DISPOSAL], by_power[Power.INCOME])


def _short(share: Fraction) -> str:
    return str(share) if max(abs(share.numerator), share.denominator) < 10**40 else "…"
