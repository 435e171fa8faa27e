"""From draft to the board, and off it (LI-1, LI-2)."""

from datetime import date, timedelta
from fractions import Fraction
from functools import partial

import pytest

from hutong.due import queries as due
from hutong.journal import queries as journal
from hutong.kit.actor import Actor
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import actions, jobs, offers, queries
from hutong.listings.offers import ExportClass, LicenceTerms
from hutong.listings.refusals import Refusal
from hutong.listings.rules import Decision, Status
from hutong.listings.testing import (
    ALL_YES,
    applied_intent,
    drafted_listing,
    open_listing,
    some_terms,
    submitted_listing,
)
from hutong.parties.testing import member_of, officer, unverified_party
from hutong.rights import actions as rights
from hutong.rights import queries as rights_queries
from hutong.rights.testing import a_document, a_technology, registered_technology
from hutong.technologies import actions as technologies

pytestmark = pytest.mark.django_db

HALF = Fraction(1, 2)
CHINA = LicenceTerms(territory=("CN",), ends_on=date(2030, 12, 31))


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


def test_a_listing_stays_twenty_working_days_on_the_board(venue, seller):
    listing = open_listing(seller)
    assert listing.status is Status.LISTED
    assert listing.number == "SHTE-DEMO-LS-2022-000001"
    assert listing.deposit_fen == 8_000_000
    assert listing.increment_fen == 800_000
    # from Monday 20 June 2022: twenty working days later is Monday 18 July, 17:00 in Shanghai
    assert listing.ends_at.isoformat() == "2022-07-18T09:00:00+00:00"
    assert due.due_at(subject("listing", listing.id), "listings.cut_off") == listing.ends_at
    [shown] = queries.board()["items"]
    assert (shown.id, shown.seller_zh, shown.technologies) == (listing.id, "上海某大学", 1)
    assert list(queries.audit()) == []


def test_the_officers_answers_are_kept(venue, seller):
    listing = open_listing(seller, export_class=ExportClass.RESTRICTED)
    assert listing.export_class is ExportClass.RESTRICTED
    file = queries.file_of(listing.id, member_of(seller))
    assert file.checklist == {**ALL_YES, "export_class": "restricted"}
    assert file.findings == "Title clear, terms complete."


def test_a_returned_listing_is_mended_and_submitted_again(venue, seller):
    submitted = submitted_listing(seller)
    returned = examine(
        officer("listing"), submitted, venue.now, decision=Decision.RETURN, findings="No deposit."
    )
    assert returned.status is Status.DRAFT
    mended = actions.revise(
        actor=member_of(seller),
        now=venue.now,
        listing=submitted.id,
        terms=some_terms(submitted.technologies, deposit_fen=4_000_000),
    )
    assert mended.deposit_fen == 4_000_000
    again = actions.submit(actor=member_of(seller), now=venue.now, listing=submitted.id)
    assert again.status is Status.SUBMITTED
    assert list(queries.audit()) == []


def test_what_cannot_be_submitted(venue, seller, buyer):
    unverified = unverified_party("未核验大学")
    unknown = a_technology(seller, legal_status="unknown")
    unregistered = a_technology(seller)
    theirs = registered_technology(buyer)
    shared = registered_technology(seller, holders=[(seller.id, HALF), (buyer.id, HALF)])
    cases = [
        (seller, [unknown.id], {}, "technologies.legal_status_unknown"),
        (seller, [unregistered.id], {}, "rights.not_registered"),
        (seller, [theirs.id], {}, "rights.holds_nothing"),
        (seller, [shared.id], {}, "rights.others_must_join"),
        (seller, [shared.id], {"share": Fraction(2, 3)}, "rights.holds_less"),
        (unverified, [theirs.id], {}, "parties.not_verified"),
        (
            seller,
            [unregistered.id],
            {"offer_kind": "equity", "share": None},
            "listings.offer_not_open",
        ),
        (
            seller,
            [unregistered.id],
            {"offer_kind": "licence", "share": None, "licence_mode": "sole", "licence": CHINA},
            "rights.not_registered",
        ),
        (
            seller,
            [theirs.id],
            {"offer_kind": "licence", "share": None, "licence_mode": "sole", "licence": CHINA},
            "rights.not_owner",
        ),
    ]
    for party, offered, given, code in cases:
        drafted = drafted_listing(party, offered, **given)
        reason = refusal_of(
            lambda d=drafted, p=party: actions.submit(
                actor=member_of(p), now=venue.now, listing=d.id
            )
        )
        assert reason.code == code
        assert queries.listing(drafted.id).status is Status.DRAFT
    missing = refusal_of(lambda: drafted_listing(seller, [new_id()]))
    assert missing is CommonRefusal.NOT_FOUND


def test_a_right_on_exclusive_offer_is_reserved(venue, seller):
    patent = registered_technology(seller)
    waiting = submitted_listing(seller, [patent.id])
    first = open_listing(seller, [patent.id])
    assert queries.reserved_among([patent.id]) == {patent.id}
    reason = refusal_of(lambda: submitted_listing(seller, [patent.id]))
    assert reason is Refusal.RESERVED
    assert refusal_of(lambda: examine(officer("listing"), waiting, venue.now)) is Refusal.RESERVED
    actions.terminate(
        actor=officer("listing"), now=venue.now, listing=first.id, reason="Seller's mistake."
    )
    assert queries.reserved_among([patent.id]) == set()
    assert examine(officer("listing"), waiting, venue.now).status is Status.LISTED
    assert list(queries.audit()) == []


