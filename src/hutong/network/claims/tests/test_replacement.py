"""A new registrar takes over what the largest log among the votes says (NE-5)."""

from datetime import timedelta

import pytest

from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id
from hutong.kit.refusal import Refused
from hutong.network.claims import actions, queries, rules
from hutong.network.claims.rules import Asked, Refusal
from hutong.network.messages.rules import Undecided
from hutong.network.messages.testing import Paper
from hutong.network.messages.tests.test_inbox import post
from hutong.network.mirrors.testing import Log
from hutong.network.mirrors.tests.following import Follower
from hutong.transparency.merkle import EMPTY_ROOT
from hutong.venues import chain, lists
from hutong.venues import queries as venues
from hutong.venues.lists import Held, Kind
from hutong.venues.testing import take_here

pytestmark = pytest.mark.django_db
NUMBER = "CN2021100000018"


def claim_of(venue, number=NUMBER):
    return Asked(
        id=new_id(),
        number=rules.number_digest(number),
        technology=new_id(),
        venue=venue,
        term=0,
    )


@pytest.fixture
def network(joined):
    return joined(registrar="SZTE")


@pytest.fixture
def theirs(network):
    """The log of the registrar before, with a claim of SDTE's."""
    log, asked = Log("SZTE"), claim_of("SDTE")
    for event in rules.open_term(0, basis=None, claims=[]):
        log.write(event.kind, event.facts(), subject="term:0")
    (granted,) = rules.claim(asked, of_id=None, of_number=None)
    log.write(granted.kind, granted.facts(), subject=f"claim:{asked.id}")
    log.sign()
    return log, asked


def state_of(log, size=None):
    from hutong.transparency.merkle import leaf_hash, root_of

    size = log.signed if size is None else size
    return size, root_of(leaf_hash(entry) for entry in log.entries[:size])


def replace(network, venue, *held):
    """We become the registrar, by votes that say so much is held of SZTE's log."""
    own = venues.my_code()
    network.at += timedelta(hours=1)
    change = network.change(Kind.REGISTRAR, own)
    origin = network.roll.members["SZTE"].log_origin
    approvals = []
    for code, (size, root) in zip(("SDTE", own), held, strict=True):
        said = Held(origin=origin, size=size, root=root.hex())
        signer = network.known[code].message
        approvals.append(lists.approve(change, venue=code, at=network.at, signer=signer, held=said))
    new = chain.next_list(network.roll, change, approvals, at=network.at)
    take_here(network, network.take(network.signed(new)), now=venue.now)


def opened(venue):
    return actions.open_term(actor=SYSTEM, now=venue.now)


def test_what_the_votes_held_is_taken_over(network, theirs, venue, client):
    log, asked = theirs
    Follower(log).follow(log)
    replace(network, venue, state_of(log, 1), state_of(log))
    assert (queries.office().term, queries.office().open) == (1, False)
    assert opened(venue)
    assert not opened(venue)
    (begun,) = journal.of_kinds(["network.TermOpened"])
    assert (begun.facts["basis_log"], begun.facts["basis_size"]) == ("SZTE", log.signed)
    assert queries.book_counts() == {"SDTE": 1}
    body = {"number": NUMBER, "technology": str(asked.technology), "term": 1}
    sdte, szte = Paper(network.known["SDTE"]), Paper(network.known["SZTE"])
    again = sdte.message("claims.claim", body | {"claim": str(asked.id)}, about="claim:1")
    assert post(client, sdte.request(again)).status_code == 200
    rival = szte.message("claims.claim", body | {"claim": str(new_id())}, about="claim:1")
    assert post(client, szte.request(rival)).status_code == 200
    kinds = ["network.ClaimGranted", "network.ClaimRefused"]
    (refused,) = journal.of_kinds(kinds)
    assert (refused.kind, refused.facts["venue_holding"]) == ("network.ClaimRefused", "SDTE")
    assert list(queries.audit()) == []


def test_the_term_is_not_open_before_that_log_is_here(network, theirs, venue, client):
    log, asked = theirs
    replace(network, venue, state_of(log), (0, bytes(32)))
    with pytest.raises(Undecided):
        opened(venue)
    body = {
        "claim": str(asked.id),
        "number": NUMBER,
        "technology": str(asked.technology),
        "term": 1,
    }
    sdte = Paper(network.known["SDTE"])
    asked_again = sdte.message("claims.claim", body, about="claim:1")
    assert post(client, sdte.request(asked_again)).status_code == 503
    Follower(log).follow(log)
    assert opened(venue)
    assert post(client, sdte.request(asked_again)).status_code == 200


def test_a_log_that_is_not_the_one_voted_on_is_refused(network, theirs, venue):
    log, _ = theirs
    Follower(log).follow(log)
    size, _ = state_of(log)
    replace(network, venue, (size, b"\7" * 32), (0, bytes(32)))
    with pytest.raises(Refused) as caught:
        opened(venue)
    assert caught.value.reason is Refusal.ROOT_DIFFERS


def test_a_vote_counts_for_whoever_holds_that_log(network, theirs):
    log, _ = theirs
    size, root = state_of(log)
    origin = network.roll.members["SZTE"].log_origin
    said = Held(origin=origin, size=size, root=root.hex())
    assert not queries.holds(said)
    Follower(log).follow(log)
    assert queries.holds(said)
    assert queries.holds(Held(origin=origin, size=0, root=EMPTY_ROOT.hex()))
    assert not queries.holds(Held(origin=origin, size=size, root="07" * 32))
    assert not queries.holds(Held(origin=origin, size=size + 1, root=root.hex()))
    assert not queries.holds(Held(origin="nobody.example/log", size=0, root=EMPTY_ROOT.hex()))


def test_nothing_is_acknowledged_beyond_a_list_that_is_not_adopted_here(network, theirs):
    log, _ = theirs
    follower, lists_seen = Follower(log), queries.ListsSeen()
    follower.follow(log)
    assert actions.acknowledgement(lists_seen)[:3] == (0, "SZTE", log.signed)
    told = {"network": network.roll.network, "term": 0, "list_version": 1}
    for facts in (told | {"term": -1, "list_version": 9}, told | {"network": "another"}):
        log.write("venues.ListAdopted", facts, subject="network:1")
    log.sign()
    follower.follow(log)
    assert actions.acknowledgement(lists_seen)[2] == log.signed  # outvoted, and of no concern
    log.write("venues.ListAdopted", told, subject="network:1")
    log.sign()
    follower.follow(log)
    assert actions.acknowledgement(lists_seen) is None
    assert actions.acknowledgement(queries.ListsSeen()) is None


def test_a_registrar_that_never_opened_its_term_leaves_nothing(network, venue):
    replace(network, venue, (0, bytes(32)), (0, bytes(32)))
    assert opened(venue)
    assert queries.book_counts() == {}
