"""
One right registered at two venues before they knew of each other: each says its case, officers of
the registrar decide in two (NE-5, DL-3, PA-5).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.queue import Waiting, source
from hutong.kit.actor import Actor
from hutong.network import waiting
from hutong.network.claims import queries as claims
from hutong.network.duplicates import actions, queries
from hutong.network.duplicates.rules import Status
from hutong.technologies import queries as technologies
from hutong.ui.door import Acts, officer
from hutong.venues import queries as venues

OPERATE = queries.OPERATE
PAGE = "/desk/network/duplicates"
UNDECIDED = waiting.DUPLICATES


@source(OPERATE)
def duplicates_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Those to decide, where we are the registrar; those in which we have said nothing yet."""
    for one in waiting.duplicates(actor):
        yield Waiting(
            kind=gettext("Right registered at two exchanges"),
            title=one.venues,
            href=f"{PAGE}/{one.claim}",
            since=one.since,
            note=gettext("to be decided here") if one.is_ours_to_decide else gettext("our case"),
            term="operation",
            not_by=(one.begun_by,),
        )


class StatementForm(forms.Form):
    statement = forms.CharField(
        label=_("Our case"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Since when it is registered here, for whom, on what evidence."),
    )


class DecisionForm(forms.Form):
    upheld = forms.ChoiceField(label=_("Whose registration stands"))
    reasons = forms.CharField(
        label=_("Reasons"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Both exchanges read them, and they stand beside the logs; name no person."),
    )


@officer
def page(request: HttpRequest) -> HttpResponse:
    """Those that are open, and those that were decided. Needs `network.operate`."""
    actor = request.actor
    return render(
        request,
        "desk/network_duplicates.html",
        {
            "undecided": queries.duplicates(actor, *UNDECIDED),
            "decided": queries.duplicates(actor, Status.DECIDED, limit=50),
        },
    )


@officer
def one(request: HttpRequest, claim: UUID) -> HttpResponse:
    """Both registrations, what was said of them, and the decision. Needs `network.operate`."""
    actor, now = request.actor, request.now
    found = queries.duplicate(actor, claim)
    mine, act = venues.my_code(), request.POST.get("act", "")
    initial = {"statement": found.statements.get(mine, "")}
    case = StatementForm(request.POST if act == "state" else None, initial=initial)
    decision = DecisionForm(request.POST if act == "propose" else None)
    decision.fields["upheld"].choices = [(code, code) for code, _ in found.sides]
    acts = Acts(request, to=f"{PAGE}/{claim}")
    given: dict[str, Any] = {"actor": actor, "now": now, "claim": claim}
    acts.on(
        "state",
        lambda: actions.state(**given, statement=case.cleaned_data["statement"]),
        said=gettext("Said; the registrar reads it."),
        form=case,
    )
    acts.on(
        "propose",
        lambda: actions.propose(**given, **decision.cleaned_data),
        said=gettext("Proposed; a second officer decides."),
        form=decision,
    )
    acts.on("decide", lambda: actions.decide(**given), said=gettext("Decided; both are told."))
    if answer := acts.answer():
        return answer
    found = queries.duplicate(actor, claim)
    here = dict(found.sides).get(mine)
    open_ = found.status is not Status.DECIDED
    return render(
        request,
        "desk/network_duplicate.html",
        {
            "problem": acts.problem,
            "found": found,
            "sides": [_side(code, id, found, mine) for code, id in found.sides],
            "ours": claims.of_technology(here) or claims.of_claim(claim) if here else None,
            "case": case if open_ and here is not None else None,
            "decision": decision if open_ and found.is_ours_to_decide else None,
            "own": found.begun_by is not None and found.begun_by == actor.person,
        },
        status=acts.status,
    )


def _side(code: str, id: UUID, found: queries.DuplicateView, mine: str) -> dict[str, Any]:
    is_here = code == mine
    known = technologies.technologies([id]).get(id) if is_here else None
    return {
        "code": code,
        "home": venues.find(code),
        "technology": known,
        "href": f"/technologies/{id}/title"
        if is_here
        else f"/network/venues/{code}/technologies/{id}",
        "holds": code == found.holding_venue,
        "said": found.statements.get(code, ""),
        "upheld": found.upheld == code,
    }
