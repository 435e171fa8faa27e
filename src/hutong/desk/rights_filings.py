"""
The registrar's filings: licences, pledges, new shares, and what officers propose (RR-7, PA-5).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.case import show, why_form
from hutong.desk.queue import Waiting, source
from hutong.desk.terms import terms
from hutong.documents import queries as documents
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import Refused
from hutong.parties import queries as parties
from hutong.rights import actions, queries
from hutong.rights.grant_words import FilingStatus
from hutong.rights.queries import FilingView
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.case import Case, Check, Decision, Outcome, Paper
from hutong.ui.door import Acts, officer
from hutong.ui.templatetags.ui import named


@source("rights.examine")
def to_examine(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for filing in queries.filings(actor, status=FilingStatus.SUBMITTED, limit=200)["items"]:
        yield Waiting(
            kind=gettext(words.FILING_KINDS[filing.kind.value]),
            about=filing.technologies,
            href=f"/desk/filings/{filing.id}",
            since=filing.filed_at,
            note=filing.number,
            term="registration",
        )


@officer
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """A filing with its terms, agreements, evidence, and the titles it is about."""
    actor, now = request.actor, request.now
    findings = request.POST.get("findings", "")
    acts = Acts(request, to=f"/desk/filings/{id}")
    act: dict[str, Any] = {"actor": actor, "now": now, "filing": id, "findings": findings}
    acts.on("approve", lambda: actions.approve_filing(**act), said=gettext("Approved."))
    acts.on("reject", lambda: actions.reject_filing(**act), said=gettext("Rejected."))
    if answer := acts.answer():
        return answer
    filing = queries.filing(id, actor)
    submitted = filing.status is FilingStatus.SUBMITTED
    found = technologies.technologies(filing.technologies)
    case = Case(
        kind=gettext(words.FILING_KINDS[filing.kind.value]),
        number=filing.number,
        title=named(next(iter(found.values()), None)),
        lifecycle="filing",
        state=filing.status,
        since=filing.filed_at if submitted else None,
        due_by=terms(now).due_by("registration", filing.filed_at) if submitted else None,
        checks=_checks(filing),
        evidence=[Paper(file=d) for e in filing.evidence if (d := documents.find(e))],
        decisions=_decisions(filing, findings, actor),
    )
    return show(
        request,
        "desk/filing.html",
        case,
        acts=acts,
        subjects=[subject("right_filing", id)],
        filing=filing,
        technologies=found,
        parties=parties.parties(filing.named),
        corrected=queries.entry(filing.corrects) if filing.corrects else None,
        shares=filing.shares,
        words=words,
    )


def _checks(filing: FilingView) -> list[Check]:
    """Everybody agreed; the title would carry it; the office has entered it where it must."""
    waits = [a for a in filing.agreements if a.agreed_at is None]
    checks = [
        Check(
            text=gettext("Everybody it needs has agreed"),
            ok=not waits,
            rule="RR-1",
            found=gettext("{n} of {all} agreed").format(
                n=len(filing.agreements) - len(waits), all=len(filing.agreements)
            ),
        )
    ]
    for technology in filing.technologies[:20]:
        checks.append(_title_check(technology))
    for disposal in filing.bound:
        if disposal.outside_step != "not_due":
            checks.append(
                Check(
                    text=gettext("Entered at the office"),
                    ok=True if disposal.outside_step == "effective" else None,
                    rule="RR-11",
                    href=f"/desk/transfers/{disposal.entry}",
                )
            )
    return checks


def _title_check(technology: UUID) -> Check:
    try:
        title = queries.title(technology)
    except Refused as refused:
        return Check(text=gettext("The title"), ok=False, found=refused.reason.code)
    frozen = bool(title.restrictions)
    return Check(
        text=gettext("No freeze stands against it"),
        ok=title.registered and not frozen,
        rule="RR-6",
        found=title.restrictions[0].number if frozen else "",
        href=f"/technologies/{technology}/title",
    )


def _decisions(filing: FilingView, findings: str, actor: Actor) -> list[Decision]:
    if not actor.has("rights.examine"):
        return []
    outcomes = []
    if filing.status is FilingStatus.SUBMITTED:
        outcomes.append(
            Outcome(
                act="approve",
                label=gettext("Approve"),
                consequence=gettext(
                    "Entered in the register at once; after the office's entry where one is due."
                ),
                rule="RR-7",
                good=True,
            )
        )
    if filing.status in (FilingStatus.SUBMITTED, FilingStatus.APPROVED):
        outcomes.append(
            Outcome(
                act="reject",
                label=gettext("Reject"),
                consequence=gettext("It ends here; the sides read your findings."),
                grave=True,
            )
        )
    if not outcomes:
        return []
    form = why_form("findings", _("Findings"), typed=findings, of="filing")
    return [Decision(title=gettext("Examine the filing"), form=form, outcomes=outcomes)]
