from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.calendar import PeriodEnd
from hutong.kit.moments import SHANGHAI
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import intents, rules
from hutong.listings.cutoff import Decided, Outcome
from hutong.listings.events import Ending
from hutong.listings.intents import Intent, IntentStatus
from hutong.listings.offers import ExportClass, OfferKind, PriceMode
from hutong.listings.refusals import Refusal
from hutong.listings.rules import Listing, Status

SELLER, BUYER = UUID(int=1), UUID(int=2)
NOW = datetime(2022, 6, 21, 2, tzinfo=UTC)
ENDS = datetime(2022, 7, 18, 9, tzinfo=UTC)  # 17:00 in Shanghai
LATER = PeriodEnd(ENDS + timedelta(days=7), provisional=False)
ALL_YES = {"title": True, "completeness": True, "pre_emption": True}


def listing(status=Status.LISTED, **given):
    return Listing(
        **{
            "id": UUID(int=9),
            "number": "SHTE-DEMO-LS-2022-000001",
            "seller": SELLER,
            "status": status,
            "offer_kind": OfferKind.TRANSFER,
            "exclusive": True,
            "price_mode": PriceMode.FLOOR,
            "price_fen": 80_000_000,
            "export_class": ExportClass.FREE,
            "ends_at": None if status in (Status.DRAFT, Status.SUBMITTED) else ENDS,
            "suspended_at": NOW if status is Status.SUSPENDED else None,
            **given,
        }
    )


def intent(status=IntentStatus.APPLIED):
    return Intent(
        id=UUID(int=30), listing=UUID(int=9), party=BUYER, status=status, deposit_fen=8_000_000
    )


def apply(state, *, party=BUYER, at=NOW, **given):
    facts = {"affiliated": False, "domestic": True, "accepts_conditions": True}
    return intents.apply(
        state, intent=UUID(int=30), party=party, conditions_digest="d", now=at, **{**facts, **given}
    )


def qualify(state, of, *, findings="Meets the conditions.", at=NOW):
    return intents.qualify(state, of, decision=intents.Decision.QUALIFY, findings=findings, now=at)


def cut_off(state, *, at=ENDS, outcome=Outcome.AUCTION):
    return rules.cut_off(
        state,
        decided=Decided(outcome=outcome, chosen=()),
        chosen=[],
        released=[],
        extended_to=LATER,
        now=at,
    )


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (lambda: rules.revise(listing(Status.SUBMITTED)), CommonRefusal.OUT_OF_STATE),
        (lambda: rules.submit(listing(), rulebook_version=1), CommonRefusal.OUT_OF_STATE),
        (
            lambda: rules.submit(
                listing(Status.DRAFT, offer_kind=OfferKind.EQUITY), rulebook_version=1
            ),
            Refusal.ONLY_TRANSFERS_SUBMITTED,
        ),
        (
            lambda: rules.require_acceptable(
                listing(Status.SUBMITTED), checklist={**ALL_YES, "title": False}, findings="ok"
            ),
            Refusal.CHECK_FAILED,
        ),
        (
            lambda: rules.require_acceptable(
                listing(Status.SUBMITTED), checklist={}, findings="ok"
            ),
            Refusal.CHECK_FAILED,
        ),
        (
            lambda: rules.require_acceptable(
                listing(Status.SUBMITTED), checklist=ALL_YES, findings=""
            ),
            Refusal.WORDS_MISSING,
        ),
        (
            lambda: rules.require_acceptable(listing(), checklist=ALL_YES, findings="ok"),
            CommonRefusal.OUT_OF_STATE,
        ),
        (
            lambda: rules.return_to_seller(listing(Status.SUBMITTED), findings=" "),
            Refusal.WORDS_MISSING,
        ),
        (lambda: rules.suspend(listing(), because={"text": ""}, now=NOW), Refusal.WORDS_MISSING),
        (lambda: rules.suspend(listing(), because={"text": "why"}, now=ENDS), Refusal.PERIOD_OVER),
        (
            lambda: rules.suspend(listing(Status.SUSPENDED), because={"text": "why"}, now=NOW),
            Refusal.SUSPENDED,
        ),
        (lambda: rules.resume(listing(), now=NOW), CommonRefusal.OUT_OF_STATE),
        (lambda: cut_off(listing(), at=ENDS - timedelta(seconds=1)), Refusal.PERIOD_RUNNING),
        (lambda: cut_off(listing(Status.SUSPENDED)), CommonRefusal.OUT_OF_STATE),
        (lambda: cut_off(listing(Status.CONCLUDING)), CommonRefusal.OUT_OF_STATE),
        (
            lambda: rules.request_withdrawal(
                listing(withdrawal_requested=True), reason="why", now=NOW
            ),
            Refusal.WITHDRAWAL_REQUESTED,
        ),
        (
            lambda: rules.request_withdrawal(listing(), reason="why", now=ENDS),
            Refusal.PERIOD_OVER,
        ),
        (
            lambda: rules.terminate(listing(Status.CLOSED), reason="why", deposited=[]),
            CommonRefusal.OUT_OF_STATE,
        ),
        (lambda: rules.close_sold(listing(), deal=UUID(int=5)), CommonRefusal.OUT_OF_STATE),
        (
            lambda: rules.close_unsold(listing(Status.CLOSED), reason="", deposited=[]),
            CommonRefusal.OUT_OF_STATE,
        ),
        # intents
        (lambda: apply(listing(Status.DRAFT)), CommonRefusal.OUT_OF_STATE),
        (lambda: apply(listing(Status.SUSPENDED)), Refusal.SUSPENDED),
        (lambda: apply(listing(), at=ENDS), Refusal.PERIOD_OVER),
        (lambda: apply(listing(Status.CONCLUDING)), Refusal.PERIOD_OVER),
        (lambda: apply(listing(Status.CLOSED)), Refusal.PERIOD_OVER),
        (lambda: apply(listing(), party=SELLER), Refusal.SELLER_CANNOT_BUY),
        (lambda: apply(listing(), affiliated=True), Refusal.AFFILIATE_CANNOT_BUY),
        (
            lambda: apply(listing(export_class=ExportClass.PROHIBITED), domestic=False),
            Refusal.DOMESTIC_BUYERS_ONLY,
        ),
        (
            lambda: apply(listing(export_class=ExportClass.RESTRICTED), domestic=False),
            Refusal.DOMESTIC_BUYERS_ONLY,
        ),
        (lambda: apply(listing(), accepts_conditions=False), Refusal.CONDITIONS_NOT_ACCEPTED),
        (lambda: qualify(listing(), intent(), findings=""), Refusal.WORDS_MISSING),
        (lambda: qualify(listing(), intent(), at=ENDS), Refusal.PERIOD_OVER),
        (
            lambda: qualify(listing(), intent(IntentStatus.QUALIFIED)),
            CommonRefusal.OUT_OF_STATE,
        ),
        (
            lambda: intents.mark_deposited(listing(), intent(), now=NOW),
            CommonRefusal.OUT_OF_STATE,
        ),
        (
            lambda: intents.mark_deposited(listing(), intent(IntentStatus.QUALIFIED), now=ENDS),
            Refusal.PERIOD_OVER,
        ),
        (
            lambda: intents.mark_deposited(
                listing(Status.CONCLUDING), intent(IntentStatus.QUALIFIED), now=NOW
            ),
            Refusal.PERIOD_OVER,
        ),
        (
            lambda: intents.withdraw(listing(), intent(IntentStatus.REFUSED), now=NOW),
            CommonRefusal.OUT_OF_STATE,
        ),
        (
            lambda: intents.withdraw(listing(), intent(IntentStatus.DEPOSITED), now=ENDS),
            Refusal.PERIOD_OVER,
        ),
    ],
)
def test_a_listing_says_no(act, refusal):
    with pytest.raises(Refused) as refused:
        act()
    assert refused.value.reason is refusal


