"""What happens of itself: timers decide, people are told, in time and nobody else."""

import pytest

from hutong.documents import actions as documents
from hutong.documents.access import may_read
from hutong.documents.rules import Access
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.listings import actions, queries
from hutong.listings.cutoff import Outcome
from hutong.listings.rules import Status
from hutong.listings.testing import applied_intent, deposited_intent, open_listing, qualified_intent
from hutong.notices import queries as notices
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights.testing import PDF
from hutong.technologies import actions as technologies

pytestmark = pytest.mark.django_db


def kinds_told(actor):
    return {told.kind for told in notices.notices_page(actor.person, limit=200)["items"]}


def test_the_cut_off_comes_by_itself_and_tells_whom_it_concerns(venue, drain):
    seller = verified_party("上海某大学")
    buyers = [verified_party(f"第{n}公司", kind="enterprise") for n in "一二"]
    qualifier = officer("listing")
    listing = open_listing(seller)
    deposited_intent(listing, buyers[0])
    qualified_intent(listing, buyers[1])
    drain()
    before = kinds_told(member_of(seller))
    assert "listings.listed" in before
    assert not {kind for kind in before if "intent" in kind or "cut_off" in kind}
    assert "listings.intent_applied" in kinds_told(qualifier)
    assert "listings.intent_qualified" in kinds_told(member_of(buyers[1]))

    venue.now = listing.ends_at
    drain()

    decided = queries.listing(listing.id)
    assert decided.outcome is Outcome.DEAL
    assert decided.status is Status.CLOSED  # the deal that followed closed it
    assert "listings.cut_off_deal" in kinds_told(member_of(seller))
    assert "listings.cut_off_deal" in kinds_told(member_of(buyers[0]))
    assert "listings.intent_lapsed" in kinds_told(member_of(buyers[1]))
    assert "listings.cut_off_deal" not in kinds_told(member_of(buyers[1]))


def test_a_suspended_listing_is_not_decided(venue, drain):
    listing = open_listing(verified_party("上海某大学"))
    actions.suspend(
        actor=SYSTEM, now=venue.later(days=1), listing=listing.id, reason="Under review."
    )
    venue.now = listing.ends_at
    drain()
    assert queries.listing(listing.id).status is Status.SUSPENDED


def test_documents_for_qualified_buyers_are_read_by_them_alone(venue):
    seller = verified_party("上海某大学")
    buyers = [verified_party(f"第{n}公司", kind="enterprise") for n in "一二"]
    listing = open_listing(seller)
    stored = {
        kind: documents.store(
            actor=member_of(seller),
            now=venue.now,
            owner=subject("technology", listing.technologies[0]),
            name="report.pdf",
            media_type="application/pdf",
            data=PDF,
            access=kind,
        )
        for kind in (Access.QUALIFIED, Access.SECRET)
    }
    qualified_intent(listing, buyers[0])
    applied_intent(listing, buyers[1])
    readers = {
        "seller": member_of(seller),
        "qualified": member_of(buyers[0]),
        "applied": member_of(buyers[1]),
    }
    seen = {
        kind: {name for name, actor in readers.items() if may_read(actor, document)}
        for kind, document in stored.items()
    }
    assert seen == {Access.QUALIFIED: {"seller", "qualified"}, Access.SECRET: {"seller"}}


def test_a_technology_that_leaves_the_market_suspends_its_offer(venue, drain):
    seller = verified_party("上海某大学")
    listing = open_listing(seller)
    technologies.retire(
        actor=member_of(seller),
        now=venue.now,
        technology=listing.technologies[0],
        reason="Given up.",
    )
    drain()
    assert queries.listing(listing.id).status is Status.SUSPENDED
