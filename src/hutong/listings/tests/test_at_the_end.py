"""What changed while the period ran counts at its end (PA-3, PA-7, TE-2, RR-6)."""

from datetime import date, timedelta

import pytest

from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.kit.refusal import Refused
from hutong.listings import actions, queries
from hutong.listings.cutoff import Outcome
from hutong.listings.intents import IntentStatus
from hutong.listings.rules import Status
from hutong.listings.testing import cut_off, deposited_intent, open_listing
from hutong.parties import actions as parties
from hutong.parties.testing import officer
from hutong.technologies import actions as technologies
from hutong.technologies.rules import Refusal as TechnologyRefusal

pytestmark = pytest.mark.django_db


def suspend_party(party, now):
    parties.suspend(actor=officer("compliance"), now=now, party=party.id, why="Under inquiry.")


def test_a_buyer_suspended_meanwhile_is_refused_and_the_other_one_buys(venue, seller, buyer, other):
    listing = open_listing(seller)
    gone, ready = deposited_intent(listing, buyer), deposited_intent(listing, other)
    suspend_party(buyer, venue.now)

    decided = cut_off(listing)

    assert (decided.outcome, decided.count) == (Outcome.DEAL, 1)
    told = journal.latest_of(subject("listing", listing.id), "listings.CutOff")
    assert [i["intent"] for i in told.private["intents"]] == [str(ready.id)]
    refused = queries.intent(gone.id)
    assert (refused.status, refused.live) == (IntentStatus.REFUSED, False)
    # settlement gives the deposit back on this entry
    assert journal.latest_of(subject("intent", gone.id), "listings.IntentRefused") is not None
    assert list(queries.audit()) == []


def test_a_buyer_who_became_the_sellers_affiliate_is_refused(venue, seller, buyer, other):
    listing = open_listing(seller)
    affiliate = deposited_intent(listing, buyer)
    deposited_intent(listing, other)
    parties.record_control(
        actor=officer("registrar"),
        now=venue.now,
        controller=seller.id,
        controlled=buyer.id,
        since=date(2022, 6, 1),
    )

    assert cut_off(listing).outcome is Outcome.DEAL
    assert queries.intent(affiliate.id).status is IntentStatus.REFUSED


def test_a_right_that_lapsed_meanwhile_is_not_sold(venue, seller, buyer):
    listing = open_listing(seller)
    deposited_intent(listing, buyer)
    technology = listing.technologies[0]
    technologies.update(
        actor=SYSTEM, now=venue.now, technology=technology, changes={"legal_status": "lapsed"}
    )

    held_back = cut_off(listing)

    assert (held_back.status, held_back.outcome) == (Status.SUSPENDED, None)
    assert held_back.suspended_for["code"] == "technologies.lapsed"
    later = listing.ends_at + timedelta(hours=1)
    with pytest.raises(Refused) as refused:
        actions.resume(actor=SYSTEM, now=later, listing=listing.id)
    assert refused.value.reason is TechnologyRefusal.LAPSED
    technologies.update(
        actor=SYSTEM, now=later, technology=technology, changes={"legal_status": "in_force"}
    )
    resumed = actions.resume(actor=SYSTEM, now=later, listing=listing.id)
    assert resumed.ends_at >= later
    assert cut_off(resumed).outcome is Outcome.DEAL
    assert list(queries.audit()) == []


def test_a_right_whose_last_day_is_within_the_period_is_not_sold(venue, seller, buyer):
    listing = open_listing(seller)
    deposited_intent(listing, buyer)
    day_before = (listing.ends_at - timedelta(days=1)).date()
    technologies.update(
        actor=SYSTEM,
        now=venue.now,
        technology=listing.technologies[0],
        changes={"expires_on": day_before},
    )
    assert cut_off(listing).status is Status.SUSPENDED


def test_a_seller_suspended_meanwhile_does_not_sell(venue, seller, buyer):
    listing = open_listing(seller)
    deposited_intent(listing, buyer)
    suspend_party(seller, venue.now)
    assert cut_off(listing).status is Status.SUSPENDED
