"""Several venues on one machine stand apart, and each comes back by itself."""

import json
import time
import urllib.request

import psycopg
import pytest

from hutong.node.presence import who_runs

pytestmark = pytest.mark.drill  # three venues take some time to come up


def described(fleet, code):
    with urllib.request.urlopen(fleet.url(code) + "/.well-known/hutong.json", timeout=10) as answer:
        return json.load(answer)


def test_each_venue_of_a_fleet_describes_itself(fleet):
    told = {venue.code: described(fleet, venue.code) for venue in fleet.venues}

    assert {code: one["code"] for code, one in told.items()} == {code: code for code in told}
    keys = [tuple(one["keys"]["message"]) for one in told.values()]
    assert len(set(keys)) == len(keys)


def test_a_venue_of_a_fleet_reaches_no_other_s_database(fleet):
    url = fleet.environment("SHTE")["HUTONG_DATABASE_URL"]
    with psycopg.connect(url) as own:
        assert own.execute("SELECT count(*) > 0 FROM rulebook_version").fetchone() == (True,)

    with pytest.raises(psycopg.OperationalError, match="CONNECT"):
        psycopg.connect(url.replace("/venue_shte?", "/venue_szte?")).close()


def test_a_venue_of_a_fleet_works_with_rows_only(fleet):
    url = fleet.environment("SHTE")["HUTONG_DATABASE_URL"]
    with psycopg.connect(url) as own, pytest.raises(psycopg.errors.InsufficientPrivilege):
        own.execute("DELETE FROM journal_entry")


def test_a_killed_venue_of_a_fleet_is_back_by_itself(fleet):
    before = who_runs(fleet.state("CDTE"))
    fleet.kill("CDTE")
    until = time.monotonic() + 90
    while who_runs(fleet.state("CDTE")) in (before, None) and time.monotonic() < until:
        time.sleep(0.1)

    fleet.wait_ready(90)
    assert described(fleet, "CDTE")["code"] == "CDTE"
