"""
My party: registering it, proving who it is, asking for verification; its people (PA-1 … PA-3).

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
from hutong.my.uploads import store
from hutong.parties import actions, queries
from hutong.parties.membership import MandateRole
from hutong.parties.rules import Kind
from hutong.ui.door import Acts, member, posted_id, safe_next
from hutong.ui.fields import FilesField
from hutong.ui.words import PARTY_KINDS, choices

ROLES = [
    (MandateRole.AGENT.value, _("Agent: acts in the party's name")),
    (MandateRole.VIEWER.value, _("Viewer: reads")),
    (MandateRole.OWNER.value, _("Owner: acts, and decides who else may")),
]
SCHEMES = ("uscc", "lei", "ror")


class PartyForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of party"), choices=choices(PARTY_KINDS))
    name_zh = forms.CharField(label=_("Name in Chinese"), required=False, max_length=200)
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
    lei = forms.CharField(label=_("LEI"), required=False, max_length=30)
    ror = forms.CharField(label=_("ROR"), required=False, max_length=60)
    state_owned = forms.BooleanField(label=_("State-owned"), required=False)

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


class MandateForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail of the person"),
        help_text=_("An invitation goes there; the person acts once it is accepted."),
    )
    role = forms.ChoiceField(label=_("May"), choices=ROLES)


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
    mandate = MandateForm(request.POST if asked == "grant" else None)
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
        "grant",
        lambda: actions.invite(
            actor=actor,
            now=now,
            party=id,
            email=mandate.cleaned_data["email"],
            role=MandateRole(mandate.cleaned_data["role"]),
        ),
        said=gettext("Invited. The mandate holds once it is accepted."),
        form=mandate,
    )
    acts.on(
        "detach",
        lambda: actions.detach_evidence(
            actor=actor, now=now, party=id, document=posted_id(request, "document")
        ),
        said=gettext("Taken back."),
    )
    acts.on(
        "revoke",
        lambda: actions.revoke_mandate(
            actor=actor, now=now, party=id, mandate=posted_id(request, "mandate")
        ),
        said=gettext("The mandate is revoked; it holds no longer anywhere."),
    )
    acts.on(
        "withdraw",
        lambda: actions.withdraw_invitation(
            actor=actor, now=now, party=id, invitation=posted_id(request, "invitation")
        ),
        said=gettext("The invitation is withdrawn."),
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
            "details": details,
            "evidence": evidence,
            "mandate": mandate,
            "attached": [(e, files.get(e.document)) for e in attached],
            "mandates": queries.mandates_of_party(id),
            "invitations": queries.invitations_of_party(id),
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
    mine = {str(m.party.id) for m in queries.mandates_of_person(request.actor.person)}
    if request.method == "POST" and request.POST.get("party") in mine:
        request.session["party"] = request.POST["party"]
    return HttpResponseRedirect(safe_next(request, "/my"))
