"""
A technology at the desk: what the registrar keeps right for anybody (TE-2): its legal status, its
entering, its leaving the market. Its title and register have the page beside it.
"""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.case import show, why_form
from hutong.documents import queries as documents
from hutong.documents.access import may_read
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.parties import queries as parties
from hutong.technologies import actions, queries
from hutong.technologies.rules import LegalStatus, Status
from hutong.ui.case import Case, Check, Decision, Outcome, Paper
from hutong.ui.door import Acts, officer
from hutong.ui.fields import DayField
from hutong.ui.lifecycles import LIFECYCLES
from hutong.ui.templatetags.ui import named
from hutong.venues import queries as venues

ENTER = "technologies.enter_any"


class LegalForm(forms.Form):
    legal_status = forms.ChoiceField(
        label=_("Legal status"), help_text=_("Unknown may enter, not list; lapsed may not list.")
    )
    expires_on = DayField(label=_("Ends on"), required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        states = LIFECYCLES["legal"]
        self.fields["legal_status"].choices = [
            (s.code, gettext(s.label))
            for s in (*states.exits[:1], *states.course, *states.exits[1:])
        ]


@officer
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    actor, now = request.actor, request.now
    reason = request.POST.get("reason", "")
    view = queries.technology(id)
    form = LegalForm(
        request.POST if request.POST.get("act") == "legal" else None,
        initial={"legal_status": view.legal_status, "expires_on": view.expires_on},
        auto_id="legal-%s",
    )
    acts = Acts(request, to=f"/desk/technologies/{id}")
    act: dict[str, Any] = {"actor": actor, "now": now, "technology": id}

    def legal() -> None:
        typed = form.cleaned_data
        day = typed["expires_on"]
        actions.update(
            **act,
            changes={
                "legal_status": typed["legal_status"],
                "expires_on": day.isoformat() if day else "",
            },
        )

    acts.on("legal", legal, said=gettext("Recorded."), form=form)
    acts.on("enter", lambda: actions.enter_intended(**act), said=gettext("It has entered."))
    acts.on(
        "retire",
        lambda: actions.retire(**act, reason=reason),
        said=gettext("It has left the market."),
    )
    if answer := acts.answer():
        return answer
    owner = parties.names([view.party] if view.party else [])
    why_not = queries.why_not_listable(id, now)
    case = Case(
        kind=gettext("Technology"),
        title=named(view),
        lifecycle="technology",
        state=view.status,
        checks=[
            Check(
                text=gettext("It may be listed"),
                ok=why_not is None,
                rule="TE-2",
                found=gettext(why_not.text) if why_not else "",
            )
        ],
        evidence=[
            Paper(file=file, opens=may_read(actor, file))
            for file in documents.of_owner(subject("technology", id))
        ],
        decisions=_decisions(view, actor, form, reason) if actor.has(ENTER) else (),
    )
    return show(
        request,
        "desk/technology.html",
        case,
        acts=acts,
        subjects=[subject("technology", id)],
        technology=view,
        may_move=_may_move(view, actor),
        owner=owner.get(view.party) if view.party else None,
        today=local_date(now),
    )


def _may_move(view: queries.TechnologyView, actor: Actor) -> bool:
    """Whether its custody can be offered to another venue (NE-8)."""
    if not actor.has("network.operate") or not view.registered or view.moved_to:
        return False
    return bool(venues.others())


def _decisions(view: Any, actor: Actor, form: forms.Form, reason: str) -> list[Decision]:
    if view.status == Status.RETIRED:
        return []
    legal = Decision(
        id="legal",
        title=gettext("Legal status at the office"),
        form=form,
        open=view.legal_status == LegalStatus.UNKNOWN,
        outcomes=[
            Outcome(
                act="legal",
                label=gettext("Record the status"),
                consequence=gettext("It decides what may be listed; live listings are looked at."),
                rule="TE-2",
                good=True,
            )
        ],
    )
    enter = Decision(
        id="enter",
        title=gettext("Entering the market"),
        outcomes=[
            Outcome(
                act="enter",
                label=gettext("Let it enter"),
                consequence=gettext("It is on the market from now on, under its number."),
                rule="TE-2",
                good=True,
            )
        ],
    )
    retire = Decision(
        id="retire",
        title=gettext("Leaving the market"),
        open=False,
        form=why_form(label=_("Reason, to be published"), typed=reason, of="retire"),
        outcomes=[
            Outcome(
                act="retire",
                label=gettext("Take it off the market"),
                consequence=gettext(
                    "Nobody can list it any more; unregistered, its numbers are free again."
                ),
                rule="TE-2",
                grave=True,
            )
        ],
    )
    return [*([enter] if view.status == Status.INTENDED else []), legal, retire]
