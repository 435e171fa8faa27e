"""
A title drawn: who held what share when, and which licence covers where until when (RR-10).

Pure geometry for the templates: numbers of a fixed box, no styles; colours are classes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

WIDTH, LEFT, RIGHT = 960, 8, 8
BAND = 132  # height of the band of shares
ROW = 34
TONES = 8  # classes tone-0 … tone-7
MOST_TICKS = 12


@dataclass(frozen=True)
class Piece:
    """A holder's share between two entries."""

    holder: UUID
    tone: int
    x: str
    y: str
    width: str
    height: str
    share: Fraction
    since: date
    label: bool


@dataclass(frozen=True)
class Tick:
    x: str
    label: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Mark:
    """An entry on the time line."""

    x: str
    number: str
    kind: str
    on: date


@dataclass(frozen=True)
class Band:
    pieces: tuple[Piece, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    tones: Mapping[UUID, int]
    width: int = WIDTH
    height: int = BAND


@dataclass(frozen=True)
class Bar:
    """A licence in its row."""

    grant: Any
    x: str
    width: str
    y: int
    tone: str


@dataclass(frozen=True)
class Row:
    territory: str
    y: int
    height: int


@dataclass(frozen=True)
class Chart:
    rows: tuple[Row, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    today: str
    width: int
    height: int


def band(chain: Sequence[Any], *, until: date) -> Band | None:
    """Draw the shares of ownership from the first entry to `until`; nothing when nobody holds any."""
    moves = [entry for entry in chain if entry.holdings is not None]
    if not moves:
        return None
    first = moves[0].effective_on
    last = max(until, moves[-1].effective_on + timedelta(days=1), first + timedelta(days=30))
    scale = _scale(first, last)
    tones: dict[UUID, int] = {}
    pieces = []
    for index, entry in enumerate(moves):
        ends = moves[index + 1].effective_on if index + 1 < len(moves) else last
        left, right = scale(entry.effective_on), scale(ends)
        top = Fraction(0)
        for holder, share in sorted(entry.holdings.ownership.items()):
            tone = tones.setdefault(holder, len(tones) % TONES)
            height = share * BAND
            pieces.append(
                Piece(
                    holder=holder,
                    tone=tone,
                    x=_text(left),
                    y=_text(top),
                    width=_text(max(right - left, Fraction(1))),
                    height=_text(height),
                    share=share,
                    since=entry.effective_on,
                    label=right - left > 90 and height > 18,
                )
            )
            top += height
    marks = tuple(
        Mark(_text(scale(e.effective_on)), e.number, e.kind.value, e.effective_on)
        for e in chain
        if first <= e.effective_on <= last
    )
    return Band(tuple(pieces), marks, _ticks(first, last, scale), tones)


def chart(
    grants: Sequence[Any],
    *,
    today: date,
    most: int = 60,
    name: Callable[[str], str] = str,
) -> Chart | None:
    """Draw licences as bars, a row a territory; overlapping ones of a row stand below each other."""
    drawn = [g for g in grants if g.starts_on and g.ends_on][:most]
    if not drawn:
        return None
    first = min(min(g.starts_on for g in drawn), today)
    last = max(max(g.ends_on for g in drawn), today + timedelta(days=30))
    scale = _scale(first, last)
    places: dict[str, list[Any]] = {}
    for grant in drawn:
        places.setdefault(_place(grant, name), []).append(grant)
    rows, bars, y = [], [], 0
    for place, group in places.items():
        lanes: list[date] = []
        for grant in sorted(group, key=lambda g: (g.starts_on, g.number)):
            free = next((n for n, ends in enumerate(lanes) if ends < grant.starts_on), len(lanes))
            lanes[free : free + 1] = [grant.ends_on]
            left, right = scale(grant.starts_on), scale(grant.ends_on + timedelta(days=1))
            tone = grant.mode.value if grant.status.value != "ended" else "ended"
            bars.append(
                Bar(
                    grant=grant,
                    x=_text(left),
                    width=_text(max(right - left, Fraction(3))),
                    y=y + 22 + free * ROW,
                    tone=tone,
                )
            )
        height = 26 + len(lanes) * ROW
        rows.append(Row(territory=place, y=y, height=height))
        y += height
    return Chart(
        tuple(rows),
        tuple(bars),
        _ticks(first, last, scale),
        _text(scale(today)),
        WIDTH,
        y + 4,
    )


def _place(grant: Any, name: Callable[[str], str]) -> str:
    without = f" − {', '.join(map(name, grant.without))}" if grant.without else ""
    return ", ".join(map(name, grant.territory)) + without


def _scale(first: date, last: date) -> Any:
    days = max((last - first).days, 1)
    inside = WIDTH - LEFT - RIGHT

    def x(day: date) -> Fraction:
        return LEFT + Fraction(inside * (min(max(day, first), last) - first).days, days)

    return x


def _ticks(first: date, last: date, scale: Any) -> tuple[Tick, ...]:
    """Beginnings of years, or of months where the whole is short."""
    if (last - first).days <= 500:
        months = (last.year - first.year) * 12 + last.month - first.month
        step = max(1, -(-months // MOST_TICKS))
        days = []
        for n in range(0, months + 1, step):
            year, month = divmod(first.month - 1 + n, 12)
            days.append((date(first.year + year, month + 1, 1), n))
        named = [(day, f"{day.year}-{day.month:02d}") for day, _n in days]
    else:
        step = max(1, -(-(last.year - first.year) // MOST_TICKS))
        named = [
            (date(year, 1, 1), str(year)) for year in range(first.year + 1, last.year + 1, step)
        ]
    return tuple(Tick(_text(scale(day)), label) for day, label in named if first <= day <= last)


def _text(value: Fraction | int) -> str:
    """A number of the box, to a tenth."""
    tenths = round(Fraction(value) * 10)
    return f"{tenths // 10}.{tenths % 10}"
