"""Two acts on the same money at the same moment, against real commits: one wins, nothing is lost."""

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from hutong.deals import actions as deals_actions
from hutong.deals import queries as deals
from hutong.deals.testing import DEPOSIT, NOTICE, PRICE, listed
from hutong.kit.actor import SYSTEM
from hutong.kit.moments import local_date
from hutong.kit.refusal import Refused
from hutong.ledger import actions as ledger
from hutong.ledger import queries as books
from hutong.ledger.rules import HoldEnd, Leg
from hutong.ledger.rules import Refusal as LedgerRefusal
from hutong.ledger.testing import account_with, move, set_aside
from hutong.listings import actions as listings_actions
from hutong.listings import queries as listings
from hutong.listings.testing import qualified_intent
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import queries as rights
from hutong.settlement import actions as settlement
from hutong.settlement import queries as money
from hutong.settlement.refusals import Refusal as SettlementRefusal
from hutong.settlement.rules import BankAccount
from hutong.settlement.testing import (
    asked_deposit,
    deal_with_deposit,
    funded,
    paid_deal,
    with_outside_steps,
)

NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run `acts` in threads with connections of their own; results or exceptions, in order."""
    results: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(index: int, act: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=10)
            results[index] = act()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(i, act)) for i, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "an act never came back"
    return results


def refusals(results: list[Any]) -> list[Any]:
    """The reasons of those that were refused; anything else that failed fails the test."""
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, Refused):
            raise result
    return [r.reason for r in results if isinstance(r, Refused)]


def test_a_hold_posted_and_voided_at_once_ends_once(own_database):
    a = account_with(actor=SYSTEM, now=NOW, owner="party:a", amount_fen=100)
    b = account_with(actor=SYSTEM, now=NOW, owner="party:b")
    for attempt in range(10):
        hold = set_aside(NOW, a, 5, key=f"h{attempt}")
        before = books.balance(b).posted_fen
        results = at_once(
            lambda hold=hold: ledger.void_hold(actor=SYSTEM, now=NOW, hold=hold),
            lambda hold=hold: ledger.post_hold(
                actor=SYSTEM, now=NOW, hold=hold, purpose="t", about="t:1", credits=[Leg(b, 5)]
            ),
            lambda hold=hold: ledger.void_hold(actor=SYSTEM, now=NOW, hold=hold),
        )
        assert refusals(results) == [LedgerRefusal.HOLD_ENDED] * 2
        moved = books.balance(b).posted_fen - before
        assert moved == (5 if books.hold(hold).end is HoldEnd.POSTED else 0)
    assert books.balance(a).held_fen == 0
    assert list(books.audit()) == []


def test_the_last_money_is_spent_once(own_database):
    a = account_with(actor=SYSTEM, now=NOW, owner="party:a", amount_fen=100)
    b = account_with(actor=SYSTEM, now=NOW, owner="party:b")
    results = at_once(
        lambda: set_aside(NOW, a, 100),
        lambda: move(NOW, "spend", Leg(a, -100), Leg(b, 100)),
        lambda: move(NOW, "again", Leg(a, -100), Leg(b, 100)),
    )
    assert refusals(results) == [LedgerRefusal.INSUFFICIENT] * 2
    assert books.balance(a).available_fen == 0
    assert list(books.audit()) == []


def test_one_transfer_sent_many_times_at_once_is_posted_once(own_database):
    a = account_with(actor=SYSTEM, now=NOW, owner="party:a", amount_fen=100)
    b = account_with(actor=SYSTEM, now=NOW, owner="party:b")
    results = at_once(*[lambda: move(NOW, "same", Leg(a, -10), Leg(b, 10))] * 6)
    assert refusals(results) == []
    assert len(set(results)) == 1
    assert books.balance(b).posted_fen == 10


def test_an_account_opened_by_many_at_once_is_one(own_database):
    results = at_once(*[lambda: account_with(actor=SYSTEM, now=NOW, owner="party:new")] * 6)
    assert refusals(results) == []
    assert len(set(results)) == 1


def test_crossing_transfers_neither_deadlock_nor_lose_a_fen(own_database):
    names = "abcde"
    accounts = [
        account_with(actor=SYSTEM, now=NOW, owner=f"party:{name}", amount_fen=1_000)
        for name in names
    ]

    def wander(seed: int) -> None:
        choose = random.Random(seed)
        for step in range(20):
            one, other = choose.sample(accounts, 2)
            amount = choose.randint(1, 400)
            try:
                move(NOW, f"{seed}:{step}", Leg(one, -amount), Leg(other, amount))
            except Refused as refused:
                if refused.reason is not LedgerRefusal.INSUFFICIENT:
                    raise

    assert refusals(at_once(*[lambda s=seed: wander(s) for seed in range(6)])) == []
    assert sum(books.balance(account).posted_fen for account in accounts) == 5_000
    assert all(books.balance(account).available_fen >= 0 for account in accounts)
    assert books.total() == 0
    assert list(books.audit()) == []


# -- the books' process ------------------------------------------------------------------------------


@pytest.fixture
def market(own_database, venue):
    """A listing with one qualified buyer asked for a deposit, in a database of its own."""
    buyer = verified_party("某科技公司", kind="enterprise")
    offer = listed(verified_party("上海某大学"))
    venue.later(days=NOTICE.days)
    intent = qualified_intent(offer, buyer, now=venue.now)
    return intent, asked_deposit(intent, now=venue.now)


def test_two_receipts_for_one_reference_hold_one_deposit(market, venue):
    intent, asked = market
    clerks = [officer("settlement") for _ in range(3)]

    def record(clerk, line):
        return lambda: settlement.record_receipt(
            actor=clerk,
            now=venue.now,
            reference=asked.reference,
            amount_fen=DEPOSIT,
            bank_reference=line,
            value_date=local_date(venue.now),
        )

    results = at_once(*[record(clerk, f"B{n}") for n, clerk in enumerate(clerks)])
    assert refusals(results) == []
    assert sorted(r.outcome for r in results) == ["covered", "surplus", "surplus"]
    account = money.account_of(intent.party)
    assert (account.available_fen, account.held_fen) == (2 * DEPOSIT, DEPOSIT)
    assert list(money.audit()) == []
    assert list(books.audit()) == []


def test_one_bank_line_recorded_by_two_at_once_is_one_receipt(market, venue):
    intent, asked = market
    clerks = [officer("settlement") for _ in range(4)]
    results = at_once(
        *[
            lambda clerk=clerk: settlement.record_receipt(
                actor=clerk,
                now=venue.now,
                reference=asked.reference,
                amount_fen=DEPOSIT,
                bank_reference="B1",
                value_date=local_date(venue.now),
            )
            for clerk in clerks
        ]
    )
    assert refusals(results) == []
    assert len({r.id for r in results}) == 1
    assert money.account_of(intent.party).held_fen == DEPOSIT
    assert books.total() == 0


def test_a_deposit_and_the_cut_off_at_once_agree(market, venue):
    intent, asked = market
    clerk = officer("settlement")
    end = listings.listing(intent.listing).ends_at
    results = at_once(
        lambda: settlement.record_receipt(
            actor=clerk,
            now=end - timedelta(seconds=1),
            reference=asked.reference,
            amount_fen=DEPOSIT,
            bank_reference="B1",
            value_date=local_date(venue.now),
        ),
        lambda: listings_actions.cut_off(actor=SYSTEM, now=end, listing=intent.listing),
    )
    assert refusals(results) == []
    receipt, decided = results
    in_time = receipt.outcome == "covered"
    held = money.account_of(intent.party).held_fen
    assert held == (DEPOSIT if in_time else 0)
    if decided.outcome is not None and decided.outcome.value == "deal":
        assert in_time


def test_two_settle_at_once_and_right_and_money_move_once(own_database, venue):
    deal = with_outside_steps(paid_deal())
    clerks = [officer("settlement") for _ in range(3)]
    results = at_once(
        *[
            lambda clerk=clerk: settlement.settle(actor=clerk, now=deal.opened_at, deal=deal.id)
            for clerk in clerks
        ]
    )
    assert refusals(results) == [SettlementRefusal.ALREADY_SETTLED] * 2
    assert money.account_of(deal.seller).available_fen == PRICE - 3_000_000
    assert list(rights.title(deal.technologies[0]).ownership) == [deal.buyer]
    for area in (books, money, deals):
        assert list(area.audit()) == []


def test_a_deal_terminated_and_settled_at_once_is_one_of_them(own_database, venue):
    deal = with_outside_steps(paid_deal())
    clerk, trader, other = officer("settlement"), officer("trading"), officer("trading")
    deals_actions.propose_termination(
        actor=trader, now=deal.opened_at, deal=deal.id, reason="Both asked for it."
    )
    results = at_once(
        lambda: settlement.settle(actor=clerk, now=deal.opened_at, deal=deal.id),
        lambda: deals_actions.confirm_ending(actor=other, now=deal.opened_at, deal=deal.id),
    )
    assert len(refusals(results)) == 1
    moved = money.money_of(deal.id).settled_at is not None
    holder = deal.buyer if moved else deal.seller
    assert list(rights.title(deal.technologies[0]).ownership) == [holder]
    assert deals.deal(deal.id).status.value == ("moved" if moved else "terminated")


def test_both_sides_sign_at_once_and_the_contract_is_signed_once(own_database, venue):
    deal = deal_with_deposit()
    results = at_once(
        *[
            lambda actor=member_of(party): deals_actions.accept_contract(
                actor=actor, now=deal.opened_at, deal=deal.id, text_digest=deal.contract_digest
            )
            for party in (deal.seller, deal.buyer, deal.seller)
        ]
    )
    assert len(refusals(results)) == 1
    signed = deals.deal(deal.id)
    assert signed.status.value == "signed"
    assert len(signed.transfer_entries) == 1
    assert list(deals.audit()) == []


def test_a_payout_approved_and_rejected_by_many_at_once_has_one_end(own_database, venue):
    party = verified_party("上海某大学")
    funded(party.id, 1_000)
    payout = settlement.request_payout(
        actor=member_of(party),
        now=venue.now,
        amount_fen=600,
        account=BankAccount(holder="上海某大学", bank="某银行", number="62220000"),
    )
    clerks = [officer("settlement") for _ in range(4)]
    act = {"now": venue.now, "payout": payout.id}
    results = at_once(
        lambda: settlement.approve_payout(actor=clerks[0], **act),
        lambda: settlement.approve_payout(actor=clerks[1], **act),
        lambda: settlement.reject_payout(actor=clerks[2], reason="no", **act),
    )
    assert len(refusals(results)) == 2
    if money.payout(payout.id).status.value == "approved":
        confirm = {"bank_reference": "OUT-1", **act}
        results = at_once(
            lambda: settlement.confirm_payout(actor=clerks[0], **confirm),
            lambda: settlement.confirm_payout(actor=clerks[1], **confirm),
            lambda: settlement.fail_payout(actor=clerks[2], reason="no", **act),
        )
        assert len(refusals(results)) == 2
    account = money.account_of(party.id)
    paid = money.payout(payout.id).status.value == "paid"
    assert (account.available_fen, account.held_fen) == (400 if paid else 1_000, 0)
    assert list(money.audit()) == []
    assert list(books.audit()) == []


def test_one_balance_asked_for_twice_at_once_is_paid_out_once(own_database, venue):
    party = verified_party("上海某大学")
    funded(party.id, 1_000)
    owner = member_of(party)
    account = BankAccount(holder="上海某大学", bank="某银行", number="62220000")
    results = at_once(
        *[
            lambda: settlement.request_payout(
                actor=owner, now=venue.now, amount_fen=1_000, account=account
            )
        ]
        * 3
    )
    assert refusals(results) == [LedgerRefusal.INSUFFICIENT] * 2
    assert money.account_of(party.id).held_fen == 1_000
