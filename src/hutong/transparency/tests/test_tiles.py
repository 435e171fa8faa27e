"""Tiles: growing a tree piece by piece gives what growing it at once gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.transparency.merkle import (
    HASH_BYTES,
    CompactRange,
    OutOfRange,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_inclusion,
)
from hutong.transparency.tiles import (
    WIDTH,
    TileId,
    append,
    edge_ids,
    reader,
    root_at_edge,
    width_at,
)


def hashes(count, start=0):
    return [leaf_hash(n.to_bytes(8)) for n in range(start, start + count)]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 700), max_size=6))
def test_however_a_tree_grows_its_tiles_and_root_are_the_same(steps):
    size, kept = 0, {}
    for step in steps:
        edge = {tile: kept[tile] for tile in edge_ids(size)}
        growth = append(size, edge, hashes(step, size))
        kept |= growth.tiles
        size = growth.size
    assert size == sum(steps)
    assert kept == append(0, {}, hashes(size)).tiles
    assert root_at_edge(size, kept) == root_of(hashes(size))


def test_a_large_tree_has_three_levels_and_proves_any_entry():
    size = WIDTH * WIDTH + 300
    leaves = hashes(size)
    kept = dict(append(0, {}, leaves).tiles)
    assert {tile.level for tile in kept} == {0, 1, 2}
    expected = CompactRange().extend(leaves).root()
    assert root_at_edge(size, kept) == expected
    read = reader(kept.__getitem__)
    for index in (0, 255, 256, 65_535, 65_536, size - 1):
        proof = inclusion_proof(index, size, read)
        verify_inclusion(index=index, size=size, leaf=leaves[index], proof=proof, root=expected)


def test_a_proof_fetches_each_tile_once():
    kept = dict(append(0, {}, hashes(1000)).tiles)
    fetched = []

    def fetch(tile):
        fetched.append(tile)
        return kept[tile]

    inclusion_proof(700, 1000, reader(fetch))
    assert len(fetched) == len(set(fetched)) <= 3


def test_the_edge_is_what_is_partial():
    assert edge_ids(0) == []
    assert edge_ids(255) == [TileId(0, 0)]
    assert edge_ids(256) == [TileId(1, 0)]
    assert edge_ids(257) == [TileId(0, 1), TileId(1, 0)]
    assert width_at(257, TileId(0, 0)) == 256
    assert width_at(257, TileId(0, 1)) == 1
    assert width_at(257, TileId(0, 2)) == 0


def test_an_edge_that_does_not_fit_the_size_is_refused():
    with pytest.raises(OutOfRange, match=r"tile/0/000.p/3 should hold 3 hashes and holds 2"):
        append(3, {TileId(0, 0): b"x" * 2 * HASH_BYTES}, hashes(1))
    with pytest.raises(OutOfRange):
        root_at_edge(3, {})


def test_a_tile_too_short_for_a_node_is_refused():
    read = reader(lambda tile: b"")
    with pytest.raises(OutOfRange, match="too few hashes"):
        read(0, 0)


@pytest.mark.parametrize(
    ("tile", "width", "path"),
    [
        (TileId(0, 0), 256, "tile/0/000"),
        (TileId(0, 67), 1, "tile/0/067.p/1"),
        (TileId(1, 1234067), 256, "tile/1/x001/x234/067"),
        (TileId(3, 1000), 5, "tile/3/x001/000.p/5"),
    ],
)
def test_a_tile_is_served_where_the_specification_says(tile, width, path):
    assert tile.path(width) == path
