"""Many numbers of one application go in one message, each with its own answer (NE-5)."""

import json
from types import SimpleNamespace

import pytest

from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id
from hutong.network.claims import actions, batches, jobs
from hutong.network.claims.models import BookClaim, OwnClaim
from hutong.network.claims.rules import Status
from hutong.network.claims.together import together
from hutong.network.messages.models import Outgoing
from hutong.network.messages.rules import Answer, Message
from hutong.network.messages.testing import Paper
from hutong.network.messages.tests.test_inbox import post

pytestmark = pytest.mark.django_db


def sent():
    rows = Outgoing.objects.order_by("queued_at", "sequence")
    return [(row.to, row.kind, json.loads(bytes(row.raw))["body"]) for row in rows]


def awaited(venue, numbers):
    facts = {"numbers": {str(new_id()): number for number in numbers}}
    jobs.on_awaited(SimpleNamespace(facts=facts, at=venue.now, subject="right_application:1"))


def numbers(count):
    return [f"CN2021{place:09d}" for place in range(count)]


def test_an_applications_numbers_are_asked_in_one_message(joined, venue):
    joined(registrar="SZTE")
    awaited(venue, numbers(250))
    told = sent()
    assert [(to, kind, len(body["asked"])) for to, kind, body in told] == [
        ("SZTE", "claims.batch", 200),
        ("SZTE", "claims.batch", 50),
    ]
    assert {one["kind"] for _, _, body in told for one in body["asked"]} == {"claims.claim"}
    assert OwnClaim.objects.filter(status=Status.ASKED, term=0).count() == 250


def test_one_number_is_asked_by_itself(joined, venue):
    joined(registrar="SZTE")
    awaited(venue, numbers(1))
    ((_, kind, _),) = sent()
    assert kind == "claims.claim"


def test_nothing_is_sent_of_what_failed(joined, venue):
    joined(registrar="SZTE")
    with pytest.raises(ZeroDivisionError), together(venue.now):
        actions.ask(
            actor=SYSTEM, now=venue.now, number="CN1", technology=new_id(), about="application:1"
        )
        raise ZeroDivisionError
    assert sent() == []


def test_the_registrar_enters_each_and_answers_each(client, joined, venue):
    network = joined(registrar=None)
    actions.open_term(actor=SYSTEM, now=venue.now)
    taken, free = "CN2021100000018", "CN2021100000026"
    first = Paper(network.known["SDTE"])
    claim = {"claim": str(new_id()), "number": taken, "technology": str(new_id()), "term": 0}
    assert post(client, first.request(first.message("claims.claim", claim))).status_code == 200
    second = Paper(network.known["SZTE"])
    asked = [
        {"kind": "claims.claim", "claim": str(new_id()), "technology": str(new_id()), "term": 0}
        | {"number": number}
        for number in (taken, free)
    ]
    asked.append({"kind": "claims.release", "claim": str(new_id()), "term": 0})
    message = second.message("claims.batch", {"asked": asked}, about="claims:together")
    for _ in range(2):  # asked again: the same
        reply = post(client, second.request(message))
        answers = json.loads(reply.content)["answer"]["answers"]
        assert [sorted(one) for one in answers] == [["entered"], ["entered"], ["refused"]]
        assert answers[2]["refused"]["code"] == "claims.not_claimed"
    entered = {str(row.claim): row.entered for row in BookClaim.objects.filter(venue="SZTE")}
    assert entered == {asked[0]["claim"]: "refused", asked[1]["claim"]: "granted"}


@pytest.mark.parametrize(
    "asked",
    ["all", [1], [{"kind": "claims.final"}], [{"kind": "claims.claim"}] * 201],
    ids=["no list", "no objects", "another kind", "too many"],
)
def test_what_is_no_batch_is_refused_whole(client, joined, venue, asked):
    network = joined(registrar=None)
    paper = Paper(network.known["SZTE"])
    reply = post(client, paper.request(paper.message("claims.batch", {"asked": asked})))
    assert reply.status_code == 422


def test_each_answer_is_taken_in_and_finals_settle_each(client, joined, venue):
    network = joined(registrar="SZTE")
    awaited(venue, numbers(3))
    row = Outgoing.objects.get()
    message = Message.parse(bytes(row.raw))
    other_term = {"code": "claims.other_term", "facts": {"term": 1}}
    answers = [{"entered": True}, {"entered": True}, {"refused": other_term}]
    batches.batch_answered(message, Answer(said={"answers": answers}), venue.now)
    ids = [one["claim"] for one in message.body["asked"]]
    assert [OwnClaim.objects.get(id=id).term for id in ids] == [0, 0, -1]

    paper = Paper(network.known["SZTE"])
    finals = [
        {"claim": ids[0], "term": 0, "outcome": "granted", "holder": ""},
        {"claim": ids[1], "term": 0, "outcome": "refused", "holder": "SDTE"},
    ]
    reply = post(client, paper.request(paper.message("claims.finals", {"finals": finals})))
    assert reply.status_code == 200
    assert [OwnClaim.objects.get(id=id).status for id in ids] == ["final", "lost", "asked"]


def test_claimants_are_told_of_many_in_one_message(client, joined, venue, monkeypatch):
    network = joined(registrar=None)
    actions.open_term(actor=SYSTEM, now=venue.now)
    paper = Paper(network.known["SZTE"])
    asked = [
        {"kind": "claims.claim", "claim": str(new_id()), "technology": str(new_id()), "term": 0}
        | {"number": number}
        for number in numbers(5)
    ]
    post(client, paper.request(paper.message("claims.batch", {"asked": asked})))
    monkeypatch.setattr(actions.queries, "final", lambda: 10**9)
    monkeypatch.setattr(actions.journal, "log_index_of", lambda entry: entry)
    assert actions.tell(actor=SYSTEM, now=venue.now) == 5
    ((to, kind, body),) = sent()
    assert (to, kind, len(body["finals"])) == ("SZTE", "claims.finals", 5)
