"""
What happened: a typed fact of one act, before the journal writes it down (LO-1, LO-2).

An event class says once what its fields mean for the public log:

    price_fen: int              public and impersonal: in the log in clear
    text: Content[dict]         public, erasable: a salted blob beside the log, its digest in the log
    seller: Private[UUID]       private: a salted commitment in the log, the value erasable

and how far it is seen:

    LOGGED      published in the log as it stands
    SEALED      committed to, uncounted, until its subject is unsealed (LI-4)
    JOURNALLED  in the venue's journal only: drafts, settings
"""

import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar
from uuid import UUID

from hutong.kit.moments import iso

_T = TypeVar("_T")


class _Mark(Enum):
    PRIVATE = "private"
    CONTENT = "content"


Private = Annotated[_T, _Mark.PRIVATE]
Content = Annotated[_T, _Mark.CONTENT]


class Visibility(StrEnum):
    LOGGED = "logged"
    SEALED = "sealed"
    JOURNALLED = "journalled"


KINDS: dict[str, type["Event"]] = {}
_UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}
_KIND = re.compile(r"[a-z]+\.[A-Z][A-Za-z]+")


class Event:
    """Base of all events. Subclasses are frozen, keyword-only dataclasses with `kind=`."""

    kind: ClassVar[str]
    version: ClassVar[int]
    visibility: ClassVar[Visibility]

    def __init_subclass__(
        cls, *, kind: str, version: int = 1, visibility: Visibility = Visibility.LOGGED
    ) -> None:
        if not _KIND.fullmatch(kind):
            raise TypeError(f"{kind!r} is not area.PastTense")
        if taken := cls.__annotations__.keys() & {"kind", "version", "visibility"}:
            raise TypeError(f"{kind}: {sorted(taken)} say what the event is, not what happened")
        known = KINDS.get(kind)
        if known is not None and known.__module__ != cls.__module__:
            raise TypeError(f"{kind} is declared twice")
        cls.kind, cls.version, cls.visibility = kind, version, visibility
        KINDS[kind] = cls

    def facts(self) -> dict[str, Any]:
        """The public, impersonal fields, as plain JSON."""
        return self._fields(None)

    def private(self) -> dict[str, Any]:
        return self._fields(_Mark.PRIVATE)

    def content(self) -> dict[str, Any]:
        return self._fields(_Mark.CONTENT)

    def _fields(self, mark: _Mark | None) -> dict[str, Any]:
        marks = field_marks(type(self))
        return {name: plain(getattr(self, name)) for name, m in marks.items() if m is mark}


def field_marks(event: type[Event]) -> dict[str, _Mark | None]:
    """Field name → how it is kept. Raises TypeError when the class is not a dataclass."""
    found: dict[str, _Mark | None] = _field_marks(typing.cast(Any, event))
    return found


@cache
def _field_marks(event: Any) -> dict[str, _Mark | None]:
    if not is_dataclass(event):
        raise TypeError(f"{event.__name__} must be a dataclass")
    hints = typing.get_type_hints(event, include_extras=True)
    return {f.name: _mark(hints[f.name]) for f in fields(event)}


def _mark(hint: Any) -> _Mark | None:
    if typing.get_origin(hint) is Annotated:
        for extra in hint.__metadata__:
            if isinstance(extra, _Mark):
                return extra
    return None


def plain(value: Any) -> Any:
    """Turn a field's value into plain JSON data. Raises TypeError on floats and strangers."""
    match value:
        case None | bool() | str() if not isinstance(value, Enum):
            return value
        case Enum():
            return plain(value.value)
        case int():
            return value
        case UUID():
            return str(value)
        case datetime():
            return iso(value)
        case date():
            return value.isoformat()
        case Fraction():
            return f"{value.numerator}/{value.denominator}"
        case bytes():
            return value.hex()
        case Mapping():
            return {str(k): plain(v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            items = sorted(value) if isinstance(value, set | frozenset) else value
            return [plain(v) for v in items]
        case _:
            raise TypeError(f"an event cannot hold a {type(value).__name__}")


def upcast(kind: str, version: int) -> Callable[[Any], Any]:
    """Register how facts of `kind` in `version` become those of the next version."""

    def register(
        function: Callable[[dict[str, Any]], dict[str, Any]],
    ) -> Callable[[dict[str, Any]], dict[str, Any]]:
        _UPCASTERS[kind, version] = function
        return function

    return register


def current_facts(kind: str, version: int, facts: dict[str, Any]) -> dict[str, Any]:
    """Bring facts written in an old version up to the one the code speaks today."""
    target = KINDS[kind].version if kind in KINDS else version
    while version < target:
        facts = _UPCASTERS[kind, version](facts)
        version += 1
    return facts
