"""What the audit names after a superuser has changed a deal, a contract or a signature."""

import psycopg

from hutong.deals import queries
from hutong.deals.testing import signed_deal
from hutong.ledger.testing import change_as_superuser

TAMPERED = [
    ("price", "UPDATE deals_deal SET price_fen = 1", "price_fen: expected 100000000, found 1"),
    ("status", "UPDATE deals_deal SET status = 'paid'", "status: expected signed, found paid"),
    ("buyer", "UPDATE deals_deal SET buyer = gen_random_uuid()", "buyer: expected"),
    ("contract", "UPDATE deals_contract SET text = '\\x00'", "text: expected sha256:"),
    ("signer", "UPDATE deals_acceptance SET person = gen_random_uuid()", "person: expected"),
    (
        "signature",
        "DELETE FROM deals_acceptance WHERE side = 'buyer'",
        "acceptance buyer: expected",
    ),
    ("deal", "DELETE FROM deals_deal", "expected the deal, found none"),
]


def test_the_audit_names_what_a_superuser_changed(own_database, venue):
    deal = signed_deal()
    assert list(queries.audit()) == []
    for what, sql, said in TAMPERED:
        with psycopg.connect(own_database.superuser_url) as check:
            before = check.execute("SELECT * FROM deals_deal").fetchall()
        assert before, what
        _tamper_and_undo(own_database, sql, said, str(deal.id))


def _tamper_and_undo(own_database, sql: str, said: str, deal: str) -> None:
    """Change, look, and put everything back for the next case."""
    tables = ("deals_deal", "deals_contract", "deals_acceptance")
    for table in tables:
        change_as_superuser(
            own_database.superuser_url, f"CREATE TABLE kept_{table} AS TABLE {table}"
        )
    change_as_superuser(own_database.superuser_url, sql)
    found = [str(d) for d in queries.audit()]
    assert any(said in line and deal in line for line in found), (sql, found)
    for table in reversed(tables):
        change_as_superuser(own_database.superuser_url, f"DELETE FROM {table}")
    for table in tables:
        change_as_superuser(
            own_database.superuser_url, f"INSERT INTO {table} SELECT * FROM kept_{table}"
        )
        change_as_superuser(own_database.superuser_url, f"DROP TABLE kept_{table}")
