"""
The registrar's cases: examination, objections, the office's step of a transfer (RR-7, RR-11).
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.deals import queries as deals
from hutong.deals.rules import Status as DealStatus
from hutong.desk.queue import Waiting, decide, source
from hutong.documents import actions as document_actions
from hutong.documents import queries as documents
from hutong.documents.rules import Access
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.parties import queries as parties
from hutong.rights import actions, queries
from hutong.rights.checklists import CHECKLISTS
from hutong.rights.rules import Decision, Status
from hutong.rulebook import queries as rulebook
from hutong.technologies import queries as technologies
from hutong.ui.door import Acts, officer, posted_id
from hutong.ui.fields import DayField, FilesField, uploaded
from hutong.ui.templatetags.ui import named


class StepForm(forms.Form):
    filed_on = DayField(label=_("Filed on"))
    effective_on = DayField(
        label=_("Entered at the office on"),
        required=False,
        help_text=_("Leave empty while it is only filed."),
    )
    office_number = forms.CharField(label=_("Number of the office"), max_length=100)
    evidence = FilesField(label=_("Paper of the office"))


@source("rights.examine")
def to_examine(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for status, kind in (
        (Status.SUBMITTED, gettext("Examination of a right")),
        (Status.HELD, gettext("Held registration")),
    ):
        for a in queries.applications(actor, status=status, limit=200)["items"]:
            yield Waiting(
                kind=kind,
                title=_title(a),
                href=f"/desk/rights/{a.id}",
                since=a.submitted_at,
                note=a.number,
            )


@source("rights.decide_objection")
def to_decide(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for a in queries.applications(actor, status=Status.NOTICE, limit=200)["items"]:
        if a.open_objections:
            yield Waiting(
                kind=gettext("Objection to decide"),
                title=_title(a),
                href=f"/desk/rights/{a.id}",
                since=a.stopped_at,
                note=a.number,
            )


@source("rights.record_outside_step")
def to_record(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for deal in deals.in_status(DealStatus.SIGNED, DealStatus.PAID):
        for entry in queries.disposals_of_deal(deal.id):
            if entry.outside_step in ("missing", "filed"):
                yield Waiting(
                    kind=gettext("Step at the office"),
                    title=named(technologies.technology(entry.technology)),
                    href=f"/desk/transfers/{entry.entry}",
                    since=entry.prepared_at,
                    note=deal.number,
                )


def _title(application: Any) -> str:
    first = technologies.technologies(application.technologies[:1])
    title = named(next(iter(first.values()), None))
    more = len(application.technologies) - 1
    return title + (gettext(" and {n} more").format(n=more) if more > 0 else "")


@officer
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """An application with its evidence, the notice and the objections."""
    actor, now = request.actor, request.now
    findings = request.POST.get("findings", "")
    acts = Acts(request, to=f"/desk/rights/{id}")

    def examine(decision: Decision) -> None:
        actions.examine(
            actor=actor,
            now=now,
            application=id,
            decision=decision,
            findings=findings,
            checks={name[6:]: True for name in request.POST if name.startswith("check:")},
            exceptions=_exceptions(request),
        )

    def decide_objection(upheld: bool) -> None:
        actions.decide_objection(
            actor=actor,
            now=now,
            objection=posted_id(request, "objection"),
            upheld=upheld,
            reasons=request.POST.get("reasons", ""),
        )

    acts.on("accept", lambda: examine(Decision.ACCEPT), said=gettext("In public notice now."))
    acts.on("reject", lambda: examine(Decision.REJECT), said=gettext("Rejected with your reasons."))
    acts.on("uphold", lambda: decide_objection(True), said=gettext("The objection is upheld."))
    acts.on("dismiss", lambda: decide_objection(False), said=gettext("The objection is dismissed."))
    acts.on(
        "retry",
        lambda: actions.close_notice(actor=actor, now=now, application=id),
        said=gettext("Registered."),
    )
    acts.on(
        "reject_held",
        lambda: actions.reject_held(actor=actor, now=now, application=id, reasons=findings),
        said=gettext("Rejected with your reasons."),
    )
    if answer := acts.answer():
        return answer
    application = queries.application(id, actor)
    objections = queries.objections(id, actor)
    people = set(application.parties) | {o.objector for o in objections}
    return render(
        request,
        "desk/right.html",
        {
            "application": application,
            "technologies": technologies.technologies(application.technologies),
            "parties": parties.parties(people | {application.applicant}),
            "files": [d for e in application.evidence if (d := documents.find(e))],
            "objections": [
                (o, [d for e in o.evidence if (d := documents.find(e))]) for o in objections
            ],
            "checks": CHECKLISTS[application.kind],
            "notice_days": rulebook.in_force(now).rules.rights.notice_days,
            "may": decide(actor, "rights.examine", "rights.decide_objection"),
            "findings": findings,
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _exceptions(request: HttpRequest) -> dict[UUID, str]:
    """Technologies left out, each with its reason: the fields `except:<id>`."""
    found = {}
    for name, value in request.POST.items():
        if name.startswith("except:") and str(value).strip():
            found[UUID(name.removeprefix("except:"))] = str(value).strip()
    return found


@officer
def transfer(request: HttpRequest, entry: UUID) -> HttpResponse:
    """A prepared transfer: record what the office did."""
    actor, now = request.actor, request.now
    disposal = queries.disposal(entry, actor)
    form = StepForm(
        request.POST or None,
        request.FILES or None,
        initial={
            "filed_on": disposal.filed_on,
            "office_number": disposal.office_number,
        },
    )
    acts = Acts(request, to=f"/desk/transfers/{entry}")

    def record_step() -> None:
        evidence = [
            document_actions.store(
                actor=actor,
                now=now,
                owner=subject("right_entry", entry),
                access=Access.SECRET,
                **uploaded(upload),
            ).id
            for upload in form.cleaned_data["evidence"]
        ]
        filed_on: date = form.cleaned_data["filed_on"]
        actions.record_outside_step(
            actor=actor,
            now=now,
            entry=entry,
            filed_on=filed_on,
            effective_on=form.cleaned_data["effective_on"],
            office_number=form.cleaned_data["office_number"],
            evidence=evidence,
        )

    acts.on("record", record_step, said=gettext("Recorded."), form=form)
    if answer := acts.answer():
        return answer
    return render(
        request,
        "desk/transfer.html",
        {
            "disposal": disposal,
            "deal": deals.deal(disposal.deal),
            "technology": technologies.technology(disposal.technology),
            "parties": parties.parties({disposal.giver, disposal.taker}),
            "files": [d for e in disposal.evidence if (d := documents.find(e))],
            "form": form,
            "may": decide(actor, "rights.record_outside_step"),
            "problem": acts.problem,
        },
        status=acts.status,
    )
