"""
The end of the period, and of the listing (LI-3, LI-5).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, nothing_changed
from hutong.kit.actor import Actor
from hutong.kit.calendar import PeriodEnd, never_shorter, working_days_after
from hutong.kit.moments import iso
from hutong.kit.refusal import Refused
from hutong.listings import cutoff, intents, rules
from hutong.listings.actions.drafting import require_sellable
from hutong.listings.actions.saving import (
    deposited,
    end_intents,
    locked,
    locked_intents,
    open_seals,
    save,
    save_intent,
)
from hutong.listings.cutoff import Candidate, Outcome
from hutong.listings.events import EndFixed
from hutong.listings.models import Intent, Listing
from hutong.listings.offers import PriceMode
from hutong.listings.queries.listings import ListingView, view
from hutong.listings.suspensions import Because, by_refusal
from hutong.parties import queries as parties
from hutong.rulebook import queries as rulebook


@action(power="listings.examine")
def cut_off(*, actor: Actor, now: datetime, listing: UUID) -> ListingView:
    """Decide mechanically what the end of the period brings (LI-5). Run by the venue's timer.

    An end that was provisional is first fixed by the calendar now known, and may move on (TI-1).
    What can no longer be sold as offered is suspended instead (PA-3, TE-2, RR-6); a buyer no longer
    verified, or by now the seller's affiliate, is refused (PA-3, PA-7).
    Locks the listing and all its intents, so a deposit counts either before or not at all.
    """
    row = locked(listing)
    rows = locked_intents(row)
    if moved := _fixed(row, now):
        save(row, [moved], now)
        return view(row)
    rules.require_over(row.state(), now)
    if why := _why_not_sellable(row, now):
        save(row, rules.hold_back(row.state(), because=why, now=now), now)
        return view(row)
    _refuse_the_unfit(row, rows, now)
    ready = deposited(rows)
    book = rulebook.version(row.rulebook_version) if row.rulebook_version else None
    limits = (book or rulebook.in_force(now).rules).listings
    decided = cutoff.decide(
        [_candidate(intent) for intent in ready],
        exclusive=row.exclusive,
        price_mode=PriceMode(row.price_mode),
        extensions_used=row.extensions_used,
        extensions_allowed=limits.extensions,
    )
    extended_to = working_days_after(now, limits.extension_working_days, rulebook.calendar(now))
    events = rules.cut_off(
        row.state(),
        decided=decided,
        chosen=[_chosen(intent) for intent in ready if intent.id in decided.chosen],
        released=[intent.id for intent in ready if intent.id not in decided.chosen],
        extended_to=extended_to,
        now=now,
    )
    if decided.outcome is Outcome.EXTENDED:
        row.period_from, row.period_days = now, limits.extension_working_days
    else:
        end_intents(rows, now, keep=decided.chosen)
        open_seals(rows)
    save(row, events, now)
    return view(row)


@action(power="listings.examine")
def fix_end(*, actor: Actor, now: datetime, listing: UUID) -> ListingView:
    """Fix a provisional end by the calendar in force now, never shorter (TI-1)."""
    row = locked(listing)
    if not row.ends_provisional or row.status != rules.Status.LISTED:
        nothing_changed()
        return view(row)
    events = rules.fix_end(row.state(), recomputed=_recomputed(row, now))
    if not events:
        nothing_changed()
        return view(row)
    save(row, events, now)
    return view(row)


@action(power=None)
def close_sold(*, actor: Actor, now: datetime, listing: UUID, deal: UUID) -> ListingView:
    """Close a listing by its deal; called down by deals. The same deal again changes nothing, nor
    does the next of several ordinary licences (LI-5)."""
    row = locked(listing)
    sold = row.status == rules.Status.CLOSED and row.deal is not None
    if sold and (row.deal == deal or not row.exclusive):
        nothing_changed()
        return view(row)
    rows = locked_intents(row)
    events = rules.close_sold(row.state(), deal=deal)
    end_intents(rows, now)
    save(row, events, now)
    return view(row)


@action(power=None)
def close_unsold(
    *, actor: Actor, now: datetime, listing: UUID, reason: str = "not sold"
) -> ListingView:
    """Close a listing whose auction or negotiation ended without a sale; deposits go back."""
    row = locked(listing)
    if row.status == rules.Status.CLOSED:
        nothing_changed()
        return view(row)
    rows = locked_intents(row)
    ready = [intent.id for intent in deposited(rows)]
    events = rules.close_unsold(row.state(), reason=reason, deposited=ready)
    end_intents(rows, now)
    save(row, events, now)
    return view(row)


def _why_not_sellable(row: Listing, now: datetime) -> Because | None:
    try:
        require_sellable(row, now)
    except Refused as refused:
        return by_refusal(refused)
    return None


def _refuse_the_unfit(row: Listing, rows: Sequence[Intent], now: datetime) -> None:
    ready = deposited(rows)
    buyers = parties.parties(intent.party for intent in ready)
    for intent in ready:
        if not buyers[intent.party].is_verified:
            findings = "The buyer is not verified any more (PA-3)."
        elif parties.are_affiliated(intent.party, row.seller):
            findings = "The buyer belongs together with the seller (PA-7)."
        else:
            continue
        intent.findings = findings
        save_intent(intent, intents.disqualify(intent.state(), findings=findings), now)


def _fixed(row: Listing, now: datetime) -> EndFixed | None:
    """The event that moves a provisional end on, when the calendar known now makes it later."""
    if not row.ends_provisional or row.status != rules.Status.LISTED or row.ends_at is None:
        return None
    end = _recomputed(row, now)
    if end.at <= row.ends_at or end.at <= now:
        return None
    return EndFixed(listing=row.id, ends_at=end.at, ends_provisional=end.provisional)


def _recomputed(row: Listing, now: datetime) -> PeriodEnd:
    assert row.ends_at is not None, "a listed offer has an end"
    assert row.period_from is not None, "a listed offer has a beginning"
    assert row.period_days is not None, "a listed offer has a length"
    end = working_days_after(row.period_from, row.period_days, rulebook.calendar(now))
    return never_shorter(row.ends_at, end)


def _candidate(intent: Intent) -> Candidate:
    assert intent.deposited_at is not None, "a deposit has its moment"
    return Candidate(intent=intent.id, party=intent.party, deposited_at=intent.deposited_at)


def _chosen(intent: Intent) -> dict[str, object]:
    assert intent.deposited_at is not None, "a deposit has its moment"
    return {
        "intent": str(intent.id),
        "party": str(intent.party),
        "deposit_fen": intent.deposit_fen,
        "deposited_at": iso(intent.deposited_at),
    }
