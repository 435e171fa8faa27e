"""The inbox: whatever arrives how often, each message acts once; no other message acts at all."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id
from hutong.kit.refusal import Refused
from hutong.network.messages import actions, jobs, queries, rules, signing
from hutong.network.messages.kinds import Kind
from hutong.network.messages.models import Contradicted, Evidence, EvidenceBatch, Incoming, Outgoing
from hutong.network.messages.rules import Refusal, Undecided
from hutong.network.messages.signing import Reply
from hutong.network.messages.testing import Paper
from hutong.node.messaging import KINDS
from hutong.venues import queries as venues

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kinds(monkeypatch, network):
    """`tests.pass_on` does something that can be counted: it queues a message to SDTE."""

    def pass_on(message, now):
        actions.send(
            actor=SYSTEM, now=now, to="SDTE", about="noted:1", kind="tests.noted", body=message.body
        )
        match message.body.get("then"):
            case "refuse":
                raise Refused(Refusal.BODY_UNFIT, field="then")
            case "not yet":
                raise Undecided("the moon is not full")
            case "fail":
                raise RuntimeError("a fault of ours")
        return {"passed": message.body.get("n")}

    monkeypatch.setitem(KINDS, "tests.pass_on", Kind(pass_on, versions=(2, 3)))


def post(client, request, **changed):
    headers = {name: value for name, value in request.headers.items() if name != "content-type"}
    kind = request.headers.get("content-type", "application/json")
    return client.post(
        "/network/inbox", data=request.body, content_type=kind, headers=headers | changed
    )


def passed_on():
    return Outgoing.objects.filter(kind="tests.noted").count()


def message(paper, n=1, **given):
    body = given.pop("body", {"n": n})
    return paper.message("tests.pass_on", body, version=given.pop("version", 2), **given)


def signed_reply(paper, request, response):
    """The reply's body, once its signature was checked as the sender does."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    reply = Reply(response.status_code, response.content, request, headers)
    own = venues.my_code()
    keys = list(venues.keys_of(own).message.values())
    signing.verify_reply(reply, venue=own, keys=lambda _: keys)
    return json.loads(response.content)


def test_a_message_is_handled_and_the_answer_is_signed(client, paper):
    request = paper.request(message(paper, 7))
    response = post(client, request)
    assert response.status_code == 200
    assert signed_reply(paper, request, response)["answer"] == {"passed": 7}
    assert passed_on() == 1


def test_a_message_that_comes_again_gets_the_same_answer_and_does_nothing(client, paper):
    one = message(paper)
    first = post(client, paper.request(one))
    for _ in range(3):
        again = paper.request(one, datetime.now(UTC) + timedelta(seconds=40))
        response = post(client, again)
        assert response.content == first.content
        assert signed_reply(paper, again, response)
    assert passed_on() == 1


def test_the_very_same_request_replayed_does_nothing(client, paper):
    request = paper.request(message(paper))
    assert post(client, request).content == post(client, request).content
    assert passed_on() == 1


def test_messages_of_a_line_are_handled_in_their_order(client, paper):
    first, second, third = (message(paper, n) for n in range(3))
    early = post(client, paper.request(third))
    assert (early.status_code, early.json()["refused"]["facts"]["expected"]) == (409, 0)
    for one in (first, second, first, third, second):
        assert post(client, paper.request(one)).status_code == 200
    assert passed_on() == 3
    assert list(Incoming.objects.order_by("sequence").values_list("message", flat=True)) == [
        first.id,
        second.id,
        third.id,
    ]


def test_lines_do_not_wait_for_each_other(client, paper):
    post(client, paper.request(message(paper, sequence=5)))
    assert post(client, paper.request(message(paper, about="thing:2"))).status_code == 200


def test_two_venues_may_use_one_id(client, paper, network):
    other, id = Paper(network.known["SDTE"]), new_id()
    assert post(client, paper.request(message(paper, id=id))).status_code == 200
    assert post(client, other.request(message(other, id=id))).status_code == 200
    assert passed_on() == 2


