"""
The listing office: examining listings, qualifying buyers (LI-2, LI-4, CB-1, PA-5).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.auctions import queries as auctions
from hutong.desk.case import same_eyes, show, why_form
from hutong.desk.queue import Waiting, source
from hutong.desk.terms import terms
from hutong.documents import queries as documents
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.listings import actions, queries
from hutong.listings.intents import Decision as Verdict
from hutong.listings.intents import IntentStatus
from hutong.listings.offers import ExportClass
from hutong.listings.queries import office
from hutong.listings.rules import CHECKS, Status
from hutong.listings.rules import Decision as Examined
from hutong.parties import queries as parties
from hutong.rights.queries.office import disposable_among
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.case import Case, Check, Decision, Hand, Outcome, Paper
from hutong.ui.door import Acts, officer
from hutong.ui.templatetags.ui import named

CHECK_WORDS = {
    "title": _("The seller may dispose of what is offered (title report below)"),
    "completeness": _("Terms and documents are complete"),
    "pre_emption": _("Holders of pre-emption were told and their term has run, or there are none"),
}
CHECK_RULES = {"title": "RR-10", "completeness": "LI-2", "pre_emption": "RR-6"}


class ExaminationForm(forms.Form):
    export_class = forms.ChoiceField(
        label=_("Export class"),
        choices=words.choices(words.EXPORT_CLASSES),
        help_text=_("Prohibited: domestic buyers only, details withheld abroad (CB-2)."),
    )
    findings = forms.CharField(
        label=_("Findings"),
        help_text=_("Kept with the decision; the seller reads them."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@source("listings.examine")
def to_examine(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for listing in office.listings_waiting(actor):
        asked = listing.status is not Status.SUBMITTED
        yield Waiting(
            kind=gettext("Withdrawal asked for") if asked else gettext("Examination of a listing"),
            title=named(listing),
            href=f"/desk/listings/{listing.id}",
            since=listing.since,
            note=listing.number,
            term="listing",
        )


@source("listings.qualify")
def to_qualify(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """The term is the rulebook's, but never past the end of the listing's period (LI-4)."""
    waiting = office.intents_waiting(actor)
    buyers = parties.names({intent.party for intent in waiting})
    book = terms(now)
    for intent in waiting:
        ends = [book.due_by("intent", intent.applied_at), intent.ends_at]
        yield Waiting(
            kind=gettext("Qualification of a buyer"),
            title=named(buyers.get(intent.party)),
            href=f"/desk/intents/{intent.id}",
            since=intent.applied_at,
            due_by=min(end for end in ends if end is not None),
            note=f"{named(intent)} {intent.number}",
            bulk="qualify",
        )


@officer
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """A listing with its checklist and the title report of every right on offer."""
    actor, now = request.actor, request.now
    reason = request.POST.get("reason", "")
    examining = request.POST.get("act") in ("accept", "return")
    form = ExaminationForm(request.POST if examining else None, auto_id="examine-%s")
    acts = Acts(request, to=f"/desk/listings/{id}")
    act: dict[str, Any] = {"actor": actor, "now": now, "listing": id}

    def examine(decision: Examined) -> None:
        actions.examine(
            **act,
            decision=decision,
            checklist={check: check in request.POST for check in CHECKS},
            export_class=ExportClass(form.cleaned_data["export_class"]),
            findings=form.cleaned_data["findings"],
        )

    acts.on(
        "accept", lambda: examine(Examined.ACCEPT), said=gettext("On the board now."), form=form
    )
    acts.on(
        "return",
        lambda: examine(Examined.RETURN),
        said=gettext("Returned with your findings."),
        form=form,
    )
    acts.on(
        "suspend",
        lambda: actions.suspend(**act, reason=reason),
        said=gettext("Suspended; its time stands still."),
    )
    acts.on(
        "resume",
        lambda: actions.resume(**act),
        said=gettext("Resumed with the time that was left."),
    )
    acts.on(
        "terminate",
        lambda: actions.terminate(**act, reason=reason),
        said=gettext("Ended; deposits held go back."),
    )
    acts.on(
        "fix_end",
        lambda: actions.fix_end(**act),
        said=gettext("The end stands by the calendar known now."),
    )
    acts.on(
        "cut_off",
        lambda: actions.cut_off(**act),
        said=gettext("Decided by the rulebook."),
    )
    if answer := acts.answer():
        return answer
    file = queries.file_of(id, actor)
    listing = file.listing
    public = listing.listed_at is not None
    intents = queries.intents_of(id, actor) if public else []
    holders = queries.preemptions(id, actor)
    people = {listing.seller, *(i.party for i in intents), *(h.party for h in holders)}
    sellers = parties.acting_for_any([listing.seller])
    submitted = listing.status is Status.SUBMITTED
    standing = disposable_among(listing.rights[:50], by=listing.seller, share=listing.share)
    titles = [
        (right, owned, gettext(reason.text) if reason else "")
        for right, (owned, reason) in standing.items()
    ]
    case = Case(
        kind=gettext("Listing"),
        number=listing.number,
        title=named(listing),
        lifecycle="listing",
        state=listing.ending or listing.status,
        since=listing.submitted_at if submitted else None,
        due_by=terms(now).due_by("listing", listing.submitted_at) if submitted else None,
        checks=_checks(request, actor, titles) if submitted else (),
        decisions=_decisions(file, actor, form, reason, now),
        barred=same_eyes(
            actor, sellers, gettext("You act for the seller; another officer decides.")
        ),
        hands=[Hand(did=gettext("Submitted by"), name=gettext("seller"), at=listing.submitted_at)],
    )
    return show(
        request,
        "desk/listing.html",
        case,
        acts=acts,
        subjects=[subject("listing", id)],
        file=file,
        listing=listing,
        parties=parties.names(people),
        technologies=technologies.technologies({*listing.technologies, *listing.rights}),
        titles=titles,
        preemptions=holders,
        intents=intents,
        lot=auctions.lot_of_listing(id, now) if listing.cut_off_at else None,
        words=words,
    )


def _checks(request: HttpRequest, actor: Actor, titles: list[Any]) -> list[Check]:
    """The title is looked up; the rest an officer ticks."""
    free = not any(why for _, _, why in titles)
    found = {
        "title": gettext("The register says so.")
        if free
        else gettext("The register says otherwise: see the title reports.")
    }
    return [
        Check(
            text=str(text),
            rule=CHECK_RULES[code],
            found=found.get(code, ""),
            name=code if actor.has("listings.examine") else "",
            ticked=code in request.POST,
        )
        for code, text in CHECK_WORDS.items()
    ]


def _decisions(
    file: Any, actor: Actor, form: forms.Form, reason: str, now: datetime
) -> list[Decision]:
    listing = file.listing
    if not actor.has("listings.examine"):
        return []
    if listing.status is Status.SUBMITTED:
        return [
            Decision(
                title=gettext("Examination"),
                form=form,
                outcomes=[
                    Outcome(
                        act="accept",
                        label=gettext("Put it on the board"),
                        consequence=gettext(
                            "The period begins today, everybody sees it, and the right is reserved."
                        ),
                        rule="LI-2",
                        good=True,
                    ),
                    Outcome(
                        act="return",
                        label=gettext("Return to the seller"),
                        consequence=gettext("It becomes a draft again with your findings."),
                        rule="LI-2",
                    ),
                ],
            )
        ]
    suspend = Decision(
        id="suspend",
        title=gettext("Suspend"),
        open=False,
        form=why_form(label=_("Reason, to be published"), typed=reason, of="suspend"),
        outcomes=[
            Outcome(
                act="suspend",
                label=gettext("Suspend the listing"),
                consequence=gettext("Its time stands still; what was left is given back."),
                rule="LI-2",
                grave=True,
            )
        ],
    )
    resume = Decision(
        id="resume",
        title=gettext("Resume"),
        outcomes=[
            Outcome(
                act="resume",
                label=gettext("Resume the listing"),
                consequence=gettext("It goes on with the time that was left, never shorter."),
                rule="LI-2",
                good=True,
            )
        ],
    )
    end = Decision(
        id="end",
        title=gettext("End it"),
        open=False,
        form=why_form(label=_("Reason, to be published"), typed=reason, of="end"),
        outcomes=[
            Outcome(
                act="terminate",
                label=gettext("End the listing"),
                consequence=gettext("Deposits held go back; the right is free again."),
                rule="LI-2",
                grave=True,
            )
        ],
    )
    if listing.status is Status.SUSPENDED:
        return [resume, end]
    if listing.status is not Status.LISTED:
        return []
    over = listing.ends_at is not None and listing.ends_at <= now
    cut_off = Decision(
        id="cut-off",
        title=gettext("The period is over"),
        outcomes=[
            Outcome(
                act="cut_off",
                label=gettext("Decide now"),
                consequence=gettext(
                    "By the rulebook: nobody, extended or lapsed; one, a deal; more, an auction."
                ),
                rule="LI-5",
                good=True,
            )
        ],
    )
    provisional = Decision(
        id="fix-end",
        title=gettext("The end is provisional"),
        open=False,
        outcomes=[
            Outcome(
                act="fix_end",
                label=gettext("Fix the end"),
                consequence=gettext("By the calendar known now: later if need be, never earlier."),
                rule="TI-1",
                good=True,
            )
        ],
    )
    return [
        *([cut_off] if over else []),
        *([provisional] if listing.ends_provisional else []),
        suspend,
        end,
    ]


@officer
def intent(request: HttpRequest, id: UUID) -> HttpResponse:
    """A buyer's intent: the conditions, the evidence, the decision."""
    actor, now = request.actor, request.now
    findings = request.POST.get("findings", "")
    acts = Acts(request, to=f"/desk/intents/{id}")

    def qualify(decision: Verdict) -> None:
        actions.qualify(actor=actor, now=now, intent=id, decision=decision, findings=findings)

    acts.on(
        "qualify",
        lambda: qualify(Verdict.QUALIFY),
        said=gettext("Qualified. The buyer is asked for the deposit."),
    )
    acts.on("refuse", lambda: qualify(Verdict.REFUSE), said=gettext("Refused with your findings."))
    if answer := acts.answer():
        return answer
    view = queries.intent(id, actor)
    listing = queries.listing(view.listing)
    sides = parties.parties({view.party, listing.seller})
    buyer = sides[view.party]
    affiliated = parties.are_affiliated(view.party, listing.seller)
    people = parties.acting_for_any([view.party, listing.seller])
    papers = documents.found(view.evidence)
    applied = view.status is IntentStatus.APPLIED
    due = [terms(now).due_by("intent", view.applied_at), listing.ends_at]
    case = Case(
        kind=gettext("Qualification of a buyer"),
        title=named(buyer),
        number=listing.number,
        lifecycle="intent",
        state=view.status,
        since=view.applied_at if applied else None,
        due_by=min(d for d in due if d is not None) if applied else None,
        checks=[
            Check(
                text=gettext("Verified party"),
                ok=buyer.is_verified,
                rule="PA-3",
                href=f"/desk/parties/{buyer.id}",
            ),
            Check(
                text=gettext("Not affiliated with the seller, as far as recorded"),
                ok=not affiliated,
                rule="AU-3",
            ),
            Check(text=gettext("Conditions accepted, by their exact text"), ok=True, rule="LI-4"),
            Check(text=gettext("The evidence shows that it meets the conditions"), rule="LI-4"),
        ],
        evidence=[Paper(file=papers[e]) for e in view.evidence if e in papers],
        decisions=_qualification(findings) if applied and actor.has("listings.qualify") else (),
        barred=same_eyes(
            actor,
            people,
            gettext("You act for the buyer or the seller; another officer decides."),
        ),
        hands=[Hand(did=gettext("Applied"), name=named(buyer), at=view.applied_at)],
    )
    return show(
        request,
        "desk/intent.html",
        case,
        acts=acts,
        subjects=[subject("intent", id)],
        intent=view,
        listing=listing,
        buyer=buyer,
        seller=sides.get(listing.seller),
    )


def _qualification(findings: str) -> list[Decision]:
    return [
        Decision(
            title=gettext("Qualification"),
            form=why_form("findings", _("Findings"), typed=findings, rows=4),
            outcomes=[
                Outcome(
                    act="qualify",
                    label=gettext("Qualify"),
                    consequence=gettext(
                        "The buyer is asked for the deposit. Nobody else learns of it before the"
                        " period ends."
                    ),
                    rule="LI-4",
                    good=True,
                ),
                Outcome(
                    act="refuse",
                    label=gettext("Refuse"),
                    consequence=gettext("The buyer reads your findings and may not bid."),
                    rule="LI-4",
                    grave=True,
                ),
            ],
        )
    ]
