"""Peers, key changes and opened fields by the API: each as on its page (LO-2, LO-3, PA-5)."""

import base64
import json
import secrets
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from hutong.journal.models import Entry
from hutong.parties import actions as parties
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights.testing import registered_technology
from hutong.transparency import merkle, queries
from hutong.transparency.cosigning.models import RefusedCheckpoint
from hutong.transparency.note import VerifierKey
from hutong.transparency.openings.document import verify as verify_opening

pytestmark = pytest.mark.django_db

KEY = VerifierKey("other.example/log", bytes(range(32))).text()


@pytest.fixture
def ask(venue: Any) -> Any:
    """Send a request as somebody: status and what was answered."""
    tokens: dict[Any, str] = {}

    def send(who: Any, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        if who.person not in tokens:
            issued = parties.issue_token(actor=who, now=venue.now, label="test")
            tokens[who.person] = issued.secret
        headers = {
            "Authorization": f"Bearer {tokens[who.person]}",
            "Idempotency-Key": secrets.token_hex(8),
            **({"X-Party": str(who.party)} if who.party else {}),
        }
        said = Client().generic(
            method,
            f"/api/v1/log{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers=headers,
        )
        return said.status_code, json.loads(said.content) if said.content else None

    return send


def test_two_officers_let_a_log_be_watched_and_one_ends_it(ask, drain):
    one, other = officer("administrator"), officer("administrator")
    status, proposed = ask(one, "POST", "/peers", {"kind": "log", "keys": [KEY]})
    assert status == 201
    peer = proposed["id"]
    assert ask(one, "POST", f"/peers/{peer}/accept")[0] == 403
    assert ask(other, "POST", f"/peers/{peer}/accept") == (204, None)
    [told] = ask(one, "GET", "/peers")[1]
    assert (told["name"], told["keys"], told["status"]) == ("other.example/log", [KEY], "accepted")
    assert ask(one, "POST", f"/peers/{peer}/end") == (204, None)
    assert ask(one, "GET", "/peers") == (200, [])


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "log", "keys": ["nonsense"]},
        {"kind": "log", "keys": ["a\x00b+00000000+AAAA"]},
        {"kind": "log", "keys": [KEY], "url": "https://other.example"},
        {"kind": "witness", "keys": [KEY]},
        {"kind": "log", "keys": []},
    ],
)
def test_a_peer_that_cannot_be_is_refused(ask, drain, body):
    assert ask(officer("administrator"), "POST", "/peers", body)[0] == 422


def test_a_change_of_a_key_is_asked_for_and_declined(ask, drain):
    one, other = officer("administrator"), officer("administrator")
    status, lives = ask(one, "GET", "/keys")
    assert status == 200
    assert queries.public_keys().log[0].text() in [life["key"] for life in lives]
    asked = {"change": "rotate", "key": lives[0]["key"], "reason": "yearly"}
    status, made = ask(one, "POST", "/key-changes", asked)
    assert status == 201
    [waiting] = ask(other, "GET", "/key-changes")[1]
    assert (waiting["id"], waiting["reason"]) == (made["id"], "yearly")
    assert ask(one, "POST", f"/key-changes/{made['id']}/accept")[0] == 403
    assert ask(other, "POST", f"/key-changes/{made['id']}/decline") == (204, None)
    assert ask(other, "GET", "/key-changes") == (200, [])
    for since in ("2022-06-20T01:00:00", "2999-01-01T00:00:00Z", None):
        worse = {**asked, "change": "compromise", "since": since}
        assert ask(one, "POST", "/key-changes", worse)[0] == 422


