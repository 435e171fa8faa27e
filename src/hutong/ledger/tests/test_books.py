"""The books in the database: what actions write, what constraints refuse, what the audit names."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from hutong.due import queries as due
from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger import actions, jobs, queries
from hutong.ledger.rules import HoldEnd, Kind, Leg, Refusal
from hutong.ledger.testing import account_with, bank_account, move, set_aside

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)


def customer(name: str, amount_fen: int = 0):
    return account_with(actor=SYSTEM, now=NOW, owner=f"party:{name}", amount_fen=amount_fen)


def commit_checks() -> None:
    """Let the deferred constraints speak now, as they would at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_an_owner_has_one_account_of_a_kind():
    assert customer("a") == customer("a")
    assert queries.account("party:a", Kind.CUSTOMER).available_fen == 0
    assert queries.account("party:nobody", Kind.CUSTOMER) is None


def test_an_unknown_currency_is_refused():
    with pytest.raises(Refused) as refused:
        actions.open_account(
            actor=SYSTEM, now=NOW, owner="party:a", kind=Kind.CUSTOMER, currency="XAU"
        )
    assert refused.value.reason is CommonRefusal.INVALID


def test_a_transfer_is_written_once_by_its_key():
    a, b = customer("a", 1_000), customer("b")
    first = move(NOW, "k1", Leg(a, -300), Leg(b, 300))
    assert move(NOW, "k1", Leg(a, -300), Leg(b, 300)) == first
    assert queries.balance(a).available_fen == 700
    with pytest.raises(Refused) as refused:
        move(NOW, "k1", Leg(a, -301), Leg(b, 301))
    assert refused.value.reason is Refusal.KEY_REUSED


def test_a_statement_carries_the_balance_along():
    a, b = customer("a", 1_000), customer("b")
    move(NOW, "k1", Leg(a, -300), Leg(b, 300))
    move(NOW, "k2", Leg(a, -200), Leg(b, 200))
    lines = queries.statement(a)
    assert [(x.number, x.amount_fen, x.balance_fen) for x in lines] == [
        (1, 1_000, 1_000),
        (2, -300, 700),
        (3, -200, 500),
    ]
    assert [x.number for x in queries.statement(a, after=2)] == [3]


def test_all_accounts_together_are_nothing():
    a, b = customer("a", 1_000), customer("b", 50)
    move(NOW, "k1", Leg(a, -300), Leg(b, 300))
    assert queries.total() == 0
    assert {t.kind: t.posted_fen for t in queries.totals()} == {
        Kind.BANK_CLEARING: -1_050,
        Kind.CUSTOMER: 1_050,
    }


def test_money_that_is_not_there_cannot_go():
    a, b = customer("a", 100), customer("b")
    with pytest.raises(Refused) as refused:
        move(NOW, "k1", Leg(a, -101), Leg(b, 101))
    assert refused.value.reason is Refusal.INSUFFICIENT
    assert queries.balance(a).available_fen == 100


def test_what_is_held_cannot_be_spent_and_comes_back_when_voided():
    a, b = customer("a", 100), customer("b")
    hold = set_aside(NOW, a, 60)
    with pytest.raises(Refused):
        move(NOW, "k1", Leg(a, -41), Leg(b, 41))
    actions.void_hold(actor=SYSTEM, now=NOW, hold=hold)
    assert queries.balance(a).available_fen == 100
    assert queries.hold(hold).end is HoldEnd.VOIDED


def test_a_hold_is_posted_in_part_and_the_rest_is_available():
    a, b, c = customer("a", 100), customer("b"), customer("c")
    hold = set_aside(NOW, a, 60)
    actions.post_hold(
        actor=SYSTEM, now=NOW, hold=hold, purpose="x", about="x:1", credits=[Leg(b, 40), Leg(c, 5)]
    )
    assert (queries.balance(a).available_fen, queries.balance(a).held_fen) == (55, 0)
    assert queries.hold(hold).posted_fen == 45
    commit_checks()


def test_a_hold_ends_once():
    a, b = customer("a", 100), customer("b")
    hold = set_aside(NOW, a, 60)
    actions.void_hold(actor=SYSTEM, now=NOW, hold=hold)
    for again in (
        lambda: actions.void_hold(actor=SYSTEM, now=NOW, hold=hold),
        lambda: actions.expire_hold(actor=SYSTEM, now=NOW, hold=hold),
        lambda: actions.post_hold(
            actor=SYSTEM, now=NOW, hold=hold, purpose="x", about="x:1", credits=[Leg(b, 1)]
        ),
    ):
        with pytest.raises(Refused) as refused:
            again()
        assert refused.value.reason is Refusal.HOLD_ENDED
    assert queries.balance(b).posted_fen == 0


