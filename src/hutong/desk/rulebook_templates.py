"""
Procedure templates at the desk: publishing parts of our rulebook to the network, and making another
venue's part of ours (PA-5).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.case import same_eyes, show, why_form
from hutong.desk.queue import Waiting, source
from hutong.desk.rulebook_words import PARTS, chapters, differences
from hutong.desk.terms import terms
from hutong.doors.problems import problem_of
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import Refused
from hutong.network import waiting
from hutong.network.procedures import actions, queries, rules
from hutong.network.procedures.queries import Known, ProcedureView
from hutong.network.procedures.rules import Status
from hutong.ui.case import Case, Check, Decision, Hand, Outcome
from hutong.ui.door import Acts, officer
from hutong.ui.templatetags.ui import named
from hutong.venues import queries as venues
from hutong.venues.lists import State

PAGE = "/desk/rulebook/procedures"


class PublishForm(forms.Form):
    name_zh = forms.CharField(
        label=_("Name in Chinese"), max_length=rules.LONGEST_NAME, required=False
    )
    name_en = forms.CharField(
        label=_("Name in English"), max_length=rules.LONGEST_NAME, required=False
    )
    note = forms.CharField(label=_("What it is for"), max_length=rules.LONGEST_NOTE, required=False)
    parts = forms.MultipleChoiceField(
        label=_("Parts of the rulebook in force"), widget=forms.CheckboxSelectMultiple
    )
    template = forms.ChoiceField(label=_("Published as"), required=False)


class AdoptForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


@source(queries.ADOPT)
def to_publish(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Templates of ours that another officer publishes."""
    for one in waiting.templates(actor):
        yield Waiting(
            kind=gettext("Procedure template to publish"),
            title=named(one),
            href=f"{PAGE}/{one.id}",
            since=one.since,
            note=gettext("version {n}").format(n=one.version),
            not_by=(one.begun_by,),
        )


