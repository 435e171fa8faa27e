from datetime import timedelta
from fractions import Fraction

import pytest

from hutong.due import queries as due
from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.event import Visibility
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import actions, jobs, queries
from hutong.listings.cutoff import Outcome
from hutong.listings.intents import Decision as Verdict
from hutong.listings.intents import IntentStatus
from hutong.listings.offers import ExportClass
from hutong.listings.refusals import Refusal
from hutong.listings.rules import Decision, Ending, Status
from hutong.listings.testing import (
    ALL_YES,
    applied_intent,
    cut_off,
    deposited_intent,
    drafted_listing,
    open_listing,
    qualified_intent,
    some_terms,
    submitted_listing,
)
from hutong.parties import actions as parties
from hutong.parties.testing import member_of, officer, unverified_party, verified_party
from hutong.rights import actions as rights
from hutong.rights import queries as rights_queries
from hutong.rights.testing import a_document, a_technology, registered_technology
from hutong.rulebook import actions as rulebook
from hutong.rulebook.queries import in_force
from hutong.technologies import actions as technologies

pytestmark = pytest.mark.django_db

HALF = Fraction(1, 2)


@pytest.fixture
def seller(venue):
    return verified_party("上海某大学")


@pytest.fixture
def buyer(venue):
    return verified_party("某科技有限公司", kind="enterprise")


@pytest.fixture
def other(venue):
    return verified_party("另一科技有限公司", kind="enterprise")


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


# -- on to the board


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
            {"offer_kind": "licence", "share": None, "licence_mode": "exclusive"},
            "listings.offer_not_open",
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


# -- the buyers


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


# -- the cut-off


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
