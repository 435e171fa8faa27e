"""
Joint projects led here, at the desk: announced, composed, offered, sold (NE-3, TE-4, PA-5).
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.deals import queries as deals
from hutong.desk.case import same_eyes, show, why_form
from hutong.desk.queue import Waiting, source
from hutong.desk.terms import terms
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.moments import at_local
from hutong.kit.money import CNY, with_unit
from hutong.network.projects import actions, queries, rules
from hutong.network.projects.queries import ProjectView
from hutong.network.projects.rules import (
    ProjectStatus,
    VenueStatus,
    Words,
)
from hutong.ui.case import Case, Check, Decision, Hand, Outcome
from hutong.ui.door import Acts, officer
from hutong.ui.fields import DayField
from hutong.ui.templatetags.ui import named
from hutong.venues import queries as venues
from hutong.venues.lists import State

OFFICE = queries.SEE
PAGE = "/desk/projects"


class DraftForm(forms.Form):
    title_zh = forms.CharField(
        label=_("Title in Chinese"), max_length=rules.LONGEST_TITLE, required=False
    )
    title_en = forms.CharField(
        label=_("Title in English"), max_length=rules.LONGEST_TITLE, required=False
    )
    summary = forms.CharField(
        label=_("What it is about"),
        max_length=rules.MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    conditions = forms.CharField(
        label=_("Conditions for buyers"),
        max_length=rules.MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    parts_on = DayField(label=_("Parts are taken until the end of"))
    venues = forms.MultipleChoiceField(
        label=_("Exchanges to invite"), required=False, widget=forms.CheckboxSelectMultiple
    )


class LeadForm(forms.Form):
    lead_part = forms.ChoiceField(label=_("Lead seller's part"))


# -- the queue --------------------------------------------------------------------------------------


@source(OFFICE)
def projects_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Drafts to announce, and projects whose parts can be fixed."""
    for one in queries.waiting(now):
        yield Waiting(
            kind=gettext("Joint project to announce")
            if one.drafted
            else gettext("Joint project whose parts are in"),
            title=named(one) or one.number,
            href=f"{PAGE}/{one.id}",
            since=one.since,
            term="listing",
            not_by=(one.drafted_by,) if one.drafted else (),
        )


# -- led here ---------------------------------------------------------------------------------------


@officer
def index(request: HttpRequest) -> HttpResponse:
    """Projects led here and invitations; a new one is drafted below."""
    actor, now = request.actor, request.now
    actor.need(OFFICE)
    form, acts = DraftForm(request.POST or None), Acts(request)
    field: forms.MultipleChoiceField = form.fields["venues"]
    field.choices = [(one.code, f"{named(one)} ({one.code})") for one in venues.others()]

    def draft() -> ProjectView:
        said = form.cleaned_data
        return actions.draft(
            actor=actor,
            now=now,
            words=Words(**{n: said[n] for n in ("title_zh", "title_en", "summary", "conditions")}),
            invited=said["venues"],
            parts_by=at_local(said["parts_on"], 17),
        )

    acts.on(
        "draft",
        draft,
        said=gettext("Drafted; another officer announces it."),
        to=lambda made: f"{PAGE}/{made.id}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "desk/projects.html",
        {
            "projects": [queries.view(r) for r in queries.projects().order_by("-drafted_at")[:100]],
            "invitations": [one for one in queries.invitations() if one.lead != venues.my_code()],
            "homes": homes(),
            "form": form,
            "problem": acts.problem,
        },
        status=acts.status,
    )


