"""The Merkle tree against its definition, for every small size, and against published values."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.transparency import tiles
from hutong.transparency.merkle import (
    EMPTY_ROOT,
    CompactRange,
    OutOfRange,
    ProofInvalid,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    root_of,
    verify_consistency,
    verify_inclusion,
)

LARGEST = 300
LEAVES = [leaf_hash(f"entry {n}".encode()) for n in range(LARGEST)]

# The eight inputs of the Certificate Transparency reference test, and the roots after each.
CT_INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def by_definition(hashes):
    """RFC 6962, 2.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(by_definition(hashes[:split]), by_definition(hashes[split:]))


ROOTS = [by_definition(LEAVES[:size]) for size in range(LARGEST + 1)]


def stored(size):
    """The reader of a tree of `size` leaves kept as tiles."""
    kept = dict(tiles.append(0, {}, LEAVES[:size]).tiles)
    return tiles.reader(kept.__getitem__)


def test_the_roots_are_those_of_certificate_transparency():
    hashes = [leaf_hash(bytes.fromhex(text)) for text in CT_INPUTS]
    assert [root_of(hashes[: n + 1]).hex() for n in range(8)] == CT_ROOTS


def test_the_empty_tree_has_the_hash_of_nothing():
    assert root_of([]) == EMPTY_ROOT == ROOTS[0]


def test_a_compact_range_gives_the_root_of_every_size():
    range_ = CompactRange()
    for size, hash_ in enumerate(LEAVES):
        assert range_.root() == ROOTS[size]
        range_ = range_.extend([hash_])


def test_a_compact_range_with_missing_peaks_is_refused():
    with pytest.raises(OutOfRange):
        CompactRange(3, (LEAVES[0],))


def test_a_stored_tree_knows_the_root_of_every_size_it_had():
    read = stored(LARGEST)
    assert [root(size, read) for size in range(LARGEST + 1)] == ROOTS


def test_every_entry_is_proven_in_every_tree():
    read = stored(LARGEST)
    for size in range(1, LARGEST + 1):
        for index in {0, 1, size // 3, size // 2, size - 2, size - 1, 255, 256} & set(range(size)):
            proof = inclusion_proof(index, size, read)
            assert len(proof) <= (size - 1).bit_length()
            verify_inclusion(
                index=index, size=size, leaf=LEAVES[index], proof=proof, root=ROOTS[size]
            )


def test_every_tree_is_proven_to_begin_with_every_earlier_one():
    read = stored(LARGEST)
    for new in range(LARGEST + 1):
        for old in {0, 1, 2, new // 3, new // 2, new - 1, new, 255, 256} & set(range(new + 1)):
            verify_consistency(
                old=old,
                old_root=ROOTS[old],
                new=new,
                new_root=ROOTS[new],
                proof=consistency_proof(old, new, read),
            )


@given(st.data())
def test_an_inclusion_proof_fits_nothing_but_its_own_entry_place_and_tree(data):
    size = data.draw(st.integers(2, LARGEST))
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index))
    proof = inclusion_proof(index, size, stored(size))
    broken = data.draw(st.integers(0, len(proof) - 1))
    good = {
        "index": index,
        "size": size,
        "leaf": LEAVES[index],
        "proof": proof,
        "root": ROOTS[size],
    }
    verify_inclusion(**good)
    for change in (
        {"index": other},
        {"leaf": LEAVES[other]},
        {"root": ROOTS[size - 1]},
        {"proof": proof[:-1]},
        {"proof": [*proof, ROOTS[1]]},
        {"proof": [*proof[:broken], LEAVES[other], *proof[broken + 1 :]]},
    ):
        if change == {"proof": proof}:
            continue
        if change.get("proof", [None])[broken : broken + 1] == [proof[broken]] and len(
            change.get("proof", [])
        ) == len(proof):
            continue  # the drawn leaf happens to be the sibling itself
        with pytest.raises(ProofInvalid):
            verify_inclusion(**(good | change))


@given(st.data())
def test_a_consistency_proof_fits_nothing_but_its_own_two_trees(data):
    new = data.draw(st.integers(3, LARGEST))
    old = data.draw(st.integers(1, new - 1))
    proof = consistency_proof(old, new, stored(new))
    good = {"old": old, "old_root": ROOTS[old], "new": new, "new_root": ROOTS[new], "proof": proof}
    verify_consistency(**good)
    for change in (
        {"old_root": LEAVES[-1]},
        {"new_root": LEAVES[-1]},
        {"proof": proof[:-1]},
        {"proof": [*proof, LEAVES[-1]]},
        {"proof": [LEAVES[-1], *proof[1:]]},
    ):
        with pytest.raises(ProofInvalid):
            verify_consistency(**(good | change))


