"""
What a certificate of a kind may say: declared fields, checked before anything is issued (CE-1).

    Field("contract.total_fen", …, Type.MONEY)     stands at content["contract"]["total_fen"]

Content is plain JSON: amounts are integers of the minor unit with their currency beside them, days
are ISO dates, shares are exact fractions, parties and technologies are objects with names frozen.

Pure.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from hutong.certificates.words import Pair
from hutong.kit.money import CNY, MAX_AMOUNT, MINOR_UNITS
from hutong.kit.refusal import N_

MAX_TEXT: Final = 300
MAX_LONG: Final = 1_000
MAX_COUNT: Final = 1_000_000
CURRENCY: Final = "currency"  # an amount's currency stands beside it under this name
_ABSENT: Final = object()
_SHARE: Final = re.compile(r"[0-9]{1,30}/[0-9]{1,30}")


class Type(StrEnum):
    TEXT = "text"
    LONG = "long"
    DAY = "day"
    MONEY = "money"
    COUNT = "count"
    SHARE = "share"
    CHOICE = "choice"
    TEXTS = "texts"
    PARTY = "party"
    HOLDERS = "holders"
    TECHNOLOGY = "technology"
    TECHNOLOGIES = "technologies"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a kind of certificate says. `name` is its dotted place in the content."""

    name: str
    label: Pair
    type: Type = Type.TEXT
    required: bool = True
    choices: Mapping[str, Pair] = field(default_factory=dict)
    strong: bool = False  # set large
    shown: bool = True  # on the page; the credential says it anyhow
    open: bool = False  # a choice that the venue's own records may widen

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(self.name.split("."))

    def of(self, content: Mapping[str, Any]) -> Any:
        """The value in a content, or None."""
        value = _at(content, self.path)
        return None if value is _ABSENT else value


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field; `problem` is an English sentence without a stop."""

    field: str
    problem: str


def faults(fields: Sequence[Field], said: Mapping[str, Any]) -> Iterator[Fault]:
    """Everything by which `said` is not what the fields declare; nothing undeclared may stand there."""
    for one in fields:
        value = _at(said, one.path)
        if value is _ABSENT or value in (None, "", []):
            if one.required:
                yield Fault(one.name, N_("is missing"))
            elif value is not _ABSENT:
                yield Fault(one.name, N_("is empty; leave it out"))
            continue
        if problem := _CHECKS[one.type](one, value, said):
            yield Fault(one.name, problem)
    declared = {one.path for one in fields}
    for path in _places(said, declared):
        yield Fault(".".join(path)[:80], N_("is not part of this kind of certificate"))


def put(content: dict[str, Any], name: str, value: Any) -> None:
    """Set the value at a dotted place."""
    *parents, last = name.split(".")
    for parent in parents:
        content = content.setdefault(parent, {})
    content[last] = value


def parties(fields: Sequence[Field], content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every party a content names, in the order of the fields."""
    found: list[Mapping[str, Any]] = []
    for one in fields:
        value = one.of(content)
        if value is None:
            continue
        if one.type is Type.PARTY:
            found.append(value)
        elif one.type is Type.HOLDERS:
            found += [holder["party"] for holder in value]
    return found


def _at(content: Any, path: Sequence[str]) -> Any:
    for name in path:
        if not isinstance(content, Mapping) or name not in content:
            return _ABSENT
        content = content[name]
    return content


def _places(
    said: Mapping[str, Any], declared: set[tuple[str, ...]], above: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """Places in `said` that no field declares."""
    for name, value in said.items():
        path = (*above, str(name))
        if path in declared:
            continue
        inside = any(place[: len(path)] == path for place in declared)
        if inside and isinstance(value, Mapping):
            yield from _places(value, declared, path)
        else:
            yield path


# -- one check a type: the problem, or nothing ------------------------------------------------------


def _text(one: Field, value: Any, said: Mapping[str, Any]) -> str:
    limit = MAX_LONG if one.type is Type.LONG else MAX_TEXT
    if not isinstance(value, str) or not value.strip():
        return N_("is not a text")
    if len(value) > limit:
        return N_("is longer than a certificate has room for")
    if any(ord(c) < 0x20 and c != "\n" for c in value) or value != value.strip():
        return N_("has blanks around it or characters that cannot be printed")
    return ""


def _texts(one: Field, value: Any, said: Mapping[str, Any]) -> str:
    if not isinstance(value, list) or len(value) > 200:
        return N_("is not a list of texts")
    return next((problem for text in value if (problem := _text(one, text, said))), "")


def _day(one: Field, value: Any, said: Mapping[str, Any]) -> str:
    try:
        return "" if date.fromisoformat(value).isoformat() == value else N_("is not a day")
    except (TypeError, ValueError):
        return N_("is not a day")


def _money(one: Field, value: Any, said: Mapping[str, Any]) -> str:
    if type(value) is not int or not 0 <= value <= MAX_AMOUNT:
        return N_("is not an amount")
    currency = _at(said, (*one.path[:-1], CURRENCY))
    if (CNY if currency is _ABSENT else currency) not in MINOR_UNITS:
        return N_("is in a currency that is not known here")
    return ""


def _count(one: Field, value: Any, said: Mapping[str, Any]) -> str:
    return "" if type(value) is int and 0 < value <= MAX_COUNT else N_("is not a count")


def _share(one: Field, value: Any, said: Mapping[str, Any]) -> str:
    try:
        fits = bool(_SHARE.fullmatch(value)) and 0 <= Fraction(value) <= 1
    except (TypeError, ValueError, ZeroDivisionError):
        fits = False
    return "" if fits else _NO_SHARE


_NO_SHARE: Final = N_("is not a share of the whole")


def _choice(one: Field, value: Any, said: Mapping[str, Any]) -> str:
    if one.open:
        return _text(one, value, said)
    known = isinstance(value, str) and value in one.choices
    return "" if known else N_("is none of the choices")


def _party(one: Field, value: Any, said: Mapping[str, Any]) -> str:
    names = isinstance(value, Mapping) and (value.get("name_zh") or value.get("name_en"))
    return "" if names and isinstance(value.get("id"), str) else N_("is not a registered party")


def _technology(one: Field, value: Any, said: Mapping[str, Any]) -> str:
    titles = isinstance(value, Mapping) and (value.get("title_zh") or value.get("title_en"))
    return "" if titles else N_("is not a technology of the venue")


def _technologies(one: Field, value: Any, said: Mapping[str, Any]) -> str:
    if not isinstance(value, list):
        return N_("is not a list of technologies")
    return next((problem for item in value if (problem := _technology(one, item, said))), "")


def _holders(one: Field, value: Any, said: Mapping[str, Any]) -> str:
    if not isinstance(value, list):
        return N_("is not a list of holders")
    for holder in value:
        if not isinstance(holder, Mapping) or _party(one, holder.get("party"), said):
            return N_("names a holder that is not a registered party")
        for power in ("ownership", "disposal", "income"):
            if _share(one, holder.get(power), said):
                return _NO_SHARE
    return ""


_CHECKS: Final[dict[Type, Callable[[Field, Any, Mapping[str, Any]], str]]] = {
    Type.TEXT: _text,
    Type.LONG: _text,
    Type.TEXTS: _texts,
    Type.DAY: _day,
    Type.MONEY: _money,
    Type.COUNT: _count,
    Type.SHARE: _share,
    Type.CHOICE: _choice,
    Type.PARTY: _party,
    Type.HOLDERS: _holders,
    Type.TECHNOLOGY: _technology,
    Type.TECHNOLOGIES: _technologies,
}
