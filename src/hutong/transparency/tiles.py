"""
The tree cut into tiles of 256 hashes, the shape in which it is stored and served (C2SP tlog-tiles).

    level 0: leaf hashes, 256 a tile        level 1: roots of full level-0 tiles        …

A tile holds every eighth level of the tree; what lies between is hashed again when needed. Only
the last tile of each level is partial: together they are the right edge, and all that appending
needs.

Pure: a stored tile is a byte string of 32-byte hashes; callers fetch and keep them.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from hutong.transparency.merkle import (
    HASH_BYTES,
    Hash,
    NodeReader,
    OutOfRange,
    fold_peaks,
    node_hash,
)

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
FULL: Final = WIDTH * HASH_BYTES
_REMEMBERED: Final = 32


class TileId(NamedTuple):
    level: int
    number: int

    def path(self, width: int = WIDTH) -> str:
        """Where the tile is served: `tile/0/x001/234`, partial ones with `.p/<width>`."""
        text = f"tile/{self.level}/{_grouped(self.number)}"
        return text if width == WIDTH else f"{text}.p/{width}"


@dataclass(frozen=True, slots=True)
class Growth:
    """What appending changed: the new size, and each tile touched with all its hashes."""

    size: int
    tiles: Mapping[TileId, bytes]


def edge_ids(size: int) -> list[TileId]:
    """Ids of the partial tiles of a tree of `size` leaves, lowest level first."""
    return [TileId(level, count >> HEIGHT) for level, count in _levels(size) if count % WIDTH]


def ids_for_proof(index: int, size: int) -> set[TileId]:
    """Ids of all tiles from which entry `index` is proven in a tree of `size` leaves."""
    above = {TileId(level, index >> HEIGHT * (level + 1)) for level, _ in _levels(size)}
    return above | set(edge_ids(size))


def width_at(size: int, tile: TileId) -> int:
    """How many hashes `tile` has in a tree of `size` leaves; 0 when it does not exist."""
    count = (size >> (HEIGHT * tile.level)) - (tile.number << HEIGHT)
    return max(0, min(WIDTH, count))


def append(size: int, edge: Mapping[TileId, bytes], hashes: Iterable[Hash]) -> Growth:
    """Append leaf hashes to a tree of `size` leaves whose right edge is `edge`.

    They come one by one, or several in one byte string.
    """
    new = b"".join(hashes)
    grown = size + len(new) // HASH_BYTES
    touched: dict[TileId, bytes] = {}
    level = 0
    while new:
        number, width = divmod(size >> (HEIGHT * level), WIDTH)
        data = (_edge_tile(edge, TileId(level, number), width) if width else b"") + new
        new = b""
        for start in range(0, len(data), FULL):
            tile = data[start : start + FULL]
            touched[TileId(level, number + start // FULL)] = tile
            if len(tile) == FULL:
                new += perfect_root(tile)
        level += 1
    return Growth(grown, touched)


def root_at_edge(size: int, edge: Mapping[TileId, bytes]) -> Hash:
    """Return the root of a tree of `size` leaves from its right edge alone."""
    peaks: list[Hash] = []
    for tile in reversed(edge_ids(size)):
        data = _edge_tile(edge, tile, width_at(size, tile))
        start, width = 0, len(data) // HASH_BYTES
        for bit in reversed(range(HEIGHT)):
            if width >> bit & 1:
                end = start + (HASH_BYTES << bit)
                peaks.append(perfect_root(data[start:end]))
                start = end
    return fold_peaks(peaks)


def perfect_root(hashes: bytes) -> Hash:
    """Return the root over 2^k concatenated hashes."""
    if len(hashes) <= _REMEMBERED * HASH_BYTES:
        return _perfect_root(hashes)
    middle = len(hashes) // 2
    return node_hash(perfect_root(hashes[:middle]), perfect_root(hashes[middle:]))


@lru_cache(maxsize=2048)  # what a partial tile begins with is hashed at each growth, and again
def _perfect_root(hashes: bytes) -> Hash:
    sha256 = hashlib.sha256
    pair = 2 * HASH_BYTES
    while len(hashes) > HASH_BYTES:
        hashes = b"".join(
            [sha256(b"\x01" + hashes[i : i + pair]).digest() for i in range(0, len(hashes), pair)]
        )
    return hashes


def reader(fetch: Callable[[TileId], bytes]) -> NodeReader:
    """Read the tree's nodes out of tiles; each tile is fetched once for the life of the reader.

    `fetch` may return a later, longer state of a tile: hashes are only ever appended.
    """
    fetched: dict[TileId, bytes] = {}

    def read(level: int, number: int) -> Hash:
        tile_level, inner = divmod(level, HEIGHT)
        first = number << inner
        tile = TileId(tile_level, first >> HEIGHT)
        if tile not in fetched:
            fetched[tile] = fetch(tile)
        start = (first % WIDTH) * HASH_BYTES
        hashes = fetched[tile][start : start + (HASH_BYTES << inner)]
        if len(hashes) != HASH_BYTES << inner:
            raise OutOfRange(f"tile {tile.path()} holds too few hashes for node {level}/{number}")
        return perfect_root(hashes)

    return read


def _levels(size: int) -> Iterable[tuple[int, int]]:
    level = 0
    while size:
        yield level, size
        level, size = level + 1, size >> HEIGHT


def _edge_tile(edge: Mapping[TileId, bytes], tile: TileId, width: int) -> bytes:
    data = edge.get(tile, b"")
    if len(data) != width * HASH_BYTES:
        found = len(data) / HASH_BYTES
        raise OutOfRange(f"{tile.path(width)} should hold {width} hashes and holds {found:g}")
    return data


def _grouped(number: int) -> str:
    """Write 1234067 as x001/x234/067."""
    digits = f"{number:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
