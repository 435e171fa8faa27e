"""
Venues in networks of their own, one of which is cut off for a while (NE-2, NE-6, LO-4).
"""

import json
import subprocess
import sys
import urllib.request

import pytest

from hutong.node.fleet import running
from network.conftest import VENUES
from network.joining import join, members, standing, until
from network.namespaces import namespaces, why_not

pytestmark = [
    pytest.mark.drill,
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "it can"),
]
CUT = "CDTE"


@pytest.fixture(scope="module")
def apart(tmp_path_factory):
    """Three joined venues, each in a network namespace, and the links between them."""
    with (
        namespaces(VENUES) as links,
        running(tmp_path_factory.mktemp("apart"), links.venues, laid_out=links.carry) as fleet,
    ):
        join(fleet)
        yield fleet, links


def get(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)


def known(fleet, at):
    """The checkpoints a venue knows of every log; of none while it cannot be asked."""
    try:
        told = get(f"{fleet.url(at)}/network/checkpoints")["checkpoints"]
    except OSError:
        return {}
    return {one["code"]: one["note"] for one in told}


def others(fleet):
    return [venue.code for venue in fleet.venues if venue.code != CUT]


def test_each_venue_has_a_loopback_of_its_own(apart):
    fleet, links = apart
    for venue in links.venues:
        listening = subprocess.run(
            ["ip", "netns", "exec", venue.namespace, "ip", "-o", "-4", "address"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert listening.count("inet 10.77.0.") == 1
        assert get(f"{fleet.url(venue.code)}/.well-known/hutong.json")["code"] == venue.code


def test_a_venue_cut_off_works_on_alone_and_what_was_missed_comes_when_it_is_back(apart):
    fleet, links = apart
    first, second = others(fleet)
    links.cut(CUT)
    with pytest.raises(OSError):
        get(f"{fleet.url(CUT)}/healthz")
    before = known(fleet, first)[CUT]

    for code in (first, CUT):  # each side writes into its log what the other does not see
        person = (f"{code.lower()}@exchange.example", "--name", "系统管理员", "--password-stdin")
        fleet.run_command(code, "officer", "appoint", *person, given="a long enough passphrase\n")
    size = {code: _size(known_inside(fleet, links, code)[code]) for code in (first, CUT)}
    until(lambda: _size(known(fleet, second).get(first)) >= size[first], "the others go on")
    assert known(fleet, first)[CUT] == before

    links.mend(CUT)
    until(lambda: _size(known(fleet, first).get(CUT)) >= size[CUT], f"{first} has what {CUT} wrote")
    until(
        lambda: _size(known(fleet, CUT).get(first)) >= size[first], f"{CUT} has what {first} wrote"
    )
    until(
        lambda: len(told := known(fleet, first)) == 3 and _all_know(fleet, told),
        "all know the same of all",
    )
    for venue in fleet.venues:
        assert get(f"{fleet.url(venue.code)}/network/forks") == {"forks": []}
        assert set(standing(fleet, venue.code).values()) == {"good"}
    assert len({members(fleet, venue.code)["network"] for venue in fleet.venues}) == 1


def _all_know(fleet, told):
    return all(known(fleet, venue.code) == told for venue in fleet.venues)


def known_inside(fleet, links, code):
    """What a venue knows, asked from where it is: it may be cut off from here."""
    inside = next(venue.inside for venue in links.venues if venue.code == code)
    asked = (
        "import urllib.request as u, sys; print(u.urlopen(sys.argv[1], timeout=9).read().decode())"
    )
    done = subprocess.run(
        [*inside, sys.executable, "-c", asked, f"{fleet.url(code)}/network/checkpoints"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {one["code"]: one["note"] for one in json.loads(done.stdout)["checkpoints"]}


def _size(note):
    return int(note.splitlines()[1]) if note else -1
