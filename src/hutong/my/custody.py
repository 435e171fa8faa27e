"""
Asking for another exchange's custody of one's registered technology (NE-8).
"""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.custody import actions, queries
from hutong.network.custody.rules import Status
from hutong.rights import queries as rights
from hutong.technologies import queries as technologies
from hutong.ui.door import Acts, as_member, member, posted_id
from hutong.venues import queries as venues


class WishForm(forms.Form):
    to = forms.ChoiceField(label=_("Which exchange"))
    reason = forms.CharField(
        label=_("Why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Officers of both exchanges read it."),
    )


@member
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """A technology of mine: what was asked about its custody, and asking for it."""
    actor, now = as_member(request.actor), request.now
    technology = technologies.technology(id)
    if technology.party != actor.party:
        raise Refused(CommonRefusal.NOT_FOUND, what="technology")
    form = WishForm(request.POST if request.POST.get("act") == "wish" else None)
    others = venues.others()
    form.fields["to"].choices = [(one.code, f"{one.name_zh} · {one.code}") for one in others]
    acts = Acts(request)
    acts.on(
        "wish",
        lambda: actions.wish(actor=actor, now=now, technology=id, **form.cleaned_data),
        said=gettext("Asked; officers of this exchange take it up."),
        form=form,
    )
    acts.on(
        "take_back",
        lambda: actions.take_back(actor=actor, now=now, move=posted_id(request, "move")),
        said=gettext("Taken back."),
    )
    if answer := acts.answer():
        return answer
    moves = [one for one in queries.wishes_of(actor.acting_party()) if one.technology == id]
    open_ = any(not one.is_over for one in moves)
    problem = rights.why_not_movable(id, listed=True)
    return render(
        request,
        "my/custody.html",
        {
            "t": technology,
            "moves": moves,
            "wished": Status.WISHED.value,
            "form": form if others and not open_ and not technology.moved_to else None,
            "why_not": gettext(problem.text) if problem and not open_ else "",
            "problem": acts.problem,
        },
        status=acts.status,
    )
