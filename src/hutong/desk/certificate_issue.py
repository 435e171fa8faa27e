"""
Issuing certificates on evidence: one officer fills in and proposes, another decides (CE-1, PA-5).

The form follows from the kind's declared fields; what the second officer sees is what is issued.
"""

import re
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.certificates import actions, fields, layout, queries
from hutong.certificates.fields import Field, Type
from hutong.certificates.kinds import KINDS, Kind
from hutong.certificates.rules import ProposalStatus
from hutong.desk.certificates import ReasonForm, kind_name
from hutong.desk.queue import decide
from hutong.documents import actions as documents_actions
from hutong.documents import queries as documents
from hutong.journal import queries as journal
from hutong.kit.ids import subject
from hutong.kit.money import MINOR_UNITS
from hutong.parties import queries as parties
from hutong.ui import history
from hutong.ui.case import Case, Check, Decision, Hand, Outcome, Paper
from hutong.ui.door import Acts, officer
from hutong.ui.fields import DayField, FilesField, YuanField, uploaded
from hutong.ui.templatetags.ui import lang, named

_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
PAPERS = subject("venue", "papers")


class EvidenceForm(forms.Form):
    """The fields of a kind as a form; `said()` is what they say."""

    def __init__(self, kind: Kind, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind = kind
        for one in KINDS[kind].fields:
            self.fields[_name(one)] = _control(one)
        self.fields["evidence"] = FilesField(
            label=_("Evidence"),
            help_text=_("The papers the certificate rests on; the second officer reads them."),
        )

    def said(self) -> dict[str, Any]:
        """What was typed, in the form of the kind's content."""
        content: dict[str, Any] = {}
        for one in KINDS[self.kind].fields:
            value = self.cleaned_data.get(_name(one))
            if value in (None, "", []):
                continue
            if isinstance(value, date):
                value = value.isoformat()
            if one.type is Type.TECHNOLOGIES:
                value = _ID.findall(value)
            if one.type is Type.MONEY:
                value = self._minor(one, value)
            fields.put(content, one.name, value)
        return content

    def _minor(self, one: Field, hundredths: int) -> int:
        """The amount in the minor unit of its currency, typed with up to two decimals."""
        currency = self.cleaned_data.get(
            _name(Field(".".join((*one.path[:-1], fields.CURRENCY)), one.label))
        )
        return hundredths * 10 ** MINOR_UNITS.get(currency or "", 2) // 100


def _name(one: Field) -> str:
    return one.name.replace(".", "__")


def _control(one: Field) -> forms.Field:
    common: dict[str, Any] = {"label": lang(*one.label), "required": one.required}
    match one.type:
        case Type.DAY:
            return DayField(**common)
        case Type.MONEY:
            return YuanField(**common, help_text=_("In the currency's unit, such as 1,280,000.50."))
        case Type.COUNT:
            return forms.IntegerField(**common, min_value=1, max_value=fields.MAX_COUNT)
        case Type.CHOICE:
            names = [(code, lang(*pair)) for code, pair in one.choices.items()]
            return forms.ChoiceField(**common, choices=names)
        case Type.PARTY:
            return forms.CharField(
                **common,
                max_length=80,
                help_text=_("Identifier of the verified party: USCC, LEI or ROR."),
            )
        case Type.TECHNOLOGIES | Type.TECHNOLOGY:
            return forms.CharField(
                **common,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("Addresses of their pages here, one a line."),
            )
        case Type.LONG:
            return forms.CharField(
                **common, max_length=fields.MAX_LONG, widget=forms.Textarea(attrs={"rows": 3})
            )
    return forms.CharField(**common, max_length=fields.MAX_TEXT)


@officer
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Propose a certificate of a kind issued on evidence."""
    if kind not in set(Kind) or not KINDS[Kind(kind)].on_evidence:
        raise Http404
    actor, now = request.actor, request.now
    form = EvidenceForm(Kind(kind), request.POST or None, request.FILES or None)
    acts = Acts(request)

    def propose() -> Any:
        actor.need("certificates.propose")
        papers = [
            documents_actions.store(actor=actor, now=now, owner=PAPERS, **uploaded(file)).id
            for file in form.cleaned_data["evidence"]
        ]
        return actions.propose(
            actor=actor, now=now, kind=Kind(kind), said=form.said(), evidence=papers
        )

    acts.on(
        "propose",
        propose,
        said=gettext("Proposed; another officer decides."),
        to=lambda made: f"/desk/certificate-proposals/{made.id}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "desk/certificate_new.html",
        {"form": form, "kind": kind_name(Kind(kind)), "problem": acts.problem},
        status=acts.status,
    )


@officer
def proposal(request: HttpRequest, id: UUID) -> HttpResponse:
    """A proposed certificate: exactly what would be issued, the papers, and the decision."""
    actor, now = request.actor, request.now
    form = ReasonForm(request.POST or None)
    acts = Acts(request, to=f"/desk/certificate-proposals/{id}")
    acts.on(
        "approve",
        lambda: actions.approve(actor=actor, now=now, proposal=id),
        said=gettext("Issued; its files follow in a moment."),
        to=lambda made: f"/desk/certificates/{made.number}",
    )
    acts.on(
        "refuse",
        lambda: actions.refuse(
            actor=actor, now=now, proposal=id, reason=form.cleaned_data["reason"]
        ),
        said=gettext("Refused, with your reason."),
        form=form,
    )
    if answer := acts.answer():
        return answer
    found = queries.proposal(actor, id)
    waits = found.status is ProposalStatus.PROPOSED
    entries = list(journal.of_subject(subject("certificate_proposal", id)))
    persons = {p for p in (found.proposed_by, found.decided_by, *(e.person for e in entries)) if p}
    people = {id: named(view) for id, view in parties.persons(persons).items()}
    case = Case(
        kind=kind_name(found.kind),
        title=found.title,
        lifecycle="proposed_certificate",
        state=found.status.value,
        since=found.proposed_at if waits else None,
        checks=[
            Check(text=gettext("The content is what this kind may say"), ok=True, rule="CE-1"),
            Check(text=gettext("The papers show what the certificate says")),
        ],
        evidence=[
            Paper(file=paper)
            for paper in (documents.find(document) for document in found.evidence)
            if paper is not None
        ],
        history=history.steps(entries, people),
        decisions=_decisions(form) if waits and decide(actor, "certificates.approve") else (),
        barred=gettext("You proposed it; another officer decides.")
        if found.proposed_by == actor.person
        else "",
        hands=[
            Hand(
                did=gettext("Proposed by"),
                name=people.get(found.proposed_by, "—") if found.proposed_by else "—",
                at=found.proposed_at,
            )
        ],
        nothing=gettext("Decided.") if not waits else "",
    )
    return render(
        request,
        "desk/certificate_proposal.html",
        {
            "case": case,
            "found": found,
            "lines": lines(found.kind, found.said),
            "problem": acts.problem,
        },
        status=acts.status,
    )


def lines(kind: Kind, said: dict[str, Any]) -> list[tuple[str, str]]:
    """What a certificate says, line by line as its page sets it, in the reader's language."""
    words = queries.template_in_force(kind).wording
    return [
        (lang(row["label"]["zh"], row["label"]["en"]), lang(row["zh"], row["en"] or row["zh"]))
        for row in layout.shown(kind, words, said)
    ]


def _decisions(form: forms.Form) -> list[Decision]:
    approve = Outcome(
        act="approve",
        label=gettext("Issue it"),
        consequence=gettext(
            "It takes the next number of its kind; the public log commits to its content."
        ),
        rule="CE-1",
        good=True,
    )
    refuse = Outcome(
        act="refuse",
        label=gettext("Refuse it"),
        consequence=gettext("Nothing is issued; who proposed it reads your reason."),
        rule="PA-5",
    )
    return [
        Decision(title=gettext("Issue"), outcomes=[approve], id="approve"),
        Decision(title=gettext("Refuse"), form=form, outcomes=[refuse], id="refuse", open=False),
    ]