def test_what_the_handler_refuses_is_the_answer_and_leaves_nothing(client, paper):
    one = message(paper, body={"then": "refuse"})
    for _ in range(2):
        response = post(client, paper.request(one))
        assert response.status_code == 422
        assert response.json()["refused"]["code"] == "network.body_unfit"
    assert passed_on() == 0
    assert post(client, paper.request(message(paper))).status_code == 200  # its place is taken


def test_what_cannot_be_decided_yet_is_asked_again(client, paper):
    one = message(paper, body={"then": "not yet"})
    for _ in range(2):
        response = post(client, paper.request(one))
        assert (response.status_code, response.json()["refused"]["code"]) == (
            503,
            "network.undecided",
        )
    assert (passed_on(), Incoming.objects.count(), Evidence.objects.count()) == (0, 0, 0)


def test_a_fault_of_ours_keeps_nothing(client, paper):
    client.raise_request_exception = False
    one = message(paper, body={"then": "fail"})
    assert post(client, paper.request(one)).status_code == 500
    assert (passed_on(), Incoming.objects.count()) == (0, 0)


def test_an_unknown_kind_is_refused_for_good(client, paper):
    response = post(client, paper.request(paper.message("tests.unheard")))
    assert (response.status_code, response.json()["refused"]["code"]) == (
        422,
        "network.unknown_kind",
    )


@pytest.mark.parametrize("version", [1, 4])
def test_of_another_version_the_sender_learns_which_are_spoken(client, paper, version):
    refused = post(client, paper.request(message(paper, version=version))).json()["refused"]
    assert refused["code"] == "network.unknown_version"
    assert refused["facts"]["versions"] == [2, 3]


def test_the_version_before_is_spoken_too(client, paper):
    assert post(client, paper.request(message(paper, version=3))).status_code == 200


# -- those who lie ------------------------------------------------------------------------------------------


def refused_as(client, request, code, **changed):
    response = post(client, request, **changed)
    assert response.json()["refused"]["code"] == code
    assert (passed_on(), Incoming.objects.count()) == (0, 0)
    return response


def test_a_forged_message_does_nothing(client, paper, network):
    forged = Paper(replace(network.known["SZTE"], message=network.known["SDTE"].message))
    refused_as(client, forged.request(message(paper)), "network.message_unsigned")


def test_a_message_for_another_venue_does_nothing(client, paper):
    elsewhere = replace(paper, to="SDTE")
    refused_as(client, elsewhere.request(message(elsewhere)), "network.message_not_for_us")


def test_a_message_of_a_stranger_does_nothing(client, paper, network):
    from hutong.venues.testing import paper_venue

    stranger = Paper(paper_venue("HNTE"))
    refused_as(client, stranger.request(message(stranger)), "network.not_in_standing")


def test_a_message_signed_at_another_time_does_nothing(client, paper):
    for seconds in (-400, 400):
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        refused_as(client, paper.request(message(paper, sequence=0), at), "network.message_stale")
    assert post(client, paper.request(message(paper, sequence=0))).status_code == 200


@pytest.mark.parametrize("name", ["hutong-from", "hutong-to", "hutong-message-id"])
def test_headers_and_message_must_agree(client, paper, name):
    request = paper.request(message(paper))
    refused_as(client, request, "network.message_unsigned", **{name: "SDTE"})


def test_a_changed_body_does_nothing(client, paper):
    request = paper.request(message(paper, 1))
    request.body = request.body.replace(b'"n":1', b'"n":2')
    refused_as(client, request, "network.message_unsigned")


def test_a_body_beyond_a_mebibyte_is_not_read(client, paper):
    request = paper.request(message(paper))
    request.body = b"{" + b" " * rules.MAX_BYTES
    assert refused_as(client, request, "network.message_too_large").status_code == 413
    request.body = b"{" + b" " * 3 * rules.MAX_BYTES
    assert refused_as(client, request, "network.message_too_large").status_code == 413


