"""
How sealed entries are committed to without telling how many there are (LI-4).

    sealed leaves ─► random slots of a tree of 2^20, all else blank ─► root, published
                                  └ opening: leaf, slot, 20 hashes

The tree is RFC 6962's, of constant size; an opening is an inclusion proof in it. A subtree without
entries stands as a hash made from a secret seed, which nobody can tell from any other: neither root
nor proofs show how full the tree is, and slots are drawn by lot.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hutong.journal.rules import sealed_leaf
from hutong.kit.canonical import canonical

HEIGHT: Final = 20
SLOTS: Final = 1 << HEIGHT
MOST: Final = 100_000  # entries a batch; what is over waits for the next
SEED_BYTES: Final = 32
HASH_BYTES: Final = 32


class OpeningInvalid(ValueError):
    """An opening does not open what was sealed. The message says why."""


_draw = secrets.SystemRandom()


def new_seed() -> bytes:
    return secrets.token_bytes(SEED_BYTES)


def draw_slots(count: int) -> list[int]:
    """Draw `count` different slots by lot."""
    return _draw.sample(range(SLOTS), count)


@dataclass(frozen=True, slots=True)
class Tree:
    """All nodes above some entries, with the siblings needed to prove them: one dict a level."""

    levels: tuple[Mapping[int, bytes], ...]

    @property
    def root(self) -> bytes:
        return self.levels[HEIGHT][0]

    def path(self, slot: int) -> list[bytes]:
        """The siblings that lead from `slot` to the root, leaf side first."""
        return [self.levels[level][(slot >> level) ^ 1] for level in range(HEIGHT)]


def tree(leaves: Mapping[int, bytes], seed: bytes) -> Tree:
    """Build the tree of `leaves`, slot → bytes; what is empty is filled from `seed`."""
    level = {slot: leaf_hash(leaf) for slot, leaf in leaves.items()}
    levels = []
    for height in range(HEIGHT):
        parents = {}
        for number in {slot >> 1 for slot in level}:
            left, right = 2 * number, 2 * number + 1
            for child in (left, right):
                if child not in level:
                    level[child] = _blank(seed, height, child)
            parents[number] = _node_hash(level[left], level[right])
        levels.append(level)
        level = parents
    return Tree((*levels, level or {0: _blank(seed, HEIGHT, 0)}))


def root_from(leaf: bytes, slot: int, path: Iterable[bytes]) -> bytes:
    """The root to which an opening leads. Raises ValueError for a slot or path of no such tree."""
    siblings = list(path)
    if not 0 <= slot < SLOTS:
        raise ValueError(f"there is no slot {slot}")
    if len(siblings) != HEIGHT or any(len(sibling) != HASH_BYTES for sibling in siblings):
        raise ValueError(f"an opening has {HEIGHT} hashes of {HASH_BYTES} bytes")
    result = leaf_hash(leaf)
    for level, sibling in enumerate(siblings):
        right = slot >> level & 1
        result = _node_hash(sibling, result) if right else _node_hash(result, sibling)
    return result


def verify_opening(opening: Mapping[str, Any], root: bytes | None) -> None:
    """Check what journal.Unsealed publishes of one entry against the `root` its batch published.

    `root` is None for an entry sealed before there were batches: its leaf is in the log itself, at
    the index that the opening names. Raises OpeningInvalid and says what does not fit.
    """
    try:
        leaf, entry = opening["leaf"], opening["entry"]
        if sealed_leaf(leaf["at"], opening["salt"], entry) != leaf:
            raise OpeningInvalid("salt and entry do not open the sealed leaf")
        if root is None:
            return
        path = [bytes.fromhex(node) for node in opening["path"]]
        leads_to = root_from(canonical(leaf), opening["slot"], path)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, OpeningInvalid):
            raise
        raise OpeningInvalid(f"{type(error).__name__}: {error}") from error
    if leads_to != root:
        raise OpeningInvalid("the path leads to another root than the batch published")


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _blank(seed: bytes, level: int, number: int) -> bytes:
    return hashlib.sha256(b"\x02" + seed + bytes([level]) + number.to_bytes(4)).digest()
