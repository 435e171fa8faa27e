"""The doctor names a changed register entry, whoever changed it."""

import psycopg

from hutong.parties.testing import verified_party
from hutong.rights import queries
from hutong.rights.models import Entry
from hutong.rights.testing import registered_technology, transferred

TAMPERING = {
    "an entry's date": (
        "UPDATE rights_entry SET effective_on = '2020-01-01' WHERE id = '{entry}'",
        "rights.entry {entry}",
    ),
    "an entry's facts": (
        "UPDATE rights_entry SET facts = facts || '{{\"share\": \"1/3\"}}' WHERE id = '{entry}'",
        "rights.entry {entry}",
    ),
    "a holder": (
        "UPDATE rights_holding SET party = gen_random_uuid() WHERE entry_id = '{entry}'",
        "rights.entry {entry}",
    ),
    "an entry gone": (
        "DELETE FROM rights_holding WHERE entry_id = '{entry}';"
        " UPDATE rights_title SET holdings_entry_id = (SELECT id FROM rights_entry"
        "   WHERE sequence = 1 LIMIT 1);"
        " DELETE FROM rights_entry WHERE id = '{entry}'",
        "rights.entry {entry}",
    ),
    "the title's end": ("UPDATE rights_title SET frozen = true", "rights.title"),
    "a disposal's state": ("UPDATE rights_disposal SET status = 'cancelled'", "rights.disposal"),
    "an application's state": (
        "UPDATE rights_application SET status = 'rejected'",
        "rights.application",
    ),
}


TABLES = ("rights_entry", "rights_holding", "rights_title", "rights_disposal", "rights_application")


def as_superuser(database, *statements):
    with psycopg.connect(database.superuser_url) as superuser:
        superuser.execute("SET session_replication_role = replica")  # no trigger stops this one
        for statement in statements:
            superuser.execute(statement)


def test_every_change_behind_the_registers_back_is_named(own_database, venue):
    seller = verified_party("上海某大学")
    buyer = verified_party("某科技有限公司", kind="enterprise")
    patent = registered_technology(seller)
    transferred(patent.id, seller.id, buyer.id, now=venue.later(days=20))
    entry = Entry.objects.get(kind="transfer").id
    assert list(queries.audit()) == []
    as_superuser(own_database, *(f"CREATE TABLE kept_{t} AS TABLE {t}" for t in TABLES))

    for what, (sql, place) in TAMPERING.items():
        as_superuser(own_database, *sql.format(entry=entry).split(";"))
        found = [str(discrepancy) for discrepancy in queries.audit()]
        assert any(place.format(entry=entry) in line for line in found), (what, found)
        for table in TABLES:
            as_superuser(
                own_database,
                f"DELETE FROM {table}",
                f"INSERT INTO {table} SELECT * FROM kept_{table}",
            )
        assert list(queries.audit()) == [], what
