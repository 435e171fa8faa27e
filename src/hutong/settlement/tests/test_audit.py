"""What the audit names after a superuser has changed what the money is for."""

import pytest

from hutong.ledger import queries as books
from hutong.ledger.testing import change_as_superuser
from hutong.parties.testing import member_of
from hutong.settlement import actions, queries
from hutong.settlement.rules import BankAccount
from hutong.settlement.testing import received, settled_deal

TABLES = (
    "settlement_payable",
    "settlement_receipt",
    "settlement_payout",
    "settlement_settlement",
    "ledger_posting",
    "ledger_hold_end",
)
TAMPERED = [
    (
        "UPDATE settlement_payable SET amount_fen = amount_fen + 1 WHERE purpose = 'price'",
        "amount_fen: expected 100000000, found 100000001",
    ),
    (
        "UPDATE settlement_payable SET status = 'released' WHERE purpose = 'deposit'",
        "status: expected applied, found released",
    ),
    (
        "UPDATE settlement_payable SET covered_fen = 1 WHERE purpose = 'deposit'",
        "covered_fen: expected 10000000, found 1",
    ),
    ("UPDATE settlement_payable SET payer = gen_random_uuid()", "payer: expected"),
    ("UPDATE settlement_payable SET reference = 'RF' || substr(id::text, 1, 20)", "reference:"),
    (
        "UPDATE settlement_receipt SET amount_fen = 7 WHERE status = 'suspense'",
        "amount_fen: expected 5, found 7",
    ),
    (
        "UPDATE settlement_receipt SET status = 'returned' WHERE status = 'suspense'",
        "status: expected suspense, found returned",
    ),
    (
        "DELETE FROM settlement_receipt WHERE status = 'suspense'",
        "expected the receipt, found none",
    ),
    (
        "UPDATE settlement_payout SET account_number = '99999999'",
        "account: expected",
    ),
    ("UPDATE settlement_payout SET amount_fen = 1", "amount_fen: expected 600, found 1"),
    (
        "UPDATE settlement_settlement SET seller_fee_fen = 0",
        "seller_fee_fen: expected 3000000, found 0",
    ),
    ("DELETE FROM settlement_settlement", "expected the settlement, found none"),
]


@pytest.fixture
def venue_after_a_sale(own_database, venue):
    deal, _ = settled_deal()
    received("?", 5, now=deal.opened_at)
    actions.request_payout(
        actor=member_of(deal.seller),
        now=deal.opened_at,
        amount_fen=600,
        account=BankAccount(holder="上海某大学", bank="某银行", number="62220000"),
    )
    return own_database.superuser_url


def test_the_audit_names_what_a_superuser_changed(venue_after_a_sale):
    url = venue_after_a_sale
    assert list(queries.audit()) == []
    assert list(books.audit()) == []
    for table in TABLES:
        change_as_superuser(url, f"CREATE TABLE kept_{table} AS TABLE {table}")
    for sql, said in TAMPERED:
        change_as_superuser(url, sql)
        found = [str(d) for d in queries.audit()]
        assert any(said in line for line in found), (sql, found)
        for table in TABLES:
            change_as_superuser(url, f"DELETE FROM {table}")
            change_as_superuser(url, f"INSERT INTO {table} SELECT * FROM kept_{table}")
        assert list(queries.audit()) == [], f"not undone: {sql}"


def test_the_ledger_names_the_posting_of_a_settlement_that_was_changed(venue_after_a_sale):
    change_as_superuser(
        venue_after_a_sale,
        "UPDATE ledger_posting p SET amount_fen = amount_fen + 1 FROM ledger_transfer t"
        " WHERE t.id = p.transfer_id AND t.purpose = 'settle' AND amount_fen = 3000000",
    )
    found = [str(d) for d in books.audit()]
    assert any("amount_fen: expected 3000000, found 3000001" in line for line in found), found
