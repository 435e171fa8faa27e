"""
My technologies: one by one, or a whole workbook that is checked first and enters as a whole (TE-1 … TE-5).
"""

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.documents.rules import Access
from hutong.doors.pages import attempt
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.my.uploads import store
from hutong.rights import queries as rights
from hutong.technologies import actions, exporting, importing, queries
from hutong.technologies.queries import Filters
from hutong.technologies.rules import KIND_NAMES, LEGAL_STATUS_NAMES, Kind
from hutong.ui.door import Acts, as_member, member
from hutong.ui.fields import FilesField
from hutong.ui.templatetags.ui import in_chinese

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FAULTS_SHOWN = 200
LONG = {"abstract_zh", "abstract_en"}
# In the order people think of them; names are those of the record (technologies.records).
FIELDS = (
    ("title_zh", _("Title in Chinese"), ""),
    ("title_en", _("Title in English"), ""),
    (
        "application_number",
        _("Application number"),
        _("As on the office's paper, with check digit."),
    ),
    ("publication_number", _("Publication number"), ""),
    ("grant_number", _("Grant number"), ""),
    ("registration_number", _("Registration number"), _("For software, layouts and varieties.")),
    ("applied_on", _("Applied on"), _("Year-month-day.")),
    ("expires_on", _("Expires on"), _("Year-month-day.")),
    ("abstract_zh", _("Abstract in Chinese"), ""),
    ("abstract_en", _("Abstract in English"), ""),
    ("ipc", _("IPC classes"), _("Divided by semicolons, as in G06F16/33; G06N3/08.")),
    ("industry", _("Industry (GB/T 4754)"), ""),
    ("fields", _("Fields"), _("Divided by semicolons.")),
    ("trl", _("Readiness level (TRL)"), _("1 to 9.")),
    ("inventors", _("Inventors"), _("Divided by semicolons.")),
    ("funding", _("Funding"), ""),
)


class TechnologyForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"))
    legal_status = forms.ChoiceField(
        label=_("Legal status"),
        required=False,
        help_text=_("For rights an office grants. Unknown may enter, but not be listed."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        language = 0 if in_chinese() else 1
        self.fields["kind"].choices = [
            (kind.value, names[language])
            for kind, names in KIND_NAMES.items()
            if kind is not Kind.BUNDLE
        ]
        self.fields["legal_status"].choices = [
            ("", "—"),
            *((status.value, names[language]) for status, names in LEGAL_STATUS_NAMES.items()),
        ]
        for name, label, hint in FIELDS:
            widget = forms.Textarea(attrs={"rows": 4}) if name in LONG else forms.TextInput()
            self.fields[name] = forms.CharField(
                label=label, required=False, help_text=hint, widget=widget, max_length=20_000
            )
        self.fields["state_funded"] = forms.BooleanField(label=_("State-funded"), required=False)

    def said(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}


class WorkbookForm(forms.Form):
    file = forms.FileField(label=_("Workbook (.xlsx)"))
    skip_faulty = forms.BooleanField(
        label=_("Enter the sound rows and leave out the faulty ones"), required=False
    )


class DocumentForm(forms.Form):
    files = FilesField(label=_("Files"))
    access = forms.ChoiceField(
        label=_("Who may read them"),
        choices=[
            ("public", _("everybody")),
            ("qualified", _("qualified buyers")),
            ("secret", _("only we and the venue")),
        ],
    )


@member
def index(request: HttpRequest) -> HttpResponse:
    """What my party has entered; the workbook's door."""
    actor, now = as_member(request.actor), request.now
    party = actor.acting_party()
    form = WorkbookForm(request.POST or None, request.FILES or None)
    report, problem = None, None
    if request.method == "POST" and form.is_valid():
        outcome = attempt(lambda: _import(request, party, form))
        report, problem = outcome.result, outcome.problem
        if report is not None and not report.refused:
            messages.success(request, _said_of(report))
            return HttpResponseRedirect("/my/technologies")
    page = queries.page(Filters(party=party), local_date(now), cursor=request.GET.get("cursor"))
    return render(
        request,
        "my/technologies.html",
        {
            "technologies": page["items"],
            "next": page["next"],
            "kinds": KIND_NAMES,
            "form": form,
            "report": report,
            "faults": [fault.as_json(gettext) for fault in report.faults[:FAULTS_SHOWN]]
            if report
            else [],
            "batches": queries.batches(party, limit=5),
            "problem": problem,
        },
        status=problem["status"] if problem else 422 if report else 200,
    )


def _import(request: HttpRequest, party: UUID, form: WorkbookForm) -> importing.Report:
    upload = form.cleaned_data["file"]
    with tempfile.NamedTemporaryFile(suffix=Path(upload.name).suffix) as copy:
        for chunk in upload.chunks():
            copy.write(chunk)
        copy.flush()
        return importing.run(
            path=Path(copy.name),
            party=party,
            actor=as_member(request.actor),
            now=request.now,
            name=upload.name,
            skip_faulty=form.cleaned_data["skip_faulty"],
        )


def _said_of(report: importing.Report) -> str:
    if not report.changed:
        return gettext("Nothing changed: all {n} records stand here already.").format(
            n=report.unchanged
        )
    text = gettext("{entered} entered, {refreshed} refreshed, {unchanged} unchanged.").format(
        entered=report.entered, refreshed=report.refreshed, unchanged=report.unchanged
    )
    if report.left_out:
        text += " " + gettext("{n} rows were left out.").format(n=report.left_out)
    return text


@member
def template(request: HttpRequest) -> HttpResponse:
    """The exchange's own workbook, empty."""
    return HttpResponse(
        exporting.template(),
        content_type=XLSX,
        headers={"Content-Disposition": 'attachment; filename="technologies.xlsx"'},
    )


@member
def enter(request: HttpRequest) -> HttpResponse:
    actor, now = as_member(request.actor), request.now
    form = TechnologyForm(request.POST or None)
    acts = Acts(request)
    acts.on(
        "enter",
        lambda: actions.enter(actor=actor, now=now, said=form.said()),
        said=gettext("Entered."),
        to=lambda made: f"/my/technologies/{made.id}",
        form=form,
    )
    acts.on(
        "intend",
        lambda: actions.intend(actor=actor, now=now, said=form.said()),
        said=gettext("Announced. Enter it when it has its number."),
        to=lambda made: f"/my/technologies/{made.id}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "my/technology_new.html",
        {"form": form, "problem": acts.problem},
        status=acts.status,
    )


@member
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """One of mine: documents, registration, retiring."""
    actor, now = as_member(request.actor), request.now
    form = DocumentForm(
        request.POST if request.POST.get("act") == "attach" else None,
        request.FILES if request.POST.get("act") == "attach" else None,
    )
    technology = queries.technology(id)
    if technology.party != actor.party:
        return HttpResponseRedirect(f"/technologies/{id}")
    acts = Acts(request)
    acts.on("attach", lambda: _attach(request, id, form), said=gettext("Attached."), form=form)
    acts.on(
        "enter",
        lambda: actions.enter_intended(actor=actor, now=now, technology=id),
        said=gettext("Entered."),
    )
    acts.on(
        "retire",
        lambda: actions.retire(
            actor=actor, now=now, technology=id, reason=request.POST.get("reason", "")
        ),
        said=gettext("Taken off the market."),
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "my/technology.html",
        {
            "t": technology,
            "title": rights.title(id),
            "applications": rights.applications(actor, technology=id)["items"],
            "form": form,
            "kinds": KIND_NAMES,
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _attach(request: HttpRequest, id: UUID, form: DocumentForm) -> None:
    for upload in form.cleaned_data["files"]:
        store(request, subject("technology", id), upload, Access(form.cleaned_data["access"]))