def test_a_field_is_opened_by_a_link_until_it_is_revoked(ask, venue, drain):
    holder = verified_party(now=venue.now)
    owner = member_of(holder)
    registered_technology(holder, now=venue.now)
    drain()
    status, page = ask(owner, "GET", "/openable")
    assert status == 200
    entry = page["items"][0]
    chosen = {"index": entry["index"], "fields": list(entry["fields"])[:1]}
    for wrong in ({"fields": []}, {"reader": "a\x00b"}):
        assert ask(owner, "POST", "/openings", {**chosen, **wrong})[0] == 422
    status, made = ask(owner, "POST", "/openings", {**chosen, "reader": "The bank"})
    assert status == 201
    assert Client().get(made["path"]).status_code == 200
    [link] = ask(owner, "GET", "/openings")[1]
    assert (link["index"], link["reader"]) == (entry["index"], "The bank")
    stranger = member_of(verified_party("无关公司", now=venue.now))
    before = Entry.objects.count()
    assert ask(stranger, "POST", "/openings", chosen)[0] == 404
    assert ask(stranger, "POST", f"/openings/{link['id']}/revoke")[0] == 404
    assert Entry.objects.count() <= before + 1  # the stranger's token alone
    assert ask(owner, "POST", f"/openings/{link['id']}/revoke") == (204, None)
    assert Client().get(made["path"]).status_code == 410


def test_a_field_is_opened_as_a_file_that_verifies_without_the_venue(ask, venue, drain):
    holder = verified_party(now=venue.now)
    owner, stranger = member_of(holder), member_of(verified_party("无关公司", now=venue.now))
    registered_technology(holder, now=venue.now)
    drain()
    entry = ask(owner, "GET", "/openable")[1]["items"][0]
    name, value = next(iter(entry["fields"].items()))
    path = f"/openable/{entry['index']}/file?field={name}"
    status, opened = ask(owner, "GET", path)
    assert status == 200
    report = verify_opening(json.dumps(opened).encode(), queries.public_keys())
    assert report.verified
    assert report.fields == {name: value}
    opened["fields"][name]["value"] = "somebody else"
    assert not verify_opening(json.dumps(opened).encode(), queries.public_keys()).verified
    assert ask(stranger, "GET", path)[0] == 404
    assert ask(owner, "GET", f"/openable/{entry['index']}/file")[0] == 422
    assert ask(owner, "GET", f"/openable/{entry['index']}/file?field=nobody")[0] == 404


def test_two_states_of_the_log_are_shown_to_agree(venue, drain):
    registered_technology(verified_party(now=venue.now), now=venue.now)
    drain()
    [first, *_] = sorted(c.size for c in queries.checkpoints())
    verified_party("后来者", now=venue.now)
    drain()
    latest = queries.checkpoint()
    said = Client().get(f"/api/v1/log/consistency?old={first}").json()
    hashes = [base64.b64decode(text) for text in said["hashes"]]
    merkle.verify_consistency(
        old=first,
        new=latest.size,
        proof=hashes,
        old_root=queries.checkpoint_of(first).root,
        new_root=latest.root,
    )
    assert base64.b64decode(said["new_root"]) == latest.root
    assert base64.b64decode(said["old_root"]) == queries.checkpoint_of(first).root


@pytest.mark.parametrize(
    "asked", ["old=0", "old=-1", "old=x", "", f"old=1&new={2**63}", f"old={2**70}"]
)
def test_absurd_sizes_are_malformed(asked):
    assert Client().get(f"/api/v1/log/consistency?{asked}").status_code == 422


@pytest.mark.parametrize("asked", ["old=1", f"old=1&new={2**62}", "old=9&new=3"])
def test_sizes_that_were_never_signed_are_not_found(asked):
    assert Client().get(f"/api/v1/log/consistency?{asked}").status_code == 404


def test_what_a_log_could_not_explain_is_public_with_both_notes():
    row = RefusedCheckpoint.objects.create(
        origin="other.example/log",
        why="contradiction",
        size=9,
        root=bytes(32),
        seen_size=9,
        seen_root=bytes([1] * 32),
        shown="one\n",
        seen_note="two\n",
        shown_at=datetime(2026, 1, 5, tzinfo=UTC),
    )
    [told] = Client().get("/api/v1/log/refused-checkpoints").json()
    assert (told["shown"], told["seen_note"]) == (row.shown, row.seen_note)
    assert base64.b64decode(told["root"]) == bytes(32)
