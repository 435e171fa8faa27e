"""Two acts on the same money at the same moment, against real commits: one wins, nothing is lost."""

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import connections

from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import Refused
from hutong.ledger import actions as ledger
from hutong.ledger import queries as books
from hutong.ledger.rules import HoldEnd, Leg
from hutong.ledger.rules import Refusal as LedgerRefusal
from hutong.ledger.testing import account_with, move, set_aside

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
                assert refused.reason is LedgerRefusal.INSUFFICIENT

    assert refusals(at_once(*[lambda s=seed: wander(s) for seed in range(6)])) == []
    assert sum(books.balance(account).posted_fen for account in accounts) == 5_000
    assert all(books.balance(account).available_fen >= 0 for account in accounts)
    assert books.total() == 0
    assert list(books.audit()) == []
