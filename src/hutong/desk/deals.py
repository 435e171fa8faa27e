"""
A deal at the desk: what is missing, settling it, ending it (DL-1, DL-2, AU-11).
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hutong.deals import actions as deal_actions
from hutong.deals import queries
from hutong.deals.rules import Side, Status
from hutong.desk.queue import decide
from hutong.parties import queries as parties
from hutong.rights import queries as rights
from hutong.settlement import actions
from hutong.settlement import queries as settlement
from hutong.technologies import queries as technologies
from hutong.ui.door import Acts, officer
from hutong.ui.words import SIDES, WAYS


@officer
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    actor, now = request.actor, request.now
    reason = request.POST.get("reason", "")
    acts = Acts(request, to=f"/desk/deals/{id}")
    acts.on(
        "settle",
        lambda: actions.settle(actor=actor, now=now, deal=id),
        said=gettext("Settled: right and money have moved together."),
    )
    acts.on(
        "default",
        lambda: deal_actions.propose_default(
            actor=actor, now=now, deal=id, side=_side(request), reason=reason
        ),
        said=gettext("Proposed; another officer confirms it."),
    )
    acts.on(
        "terminate",
        lambda: deal_actions.propose_termination(actor=actor, now=now, deal=id, reason=reason),
        said=gettext("Proposed; another officer confirms it."),
    )
    acts.on(
        "confirm",
        lambda: deal_actions.confirm_ending(actor=actor, now=now, deal=id),
        said=gettext("The deal has ended."),
    )
    acts.on(
        "drop",
        lambda: deal_actions.drop_ending(actor=actor, now=now, deal=id, reason=reason),
        said=gettext("Dropped; the deal goes on."),
    )
    if answer := acts.answer():
        return answer
    deal = queries.deal_seen_by(actor, id)
    transfers = rights.disposals_of_deal(id)
    money = settlement.money_of(id)
    return render(
        request,
        "desk/deal.html",
        {
            "deal": deal,
            "how": deal.how,
            "sides": SIDES,
            "ways": WAYS,
            "parties": parties.parties({deal.seller, deal.buyer}),
            "people": parties.persons(
                [
                    *(a.person for a in deal.acceptances),
                    *([deal.ending.proposed_by] if deal.ending else []),
                ]
            ),
            "own": deal.ending is not None and deal.ending.proposed_by == actor.person,
            "technologies": technologies.technologies(
                {*deal.technologies, *(t.technology for t in transfers)}
            ),
            "transfers": transfers,
            "money": money,
            "checks": _checks(deal, transfers, money),
            "live": deal.status in (Status.AGREED, Status.SIGNED, Status.PAID),
            "may": decide(actor, "settlement.settle", "deals.end"),
            "reason": reason,
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _side(request: HttpRequest) -> Side:
    return Side.BUYER if request.POST.get("side") == Side.BUYER.value else Side.SELLER


def _checks(deal: Any, transfers: Any, money: Any) -> list[tuple[str, bool]]:
    """What must stand before right and money can move (DL-2, RR-11)."""
    paid = deal.status not in (Status.AGREED, Status.SIGNED)
    return [
        (gettext("Both sides accepted the contract"), len(deal.acceptances) == len(Side)),
        (gettext("The whole price is in escrow"), paid),
        (
            gettext("Every step at the office is done"),
            bool(transfers) and all(t.outside_step in ("effective", "not_due") for t in transfers),
        ),
    ]
