"""
Running the venue: what is parked, what is due, who its officers are.
"""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.due import queries as due
from hutong.journal import actions as journal_actions
from hutong.journal import queries as journal
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import actions as party_actions
from hutong.parties import queries as parties
from hutong.rulebook import queries as rulebook
from hutong.ui.door import Acts, officer, posted_id
from hutong.ui.words import ROLES


@officer
def page(request: HttpRequest) -> HttpResponse:
    """Reactions that failed, and timers to come. Needs `venue.operate`."""
    actor, now = request.actor, request.now
    actor.need("venue.operate")
    acts = Acts(request, to="/desk/operations")
    acts.on(
        "retry",
        lambda: journal_actions.retry_parked(
            actor=actor, now=now, parked=_number(request.POST.get("parked", ""))
        ),
        said=gettext("It is tried again now."),
    )
    acts.on(
        "dismiss",
        lambda: journal_actions.dismiss_parked(
            actor=actor,
            now=now,
            parked=_number(request.POST.get("parked", "")),
            reason=request.POST.get("reason", ""),
        ),
        said=gettext("Given up; the reason is in the journal."),
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "desk/operations.html",
        {
            "parked": journal.parked(),
            "coming": due.coming(limit=50),
            "pending": journal.pending_count(),
            "entries": journal.end(),
            "now": now,
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise Refused(CommonRefusal.NOT_FOUND, what="parked entry")
    return int(text)


class OfficeForm(forms.Form):
    email = forms.EmailField(label=_("E-mail of the person"))
    role = forms.ChoiceField(label=_("Role"))


@officer
def officers(request: HttpRequest) -> HttpResponse:
    """Who holds which role; appointing and dismissing (PA-2, PA-5)."""
    actor, now = request.actor, request.now
    actor.need("parties.appoint")
    roles = rulebook.in_force(now).rules.roles
    form = OfficeForm(request.POST if request.POST.get("act") == "appoint" else None)
    form.fields["role"].choices = [
        (role, gettext(ROLES[role]) if role in ROLES else role) for role in roles
    ]
    acts = Acts(request, to="/desk/officers")

    def appoint() -> None:
        person = parties.person_by_email(form.cleaned_data["email"])
        if person is None:
            raise Refused(CommonRefusal.NOT_FOUND, what=gettext("person"))
        party_actions.appoint_officer(
            actor=actor, now=now, person=person.id, role=form.cleaned_data["role"]
        )

    acts.on("appoint", appoint, said=gettext("Appointed."), form=form)
    acts.on(
        "dismiss",
        lambda: party_actions.dismiss_officer(
            actor=actor,
            now=now,
            person=posted_id(request, "person"),
            role=request.POST["role"],
        ),
        said=gettext("Dismissed."),
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "desk/officers.html",
        {
            "officers": parties.officers(),
            "roles": roles,
            "role_words": ROLES,
            "me": actor.person,
            "form": form,
            "problem": acts.problem,
        },
        status=acts.status,
    )
