"""
My party: registering it, proving who it is, asking for verification (PA-1, PA-3).

    no party yet → details → evidence → submitted → verified
"""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.documents import queries as documents
from hutong.kit.actor import OWN
from hutong.kit.ids import subject
from hutong.my.acting import acted_for
from hutong.my.uploads import store
from hutong.my.words import SCHEMES as SCHEME_WORDS
from hutong.parties import actions, queries
from hutong.parties.rules import Kind
from hutong.ui.door import Acts, member, posted_id, safe_next
from hutong.ui.fields import FilesField
from hutong.ui.words import PARTY_KINDS, choices

SCHEMES = ("uscc", "lei", "ror")


class PartyForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of party"), choices=choices(PARTY_KINDS))
    name_zh = forms.CharField(
        label=_("Name in Chinese"),
        required=False,
        max_length=200,
        help_text=_("As on the licence. One name, Chinese or English, is needed."),
    )
    name_en = forms.CharField(label=_("Name in English"), required=False, max_length=200)
    jurisdiction = forms.CharField(
        label=_("Country or region"),
        initial="CN",
        max_length=6,
        help_text=_("Its code, such as CN, HK or JP."),
    )
    uscc = forms.CharField(
        label=_("Unified social credit code"),
        required=False,
        max_length=30,
        help_text=_("18 characters, as on the licence; the check character is verified."),
    )
    lei = forms.CharField(
        label=_("LEI"),
        required=False,
        max_length=30,
        help_text=_("Legal Entity Identifier, 20 characters; for firms abroad."),
    )
    ror = forms.CharField(
        label=_("ROR"),
        required=False,
        max_length=60,
        help_text=_("Of research organisations, as in https://ror.org/…"),
    )
    state_owned = forms.BooleanField(
        label=_("State-owned"),
        required=False,
        help_text=_(
            "Public bodies and firms the state controls: the rules ask more of their sales."
        ),
    )

    def details(self) -> dict[str, Any]:
        typed = self.cleaned_data
        return {
            "name_zh": typed["name_zh"],
            "name_en": typed["name_en"],
            "jurisdiction": typed["jurisdiction"],
            "identifiers": [(scheme, typed[scheme]) for scheme in SCHEMES if typed[scheme]],
            "state_owned": typed["state_owned"],
        }


class EvidenceForm(forms.Form):
    proves = forms.CharField(
        label=_("What it shows"),
        max_length=100,
        help_text=_("For example: business licence; certificate of the legal person."),
    )
    files = FilesField(label=_("Files"), help_text=_("PDF or picture, at most 50 MB each."))


@member
def page(request: HttpRequest) -> HttpResponse:
    """My party, or the form to register one."""
    actor = request.actor
    if actor.party is None or "new" in request.GET:
        return _register(request)
    return _mine(request, actor.party)


def _register(request: HttpRequest) -> HttpResponse:
    form = PartyForm(request.POST or None)
    acts = Acts(request, to="/my/party")

    def register() -> None:
        made = actions.register_party(
            actor=request.actor,
            now=request.now,
            kind=Kind(form.cleaned_data["kind"]),
            **form.details(),
        )
        request.session["party"] = str(made.id)

    acts.on("register", register, said=gettext("Registered. Now attach what proves it."), form=form)
    if answer := acts.answer():
        return answer
    return render(
        request, "my/party_new.html", {"form": form, "problem": acts.problem}, status=acts.status
    )


def _mine(request: HttpRequest, id: UUID) -> HttpResponse:
    actor, now = request.actor, request.now
    detail = queries.detail(actor, id)
    asked = request.POST.get("act", "")
    details = PartyForm(
        request.POST if asked == "correct" else None, initial=_initial(detail.party)
    )
    evidence = EvidenceForm(
        request.POST if asked == "attach" else None, request.FILES if asked == "attach" else None
    )
    acts = Acts(request, to="/my/party")
    acts.on(
        "correct",
        lambda: actions.correct_party(actor=actor, now=now, party=id, **details.details()),
        said=gettext("Corrected."),
        form=details,
    )
    acts.on(
        "attach",
        lambda: _attach(request, id, evidence),
        said=gettext("Attached."),
        form=evidence,
    )
    acts.on(
        "detach",
        lambda: actions.detach_evidence(
            actor=actor, now=now, party=id, document=posted_id(request, "document")
        ),
        said=gettext("Taken back."),
    )
    acts.on(
        "submit",
        lambda: actions.submit_for_verification(actor=actor, now=now, party=id),
        said=gettext("Submitted. An officer checks it; you will be told."),
    )
    if answer := acts.answer():
        return answer
    attached = queries.evidence_of(actor, id)
    files = {d.id: d for d in documents.of_owner(subject("party", id))}
    return render(
        request,
        "my/party.html",
        {
            "detail": detail,
            "view": detail.party,
            "kinds": PARTY_KINDS,
            "schemes": SCHEME_WORDS,
            "details": details,
            "evidence": evidence,
            "attached": [(e, files.get(e.document)) for e in attached],
            "owner": actor.has(OWN),
            "changeable": detail.party.status == "unverified" and actor.has(OWN),
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _attach(request: HttpRequest, id: UUID, form: EvidenceForm) -> None:
    for upload in form.cleaned_data["files"]:
        stored = store(request, subject("party", id), upload)
        actions.attach_evidence(
            actor=request.actor,
            now=request.now,
            party=id,
            document=stored.id,
            proves=form.cleaned_data["proves"],
        )


def _initial(view: queries.PartyView) -> dict[str, Any]:
    return {
        "kind": view.kind,
        "name_zh": view.name_zh,
        "name_en": view.name_en,
        "jurisdiction": view.jurisdiction,
        "state_owned": view.state_owned,
        **{scheme: value for scheme, value in view.identifiers if scheme in SCHEMES},
    }


@member
def acting_for(request: HttpRequest) -> HttpResponse:
    """Choose the party acted for; kept in the session, checked anew on every request."""
    mine = {str(one.id) for one in acted_for(request)}
    if request.method == "POST" and request.POST.get("party") in mine:
        request.session["party"] = request.POST["party"]
    return HttpResponseRedirect(safe_next(request, "/my"))
