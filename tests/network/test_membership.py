"""Venues in processes of their own join, and replace a registrar, by their own commands (NE-1)."""

import json
import urllib.error
import urllib.request

import pytest

from hutong.venues import chain
from hutong.venues.lists import SignedList
from hutong.venues.wire import MembersPage
from network.joining import join, members, standing, until

pytestmark = pytest.mark.drill


@pytest.fixture(scope="module")
def anchor(fleet):
    return join(fleet)


def told_by(fleet, code) -> MembersPage:
    with urllib.request.urlopen(f"{fleet.url(code)}/network/members", timeout=20) as answer:
        return MembersPage.parse(answer.read())


def test_what_every_venue_publishes_verifies_from_the_anchor(fleet, anchor):
    rolls = [
        chain.chain(list(reversed(told_by(fleet, venue.code).lists)), anchor)
        for venue in fleet.venues
    ]
    assert len({roll.digest for roll in rolls}) == 1
    assert sorted(rolls[0].members) == sorted(venue.code for venue in fleet.venues)


def test_a_stranger_that_applies_with_anothers_signature_is_refused(fleet, anchor):
    page = told_by(fleet, "SHTE")
    (admitted, *_) = [one for one in page.lists if one.list.change.kind == "admit"]
    stolen = dict(admitted.list.change.details["application"])
    stolen["member"] = {**stolen["member"], "code": "XXTE", "url": "https://xx.example"}
    request = urllib.request.Request(
        f"{fleet.url('SHTE')}/network/apply",
        data=json.dumps(stolen).encode(),
        headers={"Content-Type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=20)
    assert json.load(refused.value)["code"] == "venues.application_invalid"


def test_two_of_three_suspend_the_third_and_let_it_back(fleet, anchor):
    fleet.run_command("SHTE", "network", "propose", "suspend", "CDTE", "--reason", "silent")
    until(lambda: waiting(fleet, "SZTE", "CDTE"), "SZTE hears of it")
    fleet.run_command("SZTE", "network", "approve", "CDTE")
    for code in ("SHTE", "SZTE", "CDTE"):
        until(lambda c=code: standing(fleet, c)["CDTE"] == "suspended", f"{code} knows it")
    fleet.run_command("SHTE", "network", "propose", "reinstate", "CDTE")
    until(lambda: waiting(fleet, "SZTE", "CDTE"), "SZTE hears of it")
    fleet.run_command("SZTE", "network", "approve", "CDTE")
    for code in ("SHTE", "SZTE", "CDTE"):
        until(lambda c=code: standing(fleet, c)["CDTE"] == "good", f"{code} knows it")


def test_a_majority_replaces_the_registrar_and_everybody_follows(fleet, anchor):
    assert members(fleet, "CDTE")["registrar"] == "SHTE"
    fleet.run_command("SZTE", "network", "propose", "registrar", "SZTE", "--reason", "away")
    until(lambda: waiting(fleet, "CDTE", "SZTE"), "CDTE hears of the vote")
    fleet.run_command("CDTE", "network", "approve", "SZTE")
    for code in ("SZTE", "CDTE", "SHTE"):
        until(lambda c=code: members(fleet, c)["registrar"] == "SZTE", f"{code} follows")
    fleet.run_command("SHTE", "network", "propose", "registrar", "SHTE", "--reason", "back")
    until(lambda: waiting(fleet, "SZTE", "SHTE"), "SZTE hears of the vote")
    fleet.run_command("SZTE", "network", "approve", "SHTE")
    for code in ("SZTE", "CDTE", "SHTE"):
        until(lambda c=code: members(fleet, c)["registrar"] == "SHTE", f"{code} follows")
    roll = chain.chain(list(reversed(told_by(fleet, "CDTE").lists)), anchor)
    assert roll.term == 2


def waiting(fleet, at, code) -> bool:
    return any(
        change["venue"] == code and change["status"] == "waiting"
        for change in members(fleet, at)["changes"]
    )


def test_the_chain_of_a_venue_reads_back_byte_for_byte(fleet, anchor):
    for signed in told_by(fleet, "SHTE").lists:
        url = f"{fleet.url('SHTE')}/network/lists/{signed.digest}"
        with urllib.request.urlopen(url, timeout=20) as answer:
            assert SignedList.read(json.load(answer)) == signed
