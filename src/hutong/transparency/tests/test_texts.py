"""Texts beside the log, sent many at once (LO-4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.canonical import canonical, digest
from hutong.transparency import texts

NAME = "sha256:" + "0" * 64


@given(st.lists(st.text(max_size=30), unique=True))
def test_what_is_sent_is_what_comes_byte_for_byte(values):
    sent = {digest(data): data for value in values if (data := canonical({"value": value}))}
    answer = texts.write_answers(sent.items())
    assert texts.read_answers(answer) == (sent, set())


def test_erased_and_unknown_ones_are_told_apart():
    answer = texts.write_answers([(NAME, None), (NAME[:-1] + "1", texts.UNKNOWN_TEXT)])
    assert texts.read_answers(answer) == ({NAME: None}, {NAME[:-1] + "1"})


def test_an_answer_ends_after_the_text_that_fills_it():
    large = b'"' + b"x" * texts.MOST_BYTES + b'"'
    answer = texts.write_answers([(NAME, large), (NAME[:-1] + "1", b"{}")])
    assert texts.read_answers(answer) == ({NAME: large}, set())


@pytest.mark.parametrize("asked", [b"sha256:12", b"../../etc", NAME.upper().encode(), b"\xff"])
def test_only_digests_are_asked_for(asked):
    with pytest.raises(ValueError, match="is no digest"):
        texts.read_digests(asked)
    with pytest.raises(ValueError, match="at most"):
        texts.read_digests((NAME + "\n").encode() * 513)
