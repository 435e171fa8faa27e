"""
The Merkle tree of the public log: hashes, roots, and proofs that convince a stranger (RFC 6962).

    leaves → leaf hashes → perfect subtrees → root
                             └ an inclusion proof: this entry is in the tree of that size
                             └ a consistency proof: the tree of this size begins with that one

Pure: no database, no clock, no network. A stored tree is read through a `NodeReader`, which gives
the hash of the perfect subtree `(level, number)`: leaves [number·2^level, (number+1)·2^level).
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from hutong.kit.refusal import N_

Hash = bytes
NodeReader = Callable[[int, int], Hash]

HASH_BYTES: Final = 32
MAX_SIZE: Final = 2**63 - 1
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


class OutOfRange(ValueError):
    """An index or size that the tree does not have."""


class ProofInvalid(ValueError):
    """The proof does not lead to the root. The message says at which step."""


def leaf_hash(data: bytes) -> Hash:
    """Hash one entry (RFC 6962, 2.1): SHA-256 of 0x00 and its bytes."""
    return hashlib.sha256(_LEAF + data).digest()


def node_hash(left: Hash, right: Hash) -> Hash:
    """Hash two children (RFC 6962, 2.1): SHA-256 of 0x01, left, right."""
    return hashlib.sha256(_NODE + left + right).digest()


def root_of(hashes: Iterable[Hash]) -> Hash:
    """Return the tree hash of these leaf hashes."""
    return CompactRange().extend(hashes).root()


@dataclass(frozen=True, slots=True)
class CompactRange:
    """All that is needed of a tree of `size` leaves to append to it and to know its root.

    `peaks` are the hashes of its maximal perfect subtrees, left to right: one for each 1 bit of
    `size`, largest first.
    """

    size: int = 0
    peaks: tuple[Hash, ...] = ()

    def __post_init__(self) -> None:
        if len(self.peaks) != self.size.bit_count():
            raise OutOfRange(f"a tree of {self.size} has {self.size.bit_count()} peaks")

    def extend(self, hashes: Iterable[Hash]) -> "CompactRange":
        """Append leaf hashes."""
        size, peaks = self.size, list(self.peaks)
        for new in hashes:
            carry, bits = new, size
            while bits & 1:  # like adding one to a binary number: equal subtrees merge
                carry = node_hash(peaks.pop(), carry)
                bits >>= 1
            peaks.append(carry)
            size += 1
        return CompactRange(size, tuple(peaks))

    def extend_perfect(self, level: int, root: Hash) -> "CompactRange":
        """Append 2^level leaves by the root over them; the size must be a multiple of 2^level."""
        if self.size & ((1 << level) - 1):
            raise OutOfRange(f"a tree of {self.size} does not end where {1 << level} leaves begin")
        peaks, bits = list(self.peaks), self.size >> level
        while bits & 1:
            root = node_hash(peaks.pop(), root)
            bits >>= 1
        return CompactRange(self.size + (1 << level), (*peaks, root))

    def root(self) -> Hash:
        return fold_peaks(self.peaks)


def fold_peaks(peaks: Sequence[Hash]) -> Hash:
    """Return the root above perfect subtrees given largest (leftmost) first."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def range_hash(start: int, end: int, read: NodeReader) -> Hash:
    """Return the tree hash of the leaves [start, end), as it stands inside a larger tree.

    `start` must be a place where RFC 6962 splits; every range that a proof names is one.
    """
    peaks = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start & ((1 << level) - 1):
            raise OutOfRange(f"no subtree begins at {start} with {1 << level} leaves")
        peaks.append(read(level, start >> level))
        start += 1 << level
    return fold_peaks(peaks)


def root(size: int, read: NodeReader) -> Hash:
    """Return the root of the stored tree when it had `size` leaves."""
    _check_size(size)
    return range_hash(0, size, read)


def inclusion_proof(index: int, size: int, read: NodeReader) -> list[Hash]:
    """Prove that leaf `index` is in the tree of `size` leaves (RFC 6962, 2.1.1).

    Returns at most ceil(log2(size)) hashes of 32 bytes, leaf side first. Raises OutOfRange.
    """
    _check_size(size)
    if not 0 <= index < size:
        raise OutOfRange(f"a tree of {size} entries has no entry {index}")
    return [range_hash(start, end, read) for start, end in _siblings(index, size)]


