"""A claimant: asks the registrar of the term, takes in what is final, asks again in the next term."""

import json

import pytest

from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id
from hutong.kit.refusal import Refused
from hutong.network.claims import actions, queries
from hutong.network.claims.models import OwnClaim
from hutong.network.claims.rules import Refusal, Status
from hutong.network.messages.models import Outgoing
from hutong.network.messages.testing import Paper
from hutong.network.messages.tests.test_inbox import post
from hutong.venues import queries as venues
from hutong.venues.lists import Kind
from hutong.venues.testing import take_here

pytestmark = pytest.mark.django_db


@pytest.fixture
def network(joined):
    return joined(registrar="SZTE")


@pytest.fixture
def asked(network, venue):
    return actions.ask(
        actor=SYSTEM,
        now=venue.now,
        number="CN2021100000018",
        technology=new_id(),
        about="application:1",
    )


def sent(kind="claims.claim"):
    rows = Outgoing.objects.filter(kind=kind).order_by("queued_at")
    return [(row.to, json.loads(bytes(row.raw))["body"]["term"]) for row in rows]


def final(client, network, id, outcome="granted", term=0, by="SZTE", holder=""):
    paper = Paper(network.known[by])
    body = {"claim": str(id), "term": term, "outcome": outcome, "holder": holder}
    message = paper.message("claims.final", body, about=f"claim:{new_id()}")
    assert post(client, paper.request(message)).status_code == 200
    return OwnClaim.objects.get(id=id).status


def test_the_registrar_is_asked(asked):
    assert asked.status is Status.ASKED
    assert sent() == [("SZTE", 0)]


def test_a_grant_that_is_final_settles_it(client, network, asked):
    assert final(client, network, asked.id) == Status.FINAL
    (entry,) = journal.of_kinds(["network.ClaimFinal"])
    assert entry.facts["claim"] == str(asked.id)
    assert final(client, network, asked.id, "refused", holder="SDTE") == Status.FINAL


def test_a_refusal_that_is_final_says_whose_it_is(client, network, asked):
    assert final(client, network, asked.id, "refused", holder="SDTE") == Status.LOST
    assert queries.own(Status.LOST)[0].holder == "SDTE"


@pytest.mark.parametrize(
    "given", [{"by": "SDTE"}, {"term": 1}, {"outcome": "released"}, {"outcome": "refused"}]
)
def test_nothing_else_settles_it(client, network, asked, given):
    assert final(client, network, asked.id, **given) == Status.ASKED


def test_one_number_is_claimed_for_one_technology(network, asked, venue):
    with pytest.raises(Refused) as caught:
        actions.ask(
            actor=SYSTEM,
            now=venue.now,
            number="CN2021100000018",
            technology=new_id(),
            about="application:2",
        )
    assert caught.value.reason is Refusal.TAKEN


def test_what_is_given_up_before_it_is_final_is_given_back_then(client, network, asked, venue):
    actions.release(actor=SYSTEM, now=venue.now, about="application:1")
    assert sent("claims.release") == []
    assert final(client, network, asked.id) == Status.RELEASING
    assert sent("claims.release") == [("SZTE", 0)]
    assert final(client, network, asked.id, "released") == Status.RELEASED


def test_a_replaced_registrar_is_asked_no_more(client, network, asked, venue):
    own = venues.my_code()
    signed = network.make(Kind.REGISTRAR, "SDTE", by=("SDTE", own))
    take_here(network, signed, now=venue.now)
    assert queries.office().registrar == "SDTE"
    assert actions.follow(actor=SYSTEM, now=venue.now) == 1
    assert actions.follow(actor=SYSTEM, now=venue.now) == 0
    assert sent() == [("SZTE", 0), ("SDTE", 1)]
    assert final(client, network, asked.id, by="SZTE") == Status.ASKED
    assert final(client, network, asked.id, by="SDTE", term=1) == Status.FINAL
