"""
Reissuing many certificates: proposing, deciding, and how far it is (CE-2, PA-5).
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.certificates import actions, queries
from hutong.certificates.kinds import Kind
from hutong.certificates.reissues import ReissueStatus
from hutong.desk.certificates import KIND_NAMES, kind_name
from hutong.desk.queue import Waiting, decide, source
from hutong.doors.api import paged
from hutong.journal import queries as journal
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.moments import SHANGHAI
from hutong.parties import queries as parties
from hutong.ui import history
from hutong.ui.case import Case, Check, Decision, Hand, Outcome
from hutong.ui.door import Acts, officer
from hutong.ui.templatetags.ui import lang, named

PLACE = "/desk/certificate-reissues"


class ReissueForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    made_before = forms.DateTimeField(
        label=_("Files made until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("Empty: all that there are."),
    )
    older_words = forms.BooleanField(
        label=_("Only those in older words than are in force"), required=False
    )
    reason = forms.CharField(
        label=_("Why"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind, lang(*pair)) for kind, pair in KIND_NAMES.items()]
        self.fields["kind"].choices = [("", _("Every kind")), *kinds]

    def asked(self) -> dict[str, Any]:
        typed = self.cleaned_data
        until = typed["made_before"]
        return {
            "kind": Kind(typed["kind"]) if typed["kind"] else None,
            "made_before": until.replace(tzinfo=SHANGHAI) if until else None,
            "older_words": typed["older_words"],
            "reason": typed["reason"],
        }


@source("certificates.approve")
def reissues_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for row in queries.reissues(actor, ReissueStatus.PROPOSED).order_by("id"):
        found = queries.reissue_view(row)
        yield Waiting(
            kind=gettext("Reissue of many certificates to decide"),
            title=title(found),
            href=f"{PLACE}/{found.id}",
            since=found.proposed_at,
            note=found.reason,
            term="certificate",
            not_by=(found.proposed_by,),
        )


@officer
def index(request: HttpRequest) -> HttpResponse:
    """Reissues proposed, under way and done; proposing another. Power `certificates.propose`."""
    actor = request.actor
    form = ReissueForm(request.POST or None)
    acts = Acts(request)
    acts.on(
        "propose",
        lambda: actions.propose_reissue(actor=actor, now=request.now, **form.asked()),
        said=gettext("Proposed; another officer decides."),
        to=lambda made: f"{PLACE}/{made.id}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    page = paged(queries.reissues(actor), request.GET.get("cursor"), 50, out=queries.reissue_view)
    page["items"] = [(view, title(view)) for view in page["items"]]
    return render(
        request,
        "desk/certificate_reissues.html",
        {
            "page": page,
            "form": form,
            "may": decide(actor, "certificates.propose"),
            "problem": acts.problem,
        },
        status=acts.status,
    )


@officer
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """One reissue: whom it concerns, how far it is, and what may be decided."""
    actor, now = request.actor, request.now
    acts = Acts(request, to=f"{PLACE}/{id}")

    def on(name: str, act: Callable[..., Any], said: str) -> None:
        acts.on(name, lambda: act(actor=actor, now=now, reissue=id), said=said)

    on("approve", actions.approve_reissue, gettext("Under way; this page shows how far it is."))
    on("decline", actions.decline_reissue, gettext("Declined."))
    on("withdraw", actions.withdraw_reissue, gettext("Taken back."))
    on("stop", actions.stop_reissue, gettext("Stopped; what was made stays."))
    on("resume", actions.resume_reissue, gettext("It goes on from where it was."))
    if answer := acts.answer():
        return answer
    found = queries.reissue(actor, id)
    entries = list(journal.of_subject(subject("certificate_reissue", id)))
    persons = {p for p in (found.proposed_by, found.decided_by) if p}
    persons |= {entry.person for entry in entries if entry.person}
    people = {person: named(view) for person, view in parties.persons(persons).items()}
    proposed = found.status is ReissueStatus.PROPOSED
    own = proposed and found.proposed_by == actor.person
    case = Case(
        kind=_kind(found),
        title=_count(found),
        lifecycle="certificate_reissue",
        state=found.status.value,
        since=found.proposed_at if proposed else None,
        checks=[Check(text=gettext("Number and content of each stay as they are"), ok=True)],
        history=history.steps(_told(entries), people),
        decisions=() if own else _decisions(found.status, decide(actor, "certificates.approve")),
        barred=gettext("You proposed it; another officer decides.") if own else "",
        nothing=gettext("You may take it back.") if own else "",
        hands=[
            Hand(did=did, name=people.get(person, "—"), at=at)
            for did, person, at in (
                (gettext("Proposed by"), found.proposed_by, found.proposed_at),
                (gettext("Approved or declined by"), found.decided_by, found.decided_at),
            )
            if person and at
        ],
    )
    return render(
        request,
        "desk/certificate_reissue.html",
        {
            "case": case,
            "found": found,
            "own": own,
            "running": found.status is ReissueStatus.RUNNING,
            "problem": acts.problem,
        },
        status=acts.status,
    )


def title(found: queries.ReissueView) -> str:
    """Which certificates, in one line."""
    return f"{_kind(found)} · {_count(found)}"


def _kind(found: queries.ReissueView) -> str:
    return kind_name(found.kind) if found.kind else gettext("Every kind")


def _count(found: queries.ReissueView) -> str:
    return gettext("{n} certificates").format(n=found.total)


def _told(entries: list[journal.Recorded]) -> list[journal.Recorded]:
    """Of the batches only the last: the page shows how far it is."""
    batches = [e for e in entries if e.kind == "certificates.ReissueAdvanced"]
    return [entry for entry in entries if entry not in batches[:-1]]


def _decisions(status: ReissueStatus, may: frozenset[str]) -> list[Decision]:
    decisions = []
    if status is ReissueStatus.PROPOSED and "certificates.approve" in may:
        start = Outcome(
            act="approve",
            label=gettext("Start it"),
            consequence=gettext(
                "Each certificate's files are made anew in the words and with the keys of today;"
                " the parties are told. Files handed out before still verify, as far as their keys"
                " do."
            ),
            rule="PA-5",
            good=True,
        )
        decisions.append(Decision(title=gettext("Reissue them"), outcomes=[start], id="approve"))
    if status is ReissueStatus.PROPOSED and "certificates.approve" in may:
        decline = Outcome(
            act="decline",
            label=gettext("Decline it"),
            consequence=gettext("Nothing is made."),
        )
        decisions.append(Decision(title=gettext("Leave them"), outcomes=[decline], id="decline"))
    if status is ReissueStatus.RUNNING and "certificates.approve" in may:
        stop = Outcome(
            act="stop",
            label=gettext("Stop it"),
            consequence=gettext("What was made stays; it may go on later."),
        )
        decisions.append(Decision(title=gettext("Stop"), outcomes=[stop], id="stop"))
    if status is ReissueStatus.STOPPED and "certificates.approve" in may:
        resume = Outcome(
            act="resume",
            label=gettext("Let it go on"),
            consequence=gettext("From where it was stopped."),
            good=True,
        )
        decisions.append(Decision(title=gettext("Go on"), outcomes=[resume], id="resume"))
    return decisions
