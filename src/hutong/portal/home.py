"""
The first page: what is on now, what there is, what happened, how to take part.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hutong.auctions import queries as auctions
from hutong.listings import queries as listings
from hutong.listings.queries import Filters, Order
from hutong.portal import deals
from hutong.portal.figures import Figures, figures
from hutong.rights import queries as rights
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.door import visitor
from hutong.ui.templatetags.ui import grouped, money_short, named

SHOWN = 6


@visitor
def page(request: HttpRequest) -> HttpResponse:
    now = request.now
    notices = rights.notices(running=True, limit=4)["items"]
    first = technologies.technologies(n.technologies[0] for n in notices if n.technologies)
    board = listings.board(order=Order.ENDING, limit=SHOWN)["items"]
    earlier = board or listings.board(Filters(status=None), order=Order.NEWEST, limit=1)["items"]
    return render(
        request,
        "portal/home.html",
        {
            "numbers": _numbers(figures(now)),
            "live": auctions.live_lots(now)[:SHOWN],
            "board": board,
            "any": bool(earlier),
            "notices": [
                (n, named(first.get(n.technologies[0]))) for n in notices if n.technologies
            ],
            "sold": deals.settled(limit=SHOWN)["items"],
            "offers": words.OFFER_KINDS,
            "ways": words.WAYS,
        },
    )


def _numbers(told: Figures) -> list[tuple[str, str, str]]:
    """Each figure with where it opens to what it counts (ST-1)."""
    return [
        (
            gettext("Technologies on the market"),
            grouped(told.technologies),
            "/search?type=technology",
        ),
        (gettext("Open listings"), grouped(told.listings), "/listings"),
        (gettext("Auctions running"), grouped(told.running_lots), "/lots"),
        (gettext("Deals settled"), grouped(told.deals), "/deals"),
        (gettext("Traded"), money_short(told.traded_fen), "/deals"),
    ]