def test_hashes_of_another_length_are_refused():
    with pytest.raises(ProofInvalid, match="31 bytes"):
        verify_inclusion(index=0, size=2, leaf=LEAVES[0], proof=[b"x" * 31], root=ROOTS[2])
    with pytest.raises(ProofInvalid, match="33 bytes"):
        verify_consistency(old=1, old_root=ROOTS[1], new=2, new_root=ROOTS[2], proof=[b"x" * 33])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (0, 2**63)])
def test_what_a_tree_does_not_have_is_not_proven(index, size):
    with pytest.raises(OutOfRange):
        inclusion_proof(index, size, stored(3))
    with pytest.raises(OutOfRange):
        verify_inclusion(index=index, size=size, leaf=LEAVES[0], proof=[], root=ROOTS[1])


def test_a_tree_does_not_begin_with_a_larger_one():
    with pytest.raises(OutOfRange):
        consistency_proof(4, 3, stored(4))
    with pytest.raises(OutOfRange):
        verify_consistency(old=4, old_root=ROOTS[4], new=3, new_root=ROOTS[3], proof=[])


class Vast:
    """A tree of millions, of which only the leaves around some indexes are looked at closely.

    Elsewhere a subtree of 2^12 leaves is a hash of its own number, as if those leaves were there.
    """

    COARSE = 12

    def __init__(self, size, near):
        self.size = size
        self.close = {index >> self.COARSE for index in near}
        self.known = {}

    def read(self, level, number):
        assert (number + 1) << level <= self.size, "only whole subtrees are stored"
        if (level, number) not in self.known:
            self.known[level, number] = self.made(level, number)
        return self.known[level, number]

    def made(self, level, number):
        if level == 0:
            return leaf_hash(number.to_bytes(8))
        if level == self.COARSE and number not in self.close:
            return hashlib.sha256(b"subtree" + number.to_bytes(8)).digest()
        return node_hash(self.read(level - 1, 2 * number), self.read(level - 1, 2 * number + 1))


@settings(deadline=None, max_examples=8)
@given(st.data())
def test_proofs_hold_in_trees_of_millions(data):
    size = data.draw(st.integers(1, 5_000_000))
    old = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, old - 1))
    tree = Vast(size, {index, old - 1, old, size - 1})
    old_root, new_root = root(old, tree.read), root(size, tree.read)
    leaf = tree.read(0, index)
    for count, whole in ((old, old_root), (size, new_root)):
        proof = inclusion_proof(index, count, tree.read)
        assert len(proof) <= (count - 1).bit_length()
        verify_inclusion(index=index, size=count, leaf=leaf, proof=proof, root=whole)
        with pytest.raises(ProofInvalid):
            verify_inclusion(index=index, size=count, leaf=leaf_hash(b""), proof=proof, root=whole)
    proof = consistency_proof(old, size, tree.read)
    verify_consistency(old=old, old_root=old_root, new=size, new_root=new_root, proof=proof)
    with pytest.raises(ProofInvalid):
        verify_consistency(
            old=old, old_root=leaf_hash(b""), new=size, new_root=new_root, proof=proof
        )


# Paths and proofs of the Certificate Transparency reference test, for the eight inputs above.
CT_PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CT_CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


@pytest.mark.parametrize(("index", "size"), CT_PATHS)
def test_inclusion_proofs_are_those_of_certificate_transparency(index, size):
    read = ct_tree(size)
    assert [h.hex() for h in inclusion_proof(index, size, read)] == CT_PATHS[index, size]


@pytest.mark.parametrize(("old", "new"), CT_CONSISTENCY)
def test_consistency_proofs_are_those_of_certificate_transparency(old, new):
    read = ct_tree(new)
    assert [h.hex() for h in consistency_proof(old, new, read)] == CT_CONSISTENCY[old, new]


def ct_tree(size):
    hashes = [leaf_hash(bytes.fromhex(text)) for text in CT_INPUTS[:size]]
    return tiles.reader(tiles.append(0, {}, hashes).tiles.__getitem__)
