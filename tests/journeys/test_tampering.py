"""A superuser changes one thing behind the venue's back: the doctor fails and names the place."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest


@contextmanager
def changed(played, table: str, column: str, new: str, where: str = "true") -> Iterator[str]:
    """Change one row of `table` and put it back afterwards. Yields the row's key, as text."""
    with played.superuser() as connection:
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
        with played.superuser() as connection:
            value = psycopg.types.json.Jsonb(old) if isinstance(old, dict | list) else old
            connection.execute(f"UPDATE {table} SET {column} = %s WHERE {here}", [value, *found])


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


@pytest.mark.parametrize(("area", "table", "column", "new", "where"), CASES)
def test_the_doctor_names_what_was_changed(played, area, table, column, new, where):
    with changed(played, table, column, new, where) as key:
        done = played.command("doctor", "--only", area)
    assert done.returncode == 1, done.stdout
    places = [line.strip() for line in done.stdout.splitlines() if line.startswith("    ")]
    assert places, done.stdout
    assert any(re.match(rf"{area}\.\w+ ", place) for place in places), places
    assert key in done.stdout or area == "rights", done.stdout  # named by register number


def test_the_doctor_names_a_certificate_with_one_changed_byte(played):
    files = [p for p in (played.state / "documents").rglob("*") if p.is_file()]
    file = next(p for p in sorted(files) if p.read_bytes()[:5] == b"%PDF-")
    whole = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    try:
        done = played.command("doctor", "--only", "certificates")
    finally:
        file.write_bytes(whole)
    assert done.returncode == 1
    assert re.search(r"certificates\.\w+ .*SHTE-DEMO-", done.stdout), done.stdout


def test_the_doctor_agrees_again_once_everything_is_put_back(played):
    done = played.command("doctor")
    assert done.returncode == 0, done.stdout
