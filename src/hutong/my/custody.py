"""
Asking for another exchange's custody of one's registered technology (NE-8).
"""

from typing import Any
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
from hutong.ui.several import posted_ids, told
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


@member
def several(request: HttpRequest) -> HttpResponse:
    """My registered technologies, to choose from; and what became of what was asked (NE-8)."""
    actor, now = as_member(request.actor), request.now
    others = venues.others()
    form = WishForm(request.POST or None)
    form.fields["to"].choices = [(one.code, f"{one.name_zh} · {one.code}") for one in others]
    acts = Acts(request)

    def wish() -> actions.Several:
        chosen = posted_ids(request, "item")
        given: dict[str, Any] = {"actor": actor, "now": now, "technologies": chosen}
        return actions.wish_several(**given, **form.cleaned_data)

    acts.on("wish", wish, form=form, to=lambda found: _told(request, found))
    if answer := acts.answer():
        return answer
    held = rights.held_by(actor.acting_party(), cursor=request.GET.get("cursor"), limit=100)
    return render(
        request,
        "my/custody_several.html",
        {
            "rows": queries.choosable([one.technology for one in held["items"]]),
            "next": held["next"],
            "chosen": set(request.POST.getlist("item")),
            "form": form if others else None,
            "moves": queries.wishes_of(actor.acting_party()),
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _told(request: HttpRequest, found: actions.Several) -> str:
    refused = queries.named([id for id, _ in found.refused])
    named = [(refused[id], why) for id, why in found.refused]
    return told(request, len(found.done), named, "/my/custody")
