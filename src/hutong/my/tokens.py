"""
API tokens: made for oneself, shown once, revoked at once (PA-2).
"""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.kit.actor import ACT, OWN, READ
from hutong.my.acting import acted_for
from hutong.parties import actions, queries
from hutong.ui.door import Acts, as_member, member
from hutong.ui.templatetags.ui import named

SCOPES = [
    (READ, _("Read what concerns the party")),
    (ACT, _("Act for the party")),
    (OWN, _("Decide about the party and its people")),
]


class TokenForm(forms.Form):
    label = forms.CharField(
        label=_("What it is for"),
        max_length=100,
        help_text=_("So that you know later which one to revoke."),
    )
    party = forms.ChoiceField(label=_("Acts for"), required=False)
    scopes = forms.MultipleChoiceField(
        label=_("May"), choices=SCOPES, widget=forms.CheckboxSelectMultiple, initial=[READ]
    )
    days = forms.IntegerField(
        label=_("Valid for days"),
        min_value=1,
        initial=30,
        help_text=_("The rulebook sets the longest; short is safer."),
    )


@member
def page(request: HttpRequest) -> HttpResponse:
    actor, now = as_member(request.actor), request.now
    mine = {one.id: one for one in acted_for(request)}
    form = TokenForm(
        request.POST if request.POST.get("act") == "issue" else None,
        initial={"party": str(actor.party or "")},
    )
    form.fields["party"].choices = [
        *((str(id), named(view)) for id, view in mine.items()),
        ("", gettext("nobody: only for myself")),
    ]
    acts = Acts(request, to="/my/tokens")

    def issue() -> None:
        typed = form.cleaned_data
        made = actions.issue_token(
            actor=request.actor,
            now=now,
            label=typed["label"],
            party=UUID(typed["party"]) if typed["party"] else None,
            scopes=typed["scopes"],
            days=typed["days"],
        )
        request.session["new_token"] = made.secret

    acts.on("issue", issue, form=form)
    acts.on(
        "revoke",
        lambda: actions.revoke_token(
            actor=request.actor,
            now=now,
            token=request.POST["token"],
        ),
        said=gettext("The token is revoked; it holds no longer anywhere."),
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "my/tokens.html",
        {
            "form": form,
            "tokens": queries.tokens_of(actor.person),
            "parties": mine,
            "scope_words": dict(SCOPES),
            "secret": request.session.pop("new_token", None),
            "problem": acts.problem,
        },
        status=acts.status,
    )
