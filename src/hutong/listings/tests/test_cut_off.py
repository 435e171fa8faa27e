"""The end of the period decides (LI-3, LI-5, TI-1)."""

from datetime import timedelta
from fractions import Fraction

import pytest

from hutong.due import queries as due
from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import Refused
from hutong.listings import actions, jobs, queries
from hutong.listings.cutoff import Outcome
from hutong.listings.events import Ending
from hutong.listings.intents import IntentStatus
from hutong.listings.offers import ExportClass
from hutong.listings.refusals import Refusal
from hutong.listings.rules import Decision, Status
from hutong.listings.testing import (
    ALL_YES,
    cut_off,
    deposited_intent,
    open_listing,
    qualified_intent,
)
from hutong.parties.testing import officer
from hutong.rulebook import actions as rulebook
from hutong.rulebook.queries import in_force

pytestmark = pytest.mark.django_db

HALF = Fraction(1, 2)


def refusal_of(act):
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


def examine(actor, listing, now, **given):
    facts = {
        "decision": Decision.ACCEPT,
        "checklist": ALL_YES,
        "export_class": ExportClass.FREE,
        "findings": "In order.",
    }
    return actions.examine(actor=actor, now=now, listing=listing.id, **{**facts, **given})


def test_no_one_ready_extends_twice_and_then_lapses(venue, seller, buyer):
    listing = open_listing(seller)
    waiting = qualified_intent(listing, buyer)  # qualified, never deposited
    for times in (1, 2):
        listing = cut_off(listing)
        assert (listing.status, listing.extensions_used) == (Status.LISTED, times)
        assert queries.intent(waiting.id).status is IntentStatus.QUALIFIED
    listing = cut_off(listing)
    assert (listing.status, listing.ending, listing.count) == (Status.CLOSED, Ending.LAPSED, 0)
    assert queries.intent(waiting.id).status is IntentStatus.LAPSED
    assert queries.reserved_among(listing.rights) == set()
    assert list(queries.audit()) == []


def test_one_ready_leads_to_a_deal(venue, seller, buyer, other):
    listing = open_listing(seller)
    ready = deposited_intent(listing, buyer)
    late = qualified_intent(listing, other)
    decided = cut_off(listing)
    assert (decided.status, decided.outcome, decided.count) == (
        Status.CONCLUDING,
        Outcome.DEAL,
        1,
    )
    told = journal.latest_of(subject("listing", listing.id), "listings.CutOff")
    assert [i["intent"] for i in told.private["intents"]] == [str(ready.id)]
    assert told.private["seller"] == str(seller.id)
    assert queries.intent(late.id).status is IntentStatus.LAPSED
    too_late = refusal_of(
        lambda: actions.mark_deposited(actor=SYSTEM, now=venue.now, intent=late.id)
    )
    assert too_late is Refusal.PERIOD_OVER
    deal = new_id()
    sold = actions.close_sold(actor=SYSTEM, now=listing.ends_at, listing=listing.id, deal=deal)
    assert (sold.status, sold.ending, sold.deal) == (Status.CLOSED, Ending.SOLD, deal)
    assert (
        actions.close_sold(actor=SYSTEM, now=listing.ends_at, listing=listing.id, deal=deal) == sold
    )
    assert list(queries.audit()) == []


def test_two_ready_lead_to_an_auction(venue, seller, buyer, other):
    listing = open_listing(seller)
    second = deposited_intent(listing, other, now=venue.now + timedelta(minutes=5))
    first = deposited_intent(listing, buyer)
    decided = cut_off(listing)
    assert (decided.outcome, decided.count) == (Outcome.AUCTION, 2)
    told = journal.latest_of(subject("listing", listing.id), "listings.CutOff")
    assert [i["intent"] for i in told.private["intents"]] == [str(first.id), str(second.id)]
    unsold = actions.close_unsold(actor=SYSTEM, now=listing.ends_at, listing=listing.id)
    assert unsold.ending is Ending.LAPSED
    closed = journal.latest_of(subject("listing", listing.id), "listings.Closed")
    assert set(closed.private["deposited"]) == {str(first.id), str(second.id)}
    assert list(queries.audit()) == []


def test_a_fixed_price_goes_to_the_first_and_the_others_go_free(venue, seller, buyer, other):
    listing = open_listing(seller, price_mode="fixed")
    late = deposited_intent(listing, other, now=venue.now + timedelta(minutes=5))
    first = deposited_intent(listing, buyer)
    assert cut_off(listing).outcome is Outcome.DEAL
    told = journal.latest_of(subject("listing", listing.id), "listings.CutOff")
    assert [i["intent"] for i in told.private["intents"]] == [str(first.id)]
    assert told.private["released"] == [str(late.id)]


def test_without_a_price_negotiation_follows(venue, seller, buyer):
    listing = open_listing(seller, price_mode="negotiable", price_fen=None, deposit_fen=100_000)
    deposited_intent(listing, buyer)
    assert cut_off(listing).outcome is Outcome.NEGOTIATION


def test_the_timer_decides_once(venue, seller, buyer):
    listing = open_listing(seller)
    deposited_intent(listing, buyer)
    named = subject("listing", listing.id)
    jobs.cut_off(named, listing.ends_at, listing.ends_at - timedelta(seconds=1))
    assert queries.listing(listing.id).status is Status.LISTED
    jobs.cut_off(named, listing.ends_at, listing.ends_at)
    jobs.cut_off(named, listing.ends_at, listing.ends_at)  # asked again, nothing more happens
    assert queries.listing(listing.id).outcome is Outcome.DEAL


def test_a_provisional_end_moves_on_when_the_calendar_is_published(venue, seller):
    adopt_calendar(venue.now, known_through="2022-06-30", holidays=[])
    listing = open_listing(seller)
    assert listing.ends_provisional
    assert listing.ends_at.isoformat() == "2022-07-18T09:00:00+00:00"
    published = venue.later(days=10)
    adopt_calendar(published, known_through="2022-12-31", holidays=["2022-07-11", "2022-07-12"])

    moved = cut_off(listing)

    assert moved.status is Status.LISTED
    assert (moved.ends_provisional, moved.extensions_used) == (False, 0)
    assert moved.ends_at.isoformat() == "2022-07-20T09:00:00+00:00"
    named = subject("listing", listing.id)
    assert due.due_at(named, "listings.cut_off") == moved.ends_at
    assert cut_off(moved).extensions_used == 1
    assert list(queries.audit()) == []


def adopt_calendar(now, *, known_through, holidays):
    calendar = {"known_through": known_through, "holidays": holidays}
    before = in_force(now).rules.model_dump(mode="json")
    data = {**before, "calendar": calendar}
    proposer, adopter = officer("administrator"), officer("administrator")
    version = rulebook.propose(actor=proposer, now=now, data=data, note="the calendar")
    rulebook.adopt(actor=adopter, now=now, version=version, effective_from=now)
