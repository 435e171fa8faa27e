"""
The technologies on the market, and one of them with its title: who holds what, since when (TE-1, RR-10).
"""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from hutong.certificates import queries as certificates
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.listings.queries.searching import offers_of
from hutong.parties import queries as parties
from hutong.portal.history import public_history
from hutong.portal.listings import papers_of
from hutong.rights import queries as rights
from hutong.rights.register import EntryKind
from hutong.technologies import queries
from hutong.technologies.queries import Filters
from hutong.technologies.rules import KIND_NAMES, LEGAL_STATUS_NAMES, Kind, LegalStatus
from hutong.ui.door import visitor
from hutong.ui.templatetags.ui import in_chinese

ENTRY_KINDS = {
    EntryKind.FIRST_REGISTRATION.value: _("First registration"),
    EntryKind.TRANSFER.value: _("Transfer"),
    EntryKind.FREEZE.value: _("Freeze"),
    EntryKind.LIFT.value: _("Freeze lifted"),
}
PARTS = 100  # of a bundle, shown on its page
NUMBER_NAMES = {
    "application": _("Application number"),
    "publication": _("Publication number"),
    "grant": _("Grant number"),
    "registration": _("Registration number"),
}


class FilterForm(forms.Form):
    number = forms.CharField(label=_("Number"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    legal_status = forms.ChoiceField(label=_("Legal status"), required=False)
    ipc = forms.CharField(label=_("IPC class"), required=False, max_length=20)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        language = 0 if in_chinese() else 1
        self.fields["kind"].choices = [
            ("", _("all")),
            *((kind.value, names[language]) for kind, names in KIND_NAMES.items()),
        ]
        self.fields["legal_status"].choices = [
            ("", _("all")),
            *((status.value, names[language]) for status, names in LEGAL_STATUS_NAMES.items()),
        ]

    def filters(self) -> Filters:
        typed = self.cleaned_data if self.is_valid() else {}
        return Filters(
            number=typed.get("number") or None,
            kind=Kind(typed["kind"]) if typed.get("kind") else None,
            legal_status=LegalStatus(typed["legal_status"]) if typed.get("legal_status") else None,
            ipc=typed.get("ipc") or None,
        )


@visitor
def index(request: HttpRequest) -> HttpResponse:
    now = request.now
    form = FilterForm(request.GET or None)
    page = queries.page(form.filters(), local_date(now), cursor=request.GET.get("cursor"), limit=30)
    shown = page["items"]
    return render(
        request,
        "portal/technologies.html",
        {
            "form": form,
            "technologies": shown,
            "next": page["next"],
            "parties": parties.parties({t.party for t in shown if t.party}),
            "kinds": KIND_NAMES,
            "filtered": any(request.GET.get(name) for name in form.fields),
        },
    )


@visitor
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    actor, now = request.actor, request.now
    technology = queries.technology(id)
    title = rights.title(id)
    holders = {
        party for power in (title.ownership, title.disposal, title.income) for party in power
    }
    return render(
        request,
        "portal/technology.html",
        {
            "t": technology,
            "legal": technology.legal_status_on(local_date(now)),
            "title": title,
            "parties": parties.parties(
                holders | ({technology.party} if technology.party else set())
            ),
            "parts": queries.technologies(technology.parts[:PARTS]),
            "split": technology.split[:PARTS],
            "more_parts": max(0, len(technology.parts) - PARTS),
            "listings": offers_of(id),
            "certificates": certificates.of_technology(id),
            "papers": papers_of(actor, [id]),
            "history": public_history(subject("technology", id)),
            "kinds": KIND_NAMES,
            "numbers": NUMBER_NAMES,
            "entry_kinds": ENTRY_KINDS,
        },
    )
