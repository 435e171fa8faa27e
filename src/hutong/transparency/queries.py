"""
What can be asked of the log: its size and checkpoints, proofs, and whether it is as it was signed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from hutong.journal import queries as journal
from hutong.kit.audit import Discrepancy
from hutong.transparency import keys, merkle, note, tiles
from hutong.transparency.bundles import pack
from hutong.transparency.files import read_private
from hutong.transparency.merkle import HASH_BYTES, CompactRange, Hash, leaf_hash
from hutong.transparency.models import SEQUENCER_LOCK, Checkpoint, Tile
from hutong.transparency.proof import LogProof
from hutong.transparency.tiles import TileId
from hutong.transparency.venue_keys import KeyFileInvalid, VenueKeys


class NotYetIncluded(LookupError):
    """No signed checkpoint covers the entry yet; one follows within a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointView:
    """A signed state of the log. `note` is what is published; `signed_at` is real time."""

    size: int
    root: Hash
    note: str
    signed_at: datetime


def keyring() -> keys.Keyring:
    """The keyring of the venue this process serves, opened again when its file has changed.

    Raises KeysUnusable.
    """
    path = keys_directory() / keys.KEYRING
    changed_ns = path.stat().st_mtime_ns if path.exists() else 0
    return _keyring(keys_directory(), changed_ns)


def public_keys() -> VenueKeys:
    """This venue's public keys, from its key file; no passphrase needed. Raises KeysUnusable."""
    path = keys_directory() / keys.PUBLIC
    try:
        return _parsed(path, path.stat().st_mtime_ns)
    except (OSError, KeyFileInvalid) as error:
        raise keys.KeysUnusable(f"{path} is not the venue's key file: {error}") from error


@lru_cache(maxsize=16)
def _parsed(path: Path, changed_ns: int) -> VenueKeys:
    return VenueKeys.parse(read_private(path))


def revocation_lists(real_now: datetime) -> dict[str, bytes]:
    """The lists (CRL, DER) of the venue's certificate authorities, by key id. Raises KeysUnusable."""
    held = keyring()
    return _lists(held, held.listed_at(real_now))


@lru_cache(maxsize=16)
def _lists(held: keys.Keyring, made_at: datetime) -> dict[str, bytes]:
    return held.revocation_lists(made_at)


def keys_directory() -> Path:
    return Path(settings.STATE) / "keys"


@lru_cache(maxsize=16)
def _keyring(directory: Path, changed_ns: int) -> keys.Keyring:
    return keys.Keyring(directory, keys.find_passphrase(directory))


