"""
Joint projects at the desk: those led here, and those to which this exchange is invited with the
parts of its own sellers (NE-3, TE-4, PA-5).
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.case import same_eyes, show, why_form
from hutong.desk.queue import Waiting, source
from hutong.desk.terms import terms
from hutong.doors.problems import sentence_of_code
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.moments import at_local
from hutong.kit.money import CNY, with_unit
from hutong.network.projects import actions, queries, rules
from hutong.network.projects.queries import ContributionView, InvitationView, ProjectView
from hutong.network.projects.rules import (
    ContributionStatus,
    InvitationStatus,
    ProjectStatus,
    VenueStatus,
    Words,
)
from hutong.parties import queries as parties
from hutong.parties.membership import ANY_ROLE
from hutong.rights import queries as titles
from hutong.ui.case import Case, Check, Decision, Hand, Outcome
from hutong.ui.door import Acts, officer
from hutong.ui.fields import DayField
from hutong.ui.templatetags.ui import in_chinese, named
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
    for one in queries.to_act_on(ProjectStatus.DRAFTED, ProjectStatus.ANNOUNCED):
        drafted = one.status is ProjectStatus.DRAFTED
        if not drafted and (len(one.taken) < 2 or now < one.parts_by):
            continue
        yield Waiting(
            kind=gettext("Joint project to announce")
            if drafted
            else gettext("Joint project whose parts are in"),
            title=named(one) or one.number,
            href=f"{PAGE}/{one.id}",
            since=one.drafted_at if drafted else one.parts_by,
            term="listing",
            not_by=(one.drafted_by,) if drafted else (),
        )


@source(OFFICE)
def invitations_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Invitations of other venues, which two officers answer; parts of our sellers to examine."""
    for one in queries.invitations(InvitationStatus.INVITED, InvitationStatus.ACCEPTING):
        yield Waiting(
            kind=gettext("Invitation to a joint project"),
            title=named(one) or one.number,
            href=f"/desk/project-invitations/{one.id}",
            since=one.received_at,
            note=gettext("led by {venue}").format(venue=one.lead),
            term="listing",
            not_by=(one.accepted_by,),
        )
    for part in queries.mandates_waiting():
        yield Waiting(
            kind=gettext("Part of a joint project"),
            title=named(part),
            href=f"/desk/project-parts/{part.id}",
            since=part.mandated_at,
            note=part.number,
            term="listing",
            not_by=(part.mandated_by,),
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
            "homes": _homes(),
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
        homes=_homes(),
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


# -- invited ----------------------------------------------------------------------------------------


@officer
def invitation(request: HttpRequest, id: UUID) -> HttpResponse:
    """A project that another venue leads: whether we join, and our sellers' parts."""
    actor, now = request.actor, request.now
    actor.need(OFFICE)
    reason = request.POST.get("reason", "")
    acts = Acts(request, to=f"/desk/project-invitations/{id}")
    acts.on(
        "accept",
        lambda: actions.accept_invitation(actor=actor, now=now, project=id),
        said=gettext("Noted; another officer confirms."),
    )
    acts.on(
        "confirm",
        lambda: actions.confirm_invitation(actor=actor, now=now, project=id),
        said=gettext("Joined; sellers here may give their mandates."),
    )
    acts.on(
        "decline",
        lambda: actions.decline_invitation(actor=actor, now=now, project=id, reason=reason),
        said=gettext("Declined; the lead exchange is told."),
    )
    if answer := acts.answer():
        return answer
    view = queries.invitation(id)
    waits = view.status in (InvitationStatus.INVITED, InvitationStatus.ACCEPTING)
    case = Case(
        kind=gettext("Invitation to a joint project"),
        number=view.number,
        title=named(view) or view.number,
        about=view.summary,
        lifecycle="invitation_to_project",
        state=view.status,
        since=view.received_at if waits else None,
        due_by=terms(now).due_by("listing", view.received_at) if waits else None,
        checks=[
            Check(
                text=gettext("The lead exchange is in good standing"),
                ok=venues.standing(view.lead).value == "good" or view.lead == venues.my_code(),
                rule="NE-1",
            ),
            Check(text=gettext("A seller of ours wants to take part")),
        ],
        decisions=_answers(view, reason) if waits else (),
        barred=same_eyes(
            actor, [view.accepted_by], gettext("You meant to join; another officer confirms.")
        ),
        hands=[Hand(did=gettext("Accepted by"), by=view.accepted_by)] if view.accepted_by else [],
    )
    return show(
        request,
        "desk/project_invitation.html",
        case,
        acts=acts,
        subjects=[subject("project", id)],
        invitation=view,
        parts=queries.contributions_to(id),
        homes=_homes(),
    )


def _answers(view: InvitationView, reason: str) -> list[Decision]:
    first = view.status is InvitationStatus.INVITED
    return [
        Decision(
            id="join",
            title=gettext("Join the project"),
            outcomes=[
                Outcome(
                    act="accept",
                    label=gettext("Mean to join"),
                    consequence=gettext(
                        "Another officer confirms; then the lead exchange is told."
                    ),
                    rule="PA-5",
                    good=True,
                )
                if first
                else Outcome(
                    act="confirm",
                    label=gettext("Confirm: join"),
                    consequence=gettext(
                        "The lead exchange is told, and sellers here may give their mandates."
                    ),
                    rule="PA-5",
                    good=True,
                )
            ],
        ),
        Decision(
            id="decline",
            title=gettext("Decline"),
            open=False,
            form=why_form(typed=reason, of="decline"),
            outcomes=[
                Outcome(
                    act="decline",
                    label=gettext("Do not join"),
                    consequence=gettext("The lead exchange reads the reason."),
                    grave=True,
                )
            ],
        ),
    ]


@officer
def part(request: HttpRequest, id: UUID) -> HttpResponse:
    """A seller's part: examine it, return it, or take it out for a cause."""
    actor, now = request.actor, request.now
    actor.need(OFFICE)
    findings, reason = request.POST.get("findings", ""), request.POST.get("reason", "")
    acts = Acts(request, to=f"/desk/project-parts/{id}")
    acts.on(
        "add",
        lambda: actions.add_part(actor=actor, now=now, part=id, findings=findings),
        said=gettext("Added; its rights are kept for the project."),
    )
    acts.on(
        "return",
        lambda: actions.return_part(actor=actor, now=now, part=id, findings=findings),
        said=gettext("Returned to the seller."),
    )
    acts.on(
        "withdraw",
        lambda: actions.withdraw_part(actor=actor, now=now, part=id, reason=reason),
        said=gettext("Taken out; the lead exchange is told."),
    )
    if answer := acts.answer():
        return answer
    view = queries.contribution(id)
    waits = view.status is ContributionStatus.MANDATED
    case = Case(
        kind=gettext("Part of a joint project"),
        number=view.number,
        title=named(view),
        about=view.project_zh if in_chinese() or not view.project_en else view.project_en,
        lifecycle="contribution",
        state=view.status,
        since=view.mandated_at if waits else None,
        due_by=terms(now).due_by("listing", view.mandated_at) if waits else None,
        checks=[
            Check(
                text=gettext("Every technology of the bundle is registered"),
                ok=titles.registered_among(view.bundled) == set(view.bundled),
                rule="RR-10",
                href=f"/technologies/{view.bundle}",
            ),
            Check(
                text=gettext("The seller's mandate is on file"),
                ok=True,
                found=with_unit(view.asked_fen, CNY),
            ),
        ],
        decisions=_examination(view, findings, reason),
        barred=same_eyes(
            actor,
            [view.mandated_by, *parties.people_of(view.seller, ANY_ROLE)],
            gettext("You act for the seller; another officer decides."),
        ),
        hands=[Hand(did=gettext("Mandate given by"), by=view.mandated_by, at=view.mandated_at)],
    )
    return show(
        request,
        "desk/project_part.html",
        case,
        acts=acts,
        subjects=[subject("project_part", id)],
        part=view,
        why=sentence_of_code(dict(view.why)) if view.why else "",
        seller=parties.party(view.seller),
        homes=_homes(),
    )


def _examination(view: ContributionView, findings: str, reason: str) -> list[Decision]:
    if view.status is ContributionStatus.MANDATED:
        return [
            Decision(
                id="examine",
                title=gettext("Examine the part"),
                form=why_form("findings", _("Findings"), typed=findings, of="examine"),
                outcomes=[
                    Outcome(
                        act="add",
                        label=gettext("Add it to the project"),
                        consequence=gettext(
                            "It enters our public log, its rights are kept for the project, and the"
                            " lead exchange reads it there."
                        ),
                        rule="LI-2",
                        good=True,
                    ),
                    Outcome(
                        act="return",
                        label=gettext("Return it to the seller"),
                        consequence=gettext("The seller reads the findings and may ask again."),
                        grave=True,
                    ),
                ],
            )
        ]
    if view.status in rules.PART_BOUND:
        return [
            Decision(
                id="withdraw",
                title=gettext("Take it out"),
                open=False,
                form=why_form(typed=reason, of="withdraw"),
                outcomes=[
                    Outcome(
                        act="withdraw",
                        label=gettext("Take the part out"),
                        consequence=gettext(
                            "Its rights are free; the project and what is offered of it say so"
                            " everywhere."
                        ),
                        rule="NE-3",
                        grave=True,
                    )
                ],
            )
        ]
    return []


def _homes() -> dict[str, object]:
    return {one.code: one for one in venues.members(*State)}
