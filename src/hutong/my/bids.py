"""
My bids: the lots I may bid in, my paddle, my attempts with their receipts, the room (AU-4, AU-9).
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hutong.auctions import queries
from hutong.auctions.record import SHORT
from hutong.doors.api import paged
from hutong.doors.problems import sentence_of
from hutong.kit.actor import READ
from hutong.kit.moments import from_microseconds
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ui.door import as_member, member

PAGE = 30
ATTEMPTS = 200


@member
def index(request: HttpRequest) -> HttpResponse:
    actor, now = as_member(request.actor), request.now
    actor.need(READ)
    page = paged(
        queries.lots_of_bidder(actor.acting_party()),
        request.GET.get("cursor"),
        PAGE,
        key=("-id",),
        out=lambda row: queries.held(row, now),
    )
    return render(request, "my/bids.html", {"held": page["items"], "next": page["next"]})


@member
def one(request: HttpRequest, lot: UUID) -> HttpResponse:
    """My part in one lot: every attempt of my paddle, and the receipt each got."""
    actor, now = as_member(request.actor), request.now
    actor.need(READ)
    paddle = queries.paddle_of(lot, actor.acting_party())
    if paddle is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="lot")
    refusals = {
        short: sentence_of(Refused(reason)) for reason, short in SHORT.items() if reason is not None
    }
    receipts = queries.attempts_by(lot, paddle, limit=ATTEMPTS)
    return render(
        request,
        "my/bid.html",
        {
            "lot": queries.lot(lot, now),
            "paddle": paddle,
            "attempts": [
                (receipt, from_microseconds(receipt.arrived_at), refusals.get(receipt.refusal, ""))
                for receipt in receipts
            ],
        },
    )
