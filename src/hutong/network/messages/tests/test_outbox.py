"""The outbox: asked again until answered, in order, and each answer taken in once."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import Refused
from hutong.network.messages import actions, jobs, queries, rules
from hutong.network.messages.kinds import Kind
from hutong.network.messages.models import Outgoing, SilentPeer
from hutong.network.messages.rules import Refusal, Status
from hutong.network.messages.testing import PaperInbox
from hutong.parties.testing import officer
from hutong.transparency.signers import Ed25519Signer

pytestmark = pytest.mark.django_db


@pytest.fixture
def peer(venue):
    """SZTE, on a port of this machine, in a network with us."""
    from hutong.node.keys import make_keyring
    from hutong.venues.testing import join, paper_venue

    make_keyring()
    with PaperInbox(paper_venue("SZTE"), keys_of_us()) as inbox:
        szte = paper_venue("SZTE", url=inbox.url)
        inbox.venue = szte
        join(now=venue.now, at=datetime.now(UTC), others=[szte, paper_venue("SDTE")])
        yield inbox


def keys_of_us():
    from hutong.transparency import queries as log

    keys = [log.keyring().message_signer.public_key]
    return lambda _: keys


@pytest.fixture
def taken_in():
    return []


@pytest.fixture
def sender(taken_in):
    def on_answer(message, answer, now):
        taken_in.append((message.body["n"], answer.said, answer.refused))
        if message.body.get("then") == "fail" and len(taken_in) == 1:
            raise RuntimeError("a fault of ours")

    made = jobs.Sender({"tests.ask": Kind(on_answer=on_answer)}, pool=Inline())
    yield made
    made.close()


class Inline:
    """Runs what is submitted at once: the test's database is this thread's."""

    def submit(self, function, *arguments):
        from concurrent.futures import Future

        future = Future()
        future.set_result(function(*arguments))
        return future

    def shutdown(self, **_): ...


def ask(n=0, about="thing:1", to="SZTE", **body):
    return actions.send(
        actor=SYSTEM,
        now=datetime(2022, 6, 20, 1, tzinfo=UTC),
        to=to,
        about=about,
        kind="tests.ask",
        body={"n": n, **body},
    )


def no_pauses():
    Outgoing.objects.update(next_try_at=datetime(2020, 1, 1, tzinfo=UTC))
    SilentPeer.objects.update(next_try_at=datetime(2020, 1, 1, tzinfo=UTC))


def run(sender, tries=1):
    """Let the sender work, as if the pauses had passed."""
    for _ in range(tries):
        no_pauses()
        sender.run()


def test_a_message_is_sent_and_its_answer_taken_in(peer, sender, taken_in):
    peer.handle = lambda message: {"heard": message.body["n"]}
    id = ask(7)
    sender.run()
    assert taken_in == [(7, {"heard": 7}, None)]
    row = Outgoing.objects.get(id=id)
    assert (row.status, row.tries) == (Status.ANSWERED, 1)
    told = queries.told(rules.Direction.OUT, "SZTE", id)
    assert told.answer == {"answer": {"heard": 7}, "id": str(id)}
    assert b"signature: hutong=" in told.request
    assert list(queries.audit()) == []


def test_what_was_rolled_back_is_never_sent(peer, sender):
    with transaction.atomic():
        ask()
        transaction.set_rollback(True)
    sender.run()
    assert peer.requests == 0


def test_a_line_is_sent_in_order_and_lines_beside_each_other(peer, sender, taken_in):
    for n in range(4):
        ask(n, about="thing:1")
        ask(10 + n, about="thing:2")
    sender.run()
    said = [n for n, _, _ in taken_in]
    assert [n for n in said if n < 10] == [0, 1, 2, 3]
    assert [n for n in said if n >= 10] == [10, 11, 12, 13]
    assert [message.sequence for message in peer.handled if message.subject == "thing:1"] == [
        0,
        1,
        2,
        3,
    ]


@pytest.mark.parametrize("wrong", ["silent", "busy", "unsigned", "forged"])
def test_what_is_no_signed_answer_is_asked_again(peer, sender, taken_in, wrong):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    peer.stranger = Ed25519Signer(Ed25519PrivateKey.generate())
    peer.spoil = lambda number: wrong if number < 3 else None
    ask(1)
    ask(2)
    run(sender, 2)
    assert taken_in == []
    (silence,) = queries.silent()
    assert (silence.venue, silence.waiting) == ("SZTE", 2)
    run(sender, 2)
    assert [n for n, _, _ in taken_in] == [1, 2]
    assert Counter(message.id for message in peer.handled).most_common(1)[0][1] == 1
    assert queries.silent() == []


def test_a_refusal_for_good_is_an_answer(peer, sender, taken_in):
    def refuse(message):
        raise Refused(Refusal.BODY_UNFIT, field="n")

    peer.handle = refuse
    id = ask(1)
    sender.run()
    assert taken_in == [(1, None, "network.body_unfit")]
    assert Outgoing.objects.get(id=id).status == Status.REFUSED


def test_an_answer_that_cannot_be_taken_in_is_asked_for_again(peer, sender, taken_in):
    id = ask(1, then="fail")
    run(sender)
    row = Outgoing.objects.get(id=id)
    assert (row.status, "a fault of ours" in row.problem) == (Status.WAITING, True)
    run(sender)
    assert Outgoing.objects.get(id=id).status == Status.ANSWERED
    assert len(peer.handled) == 1


def test_a_sender_that_dies_before_it_keeps_the_answer_asks_again(peer, sender, taken_in):
    """The process ends between the reply's arrival and the commit: the lease runs out."""
    id = ask(1)
    (due,) = actions.take(datetime.now(UTC), 10)
    tried = jobs.attempt(due, peer.url, [peer.venue.message.public_key], signer(), sender._client)
    assert isinstance(tried.outcome, rules.Answer)
    assert actions.take(datetime.now(UTC), 10) == []
    (again,) = actions.take(datetime.now(UTC) + rules.LEASE + timedelta(seconds=1), 10)
    assert again.message.id == id
    sender._keep(again, tried)
    sender._keep(due, tried)  # and the one thought dead was only slow
    assert len(taken_in) == 1
    assert len(peer.handled) == 1


