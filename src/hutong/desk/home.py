"""
Where an officer begins: the queue, narrowed and sorted; and how many cases wait.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from hutong.desk.bulk import BULKS
from hutong.desk.queue import Waiting, rows, titled, urgency, waiting_for
from hutong.ui.door import officer

SHOWN = 100
WHOSE = ("all", "mine", "free")

ORDERS: dict[str, Callable[[datetime], Callable[[Waiting], Any]]] = {
    "urgent": urgency,
    "oldest": lambda now: lambda case: (case.since or now, case.href),
    "newest": lambda now: lambda case: (now - (case.since or now), case.href),
    "kind": lambda now: lambda case: (case.kind, *urgency(now)(case)),
}


@officer
def page(request: HttpRequest) -> HttpResponse:
    actor: Any = request.actor
    now: datetime = request.now
    asked = request.GET
    cases = waiting_for(actor, now)
    kinds: dict[str, int] = {}
    for case in cases:
        kinds[case.kind] = kinds.get(case.kind, 0) + 1
    only, whose, order = asked.get("kind", ""), asked.get("who", "all"), asked.get("sort", "urgent")
    shown = [case for case in cases if not only or case.kind == only]
    lines = rows(shown, actor, now)
    late = sum(line.late for line in lines)
    if asked.get("late"):
        lines = [line for line in lines if line.late]
    if whose == "mine":
        lines = [line for line in lines if line.mine]
    elif whose == "free":
        lines = [line for line in lines if not line.holder]
    if order in ORDERS and order != "urgent":
        by = ORDERS[order](now)
        lines = sorted(lines, key=lambda line: by(line.case))
    total = len(lines)
    first = _page(asked.get("page", ""))
    lines = lines[(first - 1) * SHOWN : first * SHOWN]
    names = titled([line.case for line in lines])
    lines = [replace(line, case=case) for line, case in zip(lines, names, strict=True)]
    acts = {line.case.bulk for line in lines if line.case.bulk and not line.barred}
    return render(
        request,
        "desk/queue.html",
        {
            "rows": lines,
            "kinds": sorted(kinds.items()),
            "only": only,
            "whose": whose if whose in WHOSE else "all",
            "order": order if order in ORDERS else "urgent",
            "late_only": bool(asked.get("late")),
            "late": late,
            "now": now,
            "total": total,
            "all": len(cases),
            "page": first,
            "more": total > first * SHOWN,
            "bulk": BULKS[acts.pop()] if only and len(acts) == 1 else None,
            "filtered": total != len(cases),
        },
    )


def _page(text: str) -> int:
    return int(text) if text.isdecimal() and 0 < len(text) < 6 and int(text) > 0 else 1


@officer
def counts(request: HttpRequest) -> JsonResponse:
    """How many cases wait for this officer, for the mark beside “Queue” on every page of the desk."""
    actor: Any = request.actor
    now: datetime = request.now
    cases = waiting_for(actor, now)
    late = sum(case.due_by is not None and case.due_by <= now for case in cases)
    return JsonResponse({"waiting": len(cases), "late": late})
