"""
An inclusion proof as a path up the tree, step by step, for drawing and for telling (RFC 6962, 2.1.1).

    root
     ├───────┐
    own    sibling      each step: the node reached so far, the one beside it, who is left
     …

Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hutong.transparency.merkle import Hash, node_hash


@dataclass(frozen=True, slots=True)
class Node:
    """A subtree: the entries `first` to `last`, and its hash."""

    first: int
    last: int
    hash: Hash

    @property
    def is_leaf(self) -> bool:
        return self.first == self.last


@dataclass(frozen=True, slots=True)
class Step:
    """Two siblings below one parent; `own` holds the entry, `beside` is given by the proof."""

    own: Node
    beside: Node

    @property
    def own_is_left(self) -> bool:
        return self.own.first < self.beside.first

    @property
    def parent(self) -> Hash:
        left, right = (self.own, self.beside) if self.own_is_left else (self.beside, self.own)
        return node_hash(left.hash, right.hash)


def steps(index: int, size: int, leaf: Hash, proof: Sequence[Hash]) -> list[Step]:
    """The way from the leaf to the root, leaf side first. The proof has the length of the way."""
    ways = list(_ways(index, size))
    found: list[Step] = []
    reached = leaf
    for (own, beside), given in zip(ways, proof, strict=True):
        step = Step(Node(*own, reached), Node(*beside, given))
        found.append(step)
        reached = step.parent
    return found


def _ways(index: int, size: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Own and sibling's range of entries (both ends included) at each height, leaf side first."""
    ways = []
    start, end = 0, size
    while end - start > 1:
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        left, right = (start, split - 1), (split, end - 1)
        if index < split:
            ways.append((left, right))
            end = split
        else:
            ways.append((right, left))
            start = split
    return ways[::-1]
