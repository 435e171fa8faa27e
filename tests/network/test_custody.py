"""
Custody of a registered technology goes from one venue to another: shown, accepted, written over,
closed there and opened here (NE-8).
"""

from datetime import UTC, datetime

import pytest

from hutong.journal import queries as journal
from hutong.kit.refusal import Refused
from hutong.listings import queries as listings
from hutong.listings.models import Listing
from hutong.listings.testing import applied_intent, open_listing
from hutong.network.claims import queries as claims
from hutong.network.custody import actions, queries
from hutong.network.custody.actions import Step
from hutong.network.custody.rules import Status
from hutong.node.audit import audits
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import queries as rights
from hutong.rights.testing import registered_technologies, registered_technology
from hutong.technologies import actions as technologies_actions
from hutong.technologies import queries as technologies
from network.pair import CODES, Pair
from network.working import settle

pytestmark = pytest.mark.drill
NOW = datetime(2022, 6, 20, 1, tzinfo=UTC)
OLD, NEW = "SZTE", "SDTE"  # the old one is the registrar, too


@pytest.fixture
def pair(request, own_database, other_database, working_at, tmp_path, settings):
    """`param`: how many more patents the university has."""
    from hutong.certificates.tests.conftest import CHECKOUT

    settings.ALLOWED_HOSTS = ["*"]
    settings.FONT_DIRECTORIES = [CHECKOUT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"]
    made = {}

    def alone(code):
        """Before it joins: a university with a registered patent."""
        if code == OLD:
            made["university"] = verified_party("某大学", "university")
            made["patent"] = registered_technology(made["university"])
            if more := getattr(request, "param", 0):
                made["more"] = registered_technologies(made["university"], more)

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


def moving(pair, technology):
    """Offered by two officers of the old venue."""
    made = as_officer(
        pair, OLD, 0, actions.propose, technology=technology, to=NEW, reason="The owners agree."
    )
    as_officer(pair, OLD, 1, actions.offer, move=made.id)
    return made.id


def accepted(pair, move):
    as_officer(pair, NEW, 0, actions.take_up, move=move)
    as_officer(pair, NEW, 1, actions.accept, move=move)
    settle(pair)


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
    well_kept(pair)


def test_an_open_offer_goes_with_it_and_is_examined_there(pair):
    patent, university = pair.made["patent"].id, pair.made["university"]
    with pair.at(OLD):
        listing = open_listing(university, [patent], now=pair.now)
    settle(pair)
    move = moving(pair, patent)
    with pair.at(OLD):
        assert listings.listing(listing.id).status == "suspended"
    settle(pair)
    accepted(pair, move)
    with pair.at(OLD):
        assert listings.listing(listing.id).status == "closed"
        assert status(pair, OLD, move) is Status.MOVED
    with pair.at(NEW):
        (there,) = Listing.objects.all()
        assert (there.status, there.price_fen, there.title_zh) == (
            "submitted",
            listing.price_fen,
            listing.title_zh,
        )
        assert (there.seller, there.terms().technologies) == (
            technologies.technology(patent).party,
            (patent,),
        )
    well_kept(pair)


def test_an_offer_that_somebody_answered_does_not_move(pair):
    patent, university = pair.made["patent"].id, pair.made["university"]
    with pair.at(OLD):
        listing = open_listing(university, [patent], now=pair.now)
        buyer = verified_party("某公司", "enterprise", now=pair.now)
        applied_intent(listing, buyer, now=pair.now)
    settle(pair)
    with pytest.raises(Refused, match="intents_pending"):
        moving(pair, patent)
    with pair.at(OLD):
        assert listings.listing(listing.id).status == "listed"
        assert rights.bar_of(patent) == ("", "")


def test_what_is_declined_or_taken_back_stays_as_it_was(pair):
    patent, university = pair.made["patent"].id, pair.made["university"]
    with pair.at(OLD):
        listing = open_listing(university, [patent], now=pair.now)
    settle(pair)
    move = moving(pair, patent)
    settle(pair, 3)
    as_officer(pair, NEW, 0, actions.decline, move=move, why="No buyers here.")
    settle(pair, 3)
    assert (status(pair, OLD, move), status(pair, NEW, move)) == (Status.DECLINED,) * 2
    again = moving(pair, patent)
    settle(pair, 3)
    as_officer(pair, OLD, 0, actions.withdraw, move=again, why="The owner thought better of it.")
    settle(pair, 3)
    assert (status(pair, OLD, again), status(pair, NEW, again)) == (Status.WITHDRAWN,) * 2
    with pair.at(OLD):
        (asked,) = journal.of_kinds(["network.CustodyWithdrawalAsked"])
        assert asked.facts["move"] == str(again)
        assert rights.bar_of(patent) == ("", "")
        assert claims.of_technology(patent).status == "final"
        assert listings.listing(listing.id).status == "listed"
    well_kept(pair)


def test_it_may_come_back_and_goes_on_where_it_ended(pair):
    patent = pair.made["patent"].id
    settle(pair)
    first = moving(pair, patent)
    settle(pair)
    accepted(pair, first)
    made = as_officer(
        pair, NEW, 0, actions.propose, technology=patent, to=OLD, reason="Back to the owners."
    )
    as_officer(pair, NEW, 1, actions.offer, move=made.id)
    settle(pair)
    as_officer(pair, OLD, 1, actions.take_up, move=made.id)
    as_officer(pair, OLD, 0, actions.accept, move=made.id)
    settle(pair)
    with pair.at(OLD):
        assert rights.bar_of(patent) == ("", "")
        assert technologies.technology(patent).status == "entered"
        assert claims.of_technology(patent).status == "final"
        assert rights.holders_of([patent]) == {pair.made["university"].id}
    well_kept(pair)


@pytest.mark.parametrize("pair", [2], indirect=True)
def test_a_portfolio_goes_over_at_once_each_by_its_own_proof(pair):
    settle(pair)
    owned = [pair.made["patent"].id, *(one.id for one in pair.made["more"])]
    words = {"to": NEW, "reason": "The owner agrees."}
    begun = as_officer(pair, OLD, 0, actions.propose_several, technologies=owned, **words)
    moves = [one.id for one in begun.done]
    with pair.at(OLD):  # what one is kept for leaves the others
        kept = next(one.id for one in begun.done if one.technology == owned[1])
        listing = open_listing(pair.made["university"], owned[1:2], now=pair.now)
        applied_intent(listing, verified_party("某公司", "enterprise", now=pair.now), now=pair.now)
    offered = as_officer(pair, OLD, 1, actions.step_several, step=Step.OFFER, moves=moves)
    assert [id for id, _ in offered.refused] == [kept]
    settle(pair)

    going = [id for id in moves if id != kept]
    as_officer(pair, NEW, 0, actions.step_several, step=Step.TAKE_UP, moves=going)
    done = as_officer(pair, NEW, 1, actions.step_several, step=Step.ACCEPT, moves=moves)
    assert [id for id, _ in done.refused] == [kept], "it never came"
    settle(pair)

    assert {status(pair, NEW, move) for move in going} == {Status.OPENED}
    assert status(pair, OLD, kept) is Status.PROPOSED
    with pair.at(NEW):
        opened = journal.of_kinds(["network.CustodyOpened"])
        assert len({entry.facts["index"] for entry in opened}) == 2, "a proof each"
    well_kept(pair)


def well_kept(pair):
    for code in CODES:
        with pair.at(code):
            found = {area: list(audit()) for area, audit in audits().items()}
            assert not any(found.values()), found
