"""What parties and their people are told of themselves (PA-2, PA-3)."""

import pytest
from django.utils.translation import override

from hutong.notices import queries
from hutong.parties import actions
from hutong.parties import queries as parties
from hutong.parties.membership import MandateRole
from hutong.parties.testing import (
    let_in,
    member_of,
    officer,
    person,
    unverified_party,
    verified_party,
)

pytestmark = pytest.mark.django_db


def told(who):
    """Kinds of a person's notices of parties, oldest first."""
    return [n.kind for n in reversed(of_parties(who))]


def of_parties(who):
    return [n for n in queries.notices_page(who)["items"] if n.kind.startswith("parties.")]


def test_owners_and_agents_learn_of_decisions_and_officers_of_new_work(venue, drain):
    registrar = officer("registrar")
    university = verified_party("上海某大学")
    agent = member_of(university, "agent")
    actions.suspend(actor=registrar, now=venue.now, party=university.id, why="licence withdrawn")
    drain()

    owner = member_of(university).person
    assert told(owner) == [
        "parties.verified",
        "parties.mandate_granted",
        "parties.suspended",
    ]
    with override("en"):
        newest = of_parties(owner)[0]
    assert newest.title == "上海某大学 is suspended"
    assert "licence withdrawn" in newest.body
    assert newest.link == "/my/party"
    assert told(agent.person) == [
        "parties.verified",
        "parties.invited",
        "parties.suspended",
    ]
    assert told(registrar.person) == ["parties.appointed", "parties.waits"]
    (waits,) = [n for n in queries.notices_page(registrar.person)["items"] if "waits" in n.kind]
    assert waits.link == f"/desk/parties/{university.id}"


def test_whoever_did_it_is_not_told_of_it(venue, drain):
    party = unverified_party()
    drain()

    assert told(member_of(party).person) == []


def test_who_loses_a_mandate_or_an_office_is_told(venue, drain):
    party, who = unverified_party(), person()
    mandate = let_in(party, who.id, MandateRole.VIEWER)
    actions.revoke_mandate(actor=member_of(party), now=venue.now, party=party.id, mandate=mandate)
    chief = officer("administrator")
    actions.appoint_officer(actor=chief, now=venue.now, person=who.id, role="trading")
    actions.dismiss_officer(actor=chief, now=venue.now, person=who.id, role="trading")
    drain()

    assert told(who.id) == [
        "parties.invited",
        "parties.mandate_revoked",
        "parties.appointed",
        "parties.dismissed",
    ]
    assert parties.roles_of(who.id) == []
