"""Venues in processes of their own mirror each other: what each has, all others have (LO-4)."""

import json
import urllib.error
import urllib.request

import pytest

from hutong.transparency.bundles import unpack
from hutong.transparency.note import Checkpoint
from hutong.transparency.note import parse as parse_note
from network.joining import join, until

pytestmark = pytest.mark.drill


@pytest.fixture(scope="module")
def joined(fleet):
    join(fleet)
    return fleet


def get(fleet, code, path) -> bytes:
    with urllib.request.urlopen(f"{fleet.url(code)}/{path}", timeout=20) as answer:
        return answer.read()


def known_at(fleet, code) -> dict[str, Checkpoint]:
    """Every log's checkpoint as a venue knows it."""
    told = json.loads(get(fleet, code, "network/checkpoints"))["checkpoints"]
    return {one["code"]: Checkpoint.parse(parse_note(one["note"]).text) for one in told}


def all_know_the_same(fleet) -> bool:
    known = [known_at(fleet, venue.code) for venue in fleet.venues]
    return len(known[0]) == len(fleet.venues) and all(one == known[0] for one in known)


def test_every_venue_has_every_other_venues_log(joined):
    until(lambda: all_know_the_same(joined), "all have the same of all")
    for home in joined.venues:
        size = known_at(joined, home.code)[home.code].size
        number, width = divmod(size, 256)
        path = f"tile/entries/{number:03d}" + (f".p/{width}" if width else "")
        mine = get(joined, home.code, f"log/{path}")
        assert len(unpack(mine, width or 256)) == (width or 256)
        for other in joined.venues:
            if other.code != home.code:
                until(
                    lambda h=home.code, o=other.code, p=path, m=mine: _same(joined, o, h, p, m),
                    f"{other.code} has the entries of {home.code}",
                )


def _same(fleet, at, of, path, expected) -> bool:
    try:
        return get(fleet, at, f"network/mirror/{of}/{path}") == expected
    except urllib.error.HTTPError:
        return False


def test_nobody_is_accused(joined):
    for venue in joined.venues:
        assert json.loads(get(joined, venue.code, "network/forks")) == {"forks": []}
