"""The way up the tree, as it is drawn."""

from hypothesis import given
from hypothesis import strategies as st

from hutong.transparency import path, tiles
from hutong.transparency.merkle import inclusion_proof, leaf_hash, root_of

LEAVES = [leaf_hash(str(n).encode()) for n in range(70)]


@given(st.integers(1, 70), st.data())
def test_every_way_ends_at_the_root_and_covers_the_tree_once(size, data):
    index = data.draw(st.integers(0, size - 1))
    read = tiles.reader(dict(tiles.append(0, {}, LEAVES[:size]).tiles).__getitem__)
    proof = inclusion_proof(index, size, read)
    steps = path.steps(index, size, LEAVES[index], proof)
    assert (steps[-1].parent if steps else LEAVES[index]) == root_of(LEAVES[:size])
    covered = {index}
    for step in steps:
        beside = set(range(step.beside.first, step.beside.last + 1))
        assert not covered & beside
        assert set(range(step.own.first, step.own.last + 1)) == covered
        assert step.own_is_left == (index < step.beside.first)
        covered |= beside
    assert covered == set(range(size))


def test_entry_2_of_5_goes_up_three_steps():
    read = tiles.reader(dict(tiles.append(0, {}, LEAVES[:5]).tiles).__getitem__)
    steps = path.steps(2, 5, LEAVES[2], inclusion_proof(2, 5, read))
    ways = [((s.own.first, s.own.last), (s.beside.first, s.beside.last)) for s in steps]
    assert ways == [((2, 2), (3, 3)), ((2, 3), (0, 1)), ((0, 3), (4, 4))]
    assert [s.own_is_left for s in steps] == [True, False, True]
