"""The network as everybody sees it: its page, its lists, and where a venue asks to be let in (NE-1)."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hutong.kit.actor import SYSTEM
from hutong.venues import actions, queries
from hutong.venues.grounds import Grounds
from hutong.venues.lists import Kind
from hutong.venues.testing import join, paper_venue

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(venue, drain):
    told = join("SZTE", "SDTE", "CDTE", "HNTE", "GZTE", now=venue.now)
    told.at = datetime.now(UTC)
    return told


def test_the_public_page_asks_no_more_of_the_database_for_more_venues(client, story):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get("/network").content.decode()
    assert all(code in page for code in ("SZTE", "SDTE", "CDTE", "HNTE", "GZTE"))
    assert len(asked) <= 14, [one["sql"][:90] for one in asked]


def test_a_venue_in_no_network_says_so(client, venue, drain):
    assert client.get("/network").status_code == 200
    assert client.get("/network/members").status_code == 404


def test_the_lists_are_told_page_by_page(client, venue, story):
    leaving = story.change(Kind.LEAVE, "SZTE", by="SZTE")
    actions.take_change(actor=SYSTEM, now=venue.now, real_now=story.at, told=leaving.as_json())
    told = story.approval(leaving, "SZTE").as_json()
    actions.take_approval(actor=SYSTEM, now=venue.now, real_now=datetime.now(UTC), told=told)
    grounds = Grounds(are_final=lambda: True, holds=lambda held: True)
    actions.issue(actor=SYSTEM, now=venue.now, real_now=datetime.now(UTC), grounds=grounds)
    first = client.get("/network/members", {"limit": 1}).json()
    assert [one["list"]["version"] for one in first["lists"]] == [1]
    then = client.get("/network/members", {"limit": 1, "before": first["before"]}).json()
    assert [one["list"]["version"] for one in then["lists"]] == [0]
    assert then["before"] is None
    assert "members" not in then
    digest = queries.network().digest
    assert client.get(f"/network/lists/{digest}").json() == first["lists"][0]


def test_an_application_is_taken_at_its_door(client, venue, story):
    application = story.application(paper_venue("XATE"))
    answer = client.post("/network/apply", application.as_json(), content_type="application/json")
    assert (answer.status_code, answer.json()) == (202, {"application": application.digest})
    assert [one.member.code for one in queries.applications()] == ["XATE"]
    forged = application.as_json() | {"at": "2026-01-05T08:00:00.000000Z"}
    answer = client.post("/network/apply", forged, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["code"] == "venues.application_invalid"
    answer = client.post("/network/apply", "no JSON", content_type="application/json")
    assert answer.json()["code"] == "venues.document_invalid"
