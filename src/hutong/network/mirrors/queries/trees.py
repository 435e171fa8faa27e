"""
The hashes of a mirrored log, as tiles.
"""

from collections.abc import Iterable

from django.db import connection

from hutong.transparency import merkle, tiles
from hutong.transparency.merkle import HASH_BYTES
from hutong.transparency.tiles import TileId


def nodes(mirror: int) -> merkle.NodeReader:
    """Read nodes of the tree that a mirror has."""
    return tiles.reader(lambda tile: tiles_of(mirror, [tile]).get(tile, b""))


def tiles_of(mirror: int, wanted: Iterable[TileId]) -> dict[TileId, bytes]:
    places = list(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT level, number, hashes FROM network_mirrortile WHERE mirror_id = %s"
            " AND (level, number) IN (SELECT * FROM unnest(%s::smallint[], %s::bigint[]))",
            [mirror, [tile.level for tile in places], [tile.number for tile in places]],
        )
        return {TileId(level, number): bytes(hashes) for level, number, hashes in cursor}


def leaf_hashes(mirror: int, numbers: Iterable[int]) -> dict[int, bytes]:
    """Leaf hashes of bundles by their number."""
    found = tiles_of(mirror, [TileId(0, number) for number in numbers])
    return {tile.number: hashes for tile, hashes in found.items()}


def cut(hashes: bytes) -> list[bytes]:
    """Hashes that stand one after another, each by itself."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
