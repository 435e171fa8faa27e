"""Two acts on the same listing or right at the same moment, against real commits: one wins (LI-2,
LI-4, LI-5)."""

from datetime import timedelta
from typing import Any

from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import actions, queries
from hutong.listings.cutoff import Outcome
from hutong.listings.intents import IntentStatus
from hutong.listings.offers import ExportClass
from hutong.listings.refusals import Refusal
from hutong.listings.rules import Decision, Status
from hutong.listings.testing import (
    ALL_YES,
    applied_intent,
    deposited_intent,
    open_listing,
    qualified_intent,
    submitted_listing,
)
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights.testing import registered_technology

ROUNDS = 3


def refusals(results: list[Any]) -> list[Any]:
    return [result.reason for result in results if isinstance(result, Refused)]


def test_two_listings_of_one_right_accepted_at_once_list_once(own_database, venue, at_once):
    seller = verified_party("上海某大学")
    officers = [officer("listing"), officer("listing")]
    for _ in range(ROUNDS):
        patent = registered_technology(seller)
        waiting = [submitted_listing(seller, [patent.id]) for _ in officers]

        def accept(listing, by):
            return actions.examine(
                actor=by,
                now=venue.now,
                listing=listing.id,
                decision=Decision.ACCEPT,
                checklist=ALL_YES,
                export_class=ExportClass.FREE,
                findings="In order.",
            )

        results = at_once(
            *(lambda a=a, b=b: accept(a, b) for a, b in zip(waiting, officers, strict=True))
        )
        assert refusals(results) == [Refusal.RESERVED]
        statuses = sorted(queries.listing(listing.id).status for listing in waiting)
        assert statuses == [Status.LISTED, Status.SUBMITTED]
    assert list(queries.audit()) == []


def test_two_cut_offs_at_once_decide_once(own_database, venue, at_once):
    seller = verified_party("上海某大学")
    buyers = [verified_party(f"第{n}公司", kind="enterprise") for n in range(2)]
    for _ in range(ROUNDS):
        listing = open_listing(seller)
        for buyer in buyers:
            deposited_intent(listing, buyer)

        def decide(listing=listing):
            return actions.cut_off(actor=SYSTEM, now=listing.ends_at, listing=listing.id)

        results = at_once(decide, decide, decide)
        assert refusals(results) == [CommonRefusal.OUT_OF_STATE] * 2
        history = journal.of_subject(subject("listing", listing.id))
        assert sum(entry.kind == "listings.CutOff" for entry in history) == 1
        assert queries.listing(listing.id).outcome is Outcome.AUCTION
    assert list(queries.audit()) == []


def test_a_deposit_at_the_very_cut_off_counts_or_is_refused_never_both(
    own_database, venue, at_once
):
    seller = verified_party("上海某大学")
    early = verified_party("早到公司", kind="enterprise")
    last = verified_party("末刻公司", kind="enterprise")
    for _ in range(ROUNDS):
        listing = open_listing(seller)
        deposited_intent(listing, early)
        hanging = qualified_intent(listing, last)
        at_the_last = listing.ends_at - timedelta(microseconds=1)

        def pay(intent=hanging, at=at_the_last):
            return actions.mark_deposited(actor=SYSTEM, now=at, intent=intent.id)

        def decide(listing=listing):
            return actions.cut_off(actor=SYSTEM, now=listing.ends_at, listing=listing.id)

        paid, decided = at_once(pay, decide)
        status = queries.intent(hanging.id).status
        if isinstance(paid, Refused):
            assert paid.reason is Refusal.PERIOD_OVER
            assert (status, decided.outcome, decided.count) == (
                IntentStatus.LAPSED,
                Outcome.DEAL,
                1,
            )
        else:
            assert (status, decided.outcome, decided.count) == (
                IntentStatus.DEPOSITED,
                Outcome.AUCTION,
                2,
            )
    assert list(queries.audit()) == []


def test_one_party_applying_twice_at_once_has_one_intent(own_database, venue, at_once):
    seller = verified_party("上海某大学")
    buyer = verified_party("某公司", kind="enterprise")
    listing = open_listing(seller)
    results = at_once(*[lambda: applied_intent(listing, buyer) for _ in range(4)])
    assert refusals(results) == [Refusal.INTENT_LIVE] * 3
    assert len(queries.intents_of(listing.id, SYSTEM)) == 1


def test_a_withdrawal_of_an_intent_against_the_cut_off_ends_one_way(own_database, venue, at_once):
    seller = verified_party("上海某大学")
    buyer = verified_party("某公司", kind="enterprise")
    acting = member_of(buyer)
    for _ in range(ROUNDS):
        listing = open_listing(seller)
        ready = deposited_intent(listing, buyer)
        just_before = listing.ends_at - timedelta(microseconds=1)
        withdrawn, decided = at_once(
            lambda i=ready, at=just_before: actions.withdraw_intent(
                actor=acting, now=at, intent=i.id
            ),
            lambda at=listing: actions.cut_off(actor=SYSTEM, now=at.ends_at, listing=at.id),
        )
        if isinstance(withdrawn, Refused):
            assert decided.outcome is Outcome.DEAL
        else:
            assert decided.status is Status.LISTED  # nobody ready: extended
            assert decided.extensions_used == 1
    assert list(queries.audit()) == []
