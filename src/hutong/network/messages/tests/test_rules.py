"""Messages: one form, one place, one answer; whatever is not final is asked again."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.canonical import canonical
from hutong.kit.refusal import Refused
from hutong.network.messages import rules
from hutong.network.messages.rules import (
    Answer,
    GoBack,
    Kept,
    Later,
    Message,
    Refusal,
    Status,
    Verdict,
    judge,
)

MESSAGE = Message(
    id=UUID("01890000-0000-7000-8000-000000000001"),
    sender="SZTE",
    recipient="SHTE",
    subject="claim:CN202110000001",
    sequence=3,
    kind="claims.claim",
    version=1,
    sent_at=datetime(2026, 1, 5, 8, 0, tzinfo=UTC),
    body={"number": "CN202110000001", "名称": "一种方法"},
)
KEPT = Kept(MESSAGE.id, MESSAGE.digest)


def judged(message=MESSAGE, *, same_id=None, same_place=None, expected=3):
    return judge(message, same_id=same_id, same_place=same_place, expected=expected)


def test_a_message_is_read_as_it_was_written():
    assert Message.parse(MESSAGE.raw) == MESSAGE


def test_fields_of_a_later_version_are_passed_over():
    data = json.loads(MESSAGE.raw) | {"priority": "high"}
    assert Message.parse(canonical(data)) == MESSAGE


def changed(**values):
    return canonical(json.loads(MESSAGE.raw) | values)


def without(name):
    data = json.loads(MESSAGE.raw)
    del data[name]
    return canonical(data)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"{" * 200_000,
        b"[" * 500_000,
        MESSAGE.raw + b" ",
        MESSAGE.raw.replace(b'"id":', b'"id":"x","id":'),
        json.dumps(json.loads(MESSAGE.raw), indent=1).encode(),
        changed(format="hutong-message/2"),
        changed(id="01890000000070008000000000000001"),
        changed(id="not a uuid"),
        changed(id=7),
        changed(**{"from": "szte"}),
        changed(to=""),
        changed(to="SHTE\n"),
        changed(subject=""),
        changed(subject="x" * 121),
        changed(subject="a\nb"),
        changed(sequence=-1),
        changed(sequence=True),
        changed(sequence="0"),
        changed(sequence=1.5),
        changed(version=0),
        changed(kind="claim"),
        changed(kind="Claims.claim"),
        changed(sent_at="yesterday"),
        changed(sent_at="2026-01-05T08:00:00"),
        changed(body=[]),
        changed(body={"x": "\0"}),
        b'{"x":NaN}',
        b'{"x":"\\ud800"}',
        *[without(name) for name in ("id", "from", "to", "subject", "sequence", "body", "sent_at")],
    ],
)
def test_what_is_no_message_is_malformed(raw):
    with pytest.raises(Refused) as caught:
        Message.parse(raw)
    assert caught.value.reason is Refusal.MALFORMED


def test_a_backslash_before_u0000_is_no_nul():
    message = replace(MESSAGE, body={"pattern": "\\u0000"})
    assert Message.parse(message.raw) == message


def test_a_message_of_more_than_a_mebibyte_is_too_large():
    with pytest.raises(Refused) as caught:
        Message.parse(changed(body={"x": "y" * rules.MAX_BYTES}))
    assert caught.value.reason is Refusal.TOO_LARGE


@given(st.binary(max_size=400))
def test_hostile_bytes_are_refused_and_nothing_else(raw):
    with pytest.raises(Refused):
        Message.parse(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=5), st.integers(0, 2**53 - 1))
def test_every_message_without_nul_comes_back_the_same(body, sequence):
    message = replace(MESSAGE, body=body, sequence=sequence)
    if "\0" in str(body) or "\\x00" in repr(body):
        return
    assert Message.parse(message.raw) == message


# -- the receiver --------------------------------------------------------------------------------------


def test_the_next_message_of_its_line_is_handled():
    assert judged() is Verdict.HANDLE


def test_a_repeated_message_gets_the_answer_of_then():
    assert judged(same_id=KEPT, same_place=KEPT, expected=4) is Verdict.REPEAT
    assert judged(same_id=KEPT, same_place=KEPT, expected=900) is Verdict.REPEAT


@pytest.mark.parametrize("expected", [0, 2, 4])
def test_a_message_that_is_not_the_next_is_out_of_order(expected):
    assert judged(expected=expected) is Verdict.OUT_OF_ORDER


def test_the_same_id_with_another_body_is_a_contradiction():
    other = replace(MESSAGE, body={"number": "CN202110000002"})
    assert judged(other, same_id=KEPT, same_place=KEPT, expected=4) is Verdict.CONTRADICTION


def test_the_same_id_under_another_number_is_a_contradiction():
    assert judged(replace(MESSAGE, sequence=4), same_id=KEPT, expected=4) is Verdict.CONTRADICTION


def test_another_message_in_a_place_that_is_taken_is_a_contradiction():
    other = replace(MESSAGE, id=UUID("01890000-0000-7000-8000-000000000002"))
    assert judged(other, same_place=KEPT, expected=4) is Verdict.CONTRADICTION


@given(st.lists(st.integers(0, 5), max_size=40))
def test_however_messages_are_delivered_each_is_handled_once_and_in_order(deliveries):
    kept, handled = {}, []
    for sequence in deliveries:
        message = replace(MESSAGE, id=UUID(int=sequence), sequence=sequence)
        verdict = judged(
            message,
            same_id=kept.get(message.id),
            same_place=kept.get(message.id),
            expected=len(handled),
        )
        assert verdict is not Verdict.CONTRADICTION
        if verdict is Verdict.HANDLE:
            kept[message.id] = Kept(message.id, message.digest)
            handled.append(sequence)
    assert handled == list(range(len(handled)))


# -- the sender ------------------------------------------------------------------------------------------


def reply(status, raw, sequence=3):
    return rules.read_reply(MESSAGE.id, sequence, status, raw)


def refusal(reason, id=MESSAGE.id, **facts):
    return rules.refused(id, Refused(reason, **facts), facts)


def test_an_answer_ends_the_asking():
    got = reply(200, rules.answered(MESSAGE.id, {"granted": True}))
    assert got == Answer({"granted": True})
    assert got.status is Status.ANSWERED


def test_a_final_refusal_ends_the_asking_with_its_facts():
    got = reply(422, refusal(Refusal.UNKNOWN_VERSION, kind="claims.claim", versions=[2, 3]))
    assert (got.status, got.refused) == (Status.REFUSED, "network.unknown_version")
    assert got.facts == {"kind": "claims.claim", "versions": [2, 3]}


def test_a_receiver_that_lost_answers_is_told_them_again_from_there():
    raw = refusal(Refusal.OUT_OF_ORDER, subject=MESSAGE.subject, expected=1)
    assert reply(409, raw) == GoBack(1)


@pytest.mark.parametrize(
    ("status", "raw"),
    [
        (500, b""),
        (502, b"<html>Bad gateway</html>"),
        (200, b"<html>Welcome to our wireless network</html>"),
        (200, rules.answered(UUID(int=7), {"granted": True})),
        (200, canonical({"answer": {"granted": True}})),
        (200, canonical({"id": str(MESSAGE.id), "answer": "yes"})),
        (302, rules.answered(MESSAGE.id, {})),
        (422, canonical({"detail": "unprocessable"})),
        (422, refusal(Refusal.BODY_UNFIT, id=None, field="x")),
        (401, refusal(Refusal.STALE, signed_at="1", here_at="2")),
        (403, refusal(Refusal.NOT_IN_STANDING, venue="SZTE")),
        (409, refusal(Refusal.OUT_OF_ORDER, subject="x", expected=4)),
        (409, refusal(Refusal.OUT_OF_ORDER, subject="x", expected=-1)),
        (409, refusal(Refusal.OUT_OF_ORDER, subject="x", expected=True)),
        (409, refusal(Refusal.CONTRADICTED, kept="x")),
    ],
)
def test_whatever_is_not_final_is_asked_again(status, raw):
    assert isinstance(reply(status, raw), Later)


@given(st.integers(100, 599), st.binary(max_size=200))
def test_no_reply_of_strangers_makes_the_sender_fall(status, raw):
    assert isinstance(reply(status, raw), Later)


def test_pauses_grow_to_minutes_and_no_further():
    pauses = [rules.pause(tries, 0.999) for tries in range(30)]
    assert pauses == sorted(pauses)
    assert timedelta(minutes=4) < pauses[-1] <= rules.LONGEST_PAUSE
    assert rules.pause(0, 0.0) == timedelta(seconds=0.5)
