"""
The venue's words on its certificates: versions, proposing the next, deciding on one (CE-1, PA-5).
"""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.certificates import actions, queries, wording
from hutong.certificates.kinds import Kind
from hutong.certificates.rules import TemplateStatus
from hutong.certificates.words import Pair
from hutong.desk.certificates import ReasonForm, kind_name
from hutong.desk.queue import decide
from hutong.journal import queries as journal
from hutong.kit.ids import subject
from hutong.parties import queries as parties
from hutong.ui import history
from hutong.ui.case import Case, Check, Decision, Hand, Outcome
from hutong.ui.door import Acts, officer
from hutong.ui.templatetags.ui import lang, named

ZH, EN = {"rows": 3, "lang": "zh-Hans"}, {"rows": 3, "lang": "en"}


class WordsForm(forms.Form):
    heading_zh = forms.CharField(
        label=_("Heading, Chinese"),
        max_length=wording.MAX_HEADING,
        required=False,
        help_text=_("Above the venue's name: under whom it acts. May be empty."),
    )
    heading_en = forms.CharField(
        label=_("Heading, English"), max_length=2 * wording.MAX_HEADING, required=False
    )
    statement_zh = forms.CharField(
        label=_("What is attested, Chinese"),
        max_length=wording.MAX_STATEMENT,
        widget=forms.Textarea(attrs=ZH),
    )
    statement_en = forms.CharField(
        label=_("What is attested, English"),
        max_length=2 * wording.MAX_STATEMENT,
        widget=forms.Textarea(attrs=EN),
    )
    note_zh = forms.CharField(
        label=_("Note at the foot, Chinese"),
        max_length=wording.MAX_NOTE,
        required=False,
        widget=forms.Textarea(attrs=ZH),
    )
    note_en = forms.CharField(
        label=_("Note at the foot, English"),
        max_length=2 * wording.MAX_NOTE,
        required=False,
        widget=forms.Textarea(attrs=EN),
    )
    seal = forms.CharField(
        label=_("Word in the seal"),
        max_length=wording.MAX_SEAL,
        help_text=_("One to four characters."),
    )
    order = forms.CharField(
        label=_("Order of the fields"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Every field once, one a line, by its name; what follows it is for you."),
    )
    reason = forms.CharField(
        label=_("Why"), max_length=2_000, help_text=_("For the officer who decides.")
    )

    def data_given(self) -> dict[str, Any]:
        said = self.cleaned_data
        pairs = {
            name: [said[f"{name}_zh"].strip(), said[f"{name}_en"].strip()]
            for name in ("heading", "statement", "note")
        }
        return {
            **pairs,
            "seal": said["seal"].strip(),
            "order": [line.split()[0] for line in said["order"].splitlines() if line.strip()],
        }


@officer
def kind(request: HttpRequest, kind: str) -> HttpResponse:
    """The words on a kind: those in force, earlier versions, and a form for the next."""
    this = _kind(kind)
    actor, now = request.actor, request.now
    in_force = queries.template_in_force(this)
    form = WordsForm(request.POST or None, initial=_initial(this, in_force.wording))
    acts = Acts(request)
    acts.on(
        "propose",
        lambda: actions.propose_template(
            actor=actor,
            now=now,
            kind=this,
            data=form.data_given(),
            note=form.cleaned_data["reason"],
        ),
        said=gettext("Proposed; another officer decides."),
        to=lambda made: f"/desk/certificate-templates/{this.value}/{made.version}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "desk/certificate_words.html",
        {
            "form": form,
            "kind": this,
            "name": kind_name(this),
            "versions": queries.templates(this),
            "in_force": in_force.version,
            "may": decide(actor, "certificates.propose_template"),
            "problem": acts.problem,
        },
        status=acts.status,
    )


@officer
def version(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """One version beside what is in force, and the decision on it."""
    this = _kind(kind)
    actor, now = request.actor, request.now
    form = ReasonForm(request.POST or None)
    act: dict[str, Any] = {"actor": actor, "now": now, "kind": this, "version": version}
    acts = Acts(request, to=f"/desk/certificate-templates/{this.value}")
    acts.on(
        "adopt",
        lambda: actions.adopt_template(**act),
        said=gettext("Adopted: certificates issued from now on use it."),
    )
    acts.on(
        "dismiss",
        lambda: actions.dismiss_template(**act, reason=form.cleaned_data["reason"]),
        said=gettext("Dismissed, with your reason."),
        form=form,
    )
    if answer := acts.answer():
        return answer
    found, now_used = queries.template(this, version), queries.template_in_force(this)
    waits = found.status is TemplateStatus.PROPOSED
    entries = (
        list(journal.of_subject(subject("certificate_template", found.id))) if found.id else []
    )
    who = [id for id in (found.proposed_by, found.decided_by) if id]
    people = {id: named(view) for id, view in parties.persons(who).items()}
    case = Case(
        kind=gettext("Words of a certificate"),
        number=gettext("version {n}").format(n=version),
        title=kind_name(this),
        about=found.note,
        lifecycle="certificate_template",
        state=found.status.value,
        since=found.proposed_at if waits else None,
        checks=[
            Check(text=gettext("Every field stands on it, in both languages"), ok=True),
            Check(text=gettext("It says what the law lets the venue attest")),
        ],
        decisions=_decisions(form)
        if waits and decide(actor, "certificates.adopt_template")
        else (),
        barred=gettext("You proposed it; another officer decides.")
        if found.proposed_by and found.proposed_by == actor.person
        else "",
        history=history.steps(entries, people),
        hands=[
            Hand(
                did=gettext("Proposed by"),
                name=people.get(found.proposed_by, "—"),
                at=found.proposed_at,
            )
        ]
        if found.proposed_by
        else (),
        nothing="" if waits else gettext("Decided."),
    )
    return render(
        request,
        "desk/certificate_template.html",
        {
            "case": case,
            "kind": this,
            "rows": _compared(found.wording, now_used.wording, this),
            "in_force": now_used.version,
            "version": version,
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _kind(given: str) -> Kind:
    if given not in set(Kind):
        raise Http404
    return Kind(given)


def _initial(kind: Kind, words: wording.Wording) -> dict[str, str]:
    labels = {one.name: lang(*one.label) for one in wording.rows(kind)}
    return {
        "heading_zh": words.heading.zh,
        "heading_en": words.heading.en,
        "statement_zh": words.statement.zh,
        "statement_en": words.statement.en,
        "note_zh": words.note.zh,
        "note_en": words.note.en,
        "seal": words.seal,
        "order": "\n".join(f"{name}  {labels[name]}" for name in words.order),
    }


def _compared(
    proposed: wording.Wording, used: wording.Wording, kind: Kind
) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """What is called how: for each part its texts as (language, in this version, in force)."""
    labels = {one.name: lang(*one.label) for one in wording.rows(kind)}

    def listed(words: wording.Wording) -> str:
        return "\n".join(labels[name] for name in words.order)

    return [
        (gettext("Heading"), _both(proposed.heading, used.heading)),
        (gettext("What is attested"), _both(proposed.statement, used.statement)),
        (gettext("Note at the foot"), _both(proposed.note, used.note)),
        (gettext("Word in the seal"), [("zh-Hans", proposed.seal, used.seal)]),
        (gettext("Order of the fields"), [("", listed(proposed), listed(used))]),
    ]


def _both(proposed: Pair, used: Pair) -> list[tuple[str, str, str]]:
    return [("zh-Hans", proposed.zh, used.zh), ("en", proposed.en, used.en)]


def _decisions(form: forms.Form) -> list[Decision]:
    adopt = Outcome(
        act="adopt",
        label=gettext("Adopt it"),
        consequence=gettext(
            "Certificates issued from now on use it. Those issued before keep their words until"
            " they are reissued."
        ),
        rule="CE-1",
        good=True,
    )
    dismiss = Outcome(
        act="dismiss",
        label=gettext("Turn it down"),
        consequence=gettext("The words in force stay; who proposed it reads your reason."),
        rule="PA-5",
    )
    return [
        Decision(title=gettext("Adopt"), outcomes=[adopt], id="adopt"),
        Decision(
            title=gettext("Turn it down"), form=form, outcomes=[dismiss], id="dismiss", open=False
        ),
    ]