@officer
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """A project led here: announce it, fix its parts, take parts again, end it."""
    actor, now = request.actor, request.now
    actor.need(OFFICE)
    project = queries.project(id)
    mine = venues.my_code()
    form, acts = LeadForm(request.POST or None), Acts(request, to=f"{PAGE}/{id}")
    leads: forms.ChoiceField = form.fields["lead_part"]
    leads.choices = [
        (str(p.id), f"{named(p)} · {p.seller_zh or p.seller_en}")
        for p in project.taken
        if p.venue == mine
    ]
    reason = request.POST.get("reason", "")
    acts.on(
        "announce",
        lambda: actions.announce(actor=actor, now=now, project=id),
        said=gettext("Announced; the exchanges are invited."),
    )
    acts.on(
        "compose",
        lambda: actions.compose(
            actor=actor, now=now, project=id, lead_part=UUID(form.cleaned_data["lead_part"])
        ),
        said=gettext("Fixed; the lead seller offers the whole now."),
        form=form,
    )
    acts.on(
        "reopen",
        lambda: actions.reopen(actor=actor, now=now, project=id),
        said=gettext("Parts are taken again."),
    )
    acts.on(
        "close",
        lambda: actions.close(actor=actor, now=now, project=id, reason=reason),
        said=gettext("Ended; every part is free."),
    )
    if answer := acts.answer():
        return answer
    drafted = project.status is ProjectStatus.DRAFTED
    sold = next(iter(deals.of_listing(project.listing)), None) if project.listing else None
    case = Case(
        kind=gettext("Joint project"),
        number=project.number,
        title=named(project) or project.number,
        about=project.summary,
        lifecycle="project",
        state=project.ending or project.status,
        since=project.drafted_at if drafted else None,
        due_by=terms(now).due_by("listing", project.drafted_at) if drafted else None,
        checks=_checks(project),
        decisions=_decisions(project, actor, form, reason),
        barred=same_eyes(
            actor, [project.drafted_by], gettext("You drafted it; another officer announces it.")
        )
        if drafted
        else "",
        hands=[Hand(did=gettext("Drafted by"), by=project.drafted_by, at=project.drafted_at)],
    )
    return show(
        request,
        "desk/project.html",
        case,
        acts=acts,
        subjects=[subject("project", id)],
        project=project,
        deal=sold,
        sold={part.id: part.status for part in sold.parts} if sold else {},
        homes=homes(),
        here=mine,
        asked=with_unit(project.asked_fen, CNY),
    )


def _checks(project: ProjectView) -> list[Check]:
    answered = [one for one in project.venues if one.status is not VenueStatus.INVITED]
    return [
        Check(
            text=gettext("Every invited exchange has answered"),
            ok=len(answered) == len(project.venues) if project.announced_at else None,
            found=f"{len(answered)}/{len(project.venues)}",
        ),
        Check(
            text=gettext("Each part is as its exchange's log says, and registered there"),
            ok=True if project.taken else None,
            rule="LO-4",
            found=gettext("{n} technologies").format(n=project.technologies),
        ),
        Check(
            text=gettext("At least two parts, one of them of this exchange"),
            ok=len(project.taken) > 1 and any(p.venue == venues.my_code() for p in project.taken),
            rule="TE-4",
        ),
    ]


def _decisions(project: ProjectView, actor: Actor, lead: forms.Form, reason: str) -> list[Decision]:
    if project.status in (ProjectStatus.LISTED, ProjectStatus.CLOSED) or project.listing:
        return []
    found = []
    if project.status is ProjectStatus.DRAFTED:
        found.append(
            Decision(
                id="announce",
                title=gettext("Announce it"),
                outcomes=[
                    Outcome(
                        act="announce",
                        label=gettext("Announce and invite"),
                        consequence=gettext(
                            "Everybody in the network sees it; the exchanges named are asked to"
                            " join."
                        ),
                        rule="PA-5",
                        good=True,
                    )
                ],
            )
        )
    elif project.status is ProjectStatus.ANNOUNCED:
        found.append(
            Decision(
                id="compose",
                title=gettext("Fix the parts"),
                form=lead,
                outcomes=[
                    Outcome(
                        act="compose",
                        label=gettext("Fix the parts and the split"),
                        consequence=gettext(
                            "No part is taken any more. Each earns its share of what the sellers ask"
                            " together; the lead seller offers the whole."
                        ),
                        rule="TE-4",
                        good=True,
                    )
                ],
            )
        )
    else:
        found.append(
            Decision(
                id="reopen",
                title=gettext("Take parts again"),
                open=False,
                outcomes=[
                    Outcome(
                        act="reopen",
                        label=gettext("Take parts again"),
                        consequence=gettext("The split is void until it is fixed anew."),
                        rule="TE-4",
                    )
                ],
            )
        )
    found.append(
        Decision(
            id="close",
            title=gettext("End it"),
            open=False,
            form=why_form(typed=reason, of="close"),
            outcomes=[
                Outcome(
                    act="close",
                    label=gettext("End the project"),
                    consequence=gettext("Every part is free again; the exchanges are told."),
                    grave=True,
                )
            ],
        )
    )
    return found


def homes() -> dict[str, object]:
    return {one.code: one for one in venues.members(*State)}