def signer():
    from hutong.transparency import queries as log

    return log.keyring().message_signer


def test_a_receiver_put_back_from_a_copy_is_told_again(peer, sender, taken_in):
    for n in range(4):
        ask(n)
    sender.run()
    for message in peer.handled[2:]:
        del peer.kept[message.id]
    key = next(iter(peer.expected))
    peer.expected[key] = 2
    ask(4)
    run(sender, 4)
    assert peer.expected[key] == 5
    assert [n for n, _, _ in taken_in] == [0, 1, 2, 3, 4]  # each once, whatever was sent again
    assert Outgoing.objects.filter(again=True).count() == 0
    assert list(queries.audit()) == []


def test_of_a_silent_venue_one_message_is_tried_and_others_are_sent(peer, sender, taken_in):
    for n in range(20):
        ask(n, about=f"thing:{n}", to="SDTE")  # at an address where nobody answers
    ask(99)
    run(sender)
    assert [n for n, _, _ in taken_in] == [99]
    (silence,) = queries.silent()
    assert (silence.venue, silence.waiting) == ("SDTE", 20)
    no_pauses()
    assert len(actions.take(datetime.now(UTC), 50)) == 1


def test_a_silent_venue_is_tried_ever_more_seldom(peer, sender):
    ask(1, to="SDTE")
    now = datetime.now(UTC)
    pauses = []
    for _ in range(12):
        (due,) = actions.take(now, 10)
        actions.postpone(due, why="nobody", silent=True, real_now=now, dice=0.5)
        row = SilentPeer.objects.get()
        pauses.append((row.next_try_at - now).total_seconds())
        assert actions.take(row.next_try_at - timedelta(milliseconds=1), 10) == []
        now = row.next_try_at
    assert pauses == sorted(pauses)
    assert pauses[0] < 3
    assert 200 < pauses[-1] <= rules.LONGEST_PAUSE.total_seconds()


def test_an_officer_may_have_it_tried_at_once(peer, venue):
    ask(1, to="SDTE")
    now = datetime.now(UTC)
    (due,) = actions.take(now, 10)
    actions.postpone(due, why="nobody", silent=True, real_now=now, dice=0.5)
    assert actions.take(now, 10) == []
    actions.hurry(actor=officer("administrator"), now=venue.now, to="SDTE")
    assert len(actions.take(now, 10)) == 1
    with pytest.raises(Refused) as caught:
        actions.hurry(actor=officer("administrator"), now=venue.now, to="SZTE")
    assert caught.value.reason is Refusal.NOT_WAITING


def test_nothing_is_queued_for_strangers_or_beyond_a_mebibyte(peer):
    with pytest.raises(Refused) as caught:
        ask(1, to="HNTE")
    assert caught.value.reason is Refusal.NO_SUCH_MEMBER
    with pytest.raises(Refused) as caught:
        ask(1, text="x" * rules.MAX_BYTES)
    assert caught.value.reason is Refusal.TOO_LARGE
    assert Outgoing.objects.count() == 0