@pytest.mark.parametrize("body", [b"", b"\0", b"[" * 100_000, b"null", b'{"a":1}', b"\xff"])
def test_hostile_bodies_are_answered(client, paper, body):
    request = paper.request(message(paper))
    request.body = body
    assert refused_as(client, request, "network.message_malformed").status_code == 400


def test_a_request_without_any_header_is_answered(client, network):
    response = client.post("/network/inbox", data=b"{}", content_type="text/plain")
    assert response.json()["refused"]["code"] == "network.message_malformed"
    assert client.get("/network/inbox").status_code == 405


def test_a_suspended_venue_is_heard_no_more(client, paper, network, venue):
    from hutong.venues.lists import Kind as Change
    from hutong.venues.testing import take_here

    own = venues.my_code()
    signed = network.make(Change.SUSPEND, "SZTE", by=("SDTE", own))
    take_here(network, signed, now=venue.now)
    refused_as(client, paper.request(message(paper)), "network.not_in_standing")


def test_a_second_message_in_one_place_is_refused_and_named(client, paper):
    post(client, paper.request(message(paper, 1)))
    other = message(paper, 2, sequence=0)
    for _ in range(2):
        response = post(client, paper.request(other))
        assert (response.status_code, response.json()["refused"]["code"]) == (
            409,
            "network.message_contradicted",
        )
    (kept,) = Contradicted.objects.all()
    assert (kept.sender, kept.message, kept.digest) == ("SZTE", other.id, other.digest)
    (entry,) = journal.of_kinds(["network.MessageContradicted"])
    assert entry.facts["sender"] == "SZTE"
    assert passed_on() == 1


def test_one_id_with_two_bodies_is_refused_and_named(client, paper):
    one = message(paper, 1)
    post(client, paper.request(one))
    other = replace(one, body={"n": 2})
    assert post(client, paper.request(other)).status_code == 409
    assert Contradicted.objects.get().kept_digest == one.digest


# -- evidence ------------------------------------------------------------------------------------------------


def test_both_signatures_are_kept_and_the_log_commits_to_them(client, paper, drain):
    from hutong.journal.sealing import verify_opening
    from hutong.network.messages import evidence
    from hutong.node.log import seal

    sent = [message(paper, n) for n in range(5)]
    for one in sent:
        post(client, paper.request(one))
    assert jobs.commit_evidence() == 5
    assert jobs.commit_evidence() == 0
    drain()
    assert queries.told(rules.Direction.IN, "SZTE", sent[3].id).committed.log_index is None
    for entry in journal.published():
        assert "Message" not in entry.kind, "LI-4: that we talk would betray that somebody applied"
    assert seal(datetime.now(UTC))
    drain()
    told = queries.told(rules.Direction.IN, "SZTE", sent[3].id)
    assert told.body == {"n": 3}
    first, _, body = evidence.read(told.request)
    assert (first, body) == ("POST /network/inbox", sent[3].raw)
    found = told.committed
    leaf = evidence.Leaf.of(
        direction=rules.Direction.IN,
        id=told.id,
        peer="SZTE",
        request=told.request,
        reply=told.reply,
    )
    evidence.verify(leaf, index=found.index, size=5, proof=found.proof, root=found.root)
    (entry,) = journal.of_kinds(["network.MessagesCommitted"])
    assert entry.facts["root"] == EvidenceBatch.objects.get().root.hex()
    published = json.loads(journal.leaf_at(found.log_index))
    assert published["kind"] == "journal.Sealed"
    verify_opening(found.opening, bytes.fromhex(published["facts"]["root"]))
    assert found.opening["entry"]["facts"]["root"] == found.root.hex()
    assert list(queries.audit()) == []


def test_batches_come_no_faster_than_the_clock(client, paper, venue):
    real = datetime.now(UTC)
    post(client, paper.request(message(paper)))

    def commit(seconds):
        later = real + timedelta(seconds=seconds)
        return actions.commit_evidence(now=venue.now, real_now=later, seconds=10)

    assert commit(0) == 1
    post(client, paper.request(message(paper)))
    assert commit(5) == 0
    assert commit(10) == 1
