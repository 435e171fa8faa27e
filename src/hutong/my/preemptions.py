"""
A co-owner's answer when another's share is offered (LI-2; Civil Code 305).
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import actions, queries
from hutong.parties import queries as parties
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.door import Acts, as_member, member


@member
def one(request: HttpRequest, listing: UUID) -> HttpResponse:
    actor, now = as_member(request.actor), request.now
    acts = Acts(request)

    def record(exercise: bool) -> None:
        actions.answer_pre_emption(actor=actor, now=now, listing=listing, exercise=exercise)

    acts.on("keep", lambda: record(True), said=gettext("Your answer is recorded."))
    acts.on("waive", lambda: record(False), said=gettext("Your answer is recorded."))
    if answer := acts.answer():
        return answer
    mine = [n for n in queries.preemptions(listing, actor) if n.party == actor.party]
    if not mine:
        raise Refused(CommonRefusal.NOT_FOUND, what="pre-emption")
    offer = queries.listing(listing)
    return render(
        request,
        "my/preemption.html",
        {
            "notice": mine[0],
            "listing": offer,
            "seller": parties.party(offer.seller),
            "technologies": technologies.technologies(mine[0].technologies),
            "open": mine[0].exercised is None and mine[0].answer_by > now,
            "words": words,
            "problem": acts.problem,
        },
        status=acts.status,
    )
