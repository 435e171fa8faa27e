"""
My rights: what the register says is mine, and applications for first registration (RR-1, RR-7).
"""

from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.my.uploads import store
from hutong.parties import queries as parties
from hutong.rights import actions, queries
from hutong.rights.shares import parse_share
from hutong.technologies import queries as technologies
from hutong.technologies.queries import Filters
from hutong.ui.door import Acts, as_member, member
from hutong.ui.fields import FilesField
from hutong.ui.templatetags.ui import named

CHOICES = 200


class ApplicationForm(forms.Form):
    technologies = forms.MultipleChoiceField(
        label=_("Technologies"), widget=forms.CheckboxSelectMultiple
    )
    holders = forms.CharField(
        label=_("Other holders"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "One a line: identifier or name of the verified party, then its share, as in “91310000… 1/3”."
            " The rest is yours."
        ),
    )
    evidence = FilesField(
        label=_("Evidence"), help_text=_("Certificates of the right, agreements among holders.")
    )

    def shares(self, me: UUID) -> list[tuple[UUID, Fraction]]:
        """Holders with their shares; what is left of the whole is the applicant's."""
        others = [
            _holder(line) for line in self.cleaned_data["holders"].splitlines() if line.strip()
        ]
        rest = 1 - sum((part for _, part in others), Fraction(0))
        return [(me, rest), *others] if rest else others


def _holder(line: str) -> tuple[UUID, Fraction]:
    name, _, part = line.strip().rpartition(" ")
    found = next(
        (
            view
            for scheme in ("uscc", "lei", "ror")
            if (view := parties.party_by_identifier(scheme, name.strip()))
        ),
        None,
    )
    if found is None:
        raise Refused(
            CommonRefusal.INVALID,
            field=gettext("Other holders"),
            problem=gettext("nobody is registered under “{name}”").format(name=name.strip()),
        )
    return found.id, parse_share(part)


class EvidenceForm(forms.Form):
    files = FilesField(label=_("Files"))


@member
def index(request: HttpRequest) -> HttpResponse:
    actor = as_member(request.actor)
    party = actor.acting_party()
    held = queries.held_by(party, cursor=request.GET.get("cursor"))
    applications = queries.applications(actor)["items"]
    ids = {h.technology for h in held["items"]}
    ids |= {a.technologies[0] for a in applications if a.technologies}
    return render(
        request,
        "my/rights.html",
        {
            "held": held,
            "applications": applications,
            "technologies": technologies.technologies(ids),
        },
    )


@member
def new(request: HttpRequest) -> HttpResponse:
    actor, now = as_member(request.actor), request.now
    me = actor.acting_party()
    form = ApplicationForm(
        request.POST or None,
        request.FILES or None,
        initial={"technologies": request.GET.getlist("technology")},
    )
    form.fields["technologies"].choices = _registrable(me, now)
    acts = Acts(request)

    def apply() -> Any:
        evidence = [
            store(request, subject("right_evidence", me), upload).id
            for upload in form.cleaned_data["evidence"]
        ]
        return actions.apply_first_registration(
            actor=actor,
            now=now,
            technologies=[UUID(id) for id in form.cleaned_data["technologies"]],
            holders=form.shares(me),
            evidence=evidence,
        )

    acts.on(
        "draft",
        apply,
        said=gettext("Drafted. Look it over, then submit it."),
        to=lambda made: f"/my/rights/{made.id}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "my/right_new.html",
        {"form": form, "problem": acts.problem, "party": parties.party(me)},
        status=acts.status,
    )


def _registrable(me: UUID, now: Any) -> list[tuple[str, str]]:
    mine = technologies.page(Filters(party=me), local_date(now), limit=CHOICES)["items"]
    return [(str(t.id), named(t)) for t in mine if t.status == "entered" and not t.registered]


@member
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """One application: evidence, submission, its notice and objections."""
    actor, now = as_member(request.actor), request.now
    form = EvidenceForm(
        request.POST if request.POST.get("act") == "attach" else None, request.FILES or None
    )
    acts = Acts(request)
    acts.on("attach", lambda: _attach(request, id, form), said=gettext("Attached."), form=form)
    acts.on(
        "submit",
        lambda: actions.submit(actor=actor, now=now, application=id),
        said=gettext("Submitted. The registrar examines it."),
    )
    acts.on(
        "withdraw",
        lambda: actions.withdraw(
            actor=actor, now=now, application=id, reason=request.POST.get("reason", "")
        ),
        said=gettext("Withdrawn."),
    )
    if answer := acts.answer():
        return answer
    application = queries.application(id, actor)
    return render(
        request,
        "my/right.html",
        {
            "application": application,
            "own": application.applicant == actor.party,
            "technologies": technologies.technologies(application.technologies),
            "parties": parties.parties(application.holdings.ownership),
            "objections": queries.objections(id, actor),
            "form": form,
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _attach(request: HttpRequest, id: UUID, form: EvidenceForm) -> None:
    stored = [
        store(request, subject("right_application", id), upload).id
        for upload in form.cleaned_data["files"]
    ]
    actions.attach_evidence(
        actor=as_member(request.actor),
        now=request.now,
        application=id,
        documents=stored,
    )
