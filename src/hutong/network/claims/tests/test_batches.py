"""Many numbers of one application go in one message, each with its own answer (NE-5)."""

import json
from types import SimpleNamespace

import pytest

from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id
from hutong.network.claims import actions, batches, jobs, queries
from hutong.network.claims.models import BookClaim, OwnClaim
from hutong.network.claims.rules import Status
from hutong.network.claims.together import together
from hutong.network.messages.models import Outgoing
from hutong.network.messages.rules import Answer, Message
from hutong.network.messages.testing import Paper
from hutong.network.messages.tests.test_inbox import post
from hutong.venues import queries as venues

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
    assert [(to, kind, len(body["claims"])) for to, kind, body in told] == [
        ("SZTE", "claims.batch", 200),
        ("SZTE", "claims.batch", 50),
    ]
    assert OwnClaim.objects.filter(status=Status.ASKED, term=0).count() == 250


def test_one_number_is_asked_by_itself(joined, venue):
    joined(registrar="SZTE")
    awaited(venue, numbers(1))
    ((_, kind, _),) = sent()
    assert kind == "claims.claim"


def test_nothing_is_sent_of_what_failed(joined, venue):
    joined(registrar="SZTE")
    given = {"actor": SYSTEM, "now": venue.now, "technology": new_id(), "about": "application:1"}

    def fails():
        with together(venue.now):
            actions.ask(**given, number="CN1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
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
        {"claim": str(new_id()), "technology": str(new_id()), "term": 0, "number": number}
        for number in (taken, free)
    ]
    asked.append({"claim": str(new_id()), "technology": str(new_id()), "term": 0, "number": "é"})
    asked.append(asked[1] | {"claim": str(new_id())})  # the same number again, by another claim
    message = second.message("claims.batch", {"claims": asked}, about="claims:together")
    for _ in range(2):  # asked again: the same
        reply = post(client, second.request(message))
        answers = json.loads(reply.content)["answer"]["answers"]
        said = [one["refused"]["code"] if "refused" in one else "entered" for one in answers]
        assert said == ["entered", "entered", "claims.number_unfit", "entered"]
    entered = {str(row.claim): row.entered for row in BookClaim.objects.filter(venue="SZTE")}
    assert entered == {
        asked[0]["claim"]: "refused",
        asked[1]["claim"]: "granted",
        asked[3]["claim"]: "refused",
    }
    (granted, kept) = journal.of_kinds(["network.ClaimGranted"])
    assert {granted.facts["venue"], kept.facts["venue"]} == {"SDTE", "SZTE"}


@pytest.mark.parametrize(
    "asked",
    ["all", [1], [{}] * 201],
    ids=["no list", "no objects", "too many"],
)
def test_what_is_no_batch_is_refused_whole(client, joined, venue, asked):
    network = joined(registrar=None)
    paper = Paper(network.known["SZTE"])
    reply = post(client, paper.request(paper.message("claims.batch", {"claims": asked})))
    assert reply.status_code == 422


def test_each_answer_is_taken_in_and_finals_settle_each(client, joined, venue):
    network = joined(registrar="SZTE")
    awaited(venue, numbers(3))
    row = Outgoing.objects.get()
    message = Message.parse(bytes(row.raw))
    other_term = {"code": "claims.other_term", "facts": {"term": 1}}
    answers = [{"entered": True}, {"entered": True}, {"refused": other_term}]
    batches.batch_answered(message, Answer(said={"answers": answers}), venue.now)
    ids = [one["claim"] for one in message.body["claims"]]
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
        {"claim": str(new_id()), "technology": str(new_id()), "term": 0, "number": number}
        for number in numbers(5)
    ]
    post(client, paper.request(paper.message("claims.batch", {"claims": asked})))
    monkeypatch.setattr(queries, "final", lambda: 10**9)
    monkeypatch.setattr(journal, "log_index_of", lambda entry: entry)
    assert actions.tell(actor=SYSTEM, now=venue.now) == 5
    ((to, kind, body),) = sent()
    assert (to, kind, len(body["finals"])) == ("SZTE", "claims.finals", 5)


def test_of_an_application_at_the_registrar_itself_each_is_entered_at_once(joined, venue):
    joined(registrar=None)
    actions.open_term(actor=SYSTEM, now=venue.now)
    awaited(venue, numbers(3))
    assert sent() == []
    assert set(BookClaim.objects.values_list("entered", flat=True)) == {"granted"}
    assert BookClaim.objects.count() == OwnClaim.objects.filter(term=0, status="asked").count() == 3


def test_what_another_application_here_has_claimed_is_lost_to_ourselves(joined, venue):
    joined(registrar="SZTE")
    first, second = new_id(), new_id()
    given = {"actor": SYSTEM, "now": venue.now, "about": "right_application:1"}
    assert actions.ask_many(**given, numbers={first: "CN1"}) == {}
    assert actions.ask_many(**given, numbers={first: "CN1"}) == {}, "asked again"
    lost = actions.ask_many(**given, numbers={second: "CN1", first: "CN1", new_id(): "?"})
    assert sorted(lost.values()) == ["", venues.my_code()]
    assert OwnClaim.objects.count() == 1


def test_a_long_answer_goes_as_it_was_signed_though_the_asker_would_take_it_pressed(
    client, joined, venue
):
    network = joined(registrar=None)
    actions.open_term(actor=SYSTEM, now=venue.now)
    paper = Paper(network.known["SZTE"])
    asked = [
        {"claim": str(new_id()), "technology": str(new_id()), "term": 0, "number": number}
        for number in numbers(200)
    ]
    request = paper.request(paper.message("claims.batch", {"claims": asked}))
    reply = post(client, request, **{"accept-encoding": "gzip"})
    assert len(reply.content) > 1_000
    assert "Content-Encoding" not in reply
    assert len(json.loads(reply.content)["answer"]["answers"]) == 200
