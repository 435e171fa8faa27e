"""
My intents to buy: qualification, the deposit with its reference, the auction room (LI-4).
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hutong.auctions import queries as auctions
from hutong.deals import queries as deals
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import actions, queries
from hutong.listings.intents import IntentStatus
from hutong.settlement import queries as settlement
from hutong.ui.door import Acts, as_member, member


@member
def index(request: HttpRequest) -> HttpResponse:
    actor, now = as_member(request.actor), request.now
    actor.acting_party()
    page = queries.my_intents(actor, cursor=request.GET.get("cursor"))
    listings = queries.listings_of(i.listing for i in page["items"])
    lots = auctions.lots_of_listings(listings, now)
    return render(request, "my/intents.html", {"page": page, "listings": listings, "lots": lots})


@member
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """One intent; what to do next stands first."""
    actor, now = as_member(request.actor), request.now
    acts = Acts(request)
    acts.on(
        "withdraw",
        lambda: actions.withdraw_intent(actor=actor, now=now, intent=id),
        said=gettext("Withdrawn. A deposit held goes back."),
    )
    if answer := acts.answer():
        return answer
    intent = queries.intent(id, actor)
    if intent.party != actor.acting_party():  # the seller may know of it, but not whose paddle bids
        raise Refused(CommonRefusal.NOT_FOUND, what="intent")
    listing = queries.listing(intent.listing)
    lot = auctions.lot_of_listing(intent.listing, now)
    won = next((d for d in deals.of_listing(intent.listing) if d.buyer == actor.party), None)
    return render(
        request,
        "my/intent.html",
        {
            "intent": intent,
            "listing": listing,
            "lot": lot,
            "paddle": auctions.paddle_of(lot.id, intent.party) if lot else None,
            "payable": settlement.payable_for(subject("intent", id)),
            "deal": won,
            "over": listing.status.value in ("concluding", "closed"),
            "may_withdraw": intent.live
            and intent.status
            in (IntentStatus.APPLIED, IntentStatus.QUALIFIED, IntentStatus.DEPOSITED)
            and listing.status.value in ("listed", "suspended"),
            "problem": acts.problem,
        },
        status=acts.status,
    )
