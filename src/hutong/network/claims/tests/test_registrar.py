"""The registrar's book: first come, first granted; told when a majority holds it."""

import json
from datetime import UTC, datetime

import pytest

from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id
from hutong.network.claims import actions, holding, queries
from hutong.network.claims.models import BookClaim, Holding, OwnClaim
from hutong.network.claims.rules import Status
from hutong.network.messages.models import Outgoing
from hutong.network.messages.testing import Paper
from hutong.network.messages.tests.test_inbox import post
from hutong.transparency import queries as log
from hutong.venues import queries as venues

pytestmark = pytest.mark.django_db


@pytest.fixture
def network(joined, venue, drain):
    story = joined()
    assert actions.open_term(actor=SYSTEM, now=venue.now)
    drain()
    return story


@pytest.fixture
def szte(network):
    return Paper(network.known["SZTE"])


@pytest.fixture
def sdte(network):
    return Paper(network.known["SDTE"])


def claim(paper, client, number="CN2021100000018", id=None, term=0):
    id = id or new_id()
    body = {"claim": str(id), "number": number, "technology": str(new_id()), "term": term}
    message = paper.message("claims.claim", body, about=f"claim:{id}")
    return id, post(client, paper.request(message))


def held(client, paper, size=None, root=None):
    signed = log.checkpoint()
    request = holding.request(
        term=0,
        size=signed.size if size is None else size,
        root=signed.root if root is None else root,
        sender=paper.venue.code,
        to=venues.my_code(),
        signer=paper.venue.message,
        now=datetime.now(UTC),
    )
    headers = {name: value for name, value in request.headers.items() if name != "content-type"}
    return client.post(
        holding.PATH, data=request.body, content_type="application/json", headers=headers
    )


def told():
    rows = Outgoing.objects.filter(kind="claims.final").order_by("queued_at")
    return [(row.to, json.loads(bytes(row.raw))["body"]["outcome"]) for row in rows]


def tell(venue):
    return actions.tell(actor=SYSTEM, now=venue.now)


def test_a_claim_is_final_only_when_a_majority_holds_it(client, szte, sdte, venue, drain):
    _, response = claim(szte, client)
    assert response.status_code == 200
    drain()
    assert (tell(venue), told()) == (0, [])
    assert held(client, sdte).status_code == 204
    assert (tell(venue), told()) == (1, [("SZTE", "granted")])
    assert tell(venue) == 0


def test_of_two_that_race_one_is_granted_and_the_other_refused(client, szte, sdte, venue, drain):
    claim(szte, client)
    claim(sdte, client)
    drain()
    held(client, sdte)
    tell(venue)
    assert told() == [("SZTE", "granted"), ("SDTE", "refused")]
    assert BookClaim.objects.filter(entered="granted").count() == 1
    assert queries.book_counts() == {"SZTE": 1}
    assert list(queries.audit()) == []


def test_a_claim_asked_again_is_told_again(client, szte, sdte, venue, drain):
    id, _ = claim(szte, client)
    drain()
    held(client, sdte)
    tell(venue)
    row = BookClaim.objects.get()
    body = {
        "claim": str(id),
        "number": "CN2021100000018",
        "technology": str(row.technology),
        "term": 0,
    }
    post(client, szte.request(szte.message("claims.claim", body, about=f"claim:{id}")))
    tell(venue)
    assert told() == [("SZTE", "granted")] * 2
    assert len(list(journal.of_kinds(["network.ClaimGranted"]))) == 1


def test_a_released_number_is_free_for_others(client, szte, sdte, venue, drain):
    id, _ = claim(szte, client)
    release = szte.message("claims.release", {"claim": str(id), "term": 0}, about=f"claim:{id}")
    assert post(client, szte.request(release)).status_code == 200
    claim(sdte, client)
    drain()
    held(client, sdte)
    tell(venue)
    assert sorted(told()) == [("SDTE", "granted"), ("SZTE", "released")]
    assert list(queries.audit()) == []


def asked_over(paper, client, id, to, term=0):
    body = {"claim": str(id), "term": term, "to": to}
    return post(client, paper.request(paper.message("claims.move", body, about=f"claim:{id}")))


