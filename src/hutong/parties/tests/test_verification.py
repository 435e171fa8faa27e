"""From a name to a verified party (PA-1, PA-3, PA-5)."""

import pytest

from hutong.parties import queries
from hutong.parties.testing import member_of, officer, verified_party

pytestmark = pytest.mark.django_db


def test_a_university_is_verified_by_an_officer(venue):
    university = verified_party("上海某大学")

    assert university.status == "verified"
    assert university.home_venue == "SHTE-DEMO"
    assert list(queries.audit()) == []


def test_members(venue):
    university = verified_party("上海某大学")
    agent = member_of(university, role="agent")
    assert agent.party == university.id
    assert agent.powers == {"member.read", "member.act", "member.self"}
    examiner = officer("rights.examine", "auctions.run")
    assert examiner.powers >= {"rights.examine", "auctions.run"}
