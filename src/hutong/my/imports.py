"""
Workbooks: handed in here, worked through by the worker, shown with every fault in place (TE-5).

    hand in → waiting → working → entered | unchanged | faulty | refused | failed

The page may be left at once; it shows how far the work is, and a notice tells its end.
"""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.technologies import actions, exporting, queries
from hutong.technologies.forms import run_in_words
from hutong.ui.door import Acts, as_member, member
from hutong.ui.fields import uploaded
from hutong.ui.words import IMPORT_STAGES

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class WorkbookForm(forms.Form):
    file = forms.FileField(
        label=_("Workbook (.xlsx)"), help_text=_("Up to 200,000 rows and 40 MB.")
    )
    skip_faulty = forms.BooleanField(
        label=_("Enter the sound rows and leave out the faulty ones"), required=False
    )


@member
def index(request: HttpRequest) -> HttpResponse:
    """Hand a workbook in; the latest ones and what became of them."""
    actor, now = as_member(request.actor), request.now
    party = actor.acting_party()
    form = WorkbookForm(request.POST or None, request.FILES or None)
    acts = Acts(request)

    def hand_in() -> Any:
        return actions.hand_in(
            actor=actor,
            now=now,
            skip_faulty=form.cleaned_data["skip_faulty"],
            **uploaded(form.cleaned_data["file"]),
        )

    acts.on(
        "hand_in",
        hand_in,
        said=gettext("Handed in. You may leave this page; a notice tells you when it is done."),
        to=lambda run: f"/my/technologies/imports/{run}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "my/imports.html",
        {"form": form, "runs": queries.runs(party), "problem": acts.problem},
        status=acts.status,
    )


@member
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """One workbook: how far it is, or what became of it, every fault in place."""
    actor = as_member(request.actor)
    run = queries.run(id, actor)
    return render(
        request,
        "my/import.html",
        {
            **run_in_words(run),
            "base": "my/base.html",
            "home": "/my/technologies/imports",
            "again": "/my/technologies/imports",
            "stages": IMPORT_STAGES,
        },
    )


@member
def template(request: HttpRequest) -> HttpResponse:
    """The exchange's own workbook, empty."""
    return HttpResponse(
        exporting.template(),
        content_type=XLSX,
        headers={"Content-Disposition": 'attachment; filename="technologies.xlsx"'},
    )