def test_a_hold_with_a_term_expires_then_and_not_before():
    a = customer("a", 100)
    ends = NOW + timedelta(days=3)
    hold = actions.hold(
        actor=SYSTEM,
        now=NOW,
        account=a,
        amount_fen=60,
        key="h",
        purpose="test",
        about="test:1",
        expires_at=ends,
    )
    name = subject("hold", hold)
    assert due.due_at(name, "ledger.hold_expires") == ends
    with pytest.raises(Refused) as refused:
        actions.expire_hold(actor=SYSTEM, now=ends - timedelta(seconds=1), hold=hold)
    assert refused.value.reason is Refusal.NOT_YET_EXPIRED
    jobs.hold_expires(name, ends, ends)
    jobs.hold_expires(name, ends, ends)
    assert queries.balance(a).available_fen == 100
    assert queries.hold(hold).end is HoldEnd.EXPIRED


def test_the_journal_keeps_what_was_posted_and_the_log_shows_none_of_it():
    a = customer("a", 100)
    [entry] = journal.of_kinds(["ledger.Transferred"])
    assert str(a) in {p["account"] for p in entry.private["postings"]}
    assert entry.visibility == "sealed"
    assert "postings" not in entry.facts


# -- what the database refuses, whatever the program does --------------------------------------------

FORBIDDEN = [
    ("a posting changed", "UPDATE ledger_posting SET amount_fen = amount_fen + 1"),
    ("a posting removed", "DELETE FROM ledger_posting"),
    ("a transfer renamed", "UPDATE ledger_transfer SET about = 'x'"),
    ("an account given away", "UPDATE ledger_account SET owner = 'party:thief'"),
    ("a hold shrunk", "UPDATE ledger_hold SET amount_fen = 1"),
    ("a balance raised", "UPDATE ledger_balance SET posted_fen = posted_fen + 1"),
    ("a hold forgotten", "UPDATE ledger_balance SET held_fen = 0"),
    ("a balance below zero", "UPDATE ledger_balance SET posted_fen = -1 WHERE posted_fen > 0"),
    (
        "a fen from nowhere",
        "INSERT INTO ledger_posting (transfer_id, account_id, number, amount_fen, balance_fen)"
        " SELECT transfer_id, (SELECT id FROM ledger_account WHERE owner = 'party:b'), 1, 1, 1"
        " FROM ledger_posting LIMIT 1",
    ),
    (
        "a transfer of nothing",
        "INSERT INTO ledger_transfer (id, key, purpose, about, at)"
        " VALUES (gen_random_uuid(), 'k', 'p', 'a', now())",
    ),
    (
        "a hold without money",
        "INSERT INTO ledger_hold (id, key, account_id, amount_fen, purpose, about, placed_at)"
        " SELECT gen_random_uuid(), 'k', id, 5, 'p', 'a', now() FROM ledger_account LIMIT 1",
    ),
    (
        "more posted than held",
        'INSERT INTO ledger_hold_end (hold_id, "end", amount_fen, transfer_id, at)'
        " SELECT h.id, 'posted', 61, t.id, now() FROM ledger_hold h, ledger_transfer t",
    ),
]


@pytest.mark.parametrize(("_", "sql"), FORBIDDEN, ids=[f[0] for f in FORBIDDEN])
def test_the_database_refuses(_, sql):
    a = customer("a", 100)
    customer("b")
    set_aside(NOW, a, 60)
    commit_checks()
    with pytest.raises(DatabaseError) as error, transaction.atomic():  # noqa: PT012
        with connection.cursor() as cursor:
            cursor.execute(sql)
        commit_checks()
    message = str(error.value)
    said = ("insert-only", "ledger_", "permission denied", "does not", "not held", "more than")
    assert any(word in message for word in said), message
    assert list(queries.audit()) == []


# -- what the audit names ----------------------------------------------------------------------------


def test_the_audit_agrees_with_books_that_nobody_touched():
    a, b = customer("a", 1_000), customer("b")
    move(NOW, "k1", Leg(a, -300), Leg(b, 300))
    set_aside(NOW, a, 60)
    actions.void_hold(actor=SYSTEM, now=NOW, hold=set_aside(NOW, a, 70, key="h2"))
    third = set_aside(NOW, a, 80, key="h3")
    actions.post_hold(
        actor=SYSTEM, now=NOW, hold=third, purpose="x", about="x:1", credits=[Leg(b, 80)]
    )
    assert list(queries.audit()) == []


def test_the_bank_is_the_one_account_below_zero():
    customer("a", 500)
    assert queries.balance(bank_account(NOW)).posted_fen == -500