@source(queries.PROPOSE)
def later_versions(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Templates that our rulebook follows, of which their venue has published a later version."""
    if not waiting.follows_templates(actor):
        return
    for one in queries.offered(now):
        yield Waiting(
            kind=gettext("Later version of adopted procedures"),
            title=f"{one.venue} · {named(one)}",
            href=f"{PAGE}/{one.venue}/{one.template.id}",
            since=None,
            note=gettext("version {n}").format(n=one.template.version),
        )


@officer
def index(request: HttpRequest) -> HttpResponse:
    """What the network publishes, and what we do; a proposal is made below."""
    actor, now = request.actor, request.now
    form, acts = PublishForm(request.POST or None), Acts(request)
    ours = queries.procedures()
    parts: forms.MultipleChoiceField = form.fields["parts"]
    parts.choices = [(part, gettext(PARTS[part])) for part in rules.PARTS]
    kept: forms.ChoiceField = form.fields["template"]
    kept.choices = [("", _("a new template")), *_published(ours)]

    def propose() -> ProcedureView:
        said = form.cleaned_data
        return actions.propose(
            actor=actor,
            now=now,
            parts=said["parts"],
            name_zh=said["name_zh"],
            name_en=said["name_en"],
            note=said["note"],
            template=UUID(said["template"]) if said["template"] else None,
        )

    acts.on(
        "propose",
        propose,
        said=gettext("Proposed; another officer publishes it."),
        to=lambda made: f"{PAGE}/{made.id}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    mine = venues.my_code()
    return render(
        request,
        "desk/procedures_of_rulebook.html",
        {
            "ours": ours,
            "theirs": [one for one in queries.everywhere(now) if one.venue != mine],
            "homes": {one.code: one for one in venues.members(*State)},
            "form": form,
            "may": actor.has(queries.PROPOSE),
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _published(ours: list[ProcedureView]) -> list[tuple[str, str]]:
    latest: dict[UUID, ProcedureView] = {}
    for one in ours:
        if one.status is Status.PUBLISHED:
            latest.setdefault(one.template, one)
    words = gettext("the next version of {name}")
    return [(str(id), words.format(name=named(one))) for id, one in latest.items()]


@officer
def ours(request: HttpRequest, id: int) -> HttpResponse:
    """A version of a template of ours: published by another officer, or not at all."""
    actor, now = request.actor, request.now
    reason, acts = request.POST.get("reason", ""), Acts(request, to=f"{PAGE}/{id}")
    acts.on(
        "publish",
        lambda: actions.publish(actor=actor, now=now, procedure=id),
        said=gettext("Published to the whole network."),
    )
    acts.on(
        "withdraw",
        lambda: actions.withdraw(actor=actor, now=now, procedure=id, reason=reason),
        said=gettext("Withdrawn."),
    )
    if answer := acts.answer():
        return answer
    view, waits = queries.procedure(id), False
    waits = view.status is Status.PROPOSED
    case = Case(
        kind=gettext("Procedure template"),
        title=named(view),
        about=view.note,
        lifecycle="procedure",
        state=view.status,
        since=view.proposed_at if waits else None,
        due_by=terms(now).due_by("other", view.proposed_at) if waits else None,
        checks=[
            Check(
                text=gettext("It has nothing that is this exchange's alone"),
                ok=True,
                found=", ".join(gettext(PARTS[part]) for part in view.parts),
            )
        ],
        decisions=_publishing(actor, reason) if waits else (),
        barred=same_eyes(
            actor, [view.proposed_by], gettext("You proposed it; another officer publishes it.")
        ),
        hands=[Hand(did=gettext("Proposed by"), by=view.proposed_by, at=view.proposed_at)],
    )
    return show(
        request,
        "desk/procedure_ours.html",
        case,
        acts=acts,
        subjects=[subject("procedure", view.template)],
        view=view,
        chapters=chapters(queries.document(id)["parts"]),
    )


def _publishing(actor: Actor, reason: str) -> list[Decision]:
    found = []
    if actor.has(queries.ADOPT):
        found.append(
            Decision(
                id="publish",
                title=gettext("Publish it"),
                outcomes=[
                    Outcome(
                        act="publish",
                        label=gettext("Publish this version"),
                        consequence=gettext(
                            "It enters the public log; every exchange of the network may compare and"
                            " adopt it."
                        ),
                        rule="PA-5",
                        good=True,
                    )
                ],
            )
        )
    if actor.has(queries.PROPOSE):
        found.append(
            Decision(
                id="withdraw",
                title=gettext("Withdraw it"),
                open=False,
                form=why_form(typed=reason, of="withdraw"),
                outcomes=[
                    Outcome(
                        act="withdraw",
                        label=gettext("Do not publish it"),
                        consequence=gettext("It is kept as withdrawn; nothing else changes."),
                        grave=True,
                    )
                ],
            )
        )
    return found


@officer
def theirs(request: HttpRequest, code: str, template: UUID) -> HttpResponse:
    """Another venue's template beside our rulebook; proposed as a version of ours."""
    actor, now = request.actor, request.now
    form = AdoptForm(request.POST or None)
    acts = Acts(request, to=f"{PAGE}/{code}/{template}")
    acts.on(
        "adopt",
        lambda: actions.propose_adoption(
            actor=actor,
            now=now,
            venue=code,
            template=template,
            version=form.cleaned_data["version"],
        ),
        said=gettext("Proposed; another officer adopts it."),
        to=lambda number: f"/desk/rulebook/{number}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    known = queries.known(code, template, now)
    changes, problem = _beside(known, now)
    return render(
        request,
        "desk/procedure_theirs.html",
        {
            "known": known,
            "home": venues.find(code),
            "changes": changes,
            "chapters": [] if problem else chapters(_parts(known)),
            "form": AdoptForm(initial={"version": known.template.version}),
            "may": actor.has(queries.PROPOSE)
            and not known.frozen
            and bool(changes)
            and code != venues.my_code(),
            "problem": acts.problem or problem,
        },
        status=acts.status,
    )


def _parts(known: Known) -> dict[str, Any]:
    return {name: dict(values) for name, values in known.template.parts.items()}


def _beside(known: Known, now: datetime) -> tuple[list[dict[str, str]], Any]:
    """What our rulebook would change; or why it cannot have the template in it."""
    try:
        before, after = queries.beside(known, now)
    except Refused as refused:
        return [], problem_of(refused)
    return differences(before, after), None
