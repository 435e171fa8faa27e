"""
What happens of itself: the cut-off at the end of the period, a freeze that suspends, notices to
people; and who reads the documents that are for qualified buyers (TE-1).

Notices keep LI-4: until the cut-off nobody but the listing office hears of an intent.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.documents import access
from hutong.documents.queries import DocumentView
from hutong.documents.rules import Access
from hutong.journal.queries import Recorded
from hutong.kit.actor import READ, SYSTEM, Actor
from hutong.kit.ids import subject_id
from hutong.kit.refusal import N_
from hutong.listings import actions, queries
from hutong.listings.rules import Status
from hutong.listings.suspensions import Because, Cause, by_cause
from hutong.notices import actions as notices
from hutong.notices.rules import Text, register
from hutong.parties import queries as parties
from hutong.technologies import queries as technologies

# Reactions of this area, for node/reactions.py: tell_people on these kinds.
TOLD = (
    "listings.Submitted",
    "listings.Returned",
    "listings.Listed",
    "listings.Suspended",
    "listings.Resumed",
    "listings.WithdrawalRequested",
    "listings.PreEmptionNotified",
    "listings.JoiningAsked",
    "listings.CoOwnerJoined",
    "listings.CoOwnerDeclined",
    "listings.IntentApplied",
    "listings.IntentQualified",
    "listings.IntentRefused",
    "listings.IntentLapsed",
    "listings.CutOff",
    "listings.Closed",
)

register(
    Text(
        "listings.submitted",
        title=N_("Listing {number} waits for examination"),
        body=N_("“{title}” was submitted."),
    ),
    Text(
        "listings.returned",
        title=N_("Listing {number} was returned"),
        body=N_("Mend it and submit it again. The findings: {findings}"),
    ),
    Text(
        "listings.listed",
        title=N_("Listing {number} is on the board"),
        body=N_("“{title}” can be applied for until {ends_at}."),
    ),
    Text(
        "listings.suspended",
        title=N_("Listing {number} is suspended"),
        body=N_("The period stands still. The reason: {reason}"),
    ),
    Text(
        "listings.resumed",
        title=N_("Listing {number} goes on"),
        body=N_("The period now ends at {ends_at}."),
    ),
    Text(
        "listings.withdrawal_requested",
        title=N_("The seller asks to withdraw listing {number}"),
        body=N_("The reason: {reason}"),
    ),
    Text(
        "listings.pre_emption",
        title=N_("A co-owner offers its share: listing {number}"),
        body=N_("You come first by law. Answer until {answer_by_at}."),
    ),
    Text(
        "listings.joining_asked",
        title=N_("A co-owner asks you to join its offer: listing {number}"),
        body=N_("An exclusive or sole licence is granted together. Read the terms, then answer."),
    ),
    Text(
        "listings.co_owner_joined",
        title=N_("A co-owner joined listing {number}"),
        body=N_("When all have joined, submit it."),
    ),
    Text(
        "listings.co_owner_declined",
        title=N_("A co-owner declined to join listing {number}"),
        body=N_("The reason: {reason}"),
    ),
    Text(
        "listings.intent_applied",
        title=N_("An intent for listing {number} waits for qualification"),
        body=N_("Qualify the buyer or refuse before {ends_at}."),
        mail=False,
    ),
    Text(
        "listings.intent_qualified",
        title=N_("You are qualified for listing {number}"),
        body=N_(
            "Pay the deposit so that it arrives before {ends_at}; the reference is on its page."
        ),
    ),
    Text(
        "listings.intent_refused",
        title=N_("You were not qualified for listing {number}"),
        body=N_("The findings: {findings}"),
    ),
    Text(
        "listings.intent_lapsed",
        title=N_("Your intent for listing {number} has lapsed"),
        body=N_("The period ended before the deposit was held."),
    ),
    Text(
        "listings.extended",
        title=N_("Listing {number} was extended"),
        body=N_("Nobody stood ready. The period now ends at {ends_at}."),
    ),
    Text(
        "listings.cut_off_auction",
        title=N_("Listing {number}: an auction decides"),
        body=N_("{count} buyers stand ready."),
    ),
    Text(
        "listings.cut_off_deal",
        title=N_("Listing {number}: a deal follows"),
        body=N_("The contract comes next."),
    ),
    Text(
        "listings.cut_off_negotiation",
        title=N_("Listing {number}: negotiation begins"),
        body=N_("{count} buyers stand ready."),
    ),
    Text(
        "listings.cut_off_licences",
        title=N_("Listing {number}: licences follow"),
        body=N_("{count} buyers stand ready."),
    ),
    Text(
        "listings.closed_sold",
        title=N_("Listing {number} is closed: sold"),
        body=N_("“{title}”"),
    ),
    Text(
        "listings.closed_lapsed",
        title=N_("Listing {number} is closed: not sold"),
        body=N_("“{title}”"),
    ),
    Text(
        "listings.closed_withdrawn",
        title=N_("Listing {number} is closed: withdrawn"),
        body=N_("The reason: {reason}"),
    ),
    Text(
        "listings.closed_terminated",
        title=N_("Listing {number} is closed by the venue"),
        body=N_("The reason: {reason}"),
    ),
)


def _may_read(actor: Actor, document: DocumentView) -> bool:
    """Documents of a technology: its party and officers; those for qualified buyers, them too."""
    if access.by_default(actor, document):
        return True
    if actor.party is None or not actor.has(READ):
        return False
    technology = UUID(subject_id(document.owner))
    if technologies.technology(technology).party == actor.party:  # whoever filed them for it
        return True
    qualified = document.access == Access.QUALIFIED.value
    return qualified and queries.is_qualified_for(actor.party, technology)


access.register("technology", _may_read)


def cut_off(subject: str, due_at: datetime, now: datetime) -> None:
    """Timer listings.cut_off: decide, if it is still to be decided."""
    listing = queries.listing(UUID(subject_id(subject)))
    if listing.status is not Status.LISTED or listing.ends_at is None or listing.ends_at > now:
        return  # suspended, closed, decided or moved meanwhile
    actions.cut_off(actor=SYSTEM, now=now, listing=listing.id)


def on_frozen(entry: Recorded) -> None:
    """Reaction to rights.Frozen: what cannot be disposed of is not offered meanwhile (RR-6)."""
    _suspend_offers(entry, by_cause(Cause.RIGHT_FROZEN, number=entry.facts["number"]))


def on_title_cancelled(entry: Recorded) -> None:
    """Reaction to rights.TitleCancelled: a right that has ended is not offered (RR-8)."""
    _suspend_offers(entry, by_cause(Cause.TITLE_CLOSED, number=entry.facts["number"]))


def on_title_barred(entry: Recorded) -> None:
    """Reaction to rights.TitleBarred: a right whose registration is disputed is not offered (NE-5)."""
    if entry.facts["bar"] in ("disputed", "lost"):
        _suspend_offers(entry, by_cause(Cause.TITLE_BARRED, venue=entry.facts["venue"]))


def on_retired(entry: Recorded) -> None:
    """Reaction to technologies.Retired: what left the market is not offered (TE-2)."""
    _suspend_offers(entry, by_cause(Cause.LEFT_MARKET))


def _suspend_offers(entry: Recorded, because: Because) -> None:
    """Suspend what is still to be decided; the office then resumes or terminates it."""
    for listing in queries.of_technology(UUID(entry.facts["technology"])):
        if listing.status is not Status.LISTED or listing.ends_at is None:
            continue
        if entry.at < listing.ends_at:
            actions.suspend_for(actor=SYSTEM, now=entry.at, listing=listing.id, because=because)


def tell_people(entry: Recorded) -> None:
    """Reaction: tell those whom an event concerns, and nobody else."""
    listing = queries.listing(UUID(entry.facts["listing"]))
    facts = {"number": listing.number, "title": listing.title, **_facts(entry, listing)}
    for kind, to, link in _readers(entry, listing):
        notices.notify(
            now=entry.at, to=to, kind=kind, facts=facts, link=link, subject=entry.subject
        )


Readers = list[tuple[str, list[UUID], str]]


def _readers(entry: Recorded, listing: queries.ListingView) -> Readers:
    private = entry.private or {}
    seller = parties.people_of(listing.seller)
    mine, desk = f"/my/listings/{listing.id}", f"/desk/listings/{listing.id}"
    match entry.kind:
        case "listings.Submitted":
            return [("listings.submitted", parties.officers_with("listings.examine"), desk)]
        case "listings.Returned" | "listings.Listed" | "listings.Suspended" | "listings.Resumed":
            return [(f"listings.{entry.kind.partition('.')[2].lower()}", seller, mine)]
        case "listings.WithdrawalRequested":
            officers = parties.officers_with("listings.examine")
            return [("listings.withdrawal_requested", officers, desk)]
        case "listings.PreEmptionNotified":
            holder = private.get("holder")
            return [("listings.pre_emption", _people(holder), f"/my/pre-emptions/{listing.id}")]
        case "listings.JoiningAsked":
            asked = _people(private.get("holder"))
            return [("listings.joining_asked", asked, f"/my/joining/{listing.id}")]
        case "listings.CoOwnerJoined" | "listings.CoOwnerDeclined":
            joined = entry.kind == "listings.CoOwnerJoined"
            kind = "listings.co_owner_joined" if joined else "listings.co_owner_declined"
            return [(kind, seller, mine)]
        case "listings.IntentApplied":
            officers = parties.officers_with("listings.qualify")
            return [("listings.intent_applied", officers, desk)]
        case "listings.IntentQualified" | "listings.IntentRefused" | "listings.IntentLapsed":
            kind = entry.kind.partition(".Intent")[2].lower()
            link = f"/my/intents/{entry.facts['intent']}"
            return [(f"listings.intent_{kind}", _people(private.get("party")), link)]
        case "listings.CutOff":
            return _at_cut_off(entry, seller, mine)
        case "listings.Closed":
            return [(f"listings.closed_{entry.facts['ending']}", seller, mine)]
    return []


def _at_cut_off(entry: Recorded, seller: list[UUID], mine: str) -> Readers:
    outcome = entry.facts["outcome"]
    if outcome == "lapsed":
        return []  # closing the listing tells it
    if outcome == "extended":
        return [("listings.extended", seller, mine)]
    told: Readers = [(f"listings.cut_off_{outcome}", seller, mine)]
    for chosen in (entry.private or {}).get("intents", []):
        link = f"/my/intents/{chosen['intent']}"
        told.append((f"listings.cut_off_{outcome}", _people(chosen["party"]), link))
    return told


def _facts(entry: Recorded, listing: queries.ListingView) -> dict[str, Any]:
    private = entry.private or {}
    because = entry.content.get("reason") or {}
    reason = because.get("text") or (because if "code" in because else private.get("reason", ""))
    facts = {
        "ends_at": entry.facts.get("ends_at") or listing.ends_at,
        "answer_by_at": entry.facts.get("answer_by"),
        "findings": private.get("findings"),
        "reason": reason,
        "count": entry.facts.get("count"),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _people(party: str | None) -> list[UUID]:
    return parties.people_of(UUID(party)) if party else []
