"""
Several claims at once: what one act asks of a registrar, or tells one venue, goes in one message.

    with together(now):          asked for 200 numbers of one application
        send(…); send(…); …      → one `claims.batch`, in the same transaction

One alone is sent as itself. Within a message the order is that in which it was asked; between
messages none is needed: a number is given back only after its claim is final, so answered.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hutong.kit.actor import SYSTEM
from hutong.network.messages import actions as messages

BATCH: Final = "claims.batch"
FINALS: Final = "claims.finals"
TOGETHER: Final = {"claims.claim": BATCH, "claims.final": FINALS}  # the rest goes by itself
NAMES: Final = {BATCH: "claims", FINALS: "finals"}
MOST: Final = 200  # in one message; some 60 KB
ABOUT: Final = "claims:together"


@dataclass(frozen=True, slots=True)
class _Waiting:
    to: str
    about: str
    kind: str
    body: Mapping[str, Any]


_collected: ContextVar[list[_Waiting] | None] = ContextVar("claims_together", default=None)


@contextmanager
def together(now: datetime) -> Iterator[None]:
    """Send what is asked and told within as few messages as it takes, when the block ends well."""
    if _collected.get() is not None:
        yield
        return
    waiting: list[_Waiting] = []
    token = _collected.set(waiting)
    try:
        yield
    finally:
        _collected.reset(token)
    by_line: dict[tuple[str, str], list[_Waiting]] = {}
    for one in waiting:
        by_line.setdefault((one.to, TOGETHER[one.kind]), []).append(one)
    for (to, kind), found in by_line.items():
        for start in range(0, len(found), MOST):
            _send_some(to, kind, found[start : start + MOST], now)


def send(*, to: str, about: str, kind: str, body: Mapping[str, Any], now: datetime) -> None:
    """Send it by itself, or with what goes together with it."""
    waiting = _collected.get()
    if waiting is None or kind not in TOGETHER:
        messages.send(actor=SYSTEM, now=now, to=to, about=about, kind=kind, body=body)
    else:
        waiting.append(_Waiting(to, about, kind, body))


def _send_some(to: str, kind: str, some: list[_Waiting], now: datetime) -> None:
    if len(some) == 1:
        (one,) = some
        send(to=to, about=one.about, kind=one.kind, body=one.body, now=now)
        return
    body = {NAMES[kind]: [dict(one.body) for one in some]}
    messages.send(actor=SYSTEM, now=now, to=to, about=ABOUT, kind=kind, body=body)


def line_of(number: str) -> str:
    """What messages about a number are about."""
    return "claim:" + number.removeprefix("sha256:")
