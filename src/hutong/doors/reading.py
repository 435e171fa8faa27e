"""
What one request asks several times is asked once, while it only reads; and what every request asks
of several areas is asked of all at once, at its beginning.

    with reading():                     a GET: from its first query to its answer
        at_once(PARTS, …)               the clock, the rules, who reads: one query for all of them
        once(("due.clock",), ask)       afterwards the same answer, without a query

Outside of `reading`, and wherever anything is written, everything is asked anew.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, NamedTuple, TypeVar

from django.db import connection

T = TypeVar("T")
_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("known", default=None)


class Part(NamedTuple):
    """What an area answers at the beginning of a request.

    `sql`: a query for one JSON value (NULL where there is none), by `reader.person` and
    `reader.party`; `read`: what the area makes of the value; `by`: which of the two the answer is
    remembered by.
    """

    name: str
    sql: str
    read: Callable[[Any], Any]
    by: tuple[str, ...] = ()

    def ask(self) -> Any:
        """The answer alone, where no reader is asked about."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT ({self.sql})")
            return self.read(cursor.fetchone()[0])


@contextmanager
def reading() -> Iterator[None]:
    """Remember answers until the end of the block."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def once(key: Hashable, ask: Callable[[], T]) -> T:
    """The answer to `ask`, remembered by `key` while a request reads."""
    known = _known.get()
    if known is None:
        return ask()
    if key not in known:
        known[key] = ask()
    found: T = known[key]
    return found


def is_reading() -> bool:
    """Whether answers are remembered now."""
    return _known.get() is not None


def at_once(parts: Sequence[Part], reader: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of `parts` by their names, in one query; `once` knows them from then on.

    `reader`: a query for one row or none, by `%(name)s` of what is `known`, with the columns `person`
    and `party`; whatever columns it has are among the answers.
    """
    asked = ", ".join(f"({part.sql})" for part in parts)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {asked}, reader.* FROM (VALUES (1)) one LEFT JOIN ({reader}) reader ON true",
            known,
        )
        row = cursor.fetchone()
        columns = [column.name for column in cursor.description]
    answers = dict(zip(columns[len(parts) :], row[len(parts) :], strict=True))
    for part, value in zip(parts, row, strict=False):
        found = answers[part.name] = part.read(value)
        once((part.name, *(answers[name] for name in part.by)), partial(_said, found))
    return answers


def _said(found: T) -> T:
    return found
