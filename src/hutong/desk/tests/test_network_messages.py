"""Officers see what is told between venues, what waits and why, and have it tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from hutong.kit.actor import SYSTEM
from hutong.network.claims import actions as claims
from hutong.network.messages import actions
from hutong.parties.testing import officer
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(venue):
    """A message to SZTE, which does not answer."""
    from hutong.node.keys import make_keyring
    from hutong.venues.testing import join

    make_keyring()
    join("SZTE", "SDTE", now=venue.now, at=datetime.now(UTC), registrar="SZTE")
    claims.ask(
        actor=SYSTEM,
        now=venue.now,
        number="CN2021100000018",
        technology="01890000-0000-7000-8000-000000000001",
        about="right_application:1",
    )
    (due,) = actions.take(datetime.now(UTC), 10)
    later = datetime.now(UTC)
    for _ in range(5):
        actions.postpone(due, why="nobody there", silent=True, real_now=later, dice=0.5)
        later += timedelta(minutes=10)
    return due.message


@pytest.fixture
def desk(venue):
    return browsing(officer("administrator"))


def test_the_outbox_says_what_waits_and_why(asked, desk):
    page = desk.get("/desk/network/messages").content.decode()
    assert "nobody there" in page
    assert "SZTE" in page
    desk.post("/desk/network/messages", {"act": "hurry", "venue": "SZTE"})
    assert len(actions.take(datetime.now(UTC), 10)) == 1


def test_a_message_opens_with_what_is_known_of_it(asked, desk):
    page = desk.get(f"/desk/network/messages/out/SZTE/{asked.id}").content.decode()
    assert str(asked.id) in page
    assert "CN2021100000018" in page, "what it says, before there is evidence of it"
    assert desk.get(f"/desk/network/messages/in/SZTE/{asked.id}").status_code == 404
    assert desk.get(f"/desk/network/messages/up/SZTE/{asked.id}").status_code == 404


def test_claims_under_way_are_shown(asked, desk):
    assert "CN2021100000018" in desk.get("/desk/network/claims").content.decode()


def test_a_silent_venue_is_in_the_queue(asked, desk):
    assert "SZTE" in desk.get("/desk").content.decode()


def test_the_api_shows_the_same(asked, desk):
    items = desk.get("/api/v1/network/messages").json()["items"]
    assert [item["id"] for item in items] == [str(asked.id)]
    one = desk.get(f"/api/v1/network/messages/out/SZTE/{asked.id}").json()
    assert (one["status"], one["body"]["number"]) == ("waiting", "CN2021100000018")
    assert [one["venue"] for one in desk.get("/api/v1/network/messages/silent").json()] == ["SZTE"]
    found = desk.get("/api/v1/network/claims").json()
    assert (found["registrar"], found["claims"][0]["status"]) == ("SZTE", "asked")


def test_others_see_nothing_of_it(asked):
    other = browsing(officer("registrar"))
    assert other.get("/desk/network/messages").status_code == 403
    assert other.get("/api/v1/network/messages").status_code == 403
    assert other.get("/api/v1/network/claims").status_code == 403


def test_each_kind_of_message_has_its_words():
    from hutong.desk.network_messages import KINDS as WORDED
    from hutong.node.messaging import KINDS

    assert set(WORDED) == set(KINDS)
