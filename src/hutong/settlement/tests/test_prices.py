"""Right against money: the deposit in the price, both move or neither, and what a default costs."""

import pytest

from hutong.deals import queries as deals
from hutong.deals.rules import Side, Status
from hutong.deals.testing import DEPOSIT, PRICE, accepted_by
from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger import queries as books
from hutong.ledger.rules import Kind
from hutong.parties.testing import member_of, officer
from hutong.rights import queries as rights
from hutong.rights.refusals import Refusal as RightsRefusal
from hutong.settlement import actions, queries
from hutong.settlement.refusals import Refusal
from hutong.settlement.rules import Outcome, PayableStatus
from hutong.settlement.testing import (
    deal_with_deposit,
    funded,
    paid_deal,
    priced_deal,
    received,
    settled_deal,
    with_outside_steps,
)

pytestmark = pytest.mark.usefixtures("venue")
FEE = 3_000_000  # three percent of a million yuan, borne by the seller


def refused(act) -> object:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.reason


def escrow(deal) -> int:
    found = books.account(subject("deal", deal.id), Kind.ESCROW)
    return found.posted_fen if found else 0


def available(party) -> int:
    found = queries.account_of(party)
    return found.available_fen if found else 0


def price_of(deal):
    return queries.payable_for(subject("deal", deal.id))


def test_on_signing_the_deposit_becomes_part_of_the_price():
    deal = priced_deal()
    asked = price_of(deal)
    assert (asked.amount_fen, asked.covered_fen, asked.missing_fen) == (
        PRICE,
        DEPOSIT,
        PRICE - DEPOSIT,
    )
    assert asked.reference.startswith("RF")
    assert asked.pay_by == deal.pay_by
    assert escrow(deal) == DEPOSIT
    assert queries.payable_for(subject("intent", deal.intent)).status is PayableStatus.APPLIED


def test_applying_the_deposit_twice_applies_it_once():
    deal = priced_deal()
    actions.apply_deposit(actor=SYSTEM, now=deal.opened_at, deal=deal.id)
    assert escrow(deal) == DEPOSIT
    assert list(queries.audit()) == []


def test_an_unsigned_deal_asks_for_no_price():
    deal = deal_with_deposit()
    assert actions.apply_deposit(actor=SYSTEM, now=deal.opened_at, deal=deal.id) is None
    assert price_of(deal) is None


def test_the_rest_of_the_price_makes_the_deal_paid():
    deal = priced_deal()
    asked = price_of(deal)
    first = received(asked.reference, asked.missing_fen - 1, now=deal.opened_at)
    assert first.outcome is Outcome.SHORT
    assert deals.deal(deal.id).status is Status.SIGNED
    second = received(asked.reference, 1, now=deal.opened_at)
    assert second.outcome is Outcome.COVERED
    assert deals.deal(deal.id).status is Status.PAID
    assert escrow(deal) == PRICE
    assert available(deal.buyer) == 0


def test_a_buyer_pays_the_price_from_what_it_has_here():
    deal = priced_deal()
    funded(deal.buyer, PRICE, now=deal.opened_at)
    actions.pay_from_balance(
        actor=member_of(deal.buyer), now=deal.opened_at, payable=price_of(deal).id
    )
    assert deals.deal(deal.id).status is Status.PAID
    assert available(deal.buyer) == DEPOSIT


def test_a_deposit_as_large_as_the_price_pays_it():
    deal = priced_deal(price_fen=1, deposit_fen=1)
    assert deals.deal(deal.id).status is Status.PAID
    assert price_of(deal).status is PayableStatus.PAID


def test_right_and_money_move_together():
    deal, money = settled_deal()
    assert deal.status is Status.MOVED
    assert (money.price_fen, money.seller_fee_fen, money.buyer_fee_fen) == (PRICE, FEE, 0)
    assert available(deal.seller) == PRICE - FEE
    assert escrow(deal) == 0
    assert books.account("venue:books", Kind.VENUE_FEES).posted_fen == FEE
    [technology] = deal.technologies
    assert list(rights.title(technology).ownership) == [deal.buyer]
    assert books.total() == 0
    entry = journal.latest_of(subject("deal", deal.id), "settlement.Settled")
    assert entry.facts["amount_fen"] == PRICE
    assert list(queries.audit()) == []
    assert list(books.audit()) == []


