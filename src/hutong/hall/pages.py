"""
The hall's pages and the data their script asks for. Open to everybody: nothing here is not public.
"""

from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from hutong.hall.gathering import deals_since, gather
from hutong.hall.provinces import HEIGHT, PROVINCES, WIDTH
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ui.door import visitor
from hutong.ui.lifecycles import LIFECYCLES


@visitor
def hall(request: HttpRequest) -> HttpResponse:
    """The big screen, 1920 × 1080 or 4K."""
    return _screen(request, "hall/hall.html")


@visitor
def booth(request: HttpRequest) -> HttpResponse:
    """The screen of a stand at a fair: one panel after the other, and a code that leads here."""
    code = segno.make(settings.ORIGIN, error="m")
    modules = [(x, y) for y, row in enumerate(code.matrix) for x, dark in enumerate(row) if dark]
    return _screen(
        request,
        "hall/booth.html",
        {"code": modules, "code_size": len(code.matrix), "origin": settings.ORIGIN},
    )


@visitor
def data(request: HttpRequest) -> HttpResponse:
    """What the screens show; with `since`, the deals a screen that was away has missed."""
    now = request.now
    answer = gather(now)
    if asked := request.GET.get("since"):
        since = _moment(asked)
        if since is None or since.tzinfo is None:
            raise Refused(CommonRefusal.INVALID, field="since", problem=gettext("not a time"))
        answer["missed"] = deals_since(since)
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})


def _moment(text: str) -> Any:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _screen(
    request: HttpRequest, template: str, more: dict[str, Any] | None = None
) -> HttpResponse:
    lot = LIFECYCLES["lot"]
    return render(
        request,
        template,
        {
            "state": gather(request.now),
            "provinces": PROVINCES.values(),
            "map_width": WIDTH,
            "map_height": HEIGHT,
            "theme": "light" if request.GET.get("theme") == "light" else "dark",
            "words": {
                "states": {
                    s.code: {"label": gettext(s.label), "tone": s.tone}
                    for s in (*lot.course, *lot.exits)
                },
                "events": {
                    "opens": gettext("Bidding opens"),
                    "cut_off": gettext("Listing ends"),
                    "notice": gettext("Public notice ends"),
                },
                "price_modes": {
                    "negotiable": gettext("negotiable"),
                    "floor": gettext("from {price}"),
                    "fixed": "{price}",
                },
                "link": {
                    "live": gettext("live"),
                    "lost": gettext("connection lost {ago} ago, trying again"),
                },
                "paddle": gettext("paddle {number}"),
                "no_bid": gettext("no bid yet"),
                "bids": gettext("{count} bids"),
                "opening": gettext("opening price"),
                "highest": gettext("highest bid"),
                "until_open": gettext("opens in"),
                "until_free": gettext("free period ends in"),
                "until_limited": gettext("ends unless somebody bids in"),
                "suspended": gettext("suspended"),
                "bidding_now": gettext("Bidding now"),
                "listed": gettext("On the board"),
                "until_end": gettext("open for intents for"),
                "days": gettext("# d"),
            },
            **(more or {}),
        },
    )
