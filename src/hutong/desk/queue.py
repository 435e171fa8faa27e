"""
One queue for each officer: everything that waits for one of the officer's powers, longest first.

A source names the power it is for and lists what waits; a new kind of case is one more source.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hutong.kit.actor import Actor
from hutong.ui.door import officer


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A case that waits for a decision. `due_by` is the rulebook's deadline, where it has one."""

    kind: str
    title: str
    href: str
    since: datetime | None
    due_by: datetime | None = None
    note: str = ""


Source = Callable[[Actor, datetime], Iterable[Waiting]]
SOURCES: list[tuple[tuple[str, ...], Source]] = []


def source(*powers: str) -> Callable[[Source], Source]:
    """Register what lists the cases for any of `powers`."""

    def registered(list_waiting: Source) -> Source:
        SOURCES.append((powers, list_waiting))
        return list_waiting

    return registered


def decide(actor: Actor, *powers: str) -> frozenset[str]:
    """Which of `powers` the officer has: what the page offers to decide."""
    return frozenset(power for power in powers if actor.has(power))


def waiting_for(actor: Actor, now: datetime) -> list[Waiting]:
    found = [
        case
        for powers, list_waiting in SOURCES
        if decide(actor, *powers)
        for case in list_waiting(actor, now)
    ]
    return sorted(found, key=lambda case: (case.due_by or case.since or now, case.href))


@officer
def page(request: HttpRequest) -> HttpResponse:
    actor: Any = request.actor
    now: datetime = request.now
    cases = waiting_for(actor, now)
    kinds = sorted({case.kind for case in cases})
    only = request.GET.get("kind", "")
    return render(
        request,
        "desk/queue.html",
        {
            "cases": [case for case in cases if not only or case.kind == only],
            "kinds": kinds,
            "only": only,
            "now": now,
            "total": len(cases),
        },
    )
