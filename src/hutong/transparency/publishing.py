"""
The log as static files: what a CDN carries, and what anybody can make again from the journal.

    signed checkpoints ─► tiles and bundles they need, blobs ─► checkpoint, last

Full tiles and bundles stay; a partial one stays until its full one is there (C2SP tlog-tiles), so
every published size can be proven. What the shelf has is known by its checkpoint; a publisher that
died goes on from there. `files` derives all of it from entries and checkpoints alone.
"""

from collections.abc import Iterator, Mapping
from itertools import islice

from django.db import connection, transaction

from hutong.journal import queries as journal
from hutong.kit.audit import Discrepancy
from hutong.kit.canonical import canonical, digest
from hutong.transparency import note, queries, tiles
from hutong.transparency.bundles import Address, pack
from hutong.transparency.cosigning import queries as cosigning
from hutong.transparency.merkle import leaf_hash
from hutong.transparency.shelf import Shelf
from hutong.transparency.tiles import HEIGHT, WIDTH, TileId

PUBLISHER_LOCK = 0x48544C4F48
CHECKPOINT = "checkpoint"
AT_ONCE = 200  # checkpoints


def publish(shelf: Shelf) -> int:
    """Put what was signed since last time on the shelf. Returns how many checkpoints that were.

    One publisher at a time; another returns 0. Raises ShelfAway.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PUBLISHER_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        shown = shelf.get(CHECKPOINT)
        have = _size(shown)
        sizes = queries.signed_sizes(after=have, limit=AT_ONCE)
        for size in sizes:
            for address in _needed(have, size):
                shelf.put(address.path, _served(address))
            for path in _outgrown(have, size):
                shelf.delete(path)
            _publish_blobs(shelf, have, size)
            have = size
        latest = queries.checkpoint_of(have) if have else None
        text = cosigning.with_cosignatures(latest).encode() if latest else None
        if text is not None and text != shown:
            shelf.put(CHECKPOINT, text)
        return len(sizes)


def _needed(have: int, size: int) -> Iterator[Address]:
    """Tiles and bundles that the tree of `size` has and that of `have` had not."""
    level = 0
    while grown := size >> (HEIGHT * level):
        before = have >> (HEIGHT * level)
        for number in range(before >> HEIGHT, -(-grown // WIDTH)):
            width = min(WIDTH, grown - (number << HEIGHT))
            if (number << HEIGHT) + width > before:
                yield Address(level, number, width)
                if not level:
                    yield Address(None, number, width)
        level += 1


def _outgrown(have: int, size: int) -> Iterator[str]:
    """Partial tiles whose full one came between `have` and `size`, of every size signed before."""
    level = 0
    while grown := size >> (HEIGHT * level):
        before = have >> (HEIGHT * level)
        number, partial = divmod(before, WIDTH)
        if partial and grown >> HEIGHT > number:
            kinds = [level] if level else [level, None]
            widths = {
                (signed >> (HEIGHT * level)) - (number << HEIGHT)
                for signed in queries.signed_sizes(
                    after=(number << HEIGHT) << (HEIGHT * level), upto=have
                )
            }
            for kind in kinds:
                for width in sorted(widths & set(range(1, WIDTH))):
                    yield Address(kind, number, width).path
        level += 1


def _served(address: Address) -> bytes:
    if address.level is None:
        return queries.bundle(address.number, address.width)
    return queries.tile(address.level, address.number, address.width)


def _publish_blobs(shelf: Shelf, have: int, size: int) -> None:
    for name, blob in journal.blobs_of_log(have, size):
        if blob is not None:
            shelf.put(f"content/{name}", canonical(blob))
    for name in journal.erased_in_log(have, size):
        shelf.delete(f"content/{name}")


def _size(shown: bytes | None) -> int:
    return note.Checkpoint.parse(note.parse(shown).text).size if shown else 0


# -- made again from the journal --------------------------------------------------------------------


def files() -> Iterator[tuple[str, bytes]]:
    """Every file of the log as signed, from journal entries and checkpoints alone, checkpoint last."""
    latest = queries.checkpoint()
    if latest is None:
        return
    sizes = [0, *queries.signed_sizes(upto=latest.size)]
    leaves = islice(journal.published(), latest.size)
    size = 0
    edge: dict[TileId, bytes] = {}
    for number in range(-(-latest.size // WIDTH)):
        bundle = [row.leaf for row in islice(leaves, WIDTH)]
        growth = tiles.append(size, edge, [leaf_hash(leaf) for leaf in bundle])
        full = len(bundle) == WIDTH
        widths = [WIDTH] if full else [n - size for n in sizes if n > size]
        for width in widths:
            yield Address(None, number, width).path, pack(bundle[:width])
        size = growth.size
        edge = {**edge, **growth.tiles}
        for tile, hashes in growth.tiles.items():
            if len(hashes) == tiles.FULL:
                yield tile.path(), hashes
                del edge[tile]
    yield from _partial_tiles(edge, sizes)
    for name, blob in journal.blobs_of_log(0, latest.size):
        if blob is not None:
            yield f"content/{name}", canonical(blob)
    yield CHECKPOINT, cosigning.with_cosignatures(latest).encode()


def _partial_tiles(edge: Mapping[TileId, bytes], sizes: list[int]) -> Iterator[tuple[str, bytes]]:
    """The tiles still growing, in each width that some checkpoint needed."""
    for tile, hashes in edge.items():
        for width in sorted({tiles.width_at(size, tile) for size in sizes} - {0}):
            yield tile.path(width), hashes[: width * 32]


def rebuild(shelf: Shelf) -> int:
    """Write every file anew and take away what is not of the log. Returns how many there are."""
    wanted = set()
    for path, data in files():
        if shelf.get(path) != data:
            shelf.put(path, data)
        wanted.add(path)
    for path in set(shelf.list()) - wanted:
        shelf.delete(path)
    return len(wanted)


def check(shelf: Shelf) -> Iterator[Discrepancy]:
    """Compare the shelf with the journal, byte for byte."""
    wanted = set()
    for path, data in files():
        found = shelf.get(path)
        if found is None:
            yield Discrepancy(f"log file {path}", f"{len(data)} bytes", "no file")
        elif found != data:
            yield Discrepancy(f"log file {path}", digest(data), digest(found))
        wanted.add(path)
    for path in sorted(set(shelf.list()) - wanted):
        yield Discrepancy(f"log file {path}", "no such file", "a file")
