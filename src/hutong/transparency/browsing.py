"""
Finding one's way in the log: which entry has a hash, and how the log grew.
"""

from datetime import datetime

from django.db import connection, transaction

from hutong.transparency.merkle import HASH_BYTES, Hash
from hutong.transparency.tiles import WIDTH

LONGEST_MS = 3_000


def find_leaf(leaf_hash: Hash) -> int | None:
    """The index of the entry with this leaf hash, or None.

    Leaf tiles are searched, 8 kB at a time, so that appending pays for no further index; a log too
    large for `LONGEST_MS` gives up with OperationalError.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {LONGEST_MS}")
        cursor.execute(
            "SELECT number, hashes FROM transparency_tile"
            " WHERE level = 0 AND position(%s IN hashes) > 0 ORDER BY number",
            [leaf_hash],
        )
        for number, hashes in cursor.fetchall():
            for place in range(0, len(hashes), HASH_BYTES):
                if bytes(hashes[place : place + HASH_BYTES]) == leaf_hash:
                    return int(number) * WIDTH + place // HASH_BYTES
    return None


def growth(points: int = 60) -> list[tuple[datetime, int]]:
    """When (real time) and to what size the log grew: some points, the last among them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(signed_at), max(size) FROM ("
            " SELECT signed_at, size, ntile(%s) OVER (ORDER BY size) AS part"
            " FROM transparency_checkpoint) AS parts GROUP BY part ORDER BY part",
            [points],
        )
        return [(at, int(size)) for at, size in cursor.fetchall()]
