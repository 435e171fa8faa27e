"""
Erasing personal data: one officer asks with a reason, another does it; the log keeps digests (LO-2,
PA-5).
"""

from collections.abc import Iterator
from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.queue import Waiting, source
from hutong.journal import actions, queries
from hutong.journal.rules import Erasable, ErasureStatus
from hutong.kit.actor import Actor
from hutong.kit.refusal import N_
from hutong.parties import queries as parties
from hutong.ui.door import Acts, officer, posted_id
from hutong.ui.history import event_word
from hutong.ui.words import choices

OPERATE = "venue.operate"
WHAT = {
    "private": N_("Private part of an entry"),
    "content": N_("Public content beside the log"),
}
STATUS = {
    "done": N_("Erased"),
    "declined": N_("Declined"),
}


class ErasureForm(forms.Form):
    what = forms.ChoiceField(label=_("What is to be erased"), choices=choices(WHAT))
    target = forms.CharField(
        label=_("Which one"),
        max_length=71,
        widget=forms.TextInput(attrs={"class": "mono"}),
        help_text=_("Number of the entry in the journal, or digest of the content: sha256:…"),
    )
    reason = forms.CharField(
        label=_("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


@source(OPERATE)
def waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """What one officer asked to be erased and another has to decide."""
    for erasure in queries.erasures():
        if erasure.status is ErasureStatus.ASKED:
            yield Waiting(
                kind=gettext("Erasure to decide"),
                title=gettext(WHAT[erasure.what]),
                href=f"/desk/erasures#{erasure.id}",
                since=erasure.asked_at,
                note=erasure.reason,
                term="erasure",
                not_by=(erasure.asked_by,),
            )


@officer
def page(request: HttpRequest) -> HttpResponse:
    """What waits for a second officer, asking for more, and what was decided. `venue.operate`."""
    actor, now = request.actor, request.now
    actor.need(OPERATE)
    asking = request.POST.get("act") == "ask"
    form = ErasureForm(request.POST if asking else None, initial=_named(request))
    acts = Acts(request, to="/desk/erasures")
    acts.on(
        "ask",
        lambda: actions.ask_erasure(
            actor=actor,
            now=now,
            what=Erasable(form.cleaned_data["what"]),
            target=form.cleaned_data["target"].strip(),
            reason=form.cleaned_data["reason"],
        ),
        said=gettext("Asked for; a second officer decides."),
        form=form,
    )
    acts.on(
        "accept",
        lambda: actions.accept_erasure(actor=actor, now=now, erasure=posted_id(request, "erasure")),
        said=gettext("Erased; the log keeps its digest."),
    )
    acts.on(
        "decline",
        lambda: actions.decline_erasure(
            actor=actor, now=now, erasure=posted_id(request, "erasure")
        ),
        said=gettext("Declined."),
    )
    if answer := acts.answer():
        return answer
    known = queries.erasures()
    email = request.GET.get("email", "").strip()
    person = parties.person_by_email(email) if email else None
    done = queries.of_person(person.id) if person else []
    return render(
        request,
        "desk/erasures.html",
        {
            "waiting": [e for e in known if e.status is ErasureStatus.ASKED],
            "decided": [e for e in known if e.status is not ErasureStatus.ASKED],
            "email": email,
            "done": [(e, event_word(e.kind)) for e in done if e.private is not None],
            "what": WHAT,
            "status": STATUS,
            "me": actor.person,
            "form": form,
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _named(request: HttpRequest) -> dict[str, str]:
    """What a link to this page proposes to erase."""
    return {name: request.GET[name] for name in ("what", "target") if name in request.GET}