def consistency_proof(old: int, new: int, read: NodeReader) -> list[Hash]:
    """Prove that the tree of `new` leaves begins with that of `old` (RFC 6962, 2.1.2).

    Empty when `old` is 0 or equals `new`. Raises OutOfRange.
    """
    _check_size(new)
    if not 0 <= old <= new:
        raise OutOfRange(f"a tree of {new} entries does not begin with {old}")
    if old in (0, new):
        return []
    ranges: list[tuple[int, int]] = []
    start, end, whole = 0, new, True
    while old != end:
        split = start + _split(end - start)
        if old <= split:
            ranges.append((split, end))
            end = split
        else:
            ranges.append((start, split))
            start, whole = split, False
    if not whole:
        ranges.append((start, end))
    return [range_hash(first, last, read) for first, last in reversed(ranges)]


def verify_inclusion(
    *, index: int, size: int, leaf: Hash, proof: Sequence[Hash], root: Hash
) -> None:
    """Check that `leaf` is entry `index` of the tree `root` (RFC 9162, 2.1.3.2).

    Raises ProofInvalid, or OutOfRange when there is no such entry.
    """
    _check_size(size)
    _check_hashes([leaf, root, *proof])
    if not 0 <= index < size:
        raise OutOfRange(f"a tree of {size} entries has no entry {index}")
    node, last, result = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofInvalid(N_("the inclusion proof is longer than the tree is high"))
        if node & 1 or node == last:
            result = node_hash(sibling, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofInvalid(N_("the inclusion proof ends below the root"))
    if result != root:
        raise ProofInvalid(N_("the inclusion proof leads to another root"))


def verify_consistency(
    *, old: int, old_root: Hash, new: int, new_root: Hash, proof: Sequence[Hash]
) -> None:
    """Check that tree `new_root` only appends to tree `old_root` (RFC 9162, 2.1.4.2).

    Raises ProofInvalid, or OutOfRange when `old` is larger than `new`.
    """
    _check_size(new)
    _check_hashes([old_root, new_root, *proof])
    if not 0 <= old <= new:
        raise OutOfRange(f"a tree of {new} entries does not begin with {old}")
    if old in (0, new):
        expected = EMPTY_ROOT if old == 0 else new_root
        if proof:
            raise ProofInvalid(N_("nothing is to be proven, yet there is a proof"))
        if old_root != expected:
            raise ProofInvalid(N_("the older root is not that of its size"))
        return
    hashes = list(proof)
    if old & (old - 1) == 0:  # the old tree is a perfect subtree, so its root begins the proof
        hashes.insert(0, old_root)
    if not hashes:
        raise ProofInvalid(N_("the consistency proof is empty"))
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_result = new_result = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofInvalid(N_("the consistency proof is longer than the tree is high"))
        if node & 1 or node == last:
            old_result = node_hash(sibling, old_result)
            new_result = node_hash(sibling, new_result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new_result = node_hash(new_result, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofInvalid(N_("the consistency proof ends below the root"))
    if old_result != old_root:
        raise ProofInvalid(N_("the consistency proof leads to another older root"))
    if new_result != new_root:
        raise ProofInvalid(N_("the consistency proof leads to another newer root"))


def _siblings(index: int, size: int) -> list[tuple[int, int]]:
    """Ranges of leaves whose hashes prove `index`, leaf side first."""
    ranges = []
    start, end = 0, size
    while end - start > 1:
        split = start + _split(end - start)
        if index < split:
            ranges.append((split, end))
            end = split
        else:
            ranges.append((start, split))
            start = split
    return ranges[::-1]


def _split(count: int) -> int:
    """Largest power of two smaller than `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _check_size(size: int) -> None:
    if not 0 <= size <= MAX_SIZE:
        raise OutOfRange(f"no tree has {size} entries")


def _check_hashes(hashes: Iterable[Hash]) -> None:
    for number, value in enumerate(hashes):
        if len(value) != HASH_BYTES:
            raise ProofInvalid(f"hash {number} has {len(value)} bytes, not {HASH_BYTES}")
