"""
A pledgee's claim on money held for its pledge: paid or refused by other eyes (RR-6, PA-5).
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.deals import queries as deals
from hutong.desk.case import same_eyes, show, why_form
from hutong.desk.terms import terms
from hutong.documents import queries as documents
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.kit.money import with_unit
from hutong.parties import queries as parties
from hutong.parties.membership import ANY_ROLE
from hutong.rights import queries as rights
from hutong.settlement import actions, queries
from hutong.settlement.pledged import Standing
from hutong.settlement.queries import ProceedsView
from hutong.technologies import queries as technologies
from hutong.ui.case import Case, Check, Decision, Hand, Outcome, Paper
from hutong.ui.door import Acts, officer
from hutong.ui.templatetags.ui import named, of, write_day


@officer
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """What is held of a pledged right's price, and the claim of its pledgee."""
    actor, now = request.actor, request.now
    queries.needs_books(actor)
    words = request.POST.get("findings", "")
    acts = Acts(request, to=f"/desk/proceeds/{id}")
    act: dict[str, Any] = {"actor": actor, "now": now, "proceeds": id}
    acts.on(
        "pay",
        lambda: actions.pay_proceeds(**act, findings=words),
        said=gettext("Paid to the pledgee."),
    )
    acts.on(
        "refuse",
        lambda: actions.refuse_claim(**act, reason=words),
        said=gettext("Refused; it stays held."),
    )
    if answer := acts.answer():
        return answer
    view = queries.proceeds(id)
    pledge = rights.pledge_standing(view.technology, view.pledge)
    technology = technologies.technology(view.technology)
    waits = view.standing is Standing.CLAIMED
    claimers = parties.persons([view.claimed_by] if view.claimed_by else [])
    sides = {p for side in (view.seller, view.pledgee) for p in parties.people_of(side, ANY_ROLE)}
    case = Case(
        kind=gettext("Claim on pledged proceeds"),
        title=f"{with_unit(view.claimed_fen or view.amount_fen, view.currency)} · {named(technology)}",
        lifecycle="proceeds",
        state=view.standing,
        since=view.claimed_at if waits else None,
        due_by=terms(now).due_by("money", view.claimed_at) if waits else None,
        checks=_checks(view, pledge, local_date(now)),
        evidence=[Paper(file=d) for e in view.evidence if (d := documents.find(e))],
        decisions=_decisions(actor, words) if waits else (),
        barred=same_eyes(
            actor,
            [view.claimed_by, *sides],
            gettext("You act for one of the sides; another officer decides."),
        ),
        hands=[
            Hand(
                did=gettext("Asked by"),
                name=named(of(claimers, view.claimed_by)),
                at=view.claimed_at,
            )
        ]
        if view.claimed_by
        else [],
    )
    return show(
        request,
        "desk/proceeds.html",
        case,
        acts=acts,
        subjects=[subject("deal", view.deal)],
        one=view,
        deal=deals.deals([view.deal]).get(view.deal),  # of a joint project the lead venue's
        pledge=pledge,
        parties=parties.parties({view.seller, view.pledgee}),
    )


def _checks(view: ProceedsView, pledge: Any, today: Any) -> list[Check]:
    due_on = pledge.debt_due_on if pledge else None
    return [
        Check(
            text=gettext("The pledge stands"),
            ok=pledge is not None,
            rule="RR-6",
            href=f"/technologies/{view.technology}/title",
        ),
        Check(
            text=gettext("The debt's day has passed"),
            ok=None if due_on is None else today > due_on,
            rule="RR-6",
            found=gettext("the register names no day") if due_on is None else write_day(due_on),
        ),
        Check(text=gettext("The debt was not paid"), ok=None, rule="RR-6", found=view.grounds),
    ]


def _decisions(actor: Actor, words: str) -> list[Decision]:
    if not actor.has("settlement.approve_payout"):
        return []
    return [
        Decision(
            title=gettext("Decide the claim"),
            form=why_form("findings", _("Findings"), typed=words, of="claim"),
            outcomes=[
                Outcome(
                    act="pay",
                    label=gettext("Pay the pledgee"),
                    consequence=gettext(
                        "At once into the pledgee's account; what is held beyond the claim is the"
                        " seller's."
                    ),
                    rule="RR-6",
                    good=True,
                ),
                Outcome(
                    act="refuse",
                    label=gettext("Refuse the claim"),
                    consequence=gettext("It stays held; the pledgee may ask again."),
                    rule="RR-6",
                    grave=True,
                ),
            ],
        )
    ]
