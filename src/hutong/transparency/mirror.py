"""
Following a log without believing it: what it serves is checked before any of it is passed on (LO-3).

    have (size, peaks) ─► checkpoint, signed ─► tiles: the same history, longer ─► entries, each in its tile

`grown` proves with level-0 tiles alone that the tree of a checkpoint begins with the tree we have;
`entries` then reads the bundles and compares each entry with its hash. Whoever keeps `Grown.tree`
resumes from there and misses nothing (LO-4).

Pure: bytes come from a `Fetch`; the caller checks the checkpoint's signature (`note`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from hutong.transparency.bundles import Address, BundleInvalid, unpack
from hutong.transparency.merkle import HASH_BYTES, MAX_SIZE, CompactRange, leaf_hash
from hutong.transparency.note import Checkpoint
from hutong.transparency.tiles import FULL, HEIGHT, WIDTH, perfect_root

Fetch = Callable[[str], bytes]
"""Path below the log's address → bytes. Raises LookupError when there is no such thing."""

MAX_STEP: Final = 1 << 24  # entries taken in at once; further ones by the checkpoints between


class LogInvalid(Exception):
    """The log serves what its checkpoint does not cover. The message names what and where."""


@dataclass(frozen=True, slots=True)
class Grown:
    """A tree known to continue ours: leaf hashes from index `start` on, and the tree they lead to."""

    start: int
    leaf_hashes: bytes
    tree: CompactRange


def grown(have: CompactRange, checkpoint: Checkpoint, fetch: Fetch) -> Grown:
    """Check that the log of `checkpoint` continues the tree we have. Raises LogInvalid.

    Reads each level-0 tile from the one in which we stand.
    """
    size = checkpoint.size
    if size > MAX_SIZE or size - have.size > MAX_STEP:
        raise LogInvalid(f"checkpoint {size} is {size - have.size} entries on from {have.size}")
    if size < have.size:
        raise LogInvalid(f"checkpoint {size} is shorter than the {have.size} entries seen before")
    tree, parts = have, []
    numbers = range(have.size >> HEIGHT, -(-size // WIDTH)) if size > have.size else ()
    for number in numbers:
        width = min(WIDTH, size - (number << HEIGHT))
        tile = _tile(Address(0, number, width), fetch)
        tile = tile[(tree.size - (number << HEIGHT)) * HASH_BYTES :]
        tree = (
            tree.extend_perfect(HEIGHT, perfect_root(tile))
            if len(tile) == FULL
            else _each(tree, tile)
        )
        parts.append(tile)
    if tree.root() != checkpoint.root:
        what = "is another history than ours" if have.size else "is not that of its tiles"
        raise LogInvalid(
            f"checkpoint {size} {what}: its root is {checkpoint.root.hex()}, "
            f"and tiles from entry {have.size} on lead to {tree.root().hex()}"
        )
    return Grown(have.size, b"".join(parts), tree)


def entries(new: Grown, fetch: Fetch) -> Iterator[tuple[int, bytes]]:
    """Yield (index, bytes) of the entries `new` brought, each checked. Raises LogInvalid."""
    start, size, hashes = new.start, new.tree.size, new.leaf_hashes
    for number in range(start >> HEIGHT, -(-size // WIDTH)):
        first = number << HEIGHT
        address = Address(None, number, min(WIDTH, size - first))
        bundle = _bundle(address, fetch)
        at = max(start, first)
        place = (at - start) * HASH_BYTES
        for index, entry in enumerate(bundle[at - first :], at):
            if leaf_hash(entry) != hashes[place : place + HASH_BYTES]:
                raise LogInvalid(f"{address.path}: entry {index} is not the one in the tree")
            place += HASH_BYTES
            yield index, entry


def _each(tree: CompactRange, tile: bytes) -> CompactRange:
    return tree.extend(tile[n : n + HASH_BYTES] for n in range(0, len(tile), HASH_BYTES))


def _tile(address: Address, fetch: Fetch) -> bytes:
    tile, path = _fetched(address, fetch)
    full = WIDTH if path != address.path else address.width
    if len(tile) != full * HASH_BYTES:
        raise LogInvalid(f"{path} holds {len(tile)} bytes, not {full} hashes of {HASH_BYTES}")
    return tile[: address.width * HASH_BYTES]


def _bundle(address: Address, fetch: Fetch) -> list[bytes]:
    bundle, path = _fetched(address, fetch)
    count = WIDTH if path != address.path else address.width
    try:
        return unpack(bundle, count)[: address.width]
    except BundleInvalid as error:
        raise LogInvalid(f"{path}: {error}") from error


def _fetched(address: Address, fetch: Fetch) -> tuple[bytes, str]:
    """A partial tile may be gone once the full one is there (tlog-tiles)."""
    whole = Address(address.level, address.number)
    for path in dict.fromkeys([address.path, whole.path]):
        try:
            return fetch(path), path
        except LookupError:
            continue
    raise LogInvalid(f"{address.path} is not served, and the checkpoint needs it")
