"""
The auction room and the bidding record (AU-1 … AU-4, AU-9).

What is drawn here is the state the server confirmed when it answered; the page's script then follows
the live stream of the hot door and shows nothing the stream has not said.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hutong.auctions import queries
from hutong.auctions.record import SHORT
from hutong.auctions.rules import Refusal, Status
from hutong.auctions.stream import describe
from hutong.doors.api import paged
from hutong.doors.problems import sentence_of
from hutong.kit.actor import ACT
from hutong.kit.moments import SHANGHAI, from_microseconds, iso
from hutong.kit.refusal import Refused
from hutong.ui.door import visitor
from hutong.ui.lifecycles import LIFECYCLES
from hutong.ui.templatetags.ui import write_moment

SHOWN = 200  # attempts drawn in the page; the record as data has all


@visitor
def index(request: HttpRequest) -> HttpResponse:
    now = request.now
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
    """The room as the server last confirmed it; `room.js` goes on from there."""
    actor, now = request.actor, request.now
    live = queries.live_lot(id, now, bids=SHOWN)
    lot = live.lot
    paddle = queries.paddle_of(id, actor.party) if actor.party else None
    return render(
        request,
        "portal/room.html",
        {
            "lot": lot,
            "state": {**describe(lot), "recent": [_bid(bid) for bid in live.bids]},
            "bids": [(bid, from_microseconds(bid.arrived_at)) for bid in live.bids],
            "paddle": paddle,
            "may_bid": paddle is not None and actor.has(ACT) and not lot.is_over,
            "words": {
                "states": {s.value: _word(s) for s in Status},
                "refusals": {reason.code: _said(reason) for reason in Refusal},
                "link": {
                    "live": gettext("live"),
                    "waiting": gettext("connecting …"),
                    "lost": gettext("connection lost, trying again …"),
                },
                "bid": gettext("Bid {amount}"),
                "asking": gettext("Sent. Waiting for the receipt …"),
                "accepted": gettext("Accepted: no. {sequence}, {amount}."),
                "refused": gettext("Not accepted: {why}"),
                "unsure": gettext(
                    "The answer did not arrive. Asking for the receipt; do not bid again yet …"
                ),
                "not_received": gettext("The bid did not arrive. It had no effect; bid again."),
                "leading": gettext("Your bid leads."),
                "outbid": gettext("You are not leading."),
                "amount": gettext("Write an amount in yuan, such as 1,280,000.50."),
                "failed": gettext("Something broke here."),
            },
        },
    )


@visitor
def bids(request: HttpRequest, id: UUID) -> JsonResponse:
    """The latest accepted bids as data, for a room that was cut off and missed some."""
    live = queries.live_lot(id, request.now, bids=SHOWN)
    return JsonResponse({"recent": [_bid(bid) for bid in live.bids]})


def _bid(bid: Any) -> dict[str, Any]:
    return {
        "sequence": bid.sequence,
        "paddle": bid.paddle,
        "amount_fen": bid.amount_fen,
        "arrived_at": iso(from_microseconds(bid.arrived_at)),
    }


def _word(status: Status) -> dict[str, str]:
    known = LIFECYCLES["lot"].state(status.value)
    assert known is not None, "every state of a lot has its word"
    return {"label": gettext(known.label), "tone": known.tone}


def _said(reason: Refusal) -> str:
    return sentence_of(Refused(reason))


@visitor
def record(request: HttpRequest, id: UUID) -> HttpResponse:
    """Every attempt by paddle, refused ones too, as published after the close."""
    now = request.now
    published = queries.bidding_record(id)
    if request.GET.get("format") == "json":
        return JsonResponse(published, json_dumps_params={"ensure_ascii": False, "indent": 1})
    columns, rows = published["record"]["columns"], published["record"]["attempts"]
    return render(
        request,
        "portal/record.html",
        {
            "lot": queries.lot(id, now),
            "published": published,
            "attempts": [_shown(dict(zip(columns, row, strict=True))) for row in rows[:SHOWN]],
            "more": max(0, len(rows) - SHOWN),
        },
    )


def _shown(attempt: dict[str, Any]) -> dict[str, Any]:
    arrived = from_microseconds(attempt["arrived_at"]).astimezone(SHANGHAI)
    return {
        **attempt,
        "arrived": f"{write_moment(arrived, seconds=True)}.{arrived.microsecond // 1000:03d}",
        "refusal": refusal_words().get(attempt["refusal"], attempt["refusal"]),
    }


def refusal_words() -> dict[str, str]:
    """What each short refusal in a record or receipt says, in the reader's language."""
    return {short: _said(reason) for reason, short in SHORT.items() if reason is not None}
