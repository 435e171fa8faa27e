"""
What every act on a listing shares: the lock, saving where its events lead, the timer, reservations.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hutong.due import actions as due
from hutong.journal.actions import record, unseal
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.event import Event
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import intents, rules
from hutong.listings.cutoff import Outcome
from hutong.listings.events import Closed, CutOff, Resumed, Suspended, WithdrawalRequested
from hutong.listings.models import Intent, Listing
from hutong.listings.rules import Status
from hutong.rights import actions as rights

CUT_OFF = "listings.cut_off"


def listing_subject(id: UUID) -> str:
    return subject("listing", id)


def intent_subject(id: UUID) -> str:
    return subject("intent", id)


def locked(listing: UUID) -> Listing:
    return Listing.objects.select_for_update().get_or_refuse(listing, "listing")


def locked_own(actor: Actor, listing: UUID) -> Listing:
    """Lock a listing of the actor's party; another's is refused as if it were not there."""
    row = locked(listing)
    if row.seller != actor.acting_party():
        raise Refused(CommonRefusal.NOT_FOUND, what="listing")
    return row


def locked_intent(intent: UUID) -> tuple[Listing, Intent]:
    """Lock an intent's listing, then the intent: always in this order."""
    listing = Intent.objects.filter(id=intent).values_list("listing", flat=True).first()
    if listing is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="intent")
    row = locked(listing)
    return row, Intent.objects.select_for_update().get(id=intent)


def save(row: Listing, events: Sequence[Event], now: datetime) -> None:
    """Save where `events` lead, keep timer, reservations and marks in step, and record."""
    after = rules.evolve(row.state(), events)
    row.take(after)
    for event in events:
        _mark(row, event, now)
    row.save()
    if after.status not in rules.LIVE:
        row.offered.filter(reserved=True).update(reserved=False)
        rights.end_reservation(actor=SYSTEM, now=now, source=listing_subject(row.id))
    named = listing_subject(row.id)
    if after.status is Status.LISTED and after.ends_at is not None:
        due.schedule(subject=named, kind=CUT_OFF, due_at=after.ends_at)
    else:
        due.cancel(subject=named, kind=CUT_OFF)
    record(named, *events)


def _mark(row: Listing, event: Event, now: datetime) -> None:
    match event:
        case Suspended(reason=reason):
            row.suspended_because = reason.get("text", "")
            row.suspended_for = {} if "text" in reason else dict(reason)
        case Resumed():
            row.suspended_because, row.suspended_for = "", {}
        case WithdrawalRequested(reason=reason):
            row.withdrawal_requested_at, row.withdrawal_reason = now, reason
        case CutOff(outcome=outcome, count=count):
            if outcome is not Outcome.EXTENDED:
                row.cut_off_at, row.outcome, row.count = now, outcome.value, count
        case Closed(ending=ending, reason=reason, deal=deal):
            row.closed_at, row.ending, row.closed_because = now, ending.value, reason
            row.deal = deal


def save_intent(row: Intent, events: list[Event], now: datetime) -> None:
    row.take(intents.evolve(row.state(), events, at=now))
    if not row.live:
        row.ended_at = now
    row.save()
    record(intent_subject(row.id), *events)


def locked_intents(row: Listing) -> list[Intent]:
    """Every intent for a locked listing, locked."""
    return list(row.intents.select_for_update().order_by("id"))


def deposited(rows: Sequence[Intent]) -> list[Intent]:
    """Those that stand ready, first come first."""
    ready = [row for row in rows if row.live and row.status == intents.IntentStatus.DEPOSITED]
    return sorted(ready, key=lambda row: (row.deposited_at, row.id))


def end_intents(rows: Sequence[Intent], now: datetime, *, keep: Sequence[UUID] = ()) -> None:
    """What was not deposited lapses, and nothing but `keep` stays live."""
    for row in rows:
        if not row.live:
            continue
        events = intents.lapse(row.state())
        if events:
            save_intent(row, events, now)
        elif row.id not in keep:
            row.live, row.ended_at = False, now
            row.save()


def open_seals(rows: Sequence[Intent]) -> None:
    """The period is over: publish what the intents' entries said, names aside (LI-4)."""
    unseal([intent_subject(row.id) for row in rows])