def test_a_share_may_be_sold_and_the_co_owner_is_told(venue, seller, buyer, other):
    shared = registered_technology(seller, holders=[(seller.id, HALF), (buyer.id, HALF)])
    listing = open_listing(seller, [shared.id], share=HALF)
    [told] = queries.preemptions(listing.id, member_of(buyer))
    assert (told.party, told.exercised) == (buyer.id, None)
    assert told.answer_by.isoformat() == "2022-06-30T09:00:00+00:00"
    assert queries.preemptions(listing.id, member_of(other)) == []

    def answer(actor, at=venue.now):
        return actions.answer_pre_emption(actor=actor, now=at, listing=listing.id, exercise=False)

    assert refusal_of(lambda: answer(member_of(other))) is CommonRefusal.NOT_FOUND
    late = refusal_of(lambda: answer(member_of(buyer), told.answer_by))
    assert late is Refusal.ANSWER_TERM_OVER
    assert answer(member_of(buyer)).exercised is False
    assert refusal_of(lambda: answer(member_of(buyer))) is Refusal.ANSWERED_ALREADY


def test_powers_and_four_eyes(venue, seller, buyer):
    submitted = submitted_listing(seller)
    listing_officer = officer("listing")
    both = member_of(seller)
    insider = Actor(
        person=both.person,
        party=both.party,
        powers=both.powers | listing_officer.powers,
        second_factor=True,
    )
    cases = [
        (member_of(seller), CommonRefusal.POWER_MISSING),
        (officer("registrar"), CommonRefusal.POWER_MISSING),
        (insider, CommonRefusal.SAME_EYES),
    ]
    for actor, reason in cases:
        assert refusal_of(lambda a=actor: examine(a, submitted, venue.now)) is reason
    stranger = member_of(buyer)
    for act in (actions.submit, actions.withdraw):
        reason = refusal_of(
            lambda act=act: act(actor=stranger, now=venue.now, listing=submitted.id)
        )
        assert reason is CommonRefusal.NOT_FOUND
    assert refusal_of(lambda: queries.visible(submitted.id, stranger)) is CommonRefusal.NOT_FOUND
    assert queries.visible(submitted.id, member_of(seller)).id == submitted.id
    assert queries.listing(submitted.id).status is Status.SUBMITTED


def test_a_suspended_listing_gets_its_time_back(venue, seller, buyer):
    listing = open_listing(seller)
    listing_officer = officer("listing")
    suspended_at = venue.later(days=4)
    actions.suspend(
        actor=listing_officer, now=suspended_at, listing=listing.id, reason="Under review."
    )
    assert due.due_at(subject("listing", listing.id), "listings.cut_off") is None
    assert refusal_of(lambda: applied_intent(listing, buyer, now=venue.now)) is Refusal.SUSPENDED
    resumed = actions.resume(actor=listing_officer, now=venue.later(days=3), listing=listing.id)
    assert resumed.ends_at == listing.ends_at + timedelta(days=3)
    assert due.due_at(subject("listing", listing.id), "listings.cut_off") == resumed.ends_at
    assert list(queries.audit()) == []


def test_a_freeze_suspends_the_offer(venue, seller):
    listing = open_listing(seller)
    registrar = officer("registrar")
    rights.freeze(
        actor=registrar,
        now=venue.later(days=16),
        technology=listing.technologies[0],
        authority="某法院",
        paper="（2022）沪民初100号",
        document=a_document(registrar),
    )
    for entry in journal.of_kinds(["rights.Frozen"]):
        jobs.on_frozen(entry)
    assert queries.listing(listing.id).status is Status.SUSPENDED


def test_a_bundle_is_listed_with_its_parts_reserved(venue, seller):
    first, second = registered_technology(seller), registered_technology(seller)
    bundle = technologies.make_bundle(
        actor=member_of(seller),
        now=venue.now,
        parts=[(first.id, HALF), (second.id, HALF)],
        said={"title_zh": "检测方法成果包"},
    )
    listing = open_listing(seller, [bundle.id])
    assert listing.technologies == (bundle.id,)
    assert set(listing.rights) == {first.id, second.id}
    assert refusal_of(lambda: submitted_listing(seller, [second.id])) is Refusal.RESERVED
    assert [found.id for found in queries.of_technology(second.id)] == [listing.id]
    assert rights_queries.may_dispose(second.id, seller.id, Fraction(1))


def test_what_is_too_long_to_tell_other_exchanges_is_offered_here_alone(venue, seller, monkeypatch):
    monkeypatch.setattr(offers, "MOST_TOLD_BYTES", 200)
    everywhere = drafted_listing(seller, scope="network")
    submit = partial(actions.submit, actor=member_of(seller), now=venue.now)
    assert refusal_of(partial(submit, listing=everywhere.id)) is Refusal.TOO_LONG_TO_TELL
    here = drafted_listing(seller)
    assert submit(listing=here.id).status is Status.SUBMITTED
