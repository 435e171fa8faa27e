"""
Where, when and for what a right may be used: territory × field of use × term (RR-2, RR-3).

    territory   WORLD ⊃ country ⊃ province ⊃ city ⊃ county
    field       IPC: section ⊃ class ⊃ subclass ⊃ group ⊃ subgroup, and GB/T 4754 likewise
    term        whole days, first and last included

Each code stands for an interval of numbers so that what lies in it has an interval inside: one
comparison decides whether two codes overlap, however they are written, and PostgreSQL's range types
can index the same numbers. A set of codes is a `Spans`: disjoint intervals in order, one form for
one set. Two classifications are two axes of one scope: a scope limited by IPC and one limited by
industry overlap unless an axis shows that they don't.

Pure.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Self

from hutong.kit.refusal import Refused
from hutong.parties.identifiers import JURISDICTIONS
from hutong.rights.grant_refusals import GrantRefusal as Refusal
from hutong.technologies import classes

MAX_CODES = 200
MAX_WRITTEN = 24
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
LONGEST_YEARS = 100

Span = tuple[int, int]  # from, up to and without


# Sets of numbers ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spans:
    """A set of whole numbers as disjoint intervals, in order, none touching the next."""

    spans: tuple[Span, ...]

    @classmethod
    def of(cls, spans: Iterable[Span]) -> Self:
        joined: list[Span] = []
        for low, high in sorted(span for span in spans if span[0] < span[1]):
            if joined and low <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
            else:
                joined.append((low, high))
        return cls(tuple(joined))

    def __bool__(self) -> bool:
        return bool(self.spans)

    @property
    def bounds(self) -> Span:
        return self.spans[0][0], self.spans[-1][1]

    def overlaps(self, other: "Spans") -> bool:
        mine, theirs = 0, 0
        while mine < len(self.spans) and theirs < len(other.spans):
            (a, b), (c, d) = self.spans[mine], other.spans[theirs]
            if a < d and c < b:
                return True
            if b <= d:
                mine += 1
            else:
                theirs += 1
        return False

    def contains(self, other: "Spans") -> bool:
        mine = 0
        for low, high in other.spans:
            while mine < len(self.spans) and self.spans[mine][1] < high:
                mine += 1
            if mine == len(self.spans) or self.spans[mine][0] > low:
                return False
        return True

    def minus(self, other: "Spans") -> "Spans":
        left = list(self.spans)
        for low, high in other.spans:
            left = [
                piece
                for a, b in left
                for piece in ((a, min(b, low)), (max(a, high), b))
                if piece[0] < piece[1]
            ]
        return Spans.of(left)


def _codes(texts: Iterable[str], read: Any, empty: Refusal | None) -> tuple[str, ...]:
    listed: Sequence[str] = list(texts)
    if len(listed) > MAX_CODES:
        raise Refused(Refusal.TOO_MANY_CODES, limit=MAX_CODES)
    if not listed and empty is not None:
        raise Refused(empty)
    return tuple(dict.fromkeys(read(text) for text in listed))


# Territory ------------------------------------------------------------------------------------

WORLD = "WORLD"
_COUNTRY = 1_000_000  # numbers kept for each country; China's are those of GB/T 2260
_EVERYWHERE = Spans(((0, 26 * 26 * _COUNTRY),))

# GB/T 2260: the two digits of a province, and its letters in ISO 3166-2:CN.
PROVINCES = {
    "11": "BJ", "12": "TJ", "13": "HE", "14": "SX", "15": "NM", "21": "LN", "22": "JL", "23": "HL",
    "31": "SH", "32": "JS", "33": "ZJ", "34": "AH", "35": "FJ", "36": "JX", "37": "SD", "41": "HA",
    "42": "HB", "43": "HN", "44": "GD", "45": "GX", "46": "HI", "50": "CQ", "51": "SC", "52": "GZ",
    "53": "YN", "54": "XZ", "61": "SN", "62": "GS", "63": "QH", "64": "NX", "65": "XJ", "71": "TW",
    "81": "HK", "82": "MO",
}  # fmt: skip
_DIGITS_OF = {letters: digits for digits, letters in PROVINCES.items()}
_OF_CHINA = {"TW", "HK", "MO"}  # ISO 3166-1 lists them beside CN: one place, two codes
_GB = re.compile(r"[0-9]{2}(?:[0-9]{2}){0,2}", re.ASCII)
_PART = re.compile(r"([A-Z]{2})-([A-Z0-9]{1,3})", re.ASCII)


def region(text: str) -> str:
    """Write a region's code the one way it is kept: `WORLD`, `US`, `US-CA`, `CN`, `310000`.

    Reads ISO 3166-1 and -2 codes and the two, four or six digits of GB/T 2260; refuses others.
    """
    code = unicodedata.normalize("NFKC", text[: MAX_WRITTEN + 1]).strip().upper()
    if code == WORLD:
        return WORLD
    if code in _OF_CHINA:
        return _DIGITS_OF[code] + "0000"
    if code in JURISDICTIONS:
        return code
    part = _PART.fullmatch(code)
    if part is not None and part[1] == "CN":
        code = _DIGITS_OF.get(part[2], part[2])
    elif part is not None and part[1] in JURISDICTIONS and part[1] not in _OF_CHINA:
        return code
    if _GB.fullmatch(code) and code[:2] in PROVINCES:
        digits = code.ljust(6, "0")
        if digits[2:4] != "00" or digits[4:] == "00":
            return digits
    raise Refused(Refusal.REGION_UNKNOWN, region=text[:MAX_WRITTEN])


@cache
def region_span(code: str) -> Span:
    """The numbers of a region, from its code as `region` writes it."""
    if code == WORLD:
        return _EVERYWHERE.spans[0]
    if code.isdigit():
        size = 10_000 if code.endswith("0000") else 100 if code.endswith("00") else 1
        low = _country("CN") + int(code)
        return low, low + size
    base = _country(code[:2])
    if len(code) == 2:
        return base, base + _COUNTRY
    number = 0
    for sign in code[3:].ljust(3):
        number = number * 37 + " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(sign)
    return base + number, base + number + 1


def _country(letters: str) -> int:
    return ((ord(letters[0]) - 65) * 26 + ord(letters[1]) - 65) * _COUNTRY


@dataclass(frozen=True, slots=True)
class Territory:
    """Regions, less those left out. Equal when the places are, however they were written."""

    codes: tuple[str, ...]
    without: tuple[str, ...]
    spans: Spans

    @classmethod
    def of(cls, codes: Iterable[str], without: Iterable[str] = ()) -> Self:
        """Read a territory. Refuses unknown codes, too many, and a territory that is empty."""
        named = _codes(codes, region, Refusal.TERRITORY_EMPTY)
        left_out = _codes(without, region, None)
        spans = Spans.of(map(region_span, named)).minus(Spans.of(map(region_span, left_out)))
        if not spans:
            raise Refused(Refusal.TERRITORY_EMPTY)
        return cls(named, left_out, spans)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Territory) and self.spans == other.spans

    def __hash__(self) -> int:
        return hash(self.spans)

    def __str__(self) -> str:
        without = f" − {', '.join(self.without)}" if self.without else ""
        return ", ".join(self.codes) + without


EVERYWHERE = Territory.of([WORLD])


# Fields of use --------------------------------------------------------------------------------

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SYMBOL = re.compile(r"([A-H])(?:(\d{2})(?:([A-Z])(?:(\d{1,4})(?:/(\d{2,6}))?)?)?)?", re.ASCII)
ANY_CLASS = Spans(((0, 8 * 100 * 26 * 10_000 * 1_000_000),))
ANY_INDUSTRY = Spans(((0, 10_000),))


def ipc(text: str) -> str:
    """Write an IPC symbol without spaces; `G06F16/00` is its whole main group, `G06F16`."""
    symbol = classes.symbol(text[: MAX_WRITTEN + 1])
    if symbol is None:
        raise Refused(Refusal.FIELD_UNKNOWN, field=text[:MAX_WRITTEN])
    head, _, tail = symbol.partition("/")
    return head if tail and not tail.strip("0") else symbol


@cache
def ipc_span(symbol: str) -> Span:
    match = _SYMBOL.fullmatch(symbol)
    assert match is not None, "a symbol as `ipc` writes it"
    section, class_, subclass, group, subgroup = match.groups()
    number, size = _LETTERS.index(section), 1
    for part, width in (
        (class_ and int(class_), 100),
        (subclass and _LETTERS.index(subclass), 26),
        (group and int(group), 10_000),
        (subgroup and int(subgroup.ljust(6, "0")), 1_000_000),
    ):
        number *= width
        if part is None:
            size *= width
        else:
            number += int(part)
    return number, number + size


def industry(text: str) -> str:
    code = classes.industry(text[: MAX_WRITTEN + 1])
    if code is None:
        raise Refused(Refusal.FIELD_UNKNOWN, field=text[:MAX_WRITTEN])
    return code


@cache
def industry_span(code: str) -> Span:
    digits = code[1:]
    if digits:
        size = 10 ** (4 - len(digits))
        return int(digits) * size, (int(digits) + 1) * size
    divisions = [n for n in range(1, 98) if (classes.industry(f"{n:02d}") or "")[:1] == code]
    return divisions[0] * 100, (divisions[-1] + 1) * 100


@dataclass(frozen=True, slots=True)
class Field:
    """A field of use: what lies in one of the IPC symbols and in one of the industries.

    An axis that names nothing is not limited.
    """

    ipc: tuple[str, ...]
    industries: tuple[str, ...]
    ipc_spans: Spans
    industry_spans: Spans

    @classmethod
    def of(cls, ipc_symbols: Iterable[str] = (), industries: Iterable[str] = ()) -> Self:
        """Read a field of use. Refuses unknown codes, and too many."""
        symbols = _codes(ipc_symbols, ipc, None)
        trades = _codes(industries, industry, None)
        return cls(
            symbols,
            trades,
            Spans.of(map(ipc_span, symbols)) if symbols else ANY_CLASS,
            Spans.of(map(industry_span, trades)) if trades else ANY_INDUSTRY,
        )

    @property
    def unlimited(self) -> bool:
        return not self.ipc and not self.industries

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Field) and self._spans == other._spans

    def __hash__(self) -> int:
        return hash(self._spans)

    @property
    def _spans(self) -> tuple[Spans, Spans]:
        return self.ipc_spans, self.industry_spans

    def __str__(self) -> str:
        return ", ".join((*self.ipc, *self.industries)) or "*"


ALL_FIELDS = Field.of()


# Term -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """From the first day to the last, both included."""

    starts_on: date
    ends_on: date

    @classmethod
    def of(cls, starts_on: date, ends_on: date) -> Self:
        """Read a term. Refuses one that ends before it starts, days far away, and one too long."""
        if ends_on < starts_on:
            raise Refused(Refusal.TERM_BACKWARDS, starts_on=starts_on, ends_on=ends_on)
        for day in (starts_on, ends_on):
            if not FIRST_DAY <= day <= LAST_DAY:
                raise Refused(Refusal.DAY_FAR_AWAY, on=day, first=FIRST_DAY, last=LAST_DAY)
        if ends_on >= years_after(starts_on, LONGEST_YEARS):
            raise Refused(Refusal.TERM_TOO_LONG, years=LONGEST_YEARS)
        return cls(starts_on, ends_on)

    @property
    def span(self) -> Span:
        return self.starts_on.toordinal(), self.ends_on.toordinal() + 1

    def overlaps(self, other: "Term") -> bool:
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on

    def contains(self, other: "Term") -> bool:
        return self.starts_on <= other.starts_on and other.ends_on <= self.ends_on

    def runs_on(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    def until(self, day: date) -> "Term | None":
        """The part of the term before `day`; None when there is none."""
        last = min(self.ends_on, day - timedelta(days=1))
        return Term(self.starts_on, last) if self.starts_on <= last else None

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"


def years_after(day: date, years: int) -> date:
    """The same day `years` later; the 29th of February becomes the 1st of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


