"""
The first page: what is on now, what there is, what happened, how to take part.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hutong.auctions import queries as auctions
from hutong.certificates import queries as certificates
from hutong.doors.api import paged
from hutong.listings import queries as listings
from hutong.listings.queries import Filters, Order
from hutong.portal.figures import figures
from hutong.rights import queries as rights
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.door import visitor
from hutong.ui.templatetags.ui import named

SHOWN = 6


@visitor
def page(request: HttpRequest) -> HttpResponse:
    now = request.now
    notices = rights.notices(running=True, limit=4)["items"]
    first = technologies.technologies(n.technologies[0] for n in notices if n.technologies)
    issued = paged(
        certificates.register(), None, SHOWN, key=("-issued_at", "-id"), out=certificates.view
    )["items"]
    sold = listings.board(Filters(status=None), order=Order.NEWEST, limit=1)["items"]
    return render(
        request,
        "portal/home.html",
        {
            "figures": figures(now),
            "live": auctions.live_lots(now)[:SHOWN],
            "board": listings.board(order=Order.ENDING, limit=SHOWN)["items"],
            "any": bool(sold),
            "notices": [(n, named(first.get(n.technologies[0]))) for n in notices],
            "certificates": issued,
            "offers": words.OFFER_KINDS,
        },
    )
