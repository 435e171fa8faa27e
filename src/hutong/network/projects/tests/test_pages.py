"""A joint project on every page that shows it, and at another venue by its log alone (NE-3)."""

from datetime import timedelta

import pytest

from hutong.hall import gathering
from hutong.listings import queries as board
from hutong.network.messages.testing import Paper
from hutong.network.mirrors import queries as mirrors
from hutong.network.mirrors.testing import follow_own, own_member
from hutong.network.mirrors.tests.following import Follower
from hutong.network.projects import actions, answering, queries
from hutong.network.projects.tests.projecting import (
    WORDS,
    Elsewhere,
    announced,
    mandated,
    seller_with_bundle,
)
from hutong.network.projects.tests.test_leading import PRICE, examined, whole
from hutong.parties.testing import member_of, officer
from hutong.ui.testing import browsing
from hutong.venues import queries as venues

pytestmark = pytest.mark.django_db


@pytest.fixture
def szte(joined):
    return Paper(joined.known["SZTE"])


def read(path, actor=None):
    page = browsing(actor).get(path) if actor else browsing(None).get(path)
    assert page.status_code == 200, (path, page.status_code)
    return page.content.decode()


def listed(venue, szte, drain):
    project, seller, mine, there = whole(venue, szte, drain)
    listing = actions.list_project(
        actor=member_of(seller), now=venue.now, project=project.id, price_fen=PRICE
    )
    examined(venue, listing.id)
    drain()
    return project, seller, mine, there, board.listing(listing.id)


def test_the_whole_and_its_parts_homes_stand_on_every_page(venue, joined, szte, drain):
    project, seller, mine, there, listing = listed(venue, szte, drain)
    code = venues.my_code()
    places = {
        "/network/projects": None,
        f"/network/projects/{code}/{project.id}": None,
        f"/listings/{listing.id}": None,
        "/desk/projects": officer("listing"),
        f"/desk/projects/{project.id}": officer("listing"),
        "/my/projects": member_of(seller),
        f"/my/projects/{project.id}": member_of(seller),
        f"/my/project-parts/{mine.id}": member_of(seller),
        f"/desk/project-parts/{mine.id}": officer("listing"),
        f"/desk/project-invitations/{project.id}": officer("listing"),
    }
    for place, actor in places.items():
        page = read(place, actor)
        assert WORDS.title_zh in page or WORDS.title_en in page, place
    public = read(f"/network/projects/{code}/{project.id}")
    for page in (public, read(f"/listings/{listing.id}")):
        assert "SZTE" in page
        assert "深圳成果包" in page
        assert "75%" in page
        assert f"/network/venues/SZTE/technologies/{there.bundle}" in page
    assert "30000" not in public.replace(",", ""), "what a seller asks is the offices' alone"


def test_an_officer_works_a_project_from_the_queue_to_the_split(venue, joined, szte, drain):
    one, two = browsing(officer("listing")), browsing(officer("listing"))
    on = (venue.now + timedelta(days=20)).date().isoformat()
    form = {"act": "draft", "title_zh": "联合", "parts_on": on, "venues": ["SZTE"]}
    made = one.post("/desk/projects", form)
    place = made.headers["location"]
    assert place in two.get("/desk").content.decode()
    assert one.post(place, {"act": "announce"}).status_code == 403, "four eyes"
    assert two.post(place, {"act": "announce"}).status_code == 302
    (project,) = queries.every_project()
    seller, bundle = seller_with_bundle(venue)
    hers = browsing(member_of(seller))
    given = hers.post(
        f"/my/projects/{project.id}",
        {"act": "mandate", "bundle": str(bundle.id), "asked_fen": "10000"},
    )
    assert given.status_code == 302
    (part,) = queries.mandates_waiting()
    assert part.asked_fen == 1_000_000
    assert f"/desk/project-parts/{part.id}" in two.get("/desk").content.decode()
    added = two.post(f"/desk/project-parts/{part.id}", {"act": "add", "findings": "Title clear."})
    assert added.status_code == 302
    drain()
    answer = {"project": str(project.id), "joins": True, "reason": ""}
    answering.on_answer(szte.message("projects.answer", answer), venue.now)
    there = Elsewhere(project.id, lead=venues.my_code())
    Follower(there.log).follow(there.log)
    answering.on_part(szte.message("projects.part", there.body(project.id)), venue.now)
    assert two.post(place, {"act": "compose", "lead_part": str(part.id)}).status_code == 302
    assert "Wait for you" in hers.get("/my/projects").content.decode()
    offered = hers.post(f"/my/projects/{project.id}", {"act": "offer", "price_fen": "80000"})
    assert offered.headers["location"].startswith("/my/listings/")


def hall_listings():
    board_item = board.board()["items"][0]
    return gathering._listed(board_item), gathering._listed_elsewhere(mirrors.newest_listings()[0])


def test_another_venue_sees_one_project_by_our_log_alone(
    venue, joined, szte, drain, monkeypatch, client
):
    project, _, _, _, listing = listed(venue, szte, drain)
    own = own_member()
    known = [*venues.members(), own]
    monkeypatch.setattr(venues, "members", lambda *states: known)
    follow_own()

    seen = queries.with_words(queries.seen("OWN", project.id))
    assert (seen.of.status, seen.of.technologies) == ("listed", 4)
    assert set(seen.of.homes) == {venues.my_code(), "SZTE"}
    assert {p.venue: p.share for p in seen.of.parts}["SZTE"] == "3/4"
    assert {p.title_zh for p in seen.of.parts if p.venue == "SZTE"} == {"深圳成果包"}
    offer = mirrors.listing("OWN", listing.id).of
    assert (offer.joint.number, offer.joint.technologies) == (project.number, 4)
    page = client.get(f"/network/venues/OWN/listings/{listing.id}").content.decode()
    assert project.number in page
    assert "深圳成果包" in page
    (mine, theirs) = hall_listings()
    assert mine["venue_zh"] == f"{venues.my_code()} · SZTE"
    assert theirs["venue_zh"].endswith(" · SZTE")
    api = client.get("/api/v1/network/projects").json()
    assert {(one["lead"], one["number"]) for one in api} >= {("OWN", project.number)}


def test_a_mandate_is_read_by_its_seller_and_the_office_alone(venue, joined, szte, drain):
    project, _, _, _ = whole(venue, szte, drain)
    _, _, part = mandated(venue, announced(venue).id)
    stranger, _ = seller_with_bundle(venue)
    page = browsing(member_of(stranger)).get(f"/my/project-parts/{part.id}")
    assert page.status_code == 404
    assert browsing(officer("trading")).get(f"/desk/projects/{project.id}").status_code == 403
