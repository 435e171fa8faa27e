"""Batches of evidence: each exchange is proven under the root the log commits to."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.network.messages import evidence
from hutong.network.messages.evidence import Leaf, Tree
from hutong.network.messages.rules import Direction
from hutong.transparency.merkle import ProofInvalid


def leaf(number):
    return Leaf.of(
        direction=Direction.OUT if number % 2 else Direction.IN,
        id=UUID(int=number),
        peer="SHTE",
        request=b"asked %d" % number,
        reply=b"said %d" % number,
    )


@given(st.integers(1, 40), st.randoms())
def test_every_exchange_of_a_batch_is_proven_and_no_other(count, random):
    leaves = [leaf(n) for n in range(count)]
    random.shuffle(leaves)
    tree = Tree.of(leaves)
    assert tree == Tree.of([leaf(n) for n in range(count)])
    for index, one in enumerate(tree.leaves):
        proof = tree.proof(index)
        evidence.verify(one, index=index, size=count, proof=proof, root=tree.root)
        other = replace(one, reply="sha256:" + "0" * 64)
        with pytest.raises(ProofInvalid):
            evidence.verify(other, index=index, size=count, proof=proof, root=tree.root)


def test_the_bytes_that_are_kept_have_one_form():
    kept = evidence.written(
        "200", {"Signature": "x", "Content-Type": "y"}, ("content-type", "signature"), b"{}"
    )
    assert kept == b"200\ncontent-type: y\nsignature: x\n\n{}"
    assert evidence.read(kept) == ("200", {"content-type": "y", "signature": "x"}, b"{}")
