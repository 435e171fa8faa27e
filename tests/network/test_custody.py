"""
Custody of a registered technology goes from one venue to another: shown, accepted, written over,
closed there and opened here (NE-8).
"""

from datetime import UTC, datetime

import pytest

from hutong.journal import queries as journal
from hutong.kit.refusal import Refused
from hutong.network.claims import queries as claims
from hutong.network.custody import actions, queries
from hutong.network.custody.rules import Status
from hutong.node.audit import audits
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import queries as rights
from hutong.rights.testing import registered_technology
from hutong.technologies import actions as technologies_actions
from hutong.technologies import queries as technologies
from hutong.transparency import sealing
from network.pair import CODES, Pair
from network.working import settle

pytestmark = pytest.mark.drill
NOW = datetime(2022, 6, 20, 1, tzinfo=UTC)
OLD, NEW = "SZTE", "SDTE"  # the old one is the registrar, too


@pytest.fixture
def pair(own_database, other_database, working_at, tmp_path, settings, monkeypatch):
    from hutong.certificates.tests.conftest import CHECKOUT

    settings.ALLOWED_HOSTS = ["*"]
    settings.FONT_DIRECTORIES = [CHECKOUT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"]
    monkeypatch.setitem(sealing._SCRYPT, "n", 1 << 8)
    made = {}

    def alone(code):
        """Before it joins: a university with a registered patent."""
        if code == OLD:
            made["university"] = verified_party("某大学", "university")
            made["patent"] = registered_technology(made["university"])

    pair = Pair((own_database, other_database), working_at, tmp_path, NOW, alone)
    pair.made = made
    pair.now = made["patent"].refreshed_at.replace(year=2023)
    pair.officers = {}
    for code in CODES:
        with pair.at(code):
            pair.officers[code] = [officer("administrator", now=pair.now) for _ in range(2)]
    return pair


def as_officer(pair, code, which, act, **given):
    with pair.at(code):
        return act(actor=pair.officers[code][which], now=pair.now, **given)


def status(pair, code, move):
    with pair.at(code):
        return queries.move(pair.officers[code][0], move).status


def test_custody_goes_to_the_other_venue_and_acts_go_on_there_alone(pair):
    patent = pair.made["patent"].id
    settle(pair)
    with pair.at(OLD):
        assert claims.of_technology(patent).status == "final"  # claimed on joining
        wished = actions.wish(
            actor=member_of(pair.made["university"]),
            now=pair.now,
            technology=patent,
            to=NEW,
            reason="买方在那里",
        )
    move = wished.id
    as_officer(pair, OLD, 0, actions.take_up_wish, move=move)
    with pytest.raises(Refused, match="same_eyes"):
        as_officer(pair, OLD, 0, actions.offer, move=move)
    as_officer(pair, OLD, 1, actions.offer, move=move)
    with pair.at(OLD):
        assert rights.bar_of(patent) == ("moving", NEW)
    settle(pair)
    assert status(pair, NEW, move) is Status.RECEIVED

    as_officer(pair, NEW, 0, actions.take_up, move=move)
    as_officer(pair, NEW, 1, actions.accept, move=move)
    settle(pair)

    assert (status(pair, OLD, move), status(pair, NEW, move)) == (Status.MOVED, Status.OPENED)
    with pair.at(OLD):
        assert technologies.technology(patent).moved_to == NEW
        assert claims.own()[0].status == "moved"
        (closed,) = journal.of_kinds(["network.CustodyEnded"])
        with pytest.raises(Refused) as refused:
            technologies_actions.update(
                actor=member_of(pair.made["university"]),
                now=pair.now,
                technology=patent,
                changes={"trl": 5},
            )
        assert (refused.value.reason.code, refused.value.facts["venue"]) == (
            "technologies.moved",
            NEW,
        )
        there = rights.title(patent)
    with pair.at(NEW):
        here = rights.title(patent)
        assert technologies.technology(patent).registered
        assert claims.of_technology(patent).status == "final"
        assert [line.number for line in here.chain] == [line.number for line in there.chain]
        assert sorted(here.ownership.values()) == sorted(there.ownership.values())
        (opened,) = journal.of_kinds(["network.CustodyOpened"])
        assert opened.facts["index"] == closed.log_index
        assert opened.facts["chapter"] == closed.facts["chapter"]
    for code in CODES:
        with pair.at(code):
            found = {area: list(audit()) for area, audit in audits().items()}
            assert not any(found.values()), found
