"""
A co-owner's offer of an exclusive or sole licence, to be joined or declined (RR-1).
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hutong.listings import actions, queries
from hutong.listings.rules import Status
from hutong.parties import queries as parties
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.door import Acts, as_member, member


@member
def one(request: HttpRequest, listing: UUID) -> HttpResponse:
    actor, now = as_member(request.actor), request.now
    acts = Acts(request)
    acts.on(
        "join",
        lambda: actions.join_offer(actor=actor, now=now, listing=listing),
        said=gettext("You joined: the licence is granted in your name, too."),
    )
    acts.on(
        "decline",
        lambda: actions.decline_offer(
            actor=actor, now=now, listing=listing, reason=request.POST.get("reason", "")
        ),
        said=gettext("Declined; the seller hears of it."),
    )
    if answer := acts.answer():
        return answer
    offer, mine = queries.to_join(listing, actor)
    return render(
        request,
        "my/joining.html",
        {
            "listing": offer,
            "mine": mine,
            "open": mine.status == "asked" and offer.status is Status.DRAFT,
            "seller": parties.party(offer.seller),
            "technologies": technologies.technologies(offer.technologies),
            "words": words,
            "problem": acts.problem,
        },
        status=acts.status,
    )
