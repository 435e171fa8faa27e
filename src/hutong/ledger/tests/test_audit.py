"""What the audit names after a superuser, who can switch every guard off, has changed one figure."""

from datetime import UTC, datetime

import psycopg
import pytest

from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id
from hutong.ledger import queries
from hutong.ledger.rules import Leg
from hutong.ledger.testing import account_with, change_as_superuser, move, set_aside

NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)


@pytest.fixture
def as_superuser(own_database):
    return lambda sql, *values: change_as_superuser(own_database.superuser_url, sql, *values)


def customer(name: str, amount_fen: int = 0):
    return account_with(actor=SYSTEM, now=NOW, owner=f"party:{name}", amount_fen=amount_fen)


def test_the_audit_names_the_one_posting_that_was_changed(own_database, as_superuser):
    a, b = customer("a", 1_000), customer("b")
    transfer = move(NOW, "k1", Leg(a, -300), Leg(b, 300))
    as_superuser(
        "UPDATE ledger_posting SET amount_fen = 301 WHERE transfer_id = %s AND account_id = %s",
        transfer,
        b,
    )
    found = [str(d) for d in queries.audit()]
    posting = _posting(own_database, transfer, b)
    assert f"ledger.posting {posting} amount_fen: expected 300, found 301" in found
    assert all(str(a) not in line for line in found)


def test_the_audit_names_a_balance_that_was_changed(as_superuser):
    a, b = customer("a", 1_000), customer("b")
    as_superuser("UPDATE ledger_balance SET posted_fen = 7 WHERE account_id = %s", b)
    assert [str(d) for d in queries.audit()] == [
        f"ledger.balance {b} posted_fen: expected 0, found 7"
    ]
    assert a != b


def test_the_audit_names_a_transfer_that_was_removed(as_superuser):
    a, b = customer("a", 1_000), customer("b")
    transfer = move(NOW, "k1", Leg(a, -300), Leg(b, 300))
    as_superuser("DELETE FROM ledger_posting WHERE transfer_id = %s", transfer)
    as_superuser("DELETE FROM ledger_transfer WHERE id = %s", transfer)
    found = [str(d) for d in queries.audit()]
    assert f"ledger.transfer {transfer}: expected the transfer, found none" in found
    assert f"ledger.balance {a} posted_fen: expected 1000, found 700" in found


def test_the_audit_names_a_transfer_that_no_act_made(as_superuser):
    a, b = customer("a", 1_000), customer("b")
    id = new_id()
    as_superuser("INSERT INTO ledger_transfer VALUES (%s, 'k9', 'p', 'x:1', now())", id)
    found = [str(d) for d in queries.audit()]
    assert f"ledger.transfer {id}: expected an entry in the journal, found none" in found
    assert a != b


def test_the_audit_names_a_hold_that_was_changed(as_superuser):
    a = customer("a", 1_000)
    hold = set_aside(NOW, a, 60)
    as_superuser("UPDATE ledger_hold SET amount_fen = 6 WHERE id = %s", hold)
    found = [str(d) for d in queries.audit()]
    assert f"ledger.hold {hold} amount_fen: expected 60, found 6" in found
    assert f"ledger.balance {a} held_fen: expected 6, found 60" in found


def _posting(own_database, transfer, account) -> int:
    with psycopg.connect(own_database.app_url) as connection:
        row = connection.execute(
            "SELECT id FROM ledger_posting WHERE transfer_id = %s AND account_id = %s",
            [transfer, account],
        ).fetchone()
    return row[0]