# Scope ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scope:
    """The box of what a grant covers: it overlaps another where they overlap on every axis."""

    territory: Territory
    field: Field
    term: Term

    def overlaps(self, other: "Scope") -> bool:
        return (
            self.term.overlaps(other.term)
            and self.territory.spans.overlaps(other.territory.spans)
            and self.field.ipc_spans.overlaps(other.field.ipc_spans)
            and self.field.industry_spans.overlaps(other.field.industry_spans)
        )

    def outside(self, other: "Scope") -> str | None:
        """The axis on which this scope reaches beyond `other`; None when it lies inside."""
        if not other.territory.spans.contains(self.territory.spans):
            return "territory"
        if not other.field.ipc_spans.contains(self.field.ipc_spans):
            return "field"
        if not other.field.industry_spans.contains(self.field.industry_spans):
            return "field"
        return None if other.term.contains(self.term) else "term"

    @property
    def bounds(self) -> tuple[Span, ...]:
        return (
            self.territory.spans.bounds,
            self.field.ipc_spans.bounds,
            self.field.industry_spans.bounds,
            self.term.span,
        )

    def facts(self) -> dict[str, Any]:
        """Write the scope as plain JSON."""
        return {
            "territory": list(self.territory.codes),
            "without": list(self.territory.without),
            "ipc": list(self.field.ipc),
            "industries": list(self.field.industries),
            "starts_on": self.term.starts_on.isoformat(),
            "ends_on": self.term.ends_on.isoformat(),
        }

    @classmethod
    def read(cls, facts: dict[str, Any]) -> Self:
        """Read what `facts` wrote."""
        return cls(
            Territory.of(facts["territory"], facts["without"]),
            Field.of(facts["ipc"], facts["industries"]),
            Term.of(date.fromisoformat(facts["starts_on"]), date.fromisoformat(facts["ends_on"])),
        )

    def __str__(self) -> str:
        return f"{self.territory}; {self.field}; {self.term}"