def test_without_the_outside_step_neither_moves():
    deal = paid_deal()
    act = {"actor": officer("settlement"), "now": deal.opened_at, "deal": deal.id}
    assert refused(lambda: actions.settle(**act)) is RightsRefusal.OUTSIDE_STEP_MISSING
    assert deals.deal(deal.id).status is Status.PAID
    assert escrow(deal) == PRICE
    assert available(deal.seller) == 0
    assert list(rights.title(deal.technologies[0]).ownership) == [deal.seller]
    [waiting] = [w for w in queries.queue(officer("settlement")) if w.what == "deal_to_settle"]
    assert waiting.missing_steps == 1


def test_without_the_whole_price_neither_moves():
    deal = with_outside_steps(priced_deal())
    act = {"actor": officer("settlement"), "now": deal.opened_at, "deal": deal.id}
    assert refused(lambda: actions.settle(**act)) is Refusal.PRICE_NOT_PAID
    assert list(rights.title(deal.technologies[0]).ownership) == [deal.seller]


def test_right_and_money_move_once():
    deal, _ = settled_deal()
    act = {"actor": officer("settlement"), "now": deal.opened_at, "deal": deal.id}
    assert refused(lambda: actions.settle(**act)) is Refusal.ALREADY_SETTLED
    assert available(deal.seller) == PRICE - FEE


def test_only_officers_of_settlement_settle():
    deal = with_outside_steps(paid_deal())
    for who in (member_of(deal.seller), officer("trading")):
        reason = refused(
            lambda who=who: actions.settle(actor=who, now=deal.opened_at, deal=deal.id)
        )
        assert reason is CommonRefusal.POWER_MISSING


def test_money_for_a_settled_deal_is_surplus():
    deal, _ = settled_deal()
    assert received(price_of(deal).reference, 9, now=deal.opened_at).outcome is Outcome.SURPLUS
    assert available(deal.buyer) == 9


# -- when it goes wrong ------------------------------------------------------------------------------


def test_a_buyer_who_does_not_sign_loses_the_deposit():
    deal = deal_with_deposit()
    accepted_by(deal, deal.seller)
    actions.forfeit_deposit(
        actor=SYSTEM,
        now=deal.sign_by,
        intent=deal.intent,
        deal=deal.id,
        rulebook_version=deal.rulebook_version,
    )
    assert books.account("venue:books", Kind.FORFEITS).posted_fen == DEPOSIT
    assert available(deal.buyer) == 0
    assert list(queries.audit()) == []


def test_a_buyer_who_signed_and_does_not_pay_loses_the_deposit_in_escrow():
    deal = priced_deal()
    actions.return_price(actor=SYSTEM, now=deal.pay_by, deal=deal.id, at_fault=Side.BUYER)
    assert books.account("venue:books", Kind.FORFEITS).posted_fen == DEPOSIT
    assert (escrow(deal), available(deal.buyer)) == (0, 0)
    assert price_of(deal).status is PayableStatus.RETURNED


def test_through_no_fault_of_the_buyers_everything_comes_back():
    deal = paid_deal()
    for _ in range(2):
        actions.return_price(actor=SYSTEM, now=deal.opened_at, deal=deal.id, at_fault=None)
    assert (escrow(deal), available(deal.buyer)) == (0, PRICE)
    assert list(queries.audit()) == []


def test_a_released_deposit_is_available_and_released_once():
    deal = deal_with_deposit()
    for _ in range(2):
        actions.release_deposit(actor=SYSTEM, now=deal.opened_at, intent=deal.intent)
    assert available(deal.buyer) == DEPOSIT
    released = [
        e
        for e in journal.of_subject(subject("intent", deal.intent))
        if e.kind == "settlement.DepositReleased"
    ]
    assert len(released) == 1
