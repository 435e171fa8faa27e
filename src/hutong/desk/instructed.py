"""
Technologies entered by an officer because a party asked for it: one by one, or by its workbook.

    the party's paper + what it says ─▶ entered in its name, the paper kept beside, the party told

Who may is the rulebook's (`technologies.enter_any`, `technologies.import_any`); every act names the
officer and the party (PA-2).
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.parties import registered_party
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties
from hutong.technologies import actions, queries
from hutong.technologies.forms import (
    GROUPS,
    TechnologyForm,
    industry_options,
    kinds_with,
    run_in_words,
)
from hutong.ui.door import Acts, officer
from hutong.ui.fields import uploaded
from hutong.ui.groups import Group, grouped
from hutong.ui.words import IMPORT_STAGES

ENTER, IMPORT, LOOK = "technologies.enter_any", "technologies.import_any", "supervise.read"
FOR_WHOM = Group(
    _("For whom, on which paper"),
    _("The party's written instruction is kept with what is entered; the party reads it, too."),
    "PA-2",
    ("party", "instruction"),
)


def _party_field() -> forms.CharField:
    return forms.CharField(
        label=_("Party"), max_length=60, help_text=_("Its USCC, LEI or ROR."), strip=True
    )


def _instruction_field() -> forms.FileField:
    return forms.FileField(
        label=_("Its instruction"),
        help_text=_("The signed paper as PDF or picture: who asks the venue to enter what."),
    )


class ForPartyForm(TechnologyForm):
    party = _party_field()
    instruction = _instruction_field()

    def clean_party(self) -> UUID:
        return registered_party(self.cleaned_data["party"])

    def groups(self) -> Iterator[tuple[Group, list[tuple[Any, str]]]]:
        return grouped(self, (FOR_WHOM, *GROUPS), kinds_with)

    def said(self) -> dict[str, Any]:
        return {k: v for k, v in super().said().items() if k not in FOR_WHOM.names}


class WorkbookForPartyForm(forms.Form):
    party = _party_field()
    instruction = _instruction_field()
    file = forms.FileField(
        label=_("Workbook (.xlsx)"), help_text=_("Up to 200,000 rows and 40 MB.")
    )
    skip_faulty = forms.BooleanField(
        label=_("Enter the sound rows and leave out the faulty ones"), required=False
    )

    def clean_party(self) -> UUID:
        return registered_party(self.cleaned_data["party"])


@officer
def index(request: HttpRequest) -> HttpResponse:
    """The two ways to enter for a party, and the files handed in so."""
    actor = request.actor
    if not (actor.has(ENTER) or actor.has(IMPORT) or actor.has(LOOK)):
        actor.need(ENTER)
    runs = queries.instructed_runs()
    return render(
        request,
        "desk/technologies.html",
        {
            "runs": runs,
            "parties": parties.names({run.party for run in runs}),
            "may_enter": actor.has(ENTER),
            "may_import": actor.has(IMPORT),
        },
    )


@officer
def enter(request: HttpRequest) -> HttpResponse:
    actor, now = request.actor, request.now
    actor.need(ENTER)
    form = ForPartyForm(
        request.POST or None, request.FILES or None, initial={"party": _asked_for(request)}
    )
    acts = Acts(request)

    def do() -> Any:
        try:
            return actions.enter_for(
                actor=actor,
                now=now,
                party=form.cleaned_data["party"],
                said=form.said(),
                instruction=uploaded(form.cleaned_data["instruction"]),
            )
        except Refused as refused:
            form.take(refused)
            raise

    acts.on(
        "enter",
        do,
        said=gettext("Entered in the party's name."),
        to=lambda made: f"/desk/technologies/{made.id}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "desk/technology_new.html",
        {
            "form": form,
            "industries": industry_options(),
            "problem": None if form.errors else acts.problem,
        },
        status=acts.status,
    )


@officer
def hand_in(request: HttpRequest) -> HttpResponse:
    actor, now = request.actor, request.now
    actor.need(IMPORT)
    form = WorkbookForPartyForm(
        request.POST or None, request.FILES or None, initial={"party": _asked_for(request)}
    )
    acts = Acts(request)

    def do() -> UUID:
        typed = form.cleaned_data
        return actions.hand_in_for(
            actor=actor,
            now=now,
            party=typed["party"],
            file=uploaded(typed["file"]),
            instruction=uploaded(typed["instruction"]),
            skip_faulty=typed["skip_faulty"],
        )

    acts.on(
        "hand_in",
        do,
        said=gettext("Handed in. You may leave this page; a notice tells you when it is done."),
        to=lambda run: f"/desk/imports/{run}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    return render(
        request, "desk/import_new.html", {"form": form, "problem": acts.problem}, status=acts.status
    )


@officer
def run(request: HttpRequest, id: UUID) -> HttpResponse:
    """One workbook: how far it is, or what became of it, every fault in place."""
    found = queries.run(id, request.actor)
    if found.instruction is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="import")
    return render(
        request,
        "my/import.html",
        {
            **run_in_words(found),
            "base": "desk/base.html",
            "home": "/desk/technologies",
            "again": "/desk/imports/new",
            "party": parties.party(found.party),
            "stages": IMPORT_STAGES,
        },
    )


def _asked_for(request: HttpRequest) -> str:
    """The identifier of the party a link named, so that nobody copies it by hand."""
    try:
        found = parties.party(UUID(request.GET.get("party", "")))
    except (ValueError, Refused):
        return ""
    return next(
        (value for scheme, value in found.identifiers if scheme in ("uscc", "lei", "ror")), ""
    )