def test_the_way_of_a_buyer():
    state = intent()
    state = intents.evolve(state, qualify(listing(), state), at=NOW)
    assert state.status is IntentStatus.QUALIFIED
    state = intents.evolve(state, intents.mark_deposited(listing(), state, now=NOW), at=NOW)
    assert (state.status, state.deposited_at) == (IntentStatus.DEPOSITED, NOW)


def test_a_foreign_buyer_may_buy_what_may_be_exported_freely():
    [applied] = apply(listing(), domestic=False)
    assert applied.party == BUYER


def test_money_counts_while_the_period_stands_still():
    events = intents.mark_deposited(
        listing(Status.SUSPENDED), intent(IntentStatus.QUALIFIED), now=ENDS + timedelta(days=3)
    )
    assert [event.kind for event in events] == ["listings.IntentDeposited"]


def test_nobody_ready_extends_and_the_listing_stays_on_the_board():
    state = rules.evolve(listing(), cut_off(listing(), outcome=Outcome.EXTENDED))
    assert (state.status, state.ends_at, state.extensions_used) == (Status.LISTED, LATER.at, 1)


def test_a_lapse_closes_the_listing():
    events = cut_off(listing(), outcome=Outcome.LAPSED)
    assert rules.evolve(listing(), events).status is Status.CLOSED
    assert events[-1].ending is Ending.LAPSED


def test_an_auction_or_a_deal_leaves_the_listing_concluding():
    state = rules.evolve(listing(), cut_off(listing()))
    assert state.status is Status.CONCLUDING
    sold = rules.evolve(state, rules.close_sold(state, deal=UUID(int=5)))
    assert sold.status is Status.CLOSED


def test_a_draft_is_withdrawn_at_once_and_a_listing_by_the_venue():
    [closed] = rules.request_withdrawal(listing(Status.DRAFT), reason="", now=NOW)
    assert closed.ending is Ending.WITHDRAWN
    state = listing()
    state = rules.evolve(state, rules.request_withdrawal(state, reason="Sold elsewhere.", now=NOW))
    assert state.status is Status.LISTED
    [wished] = rules.terminate(state, reason="The seller asked.", deposited=[])
    assert wished.ending is Ending.WITHDRAWN
    [forced] = rules.terminate(state, reason="The seller asked.", deposited=[UUID(int=30)])
    assert forced.ending is Ending.TERMINATED
    assert forced.deposited == [UUID(int=30)]


def test_a_provisional_end_is_fixed_only_when_it_changes():
    state = listing(ends_provisional=True)
    assert rules.fix_end(state, recomputed=PeriodEnd(ENDS, provisional=True)) == []
    [fixed] = rules.fix_end(state, recomputed=LATER)
    assert rules.evolve(state, [fixed]).ends_at == LATER.at


@given(
    st.timedeltas(timedelta(seconds=1), timedelta(days=20)),
    st.timedeltas(timedelta(0), timedelta(days=300)),
)
def test_a_resumed_listing_has_at_least_the_time_that_was_left(left, pause):
    suspended_at = ENDS - left
    state = listing(Status.SUSPENDED, suspended_at=suspended_at)
    now = suspended_at + pause
    [resumed] = rules.resume(state, now=now)
    assert left <= resumed.ends_at - now < left + timedelta(days=1)
    assert resumed.ends_at.astimezone(SHANGHAI).hour == 17