def checkpoint() -> CheckpointView | None:
    """The latest signed checkpoint, or None when nothing was ever signed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT size, root, note, signed_at FROM transparency_checkpoint"
            " ORDER BY size DESC LIMIT 1"
        )
        row = cursor.fetchone()
    if row is None:
        return None
    size, root, text, signed_at = row
    return CheckpointView(size=size, root=bytes(root), note=text, signed_at=signed_at)


def checkpoints(before: int | None = None, limit: int = 50) -> list[CheckpointView]:
    """Signed checkpoints, latest first; `before` a size."""
    rows = Checkpoint.objects.order_by("-size")
    if before is not None:
        rows = rows.filter(size__lt=before)
    return [_view(row) for row in rows[:limit]]


def checkpoint_of(size: int) -> CheckpointView | None:
    row = Checkpoint.objects.filter(size=size).first()
    return _view(row) if row else None


def signed_sizes(*, after: int = 0, upto: int | None = None, limit: int | None = None) -> list[int]:
    """Sizes at which the log was signed, smallest first."""
    rows = Checkpoint.objects.filter(size__gt=after).order_by("size")
    if upto is not None:
        rows = rows.filter(size__lte=upto)
    return list(rows.values_list("size", flat=True)[:limit])


def tile(level: int, number: int, width: int) -> bytes:
    """The first `width` hashes of a tile. Raises LookupError beyond what is signed."""
    wanted = TileId(level, number)
    _check_signed(wanted, width)
    return fetch_tiles([wanted])[wanted][: width * HASH_BYTES]


def bundle(number: int, width: int) -> bytes:
    """The first `width` entries of a bundle. Raises LookupError beyond what is signed."""
    _check_signed(TileId(0, number), width)
    start = number * tiles.WIDTH
    return pack(journal.leaves(start, start + width))


def _check_signed(tile: TileId, width: int) -> None:
    latest = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first()
    if latest is None or not 0 < width <= tiles.width_at(latest, tile):
        raise LookupError(tile.path(width))


def tree_size() -> int:
    """How many entries the tree has, signed or not."""
    last = Tile.objects.filter(level=0).order_by("-number").first()
    return 0 if last is None else last.number * tiles.WIDTH + len(last.hashes) // HASH_BYTES


def edge(size: int) -> dict[TileId, bytes]:
    """The partial tiles at the right edge of the stored tree."""
    return fetch_tiles(tiles.edge_ids(size))


def fetch_tiles(wanted: Iterable[TileId]) -> dict[TileId, bytes]:
    """Those of `wanted` that are stored."""
    places = list(wanted)
    with connection.cursor() as cursor:  # by hand: proofs are served many times a second
        cursor.execute(
            "SELECT level, number, hashes FROM transparency_tile WHERE (level, number) IN"
            " (SELECT * FROM unnest(%s::smallint[], %s::bigint[]))",
            [[tile.level for tile in places], [tile.number for tile in places]],
        )
        return {TileId(level, number): bytes(hashes) for level, number, hashes in cursor}


def node_reader(*, at_once: Iterable[TileId] = ()) -> merkle.NodeReader:
    """Read nodes of the stored tree; the tiles `at_once` are fetched together, others when needed."""
    fetched = fetch_tiles(at_once)
    return tiles.reader(lambda tile: fetched.get(tile) or fetch_tiles([tile]).get(tile, b""))


def log_proof(index: int) -> LogProof:
    """Prove that entry `index` is in the latest signed log. Raises NotYetIncluded, OutOfRange."""
    latest = checkpoint()
    if latest is None or index >= latest.size:
        size = latest.size if latest else 0
        raise NotYetIncluded(f"entry {index} is not under a signed checkpoint yet (size {size})")
    read = node_reader(at_once=tiles.ids_for_proof(index, latest.size))
    path = merkle.inclusion_proof(index, latest.size, read)
    return LogProof(index, tuple(path), latest.note)


def consistency(old: int, new: int) -> list[Hash]:
    """Prove that the log of `new` entries begins with that of `old`. Raises OutOfRange."""
    return merkle.consistency_proof(old, new, node_reader())


def root_at(size: int) -> Hash:
    """The root of the log when it had `size` entries. Raises OutOfRange."""
    return merkle.root(size, node_reader())


def audit() -> Iterator[Discrepancy]:
    """Compute the tree again from the entries, and compare tiles, places and signed checkpoints.

    Then the keys and the witnesses with what was decided about them.
    """
    from hutong.transparency.cosigning.audit import audit as audit_cosigning  # which use this file
    from hutong.transparency.keeping.audit import audit as audit_keys

    signed = {row.size: row for row in Checkpoint.objects.order_by("size")}
    public, known = _public_keys()
    if known is not None:
        yield known
    computed = CompactRange()
    yield from _audit_checkpoint(signed, computed, public)
    size = tree_size()
    rows = journal.published()
    for number in range(-(-size // tiles.WIDTH)):
        stored = fetch_tiles([TileId(0, number)]).get(TileId(0, number), b"")
        for place in range(number * tiles.WIDTH, min((number + 1) * tiles.WIDTH, size)):
            row = next(rows, None)
            if row is None:
                yield Discrepancy("transparency.tile", f"{place} entries", f"{size} hashes")
                return
            hashed = leaf_hash(row.leaf)
            start = place % tiles.WIDTH * HASH_BYTES
            yield from _audit_place(row, place, hashed, stored[start : start + HASH_BYTES])
            computed = computed.extend([hashed])
            yield from _audit_checkpoint(signed, computed, public)
    for beyond in sorted(n for n in signed if n > size):
        yield Discrepancy(
            f"transparency.checkpoint {beyond}", f"a tree of {beyond}", f"a tree of {size}"
        )
    yield from _audit_upper_tiles(size)
    yield from _audit_memory(public)
    yield from audit_keys()
    yield from audit_cosigning()


def _audit_place(
    row: journal.Published, place: int, hashed: Hash, stored: bytes
) -> Iterator[Discrepancy]:
    name = f"entry {row.entry} ({row.kind}) at log index {place}"
    if row.log_index != place:
        yield Discrepancy(f"journal.position {name}", f"index {place}", f"index {row.log_index}")
    if row.leaf_hash != hashed:
        yield Discrepancy(
            f"journal.entry {name} leaf", f"hash {row.leaf_hash.hex()}", f"hash {hashed.hex()}"
        )
    if stored != hashed:
        yield Discrepancy(f"transparency.tile of {name}", f"hash {hashed.hex()}", stored.hex())


def _audit_checkpoint(
    signed: Mapping[int, Checkpoint], computed: CompactRange, public: VenueKeys | None
) -> Iterator[Discrepancy]:
    row = signed.get(computed.size)
    if row is None:
        return
    place, root = f"transparency.checkpoint {row.size}", computed.root()
    if bytes(row.root) != root:
        yield Discrepancy(f"{place} root", root.hex(), bytes(row.root).hex())
    try:
        written = note.Checkpoint.parse(note.parse(row.note).text)
        if (written.size, written.root) != (row.size, root):
            yield Discrepancy(f"{place} note", f"{row.size} {root.hex()}", written.text())
        if public is not None and not note.parse(row.note).verified_by(public.every_log_key()):
            yield Discrepancy(f"{place} note", "the venue's signature", "none of its keys")
    except note.NoteInvalid as error:
        yield Discrepancy(f"{place} note", "a signed checkpoint", str(error))


def _audit_upper_tiles(size: int) -> Iterator[Discrepancy]:
    """Every tile above the leaves follows from the full tiles below it."""
    level = 0
    while count := size >> (tiles.HEIGHT * (level + 1)):
        for number in range(-(-count // tiles.WIDTH)):
            upper = TileId(level + 1, number)
            width = tiles.width_at(size, upper)
            below = [TileId(level, number * tiles.WIDTH + n) for n in range(width)]
            found = fetch_tiles(below)
            expected = b"".join(tiles.perfect_root(found.get(tile, b"")) for tile in below)
            stored = fetch_tiles([upper]).get(upper, b"")[: len(expected)]  # it may grow meanwhile
            if stored != expected:
                yield Discrepancy(
                    f"transparency.tile {upper.path(width)}",
                    merkle.leaf_hash(expected).hex(),
                    merkle.leaf_hash(stored).hex(),
                )
        level += 1


def _audit_memory(public: VenueKeys | None) -> Iterator[Discrepancy]:
    """What the signer remembers must be the newest checkpoint of the table."""
    path = keys_directory() / keys.SIGNED
    if public is None:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
        kept = checkpoint()
        try:
            last = note.open_checkpoint(read_private(path), *public.every_log_key())
        except (OSError, note.NoteInvalid) as error:
            yield Discrepancy(f"{path}", "the last signed checkpoint", str(error))
            return
    size, root = (kept.size, kept.root) if kept else (0, merkle.EMPTY_ROOT)
    if (last.size, last.root) != (size, root):
        yield Discrepancy(
            f"{path}",
            f"size {size}, root {root.hex()} (the newest checkpoint stored)",
            f"size {last.size}, root {last.root.hex()} (the newest signed)",
        )


def _public_keys() -> tuple[VenueKeys | None, Discrepancy | None]:
    if not (keys_directory() / keys.KEYRING).exists():
        return None, None  # a venue without keys has signed nothing
    try:
        return public_keys(), None
    except keys.KeysUnusable as error:
        return None, Discrepancy("keys/public.json", "the venue's public keys", str(error))


def _view(row: Checkpoint) -> CheckpointView:
    return CheckpointView(
        size=row.size, root=bytes(row.root), note=row.note, signed_at=row.signed_at
    )
