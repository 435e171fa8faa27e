"""What other venues have on offer, found and shown here with its home venue named (NE-3)."""

import json
import shutil
from dataclasses import replace

import pytest
from django.test import Client

from hutong.hall import gathering
from hutong.listings.actions import terminate
from hutong.listings.offers import Scope
from hutong.listings.testing import open_listing
from hutong.network.mirrors import queries
from hutong.network.mirrors.testing import follow_own, own_member
from hutong.node.searching import BESIDE, FEEDS
from hutong.parties.testing import officer, verified_party
from hutong.search import index
from hutong.search import queries as search
from hutong.search.following import Follower
from hutong.search.queries import Asked
from hutong.technologies.testing import entered_technology
from hutong.venues import queries as venues

pytestmark = pytest.mark.django_db


@pytest.fixture
def network(monkeypatch):
    """A network in which this venue's own log is also another's: OWN."""
    other = replace(own_member(), name_zh="鹏城交易所", name_en="Pengcheng Exchange")
    monkeypatch.setattr(venues, "members", lambda *states: [other])
    monkeypatch.setattr(venues, "find", lambda code: other if code == "OWN" else None)
    return other


@pytest.fixture
def seller(venue):
    return verified_party("上海某大学", now=venue.now)


@pytest.fixture
def listing(venue, drain, seller, network):
    listing = open_listing(seller, now=venue.now, scope=Scope.NETWORK)
    drain()
    follow_own()
    return listing


@pytest.fixture
def follower():
    shutil.rmtree(index.home(), ignore_errors=True)
    found = Follower(FEEDS, beside=BESIDE, home=lambda: "HOME")
    yield found
    found.close()
    shutil.rmtree(index.home(), ignore_errors=True)


def test_a_listing_of_another_venue_names_it_its_log_and_its_proof(venue, listing):
    page = Client().get(
        f"/network/venues/OWN/listings/{listing.id}", headers={"accept-language": "en"}
    )
    said = page.content.decode()
    assert page.status_code == 200
    assert "Pengcheng Exchange" in said
    assert f"https://own.example/listings/{listing.id}" in said
    index = queries.listing("OWN", listing.id).log[0].index
    assert f"/network/mirror/OWN/proof/{index}" in said
    assert listing.title_zh in said
    chinese = Client().get(
        f"/network/venues/OWN/listings/{listing.id}", headers={"accept-language": "zh-hans"}
    )
    assert "鹏城交易所" in chinese.content.decode()


def test_a_technology_of_another_venue_shows_its_register(venue, listing):
    page = Client().get(f"/network/venues/OWN/technologies/{listing.technologies[0]}")
    assert page.status_code == 200
    (line,) = queries.technology("OWN", listing.technologies[0]).of.register
    assert line.number in page.content.decode()


def test_what_another_venue_has_not_is_not_found(venue, listing):
    for path in ("OWN/listings", "NOBODY/listings", "OWN/technologies"):
        absent = Client().get(f"/network/venues/{path}/{'0' * 8}-0000-0000-0000-{'0' * 12}")
        assert absent.status_code == 404


def keys(found):
    return {(hit.kind.value, hit.venue, hit.id) for hit in found.hits}


def test_both_venues_things_are_found_and_narrowed_down_to_one(
    venue, drain, seller, network, follower
):
    technology = entered_technology(seller, "一种驱鸟保护装置", now=venue.now)
    drain()
    follow_own()
    assert follower.step()
    found = search.search(Asked(text="驱鸟"), now=venue.now)
    both = {("technology", "", technology.id), ("technology", "OWN", technology.id)}
    assert keys(found) == both
    assert sorted(found.facets[search.Facet.VENUE]) == [("HOME", 1), ("OWN", 1)]
    asked = Asked(text="驱鸟", chosen={search.Facet.VENUE: ["OWN"]})
    assert keys(search.search(asked, now=venue.now)) == {("technology", "OWN", technology.id)}


def test_news_of_another_venue_reaches_the_index_and_what_ended_is_told(
    venue, drain, seller, network, follower
):
    follower.step()
    listing = open_listing(seller, now=venue.now, scope=Scope.NETWORK)
    local = open_listing(seller, now=venue.now)
    drain()
    follow_own()
    while follower.step():
        pass
    asked = Asked(kind=search.Kind.LISTING, chosen={search.Facet.VENUE: ["OWN"]})
    assert keys(search.search(asked, now=venue.now)) == {("listing", "OWN", listing.id)}
    assert local.id != listing.id  # listed for its own venue's visitors
    terminate(actor=officer("listing"), now=venue.now, listing=listing.id, reason="卖方撤回")
    drain()
    follow_own()
    while follower.step():
        pass
    asked = Asked(
        kind=search.Kind.LISTING,
        chosen={search.Facet.VENUE: ["OWN"], search.Facet.STATUS: ["listed"]},
    )
    assert keys(search.search(asked, now=venue.now)) == set()


def test_the_search_page_says_at_which_venue_a_finding_is(venue, listing, follower):
    follower.step()
    page = Client().get("/search?venue=OWN", headers={"accept-language": "en"}).content.decode()
    assert f"/network/venues/OWN/listings/{listing.id}" in page
    assert "at Pengcheng Exchange" in page
    told = Client().get("/api/v1/search?venue=OWN").json()
    assert {one["venue"] for one in told["items"]} == {"OWN"}


def test_the_hall_shows_the_whole_networks_board(venue, listing):
    from django.core.cache import cache

    cache.clear()
    board = json.loads(json.dumps(gathering.gather(venue.now)["board"]))
    shown = {(one["venue_zh"], one["venue_en"]) for one in board if one["id"] == str(listing.id)}
    assert shown == {("", ""), ("鹏城交易所", "Pengcheng Exchange")}
