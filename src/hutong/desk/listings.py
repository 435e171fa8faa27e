"""
The listing office: examining listings, qualifying buyers (LI-2, LI-4, CB-1, PA-5).
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.auctions import queries as auctions
from hutong.desk.queue import Waiting, decide, source
from hutong.documents import queries as documents
from hutong.kit.actor import Actor
from hutong.listings import actions, queries
from hutong.listings.intents import Decision as IntentDecision
from hutong.listings.offers import ExportClass
from hutong.listings.rules import CHECKS, Decision, Status
from hutong.parties import queries as parties
from hutong.rights import queries as rights
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.door import Acts, officer
from hutong.ui.templatetags.ui import named

CHECK_WORDS = {
    "title": _("The seller may dispose of what is offered (title report below)"),
    "completeness": _("Terms and documents are complete"),
    "pre_emption": _("Holders of pre-emption were told and their term has run, or there are none"),
}


@source("listings.examine")
def to_examine(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for listing in queries.listings(actor, status=Status.SUBMITTED, limit=200)["items"]:
        yield Waiting(
            kind=gettext("Examination of a listing"),
            title=named(listing),
            href=f"/desk/listings/{listing.id}",
            since=listing.submitted_at,
            note=listing.number,
        )
    for listing in queries.listings(actor, withdrawal_requested=True, limit=200)["items"]:
        if listing.status in (Status.LISTED, Status.SUSPENDED):
            yield Waiting(
                kind=gettext("Withdrawal asked for"),
                title=named(listing),
                href=f"/desk/listings/{listing.id}",
                since=listing.listed_at,
                note=listing.number,
            )


@source("listings.qualify")
def to_qualify(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for intent in queries.intents_waiting(actor, limit=200)["items"]:
        listing = queries.listing(intent.listing)
        yield Waiting(
            kind=gettext("Qualification of a buyer"),
            title=named(listing),
            href=f"/desk/intents/{intent.id}",
            since=intent.applied_at,
            due_by=listing.ends_at,
            note=listing.number,
        )


@officer
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """A listing with its checklist and the title report of every right on offer."""
    actor, now = request.actor, request.now
    words_given = request.POST.get("findings", "")
    acts = Acts(request, to=f"/desk/listings/{id}")

    def examine(decision: Decision) -> None:
        actions.examine(
            actor=actor,
            now=now,
            listing=id,
            decision=decision,
            checklist={check: check in request.POST for check in CHECKS},
            export_class=_export_class(request),
            findings=words_given,
        )

    acts.on("accept", lambda: examine(Decision.ACCEPT), said=gettext("On the board now."))
    acts.on(
        "return", lambda: examine(Decision.RETURN), said=gettext("Returned with your findings.")
    )
    acts.on(
        "suspend",
        lambda: actions.suspend(actor=actor, now=now, listing=id, reason=words_given),
        said=gettext("Suspended; its time stands still."),
    )
    acts.on(
        "resume",
        lambda: actions.resume(actor=actor, now=now, listing=id),
        said=gettext("Resumed with the time that was left."),
    )
    acts.on(
        "terminate",
        lambda: actions.terminate(actor=actor, now=now, listing=id, reason=words_given),
        said=gettext("Ended; deposits held go back."),
    )
    if answer := acts.answer():
        return answer
    file = queries.file_of(id, actor)
    listing = file.listing
    intents = queries.intents_of(id, actor)
    holders = queries.preemptions(id, actor)
    people = {listing.seller, *(i.party for i in intents), *(h.party for h in holders)}
    return render(
        request,
        "desk/listing.html",
        {
            "file": file,
            "listing": listing,
            "parties": parties.parties(people),
            "technologies": technologies.technologies({*listing.technologies, *listing.rights}),
            "titles": [
                (right, rights.title(right), _why_not(right, listing))
                for right in listing.rights[:50]
            ],
            "preemptions": holders,
            "intents": intents,
            "lot": auctions.lot_of_listing(id, now),
            "checks": CHECK_WORDS,
            "words": words,
            "may": decide(actor, "listings.examine", "listings.qualify"),
            "findings": words_given,
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _export_class(request: HttpRequest) -> ExportClass:
    given = request.POST.get("export_class", "")
    return ExportClass(given) if given in set(ExportClass) else ExportClass.PROHIBITED


def _why_not(right: UUID, listing: queries.ListingView) -> str:
    """Why the seller may not dispose of a right, in words; empty when it may (RR-10)."""
    if listing.share is None:
        return ""
    reason = rights.why_not_dispose(right, listing.seller, listing.share)
    return gettext(reason.text) if reason else ""


@officer
def intent(request: HttpRequest, id: UUID) -> HttpResponse:
    """A buyer's intent: the conditions, the evidence, the decision."""
    actor, now = request.actor, request.now
    findings = request.POST.get("findings", "")
    acts = Acts(request, to="/desk")

    def qualify(decision: IntentDecision) -> None:
        actions.qualify(actor=actor, now=now, intent=id, decision=decision, findings=findings)

    acts.on(
        "qualify",
        lambda: qualify(IntentDecision.QUALIFY),
        said=gettext("Qualified. The buyer is asked for the deposit."),
    )
    acts.on(
        "refuse",
        lambda: qualify(IntentDecision.REFUSE),
        said=gettext("Refused with your findings."),
    )
    if answer := acts.answer():
        return answer
    view = queries.intent(id, actor)
    listing = queries.listing(view.listing)
    return render(
        request,
        "desk/intent.html",
        {
            "intent": view,
            "listing": listing,
            "buyer": parties.party(view.party),
            "seller": parties.party(listing.seller),
            "affiliated": parties.are_affiliated(view.party, listing.seller),
            "files": [d for e in view.evidence if (d := documents.find(e))],
            "words": words,
            "may": decide(actor, "listings.qualify"),
            "findings": findings,
            "problem": acts.problem,
        },
        status=acts.status,
    )