def test_a_claim_is_written_over_and_both_venues_are_told(client, szte, sdte, venue, drain):
    id, _ = claim(szte, client)
    assert asked_over(szte, client, id, "SDTE").status_code == 200
    drain()
    held(client, sdte)
    tell(venue)
    assert told() == [("SZTE", "moved"), ("SDTE", "granted")]
    assert queries.book_counts() == {"SDTE": 1}
    assert list(queries.audit()) == []
    again = asked_over(szte, client, id, "SDTE")  # as whoever was not told in time asks
    assert again.status_code == 200
    assert len(list(journal.of_kinds(["network.ClaimMoved"]))) == 1


def test_nobody_writes_anothers_claim_over(client, szte, sdte):
    id, _ = claim(szte, client)
    for paper, to in ((sdte, "SDTE"), (sdte, "SZTE")):
        response = asked_over(paper, client, id, to)
        assert response.json()["refused"]["code"] == "claims.not_holder"
    assert asked_over(szte, client, id, "NOBODY").status_code == 503
    assert queries.book_counts() == {"SZTE": 1}


def test_a_number_that_is_awarded_changes_hands_once_it_is_final(client, szte, sdte, venue, drain):
    first, _ = claim(szte, client)
    other, _ = claim(sdte, client)
    actions.award(actor=SYSTEM, now=venue.now, claim=other, holding=first)
    drain()
    held(client, sdte)
    tell(venue)
    assert sorted(told()) == [("SDTE", "granted"), ("SZTE", "released")]
    assert queries.book_counts() == {"SDTE": 1}
    assert list(queries.audit()) == []


def test_nobody_releases_anothers_claim(client, szte, sdte):
    id, _ = claim(szte, client)
    release = sdte.message("claims.release", {"claim": str(id), "term": 0}, about=f"claim:{id}")
    response = post(client, sdte.request(release))
    assert response.json()["refused"]["code"] == "claims.not_holder"


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"number": "not normal"}, 422, "claims.number_unfit"),
        ({"term": 1}, 503, "network.undecided"),
    ],
)
def test_what_is_no_claim_of_this_term_is_not_entered(client, szte, given, status, code):
    _, response = claim(szte, client, **given)
    assert (response.status_code, response.json()["refused"]["code"]) == (status, code)
    assert BookClaim.objects.count() == 0


def test_our_own_claims_go_the_same_way(client, sdte, venue, drain):
    technology = new_id()
    mine = actions.ask(
        actor=SYSTEM, now=venue.now, number="CN1", technology=technology, about="application:1"
    )
    again = actions.ask(
        actor=SYSTEM, now=venue.now, number="CN1", technology=technology, about="application:1"
    )
    assert (mine.id, mine.status) == (again.id, Status.ASKED)
    drain()
    tell(venue)
    assert OwnClaim.objects.get().status == Status.ASKED
    held(client, sdte)
    tell(venue)
    assert OwnClaim.objects.get().status == Status.FINAL
    actions.release(actor=SYSTEM, now=venue.now, about="application:1")
    drain()
    held(client, sdte)
    tell(venue)
    assert OwnClaim.objects.get().status == Status.RELEASED


def test_a_member_that_holds_another_log_is_named(client, szte):
    assert held(client, szte, root=b"\7" * 32).status_code == 204
    (entry,) = journal.of_kinds(["network.HeldContradicted"])
    assert entry.facts["venue"] == "SZTE"
    assert Holding.objects.count() == 0


def test_what_is_held_never_shrinks_and_never_exceeds_the_log(client, szte):
    size = log.checkpoint().size
    held(client, szte)
    held(client, szte, size=0, root=log.merkle.EMPTY_ROOT)
    held(client, szte, size=size + 1)
    assert Holding.objects.get().size == size


def test_only_members_say_what_they_hold(client, szte, network):
    from dataclasses import replace

    forged = Paper(replace(network.known["SZTE"], message=network.known["SDTE"].message))
    assert held(client, forged).status_code == 401
    assert client.post(holding.PATH, b"{}", "application/json").status_code == 403
    assert client.post(holding.PATH, b"x" * 5000, "application/json").status_code == 413
    assert Holding.objects.count() == 0
