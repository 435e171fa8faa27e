"""The doctor names a changed listing, intent or reservation, whoever changed it."""

import psycopg

from hutong.listings import queries
from hutong.listings.testing import cut_off, deposited_intent, open_listing, qualified_intent

TABLES = ("listings_listing", "listings_offered", "listings_intent")
TAMPERING = {
    "a price": ("UPDATE listings_listing SET price_fen = 1", "price_fen"),
    "an end": ("UPDATE listings_listing SET ends_at = ends_at + interval '1 day'", "ends_at"),
    "a state": ("UPDATE listings_listing SET status = 'closed'", "status"),
    "a deposit": (
        "UPDATE listings_intent SET status = 'deposited', deposited_at = now()",
        "listings.intent",
    ),
    "a count": (
        "UPDATE listings_intent SET status = 'withdrawn' WHERE status = 'deposited'",
        "outcome",
    ),
    "an outcome": ("UPDATE listings_listing SET outcome = 'auction'", "outcome"),
    "a reservation": ("UPDATE listings_offered SET reserved = NOT reserved", "reserved"),
    "a listing gone": (
        "DELETE FROM listings_intent; DELETE FROM listings_offered; DELETE FROM listings_listing",
        "listings.listing",
    ),
}


def as_superuser(database, *statements):
    with psycopg.connect(database.superuser_url) as superuser:
        superuser.execute("SET session_replication_role = replica")  # no trigger stops this one
        for statement in statements:
            superuser.execute(statement)


def test_every_change_behind_the_boards_back_is_named(own_database, venue, seller, buyer, other):
    listing = open_listing(seller)
    deposited_intent(listing, buyer)
    qualified_intent(listing, other)
    cut_off(listing)
    assert list(queries.audit()) == []
    as_superuser(own_database, *(f"CREATE TABLE kept_{t} AS TABLE {t}" for t in TABLES))

    for what, (sql, place) in TAMPERING.items():
        as_superuser(own_database, *sql.split(";"))
        found = [str(discrepancy) for discrepancy in queries.audit()]
        assert any(place in line for line in found), (what, found)
        for table in TABLES:
            as_superuser(
                own_database,
                f"DELETE FROM {table}",
                f"INSERT INTO {table} SELECT * FROM kept_{table}",
            )
        assert list(queries.audit()) == [], what
