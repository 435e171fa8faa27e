"""Officers change keys and agree on witnesses, two at a time (PA-5, LO-3)."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from hutong.parties.testing import officer
from hutong.transparency import queries
from hutong.transparency.cosigning import queries as cosigning
from hutong.transparency.tests.conftest import VENUE
from hutong.transparency.tests.test_witness import LOG_KEY
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyring(settings: Any, tmp_path: Any, monkeypatch: Any) -> Any:
    from hutong.transparency.keys import Keyring

    settings.STATE = tmp_path
    monkeypatch.setenv("HUTONG_PASSPHRASE", "tests only")
    made_at = datetime(2026, 1, 5, tzinfo=UTC)
    return Keyring.create(tmp_path / "keys", "tests only", venue=VENUE, made_at=made_at)


def hidden(name: str, answer: Any) -> str:
    return str(re.findall(rf'name="{name}" value="([^"]+)"', answer.content.decode())[0])


def test_one_officer_asks_for_a_new_key_and_another_puts_it_in_use(
    venue: Any, keyring: Any, django_capture_on_commit_callbacks: Any
) -> None:
    one, other = (browsing(officer("administrator", now=venue.now)) for _ in range(2))
    key = queries.public_keys().log[0].text()
    typed = {"act": "ask", "change": "rotate", "key": key, "reason": "yearly"}
    assert one.post("/desk/keys", {**typed, "reason": ""}).status_code == 422
    assert one.post("/desk/keys", typed).status_code == 302
    asked = one.get("/desk/keys")
    assert "you asked for it" in asked.content.decode()
    change = {"act": "accept", "change": hidden("change", asked)}
    assert one.post("/desk/keys", change).status_code == 403
    assert queries.public_keys().log[0].text() == key
    assert "Change of a key to decide" in other.get("/desk").content.decode()
    assert "another officer decides" in one.get("/desk").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert other.post("/desk/keys", change).status_code == 302
    assert queries.public_keys().log[0].text() != key
    assert "Change of a key to decide" not in other.get("/desk").content.decode()
    assert "phased out" in other.get("/desk/keys").content.decode()


def test_one_officer_proposes_a_log_to_watch_and_another_accepts(venue: Any, keyring: Any) -> None:
    one, other = (browsing(officer("administrator", now=venue.now)) for _ in range(2))
    typed = {"act": "propose", "kind": "log", "keys": LOG_KEY.text(), "url": ""}
    refused = one.post("/desk/witnesses", {**typed, "keys": "nonsense"})
    assert refused.status_code == 422
    assert "not a verifier key" in refused.content.decode()
    assert one.post("/desk/witnesses", typed).status_code == 302
    peer = {"act": "accept", "peer": hidden("peer", one.get("/desk/witnesses"))}
    assert one.post("/desk/witnesses", peer).status_code == 403
    assert "Log or witness to accept" in other.get("/desk").content.decode()
    assert other.post("/desk/witnesses", peer).status_code == 302
    (found,) = cosigning.peers()
    assert found.status == "accepted"
    assert "Log or witness to accept" not in other.get("/desk").content.decode()
    assert other.post("/desk/witnesses", {**peer, "act": "end"}).status_code == 302
    assert cosigning.peers() == []


@pytest.mark.parametrize("path", ["/desk/keys", "/desk/witnesses"])
def test_officers_without_the_power_see_neither(venue: Any, keyring: Any, path: str) -> None:
    assert browsing(officer("registrar", now=venue.now)).get(path).status_code == 403
