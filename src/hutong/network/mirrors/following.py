"""
Following another venue's log without believing it (LO-3, LO-4).

    a checkpoint ─ signed by its log? ─ the size we have? ─► the same | stale | grown | FORKED
    a stretch of entries ─ each as its hash says? ─ its texts as their digests say? ─► heard

What is served wrongly is refused and asked for again, here or elsewhere. What is *signed* wrongly is
proof against who signed it. No database: nodes and bytes come from the callers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from hutong.network.mirrors import forks
from hutong.network.mirrors.forks import Fork
from hutong.network.mirrors.picture import FetchTexts, Heard, Texts, is_text_of, read_texts
from hutong.network.mirrors.tellings import hear
from hutong.transparency import mirror, note, tiles
from hutong.transparency.bundles import Address, BundleInvalid, pack, unpack
from hutong.transparency.merkle import (
    HASH_BYTES,
    CompactRange,
    NodeReader,
    OutOfRange,
    ProofInvalid,
    leaf_hash,
)
from hutong.transparency.mirror import Fetch, Grown, LogInvalid
from hutong.transparency.note import Checkpoint, NoteInvalid, VerifierKey
from hutong.transparency.tiles import HEIGHT, WIDTH, TileId


class Source(Protocol):
    """Where a log is read: its home, or another venue's mirror of it."""

    name: str

    def fetch(self, path: str) -> bytes:
        """The bytes at `path` below the log's address. Raises LookupError, Unreachable."""
        ...

    def fetch_all(self, paths: Sequence[str]) -> Fetch:
        """A `fetch` that has begun to fetch `paths`, several at once."""
        ...

    def texts(self, digests: Sequence[str]) -> dict[str, bytes | None]:
        """Texts by digest, None for erased ones, without those it has not. Raises Unreachable."""
        ...


@dataclass(frozen=True, slots=True)
class Have:
    """What we know of a log: its tree up to a checkpoint that we verified."""

    tree: CompactRange
    note: str


@dataclass(frozen=True, slots=True)
class News:
    """A checkpoint read against what we have: `grown` or `fork`, or neither when it tells nothing."""

    checkpoint: Checkpoint
    note: str
    grown: Grown | None = None
    fork: Fork | None = None


def look(
    have: Have,
    raw: str,
    *,
    origin: str,
    keys: Sequence[VerifierKey],
    source: Source,
    nodes: NodeReader,
) -> News:
    """Read a checkpoint, and the tree it names from `source`. `nodes`: those of the tree we have.

    Raises NoteInvalid when its log did not sign it, LogInvalid when what is served does not lead to
    it, Unreachable.
    """
    checkpoint = note.open_checkpoint(raw, *keys)
    if checkpoint.origin != origin:
        raise NoteInvalid(f"that is a checkpoint of {checkpoint.origin}, not of {origin}")
    if not have.tree.size:
        if not checkpoint.size:
            return News(checkpoint, raw)
        return News(checkpoint, raw, grown=_grown(have.tree, checkpoint, source))
    if checkpoint.size <= have.tree.size:
        return News(checkpoint, raw, fork=forks.found(raw, have.note, nodes))
    try:
        return News(checkpoint, raw, grown=_grown(have.tree, checkpoint, source))
    except LogInvalid as error:
        fork = _proof_from(source, have, raw, checkpoint)
        if fork is None:
            raise
        del error
        return News(checkpoint, raw, fork=fork)


def _grown(have: CompactRange, checkpoint: Checkpoint, source: Source) -> Grown:
    size = checkpoint.size
    numbers = range(have.size >> HEIGHT, -(-size // WIDTH))
    paths = [TileId(0, n).path(min(WIDTH, size - (n << HEIGHT))) for n in numbers]
    return mirror.grown(have, checkpoint, source.fetch_all(paths))


def _proof_from(source: Source, have: Have, raw: str, checkpoint: Checkpoint) -> Fork | None:
    """The proof that the larger tree does not begin with ours, out of its own tiles."""

    def fetch(tile: TileId) -> bytes:
        width = tiles.width_at(checkpoint.size, tile)
        for path in dict.fromkeys([tile.path(width), tile.path()]):
            try:
                return source.fetch(path)[: width * HASH_BYTES]
            except LookupError:
                continue
        raise LogInvalid(f"{tile.path(width)} is not served, and the checkpoint needs it")

    try:
        return forks.found(have.note, raw, tiles.reader(fetch))
    except (OutOfRange, ProofInvalid, LogInvalid):
        return None  # what is served is of neither tree: it proves nothing against who signed


# -- entries ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bundle:
    number: int
    width: int
    data: bytes


@dataclass(slots=True)
class Stretch:
    """Entries [start, end) as served and checked, and what they said with their texts."""

    start: int
    end: int
    bundles: list[Bundle]
    heard: Heard
    texts: Texts


def stretch(
    start: int,
    end: int,
    *,
    size: int,
    hashes: Callable[[int], bytes],
    source: Source,
    texts: FetchTexts | None = None,
) -> Stretch:
    """Fetch the entries [start, end) of a log of `size`; `hashes`: leaf hashes of a bundle by number.

    Raises LogInvalid for an entry that is not the one in the tree, Unreachable.
    """
    found: list[Bundle] = []
    heard = Heard()
    numbers = range(start >> HEIGHT, -(-end // WIDTH))
    addresses = [Address(None, n, min(WIDTH, size - (n << HEIGHT))) for n in numbers]
    fetch = source.fetch_all([address.path for address in addresses])
    for address in addresses:
        entries, data = _bundle(address, fetch)
        check_bundle(address, entries, hashes(address.number))
        found.append(Bundle(address.number, address.width, data))
        first = address.start
        for index in range(max(start, first), min(end, first + len(entries))):
            heard.take(hear(index, entries[index - first]))
    return Stretch(start, end, found, heard, read_texts(heard, texts or checked_texts(source)))


def _bundle(address: Address, fetch: Fetch) -> tuple[list[bytes], bytes]:
    """A bundle's entries and bytes; a partial one may have given way to the full one."""
    whole = Address(None, address.number)
    for one in dict.fromkeys([address, whole]):
        try:
            data = fetch(one.path)
        except LookupError:
            continue
        try:
            entries = unpack(data, one.width)
        except BundleInvalid as error:
            raise LogInvalid(f"{one.path}: {error}") from error
        if one.width == address.width:
            return entries, data
        return entries[: address.width], pack(entries[: address.width])
    raise LogInvalid(f"{address.path} is not served, and the checkpoint needs it")


def check_bundle(address: Address, entries: Sequence[bytes], hashes: bytes) -> None:
    """Compare entries with the leaf hashes of their tile. Raises LogInvalid and names the first."""
    wanted = hashes[: len(entries) * HASH_BYTES]
    if b"".join([leaf_hash(entry) for entry in entries]) == wanted:
        return
    for place, entry in enumerate(entries):
        if leaf_hash(entry) != wanted[place * HASH_BYTES : (place + 1) * HASH_BYTES]:
            index = address.start + place
            raise LogInvalid(f"{address.path}: entry {index} is not the one in the tree")


def checked_texts(source: Source) -> FetchTexts:
    """The texts of `source` that are what their digests say; others are as if they were not there."""

    def fetch(digests: list[str]) -> dict[str, bytes | None]:
        came = source.texts(digests)
        return {
            digest: came[digest]
            for digest in digests
            if digest in came and ((data := came[digest]) is None or is_text_of(digest, data))
        }

    return fetch
