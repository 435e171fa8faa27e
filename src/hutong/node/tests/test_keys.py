"""`./hutong keys`: keys are listed, prepared, put in use and given up at a terminal."""

import json
from datetime import UTC, datetime

import pytest

from hutong.journal import queries as journal
from hutong.node import cli
from hutong.transparency import queries
from hutong.transparency.keys import Keyring
from hutong.transparency.tests.conftest import VENUE
from hutong.transparency.venue_keys import VenueKeys

MADE = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path, settings, monkeypatch):
    """A state directory of its own with a venue's keys; returns `./hutong keys …`."""
    settings.STATE = tmp_path
    monkeypatch.setenv("HUTONG_STATE", str(tmp_path))
    monkeypatch.setenv("HUTONG_PASSPHRASE", "tests only")
    Keyring.create(tmp_path / "keys", "tests only", venue=VENUE, made_at=MADE)
    return lambda *arguments: cli.main(["keys", *map(str, arguments)])


def listed(keys, capsys):
    capsys.readouterr()
    assert keys("list", "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_a_prepared_key_is_listed_and_the_public_ones_are_exported(keys, capsys, tmp_path):
    assert keys("prepare", "credential") == 0
    states = [(key["purpose"], key["state"]) for key in listed(keys, capsys)]
    assert states.count(("credential", "in use")) == 1
    assert states.count(("credential", "prepared")) == 1
    assert keys("export", tmp_path / "venue-keys.json") == 0
    exported = VenueKeys.parse((tmp_path / "venue-keys.json").read_bytes())
    assert exported == queries.public_keys()
    assert len(exported.credential) == 1


def test_a_keyring_for_a_signer_process_bears_the_venues_name(keys, tmp_path, capsys):
    public = tmp_path / "keys" / "public.json"
    assert keys("make", tmp_path / "signer", "--for", public) == 0
    assert Keyring(tmp_path / "signer", "tests only").venue == VENUE
    assert keys("make", tmp_path / "signer", "--for", public) == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("prepare", "log", "--signer", "unix:/nowhere.sock#log"), "does not answer"),
        (("prepare", "token", "--signer", "unix:/nowhere.sock#token"), "stays in the keyring"),
        (("make", "/nowhere", "--for", "/nowhere"), "No such file"),
        (("compromise", "key", "--since", "yesterday", "--reason", "why"), "not a moment"),
        (("serve", "--socket", "/nowhere/at/all.sock"), "No such file"),
        (("serve", "--socket", "/nowhere.sock", "--mode", "rw"), "not a file mode"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(keys, capsys, arguments, why):
    assert keys(*arguments) == 2
    assert why in capsys.readouterr().err


def test_a_key_is_rotated_and_then_given_up(own_database, venue, keys, capsys):
    first = queries.public_keys().log[0].text()
    assert keys("rotate", "log", "--reason", "yearly") == 0
    second = queries.public_keys().log[0].text()
    assert second != first
    since = ("--since", "2026-01-05T08:00Z", "--reason", "a laptop was stolen")
    assert keys("compromise", second, *since) == 0
    third = queries.public_keys().log[0].text()
    assert third not in (first, second)
    states = {key["key"]: key["state"] for key in listed(keys, capsys)}
    assert (states[first], states[second], states[third]) == (
        "formerly used",
        "compromised",
        "in use",
    )
    assert keys("compromise", second, *since) == 1
    kinds = [entry.kind for entry in journal.of_subject("key:log")]
    assert kinds == [
        "transparency.KeyRotated",
        "transparency.KeyRotated",
        "transparency.KeyCompromised",
    ]
