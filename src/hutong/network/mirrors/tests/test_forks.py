"""A log that signs two histories is proven to, with nothing but its key (LO-3)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.network.mirrors import forks
from hutong.network.mirrors.forks import Fork, NoProof
from hutong.network.mirrors.testing import Log
from hutong.transparency import tiles


def nodes(log):
    return tiles.reader(lambda tile: log._tiles()[tile])


def written(log, count, what="x"):
    log.entries += [f"{what} {n}".encode() for n in range(len(log.entries), count)]
    log.sign()
    return log


@settings(max_examples=60)
@given(st.integers(1, 600), st.integers(0, 599), st.integers(1, 600))
def test_two_histories_are_proven_whichever_is_longer(size, at, other):
    one = written(Log(), size)
    two = written(one.forked(min(at, size - 1)), other, "y")
    shorter, longer = sorted([one, two], key=lambda log: log.signed)
    fork = forks.found(shorter.sign(), longer.sign(), nodes(longer))
    same = one.entries[: shorter.signed] == two.entries[: shorter.signed]
    assert (fork is None) is same
    if fork is not None:
        read = Fork.parse(fork.as_json())
        assert [c.size for c in forks.check(read, [one.verifier])] == [
            shorter.signed,
            longer.signed,
        ]


def a_fork():
    one = written(Log(), 300)
    two = written(one.forked(100), 400, "y")
    fork = forks.found(one.sign(), two.sign(), nodes(two))
    return one, fork


def test_a_proof_against_another_venue_is_none():
    _one, fork = a_fork()
    with pytest.raises(NoProof, match="did not sign"):
        forks.check(fork, [Log(code="OTHER").verifier])


def test_an_honest_log_cannot_be_accused():
    one = written(Log(), 300)
    before = one.sign()
    written(one, 400)
    assert forks.found(before, one.sign(), nodes(one)) is None
    fork = Fork(before, one.sign(), b"\0" * 32, ())
    with pytest.raises(NoProof, match="not shown"):
        forks.check(fork, [one.verifier])
    honest = Fork(
        before,
        one.sign(),
        forks.Checkpoint.parse(forks.note.parse(before).text).root,
        tuple(forks.merkle.consistency_proof(300, 400, nodes(one))),
    )
    with pytest.raises(NoProof, match="continues"):
        forks.check(honest, [one.verifier])


@pytest.mark.parametrize("wrong", [None, {}, {"format": "x"}, {"format": "hutong-fork/1"}, []])
def test_what_is_no_proof_cannot_be_read_as_one(wrong):
    with pytest.raises(NoProof):
        Fork.parse(wrong)
