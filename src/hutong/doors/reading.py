"""
What one request asks several times is asked once, while it only reads.

    with reading():                     a GET: from its first query to its answer
        once("due.clock", ask)          the second time the same answer, without a query

The clock and the rulebook in force are asked for by the frame, the actor and the page alike. Outside
of `reading`, and wherever anything is written, everything is asked anew.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("known", default=None)


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
