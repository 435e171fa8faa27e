"""
One right registered at two venues before they knew of each other: found, held, decided (NE-5).
"""

from datetime import UTC, date, datetime

import pytest

from hutong.kit.refusal import Refused
from hutong.network.claims import queries as claims
from hutong.network.duplicates import actions, queries
from hutong.network.duplicates.rules import Status
from hutong.node.audit import audits
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import queries as rights
from hutong.rights.testing import registered_application
from hutong.technologies import actions as technologies
from network.pair import CODES, Pair
from network.working import settle

pytestmark = pytest.mark.drill
NOW = datetime(2022, 6, 20, 1, tzinfo=UTC)
REGISTRAR, JOINED = "SZTE", "SDTE"
PATENT = {
    "kind": "patent",
    "title_zh": "一种高温合金的制备方法",
    "application_number": "CN202110000001.6",
    "legal_status": "in_force",
    "expires_on": date(2040, 1, 1),
}


@pytest.fixture
def pair(own_database, other_database, working_at, tmp_path, settings):
    settings.ALLOWED_HOSTS = ["*"]
    made = {}

    def alone(code):
        """Each has registered the same patent, for another university."""
        university = verified_party(f"{code} 大学", "university")
        entered = technologies.enter(actor=member_of(university), now=NOW, said=PATENT)
        registered_application(university, [entered.id])
        made[code] = entered.id

    pair = Pair((own_database, other_database), working_at, tmp_path, NOW, alone)
    pair.made, pair.now = made, NOW.replace(year=2023)
    pair.officers = {}
    for code in CODES:
        with pair.at(code):
            pair.officers[code] = [officer("administrator", now=pair.now) for _ in range(2)]
    settle(pair)
    return pair


def by(pair, code, which, act, **given):
    with pair.at(code):
        return act(actor=pair.officers[code][which], now=pair.now, **given)


def seen(pair, code):
    with pair.at(code):
        (found,) = queries.duplicates(pair.officers[code][0])
        return found


def bar(pair, code):
    with pair.at(code):
        return rights.bar_of(pair.made[code])


def claimed(pair, code):
    with pair.at(code):
        return [(one.status.value, one.holder) for one in claims.own()]


def well_kept(pair):
    for code in CODES:
        with pair.at(code):
            found = {area: list(audit()) for area, audit in audits().items()}
            assert not any(found.values()), found


def test_a_duplicate_is_found_when_venues_join_and_both_titles_are_held(pair):
    first, second = sorted(CODES, key=lambda code: claimed(pair, code) != [("final", "")])
    assert claimed(pair, second) == [("lost", first)]
    for code in CODES:
        found = seen(pair, code)
        assert (found.status, found.registrar) == (Status.OPEN, REGISTRAR)
        assert dict(found.sides) == pair.made
    assert bar(pair, first) == ("disputed", second)
    assert bar(pair, second) == ("disputed", first)
    well_kept(pair)


def test_two_officers_of_the_registrar_decide_and_the_other_keeps_nothing(pair):
    found = seen(pair, REGISTRAR)
    claim, loser, winner = found.claim, found.holding_venue, found.venue
    for code in CODES:
        by(pair, code, 0, actions.state, claim=claim, statement=f"{code} was first")
    settle(pair, 2)
    assert seen(pair, REGISTRAR).statements == {code: f"{code} was first" for code in CODES}
    given = {"claim": claim, "upheld": winner, "reasons": "Its university is the patentee."}
    with pytest.raises(Refused, match="not_registrar"):
        by(pair, JOINED, 0, actions.propose, **given)
    by(pair, REGISTRAR, 0, actions.propose, **given)
    with pytest.raises(Refused, match="same_eyes"):
        by(pair, REGISTRAR, 0, actions.decide, claim=claim)
    by(pair, REGISTRAR, 1, actions.decide, claim=claim)
    settle(pair)

    assert {seen(pair, code).status for code in CODES} == {Status.DECIDED}
    assert (bar(pair, winner), bar(pair, loser)) == (("", ""), ("lost", winner))
    assert claimed(pair, winner) == [("final", "")]
    assert claimed(pair, loser) == [("lost", winner)]
    well_kept(pair)


def test_what_stands_may_be_upheld(pair):
    found = seen(pair, REGISTRAR)
    upheld, other = found.holding_venue, found.venue
    given = {"claim": found.claim, "upheld": upheld, "reasons": "Registered years before."}
    by(pair, REGISTRAR, 1, actions.propose, **given)
    by(pair, REGISTRAR, 0, actions.decide, claim=found.claim)
    settle(pair, 3)
    assert (bar(pair, upheld), bar(pair, other)) == (("", ""), ("lost", upheld))
    assert (claimed(pair, upheld), claimed(pair, other)) == ([("final", "")], [("lost", upheld)])
    well_kept(pair)
