"""
The registrar's steps at the office: transfers, pledges and new shares of statutory rights (RR-11).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.deals import queries as deals
from hutong.desk.case import show
from hutong.desk.queue import Waiting, decide, source
from hutong.documents import actions as document_actions
from hutong.documents import queries as documents
from hutong.documents.rules import Access
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.parties import queries as parties
from hutong.rights import actions, queries
from hutong.rights.queries import DisposalView
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.case import Case, Check, Decision, Outcome, Paper
from hutong.ui.door import Acts, officer
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


@source("rights.record_outside_step")
def to_record(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for disposal in queries.disposals(actor, waiting=True, limit=200)["items"]:
        yield Waiting(
            kind=gettext("Step at the office"),
            about=[disposal.technology],
            href=f"/desk/transfers/{disposal.entry}",
            since=disposal.prepared_at,
            note=gettext(words.ENTRY_KINDS.get(disposal.kind.value, "")),
            term="registration",
        )


@officer
def transfer(request: HttpRequest, entry: UUID) -> HttpResponse:
    """What waits for the office's entry: record what the office did."""
    actor, now = request.actor, request.now
    disposal = queries.disposal(entry, actor)
    form = StepForm(
        request.POST or None,
        request.FILES or None,
        initial={"filed_on": disposal.filed_on, "office_number": disposal.office_number},
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
        typed = form.cleaned_data
        actions.record_outside_step(
            actor=actor,
            now=now,
            entry=entry,
            filed_on=typed["filed_on"],
            effective_on=typed["effective_on"],
            office_number=typed["office_number"],
            evidence=evidence,
        )

    acts.on("record", record_step, said=gettext("Recorded."), form=form)
    if answer := acts.answer():
        return answer
    technology = technologies.technology(disposal.technology)
    case = Case(
        kind=gettext("Step at the office"),
        title=named(technology),
        lifecycle="outside_step",
        state=disposal.outside_step,
        since=disposal.prepared_at if disposal.outside_step in ("missing", "filed") else None,
        checks=_checks(disposal),
        evidence=[Paper(file=d) for e in disposal.evidence if (d := documents.find(e))],
        decisions=_decisions(disposal, form, actor),
    )
    return show(
        request,
        "desk/transfer.html",
        case,
        acts=acts,
        subjects=[subject("right_entry", entry)],
        disposal=disposal,
        deal=deals.deals([disposal.deal]).get(disposal.deal) if disposal.deal else None,
        technology=technology,
        parties=parties.parties({disposal.giver, disposal.taker}),
        words=words,
    )


def _checks(disposal: DisposalView) -> list[Check]:
    """The course of RR-11, as far as it has come."""
    filed, entered = disposal.filed_on is not None, disposal.effective_on is not None
    return [
        Check(
            text=gettext("Filed at the office"),
            ok=filed or None,
            rule="RR-11",
            found=f"{disposal.filed_on} {disposal.office_number}" if filed else "",
        ),
        Check(
            text=gettext("Entered at the office"),
            ok=entered or None,
            rule="RR-11",
            found=str(disposal.effective_on) if entered else "",
        ),
    ]


def _decisions(disposal: DisposalView, form: Any, actor: Actor) -> list[Decision]:
    may = decide(actor, "rights.record_outside_step")
    if not may or disposal.status.value != "prepared" or disposal.outside_step == "effective":
        return []
    if disposal.deal:
        then = gettext("With the day of entry the deal can be settled: right and money together.")
    else:
        then = gettext("With the day of entry it is entered here, too, if it was approved.")
    return [
        Decision(
            title=gettext("What the office did"),
            form=form,
            files=True,
            outcomes=[Outcome(act="record", label=gettext("Record"), consequence=then, good=True)],
        )
    ]
