"""
My rights: what waits for me, what the register says is mine, and my applications (RR-1, RR-7).
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.documents import queries as documents
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.my.uploads import store
from hutong.parties import queries as parties
from hutong.rights import actions, queries
from hutong.rights.shares import parse_share
from hutong.technologies import queries as technologies
from hutong.technologies.queries import Filters
from hutong.technologies.rules import Kind
from hutong.ui import words
from hutong.ui.door import Acts, as_member, member, posted_id
from hutong.ui.fields import FilesField
from hutong.ui.templatetags.ui import named

CHOICES = 200
SHOWN = 100


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
    """What waits for the party, its applications, and all it has in the register."""
    actor, now = as_member(request.actor), request.now
    party = actor.acting_party()
    held = queries.held_by(party, cursor=request.GET.get("cursor"))
    applications = queries.applications(actor)["items"]
    consents = queries.waiting_for_consent(party)
    filings = queries.filings(actor)["items"]
    objections = queries.waiting_for_answer(party, now)
    uses, secured = queries.uses_of(party), queries.secured_by(party)
    statements = queries.statements(actor)["items"]
    ids = {h.technology for h in held["items"]} | {u.technology for u in uses}
    ids |= {a.bundle or a.technologies[0] for a in [*applications, *consents] if a.technologies}
    ids |= {f.technologies[0] for f in filings} | {s.technology for s in secured}
    ids |= {s.technology for s in statements}
    people = {u.other for u in uses} | {a.applicant for a in consents}
    people |= {f.applicant for f in filings if f.applicant} | {o.objector for o in objections}
    return render(
        request,
        "my/rights.html",
        {
            "held": held,
            "applications": [a for a in applications if a.applicant == party],
            "naming": [a for a in applications if a.applicant != party and a not in consents],
            "consents": consents,
            "to_agree": [
                f
                for f in filings
                if f.status.value == "agreeing"
                and any(a.party == party and a.agreed_at is None for a in f.agreements)
            ],
            "filings": filings,
            "objections": objections,
            "uses": uses,
            "secured": secured,
            "statements": statements,
            "today": local_date(now),
            "me": party,
            "technologies": technologies.technologies(ids),
            "parties": parties.parties(people),
            "words": words,
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
        "bundle",
        lambda: actions.apply_for_bundle(
            actor=actor,
            now=now,
            bundle=posted_id(request, "bundle"),
            evidence=[
                store(request, subject("right_evidence", me), upload).id
                for upload in request.FILES.getlist("bundle_evidence")
            ],
        ),
        said=gettext("Drafted. Other sellers of the bundle are asked to agree."),
        to=lambda made: f"/my/rights/{made.id}",
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
        {
            "form": form,
            "problem": acts.problem,
            "party": parties.party(me),
            "bundles": _bundles(me, now),
        },
        status=acts.status,
    )


def _bundles(me: UUID, now: Any) -> list[Any]:
    """Projects of the party, or made by an officer with parts of it."""
    return technologies.page(Filters(party=me, kind=Kind.BUNDLE), local_date(now), limit=CHOICES)[
        "items"
    ]


def _registrable(me: UUID, now: Any) -> list[tuple[str, str]]:
    mine = technologies.page(Filters(party=me), local_date(now), limit=CHOICES)["items"]
    return [
        (str(t.id), named(t))
        for t in mine
        if t.status == "entered" and not t.registered and t.kind is not Kind.BUNDLE
    ]


class ArgumentForm(forms.Form):
    text = forms.CharField(
        label=_("Your statement"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4_000
    )
    documents = FilesField(label=_("Evidence"), required=False)


@member
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """One application: evidence, agreements, submission, its notice, and objections to answer."""
    actor, now = as_member(request.actor), request.now
    posted = request.POST.get("act")
    form = EvidenceForm(
        request.POST if posted == "attach" else None,
        request.FILES if posted == "attach" else None,
    )
    answering = ArgumentForm(
        request.POST if posted == "argue" else None,
        request.FILES if posted == "argue" else None,
        auto_id="argue-%s",
    )
    acts = Acts(request)
    act: dict[str, Any] = {"actor": actor, "now": now, "application": id}
    acts.on("attach", lambda: _attach(request, id, form), said=gettext("Attached."), form=form)
    acts.on("consent", lambda: actions.consent(**act), said=gettext("You agreed."))
    acts.on(
        "submit",
        lambda: actions.submit(**act),
        said=gettext("Submitted. The registrar examines it."),
    )
    acts.on(
        "withdraw",
        lambda: actions.withdraw(**act, reason=request.POST.get("reason", "")),
        said=gettext("Withdrawn."),
    )
    acts.on(
        "argue",
        lambda: actions.argue(
            actor=actor,
            now=now,
            objection=posted_id(request, "objection"),
            text=answering.cleaned_data["text"],
            documents=[
                store(request, subject("right_application", id), upload).id
                for upload in answering.cleaned_data["documents"]
            ],
        ),
        said=gettext("Filed; the other side may reply."),
        form=answering,
    )
    if answer := acts.answer():
        return answer
    application = queries.application(id, actor)
    objections = queries.objections(id, actor)
    shown = application.items[:SHOWN]
    wanted = {item.technology for item in shown}
    if application.bundle:
        wanted.add(application.bundle)
    people = application.parties | {o.objector for o in objections} | application.consents_missing
    people |= {argument.party for o in objections for argument in o.arguments}
    own = application.applicant == actor.party
    return render(
        request,
        "my/right.html",
        {
            "application": application,
            "own": own,
            "asked": actor.party in application.consents_missing,
            "shown": shown,
            "more": len(application.items) - len(shown),
            "left_out": [i for i in application.items if i.excepted_because][:SHOWN],
            "technologies": technologies.technologies(wanted),
            "parties": parties.parties(people),
            "file": application.empowerment,
            "papers": [d for e in application.evidence if (d := documents.find(e))],
            "objections": [
                (o, _files(o.evidence), [(a, _files(a.documents)) for a in o.arguments])
                for o in objections
            ],
            "form": form,
            "answering": answering,
            "now": now,
            "words": words,
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _files(ids: Sequence[UUID]) -> list[Any]:
    return [document for id in ids if (document := documents.find(id))]


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
