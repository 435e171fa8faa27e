"""A superuser changes one thing behind the venue's back: the doctor fails and names the place."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest


@contextmanager
def changed(connection, table: str, column: str, new: str, where: str = "true") -> Iterator[str]:
    """Change one row of `table` and, when told to go on, put it back. Yields its key, as text."""
    key = _key(connection, table)
    *found, old = connection.execute(
        f"SELECT {', '.join(key)}, {column} FROM {table} WHERE {where}"
        f" ORDER BY {', '.join(key)} LIMIT 1"
    ).fetchone()
    here = " AND ".join(f"{name} = %s" for name in key)
    connection.execute(f"UPDATE {table} SET {column} = {new} WHERE {here}", found)
    try:
        yield str(found[0])
    finally:
        value = psycopg.types.json.Jsonb(old) if isinstance(old, dict | list) else old
        connection.execute(f"UPDATE {table} SET {column} = %s WHERE {here}", [value, *found])


@contextmanager
def one_byte_changed(state) -> Iterator[None]:
    """Change one byte of a certificate's PDF, and put it back."""
    files = [p for p in (state / "documents").rglob("*") if p.is_file()]
    file = next(p for p in sorted(files) if p.read_bytes()[:5] == b"%PDF-")
    whole = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    try:
        yield
    finally:
        file.write_bytes(whole)


def _key(connection, table: str) -> list[str]:
    rows = connection.execute(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a"
        " ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)"
        " WHERE i.indisprimary AND i.indrelid = %s::regclass ORDER BY a.attnum",
        [table],
    )
    return [name for (name,) in rows]


# The areas' own tests tamper with everything else they keep.
CASES = [
    ("ledger", "ledger_posting", "amount_fen", "amount_fen + 1", "true"),
    ("rights", "rights_entry", "effective_on", "effective_on + 1", "true"),
    ("journal", "journal_entry", "at", "at + interval '1 second'", "true"),
    ("auctions", "auctions_attempt", "amount_fen", "amount_fen + 1", "refusal = ''"),
]


@pytest.fixture(scope="module")
def told(played):
    """What the doctor says when all of it is changed at once: its code and places; each row's key.

    Everything is put back afterwards, within the same reach of the database.
    """
    with played.superuser() as connection, ExitStack() as put_back:
        keys = {
            area: put_back.enter_context(changed(connection, *change)) for area, *change in CASES
        }
        put_back.enter_context(one_byte_changed(played.state))
        done = played.command("doctor")
    places = [line.strip() for line in done.stdout.splitlines() if line.startswith("    ")]
    return done.returncode, places, keys


@pytest.mark.parametrize("area", [area for area, *_ in CASES])
def test_the_doctor_names_what_was_changed(told, area):
    code, places, keys = told
    named = [place for place in places if re.match(rf"{area}\.\w+ ", place)]
    assert code == 1
    assert named, places
    assert area == "rights" or any(keys[area] in place for place in named), named  # its number


def test_the_doctor_names_a_certificate_with_one_changed_byte(told):
    code, places, _ = told
    assert code == 1
    assert any(re.match(r"certificates\.\w+ .*SHTE-DEMO-", place) for place in places), places


def test_the_doctor_agrees_again_once_everything_is_put_back(told, played):
    done = played.command("doctor")
    assert done.returncode == 0, done.stdout
