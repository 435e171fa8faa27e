"""
The auction room and the bidding record (AU-1 … AU-4, AU-9).

What is drawn here is the state the server confirmed when it answered; the page's script then follows
the live stream of the hot door and shows nothing the stream has not said.
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from hutong.auctions import queries
from hutong.auctions.rules import Status
from hutong.doors.api import paged
from hutong.kit.actor import ACT
from hutong.ui.door import visitor

SHOWN = 200  # attempts drawn in the page; the record has all


@visitor
def index(request: HttpRequest) -> HttpResponse:
    now = request.now  # type: ignore[attr-defined]
    past = paged(
        queries.lots(live=False),
        request.GET.get("cursor"),
        30,
        key=("-closed_at", "-id"),
        out=lambda row: queries.view(row, now),
    )
    return render(
        request, "portal/lots.html", {"live": queries.live_lots(now), "past": past, "now": now}
    )


@visitor
def room(request: HttpRequest, id: UUID) -> HttpResponse:
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    lot = queries.lot(id, now)
    paddle = queries.paddle_of(id, actor.party) if actor.party else None
    return render(
        request,
        "portal/room.html",
        {
            "lot": lot,
            "paddle": paddle,
            "may_bid": paddle is not None and actor.has(ACT) and not lot.is_over,
            "running": lot.status in (Status.FREE, Status.LIMITED),
        },
    )


@visitor
def record(request: HttpRequest, id: UUID) -> HttpResponse:
    """Every attempt by paddle, refused ones too, as published after the close."""
    now = request.now  # type: ignore[attr-defined]
    published = queries.bidding_record(id)
    if request.GET.get("format") == "json":
        return JsonResponse(published, json_dumps_params={"ensure_ascii": False, "indent": 1})
    return render(
        request, "portal/record.html", {"lot": queries.lot(id, now), "published": published}
    )
