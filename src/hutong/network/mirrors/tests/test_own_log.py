"""A venue's own log, read through its doors: what others learn is what it shows itself (NE-3)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from hutong.journal import actions as journal
from hutong.journal.models import Content
from hutong.journal.rules import Erasable
from hutong.kit.actor import SYSTEM
from hutong.kit.moments import iso
from hutong.listings import queries as listings
from hutong.listings.offers import Scope
from hutong.listings.testing import cut_off, open_listing
from hutong.network.mirrors import queries
from hutong.network.mirrors.testing import follow_own
from hutong.parties.testing import member_of, officer, verified_party
from hutong.technologies import importing
from hutong.technologies import queries as technologies
from hutong.technologies.models import Technology
from hutong.transparency.proof import LogProof
from hutong.transparency.queries import public_keys

pytestmark = pytest.mark.django_db


def feed(folder, count, name="feed.jsonl", title="成果"):
    path = folder / name
    rows = [
        {"id": f"CN1171{n:05d}A", "title": f"{title} {n}", "abstract": "摘要"} for n in range(count)
    ]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    return path


@pytest.fixture
def university(venue):
    return verified_party("上海某大学", now=venue.now)


def test_a_listing_is_seen_with_its_title_price_and_seller(venue, drain, university):
    listing = open_listing(university, now=venue.now, scope=Scope.NETWORK)
    drain()
    follow_own()
    found = queries.listing("OWN", listing.id)
    assert found.of.title_zh == listing.title_zh
    assert (found.of.price_fen, found.of.number) == (listing.price_fen, listing.number)
    assert (found.of.seller_zh, found.of.status) == ("上海某大学", "listed")
    assert found.of.ends_at == listings.listing(listing.id).ends_at
    assert found.of.offered[0].technology == listing.technologies[0]
    assert [one.id for one in queries.open_listings()] == [listing.id]
    right = queries.technology("OWN", listing.technologies[0])
    assert [line.kind for line in right.of.register] == ["first_registration"]


def test_a_listing_that_ended_is_off_the_board_everywhere(venue, drain, university):
    listing = open_listing(university, now=venue.now, scope=Scope.NETWORK)
    drain()
    follow_own()
    cut_off(listing)
    drain()
    follow_own()
    found = queries.listing("OWN", listing.id)
    assert found.of.status == listings.listing(listing.id).status.value
    assert (queries.compare("OWN").equal, list(queries.audit())) == (True, [])


def test_imported_technologies_are_told_in_parts_and_seen_one_by_one(
    venue, drain, university, tmp_path
):
    seller = member_of(university)
    importing.run(path=feed(tmp_path, 250), party=university.id, actor=seller, now=venue.now)
    drain()
    follow_own()
    rows = list(Technology.objects.all())
    assert len(rows) == 250
    for row in rows:
        seen = queries.technology("OWN", row.id).of
        assert (seen.title_zh, seen.abstract_zh) == (row.title_zh, row.abstract_zh)
        assert dict(seen.numbers) == row.numbers
        assert seen.status == "entered"
    assert Content.objects.filter(is_part=True).count() == 3


def test_a_refreshed_import_tells_only_what_changed(venue, drain, tmp_path):
    run = {"party": None, "actor": SYSTEM}

    importing.run(path=feed(tmp_path, 5), now=venue.now, **run)
    importing.run(path=feed(tmp_path, 5, "two.jsonl", title="新"), now=venue.now, **run)
    drain()
    follow_own()
    titles = [queries.technology("OWN", row.id).of.title_zh for row in Technology.objects.all()]
    assert all(title.startswith("新") for title in titles)
    assert queries.compare("OWN").equal


def test_an_erased_part_is_erased_at_the_mirror_too(venue, drain, tmp_path):

    importing.run(path=feed(tmp_path, 3), party=None, actor=SYSTEM, now=venue.now)
    drain()
    follow_own()
    part = Content.objects.get(is_part=True)
    one, two = officer("venue.operate"), officer("venue.operate")
    asked = journal.ask_erasure(
        actor=one, now=venue.now, what=Erasable.CONTENT, target=part.digest, reason="本人要求"
    )
    journal.accept_erasure(actor=two, now=venue.now, erasure=asked)
    drain()
    follow_own()
    row = Technology.objects.first()
    assert queries.technology("OWN", row.id).of.erased
    assert technologies.technology(row.id).title_zh  # at home it stands in the venue's own rows
    assert list(queries.audit()) == []


def test_the_mirrors_doors_serve_what_the_logs_doors_serve(venue, drain, university):
    open_listing(university, now=venue.now)
    drain()
    follow_own()
    client = Client()
    size = queries.mirror("OWN").size
    path = f"tile/entries/000.p/{size}"
    for name in ("checkpoint", path, path.replace("entries", "0")):
        mine, theirs = client.get(f"/log/{name}"), client.get(f"/network/mirror/OWN/{name}")
        assert theirs.status_code == 200
        assert theirs.content == mine.content
    proof = LogProof.parse(client.get("/network/mirror/OWN/proof/3").text)
    leaf = client.get("/network/mirror/OWN/entries/3").content
    proof.verify(leaf, public_keys().every_log_key()[0])
    digest = Content.objects.first().digest
    mine = client.get(f"/log/content/{digest}").content
    assert client.get(f"/network/mirror/OWN/content/{digest}").content == mine
    for absent in ("tile/0/999", "tile/x", "proof/99999", "content/sha256:00"):
        assert client.get(f"/network/mirror/OWN/{absent}").status_code == 404
    assert client.get("/network/mirror/NOBODY/checkpoint").status_code == 404


def test_the_checkpoints_of_all_are_told_at_one_door(venue, drain, university):
    open_listing(university, now=venue.now)
    drain()
    follow_own()
    told = Client().get("/network/checkpoints").json()["checkpoints"]
    assert [one["state"] for one in told] == ["own", "following"]
    assert told[0]["note"].split("\n\n")[0] == told[1]["note"].split("\n\n")[0]
    assert Client().get("/network/forks").json() == {"forks": []}


def test_who_asks_again_is_told_of_the_logs_that_grew_since(venue, drain, university):
    open_listing(university, now=venue.now)
    drain()
    follow_own()
    first = Client().get("/network/checkpoints").json()
    again = Client().get("/network/checkpoints", {"since": first["at"]}).json()
    assert len(again["checkpoints"]) == 2  # both grew a moment ago: told once too often, never not
    later = iso(datetime.now(UTC) + timedelta(seconds=1))
    assert Client().get("/network/checkpoints", {"since": later}).json()["checkpoints"] == []
    unread = Client().get("/network/checkpoints", {"since": "yesterday"}).json()
    assert len(unread["checkpoints"]) == 2
