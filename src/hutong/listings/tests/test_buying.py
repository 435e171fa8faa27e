"""Who may apply, and who learns of it (LI-4, AU-3, PA-7, CB-2)."""

from fractions import Fraction

import pytest

from hutong.journal import queries as journal
from hutong.kit.actor import Actor
from hutong.kit.event import Visibility
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import actions, queries
from hutong.listings.cutoff import Outcome
from hutong.listings.events import Ending
from hutong.listings.intents import Decision as Verdict
from hutong.listings.intents import IntentStatus
from hutong.listings.offers import ExportClass
from hutong.listings.refusals import Refusal
from hutong.listings.rules import Decision, Status
from hutong.listings.testing import (
    ALL_YES,
    applied_intent,
    cut_off,
    deposited_intent,
    open_listing,
    qualified_intent,
)
from hutong.parties import actions as parties
from hutong.parties.testing import member_of, officer, unverified_party, verified_party

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


def test_who_may_not_apply(venue, seller, buyer, other):
    listing = open_listing(seller)
    subsidiary = verified_party("大学资产公司", kind="enterprise")
    parties.record_control(
        actor=officer("compliance"),
        now=venue.now,
        controller=seller.id,
        controlled=subsidiary.id,
        since=venue.now.date(),
        share_bp=10_000,
    )
    unverified = unverified_party("未核验公司", kind="enterprise")
    applied_intent(listing, buyer)
    cases = [
        (seller, Refusal.SELLER_CANNOT_BUY),
        (subsidiary, Refusal.AFFILIATE_CANNOT_BUY),
        (buyer, Refusal.INTENT_LIVE),
    ]
    for party, reason in cases:
        assert refusal_of(lambda p=party: applied_intent(listing, p)) is reason
    assert refusal_of(lambda: applied_intent(listing, unverified)).code == "parties.not_verified"
    late = refusal_of(lambda: applied_intent(listing, other, now=listing.ends_at))
    assert late is Refusal.PERIOD_OVER
    assert len(queries.intents_of(listing.id, officer("listing"))) == 1


def test_what_may_not_be_exported_freely_is_for_domestic_buyers(venue, seller):
    foreign = verified_party(
        "Example GmbH", kind="enterprise", jurisdiction="DE", identifiers=(("ror", "02mhbdp94"),)
    )
    prohibited = open_listing(seller, export_class=ExportClass.PROHIBITED)
    assert refusal_of(lambda: applied_intent(prohibited, foreign)) is Refusal.DOMESTIC_BUYERS_ONLY
    free = open_listing(seller)
    assert applied_intent(free, foreign).status is IntentStatus.APPLIED


def test_nobody_learns_of_an_intent_before_the_cut_off(venue, seller, buyer, other):
    listing = open_listing(seller)
    mine = deposited_intent(listing, buyer)
    theirs = qualified_intent(listing, other)
    the_seller, the_buyer = member_of(seller), member_of(buyer)
    assert queries.intents_of(listing.id, the_seller) == []
    assert [i.id for i in queries.intents_of(listing.id, the_buyer)] == [mine.id]
    assert queries.intents_of(listing.id, Actor()) == []
    for actor, hidden in ((the_seller, mine), (the_seller, theirs), (the_buyer, theirs)):
        reason = refusal_of(lambda a=actor, i=hidden: queries.intent(i.id, a))
        assert reason is CommonRefusal.NOT_FOUND
    assert refusal_of(lambda: queries.intents_waiting(the_seller)) is CommonRefusal.POWER_MISSING
    assert len(queries.intents_of(listing.id, officer("listing"))) == 2
    assert len(queries.intents_of(listing.id, officer("supervisor"))) == 2
    assert queries.listing(listing.id).count is None
    sealed = journal.of_subject(subject("intent", mine.id))
    assert {entry.visibility for entry in sealed} == {Visibility.SEALED}

    cut_off(listing)

    assert [i.id for i in queries.intents_of(listing.id, the_seller)] == [mine.id]
    assert [i.id for i in queries.intents_of(listing.id, the_buyer)] == [mine.id]
    assert queries.intents_of(listing.id, Actor()) == []
    opened = list(journal.of_kinds(["journal.Unsealed"]))
    assert sum(entry.facts["count"] for entry in opened) == 6  # 3 acts, 2 acts and a lapse
    published = str([entry.content for entry in opened])
    assert str(buyer.id) not in published  # names stay private


def test_the_sellers_withdrawal_betrays_nothing(venue, seller, buyer):
    quiet, wanted = open_listing(seller), open_listing(seller)
    deposited_intent(wanted, buyer)
    answers = [
        actions.withdraw(actor=member_of(seller), now=venue.now, listing=id, reason="Own use.")
        for id in (quiet.id, wanted.id)
    ]
    assert [answer.status for answer in answers] == [Status.LISTED, Status.LISTED]
    again = refusal_of(
        lambda: actions.withdraw(
            actor=member_of(seller), now=venue.now, listing=quiet.id, reason="Own use."
        )
    )
    assert again is Refusal.WITHDRAWAL_REQUESTED
    ended = [
        actions.terminate(
            actor=officer("listing"), now=venue.now, listing=id, reason="The seller asked."
        )
        for id in (quiet.id, wanted.id)
    ]
    assert [listing.ending for listing in ended] == [Ending.WITHDRAWN, Ending.TERMINATED]
    closed = journal.latest_of(subject("listing", wanted.id), "listings.Closed")
    assert len(closed.private["deposited"]) == 1
    assert list(queries.audit()) == []


def test_an_intent_is_withdrawn_and_declared_again(venue, seller, buyer):
    listing = open_listing(seller)
    first = deposited_intent(listing, buyer)
    actions.withdraw_intent(actor=member_of(buyer), now=venue.now, intent=first.id)
    told = journal.latest_of(subject("intent", first.id), "listings.IntentWithdrawn")
    assert told.facts["deposited"] is True
    second = deposited_intent(listing, buyer)
    assert second.id != first.id
    assert cut_off(listing).outcome is Outcome.DEAL
    assert list(queries.audit()) == []


def test_whoever_applied_does_not_qualify(venue, seller, buyer):
    listing = open_listing(seller)
    applied = applied_intent(listing, buyer)
    both, listing_officer = member_of(buyer), officer("listing")
    insider = Actor(
        person=both.person,
        powers=both.powers | listing_officer.powers,
        second_factor=True,
    )

    def qualify(actor, decision=Verdict.QUALIFY):
        return actions.qualify(
            actor=actor, now=venue.now, intent=applied.id, decision=decision, findings="Checked."
        )

    assert refusal_of(lambda: qualify(insider)) is CommonRefusal.SAME_EYES
    assert refusal_of(lambda: qualify(member_of(buyer))) is CommonRefusal.POWER_MISSING
    refused = qualify(listing_officer, Verdict.REFUSE)
    assert (refused.status, refused.live) == (IntentStatus.REFUSED, False)
    assert list(queries.audit()) == []
