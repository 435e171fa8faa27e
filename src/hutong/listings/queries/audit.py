"""
Is each listing and intent where its events lead, and each cut-off what the rule decides (LI-5)?
"""

from collections.abc import Iterator
from typing import Any

from hutong.journal import queries as journal
from hutong.kit.audit import Discrepancy
from hutong.kit.moments import iso
from hutong.listings import cutoff, rules
from hutong.listings.intents import IntentStatus
from hutong.listings.models import Intent, Listing, Offered
from hutong.listings.offers import PriceMode
from hutong.listings.rules import Status
from hutong.rulebook import queries as rulebook

LISTING_KINDS: dict[str, Status | None] = {
    "listings.Drafted": Status.DRAFT,
    "listings.Submitted": Status.SUBMITTED,
    "listings.Returned": Status.DRAFT,
    "listings.Listed": Status.LISTED,
    "listings.EndFixed": None,
    "listings.Suspended": Status.SUSPENDED,
    "listings.Resumed": Status.LISTED,
    "listings.CutOff": Status.CONCLUDING,
    "listings.Closed": Status.CLOSED,
}
INTENT_KINDS = {
    "listings.IntentApplied": IntentStatus.APPLIED,
    "listings.IntentQualified": IntentStatus.QUALIFIED,
    "listings.IntentRefused": IntentStatus.REFUSED,
    "listings.IntentDeposited": IntentStatus.DEPOSITED,
    "listings.IntentWithdrawn": IntentStatus.WITHDRAWN,
    "listings.IntentLapsed": IntentStatus.LAPSED,
}
PUBLISHED = ("price_fen", "deposit_fen", "increment_fen", "price_mode", "offer_kind", "number")


def audit() -> Iterator[Discrepancy]:
    """Re-derive listings, intents, reservations and cut-offs from the journal."""
    yield from _audit_listings()
    yield from _audit_intents()
    yield from _audit_reservations()
    yield from _audit_cut_offs()


def _audit_listings() -> Iterator[Discrepancy]:
    should: dict[str, dict[str, Any]] = {}
    for event in journal.of_kinds(LISTING_KINDS):
        state = should.setdefault(event.facts["listing"], {"status": None, "ends_at": None})
        facts = event.facts
        if facts.get("ends_at"):
            state["ends_at"] = facts["ends_at"]
        if event.kind == "listings.Listed":
            state["published"] = {name: facts[name] for name in PUBLISHED}
        extended = facts.get("outcome") == cutoff.Outcome.EXTENDED.value
        after = Status.LISTED if extended else LISTING_KINDS[event.kind]
        state["status"] = after.value if after else state["status"]
    for row in Listing.objects.order_by("id").iterator(chunk_size=1_000):
        place = f"listings.listing {row.id} ({row.number})"
        if (state := should.pop(str(row.id), {})) == {}:
            yield Discrepancy(place, "an entry of the journal", "none")
            continue
        found = {"status": row.status, "ends_at": iso(row.ends_at) if row.ends_at else None}
        for name, value in found.items():
            if state[name] != value:
                yield Discrepancy(f"{place} {name}", str(state[name]), str(value))
        for name, value in state.get("published", {}).items():
            if getattr(row, name) != value:
                yield Discrepancy(f"{place} {name}", str(value), str(getattr(row, name)))
    for id in should:
        yield Discrepancy(f"listings.listing {id}", "a row", "none")


def _audit_intents() -> Iterator[Discrepancy]:
    should: dict[str, str] = {}
    for event in journal.of_kinds(INTENT_KINDS):
        should[event.facts["intent"]] = INTENT_KINDS[event.kind].value
    for row in Intent.objects.order_by("id").iterator(chunk_size=1_000):
        status = should.pop(str(row.id), None)
        if row.status != status:
            place = f"listings.intent {row.id} status"
            yield Discrepancy(place, status or "an entry of the journal", row.status)
    for id in should:
        yield Discrepancy(f"listings.intent {id}", "a row", "none")


def _audit_reservations() -> Iterator[Discrepancy]:
    live = [status.value for status in rules.LIVE]
    for row in Offered.objects.select_related("listing").order_by("id").iterator(chunk_size=1_000):
        wanted = row.right and row.listing.exclusive and row.listing.status in live
        if row.reserved != wanted:
            place = f"listings.offered {row.id} ({row.listing.number}) reserved"
            yield Discrepancy(place, str(wanted), str(row.reserved))


def _audit_cut_offs() -> Iterator[Discrepancy]:
    """Decide each final cut-off again from the deposits as they stand in the journal."""
    deposits: dict[str, list[cutoff.Candidate]] = {}
    for row in Intent.objects.filter(status=IntentStatus.DEPOSITED.value):
        candidate = cutoff.Candidate(intent=row.id, party=row.party, deposited_at=row.deposited_at)
        deposits.setdefault(str(row.listing_id), []).append(candidate)
    decided = (Outcome.value for Outcome in cutoff.Outcome if Outcome != cutoff.Outcome.EXTENDED)
    for row in Listing.objects.filter(outcome__in=list(decided)).order_by("id"):
        again = cutoff.decide(
            deposits.get(str(row.id), []),
            exclusive=row.exclusive,
            price_mode=PriceMode(row.price_mode),
            extensions_used=row.extensions_used,
            extensions_allowed=rulebook.version(row.rulebook_version).listings.extensions,
        )
        if again.outcome.value != row.outcome:
            place = f"listings.listing {row.id} ({row.number}) outcome"
            yield Discrepancy(place, again.outcome.value, str(row.outcome))
