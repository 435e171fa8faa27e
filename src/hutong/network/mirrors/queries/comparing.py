"""
Whether mirrors are what they should be: derived again from the entries and texts they hold.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from hutong.kit.audit import Discrepancy
from hutong.network.mirrors import gaps as gaps_
from hutong.network.mirrors.forks import NoProof, check
from hutong.network.mirrors.models import Mirror, MirrorBundle, MirroredThing, MirrorText
from hutong.network.mirrors.picture import (
    Fields,
    Leaf,
    Standing,
    Thing,
    digest_of_picture,
    is_text_of,
    parse,
    whole,
)
from hutong.network.mirrors.queries.standing import forks, is_frozen, mirror
from hutong.network.mirrors.queries.trees import cut, leaf_hashes
from hutong.network.mirrors.tellings import hear
from hutong.transparency import note, tiles
from hutong.transparency.bundles import unpack
from hutong.transparency.merkle import HASH_BYTES, CompactRange, Hash, leaf_hash
from hutong.venues import queries as venues


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A mirror beside what is derived again from the entries and texts it holds."""

    code: str
    size: int
    root: Hash
    root_derived: Hash | None  # None: not everything has come
    picture: str
    picture_derived: str | None

    @property
    def equal(self) -> bool:
        return self.root == self.root_derived and self.picture == self.picture_derived


def compare(code: str) -> Comparison | None:
    """Derive a mirror's root and picture again, forward from its first entry; None: no mirror.

    Two mirrors of one log that have the same size have the same root and the same picture.
    """
    view = mirror(code)
    if view is None:
        return None
    complete = view.missing == 0
    derived = CompactRange().extend(leaf_hash(entry) for _, entry in entries(view.id))
    return Comparison(
        code=code,
        size=view.size,
        root=view.root,
        root_derived=derived.root() if complete else None,
        picture=picture_digest(view.id),
        picture_derived=digest_of_picture(derived_picture(view.id)) if complete else None,
    )


def picture_digest(mirror: int) -> str:
    """The digest of the picture as it is stored."""
    return digest_of_picture(stored_picture(mirror))


def stored_picture(mirror: int) -> Iterator[tuple[Thing, Fields]]:
    rows = MirroredThing.objects.filter(mirror=mirror).order_by("id")
    for kind, thing, fields in rows.values_list("kind", "thing", "fields").iterator(2000):
        if fields:
            yield Thing(kind, str(thing)), fields


def derived_picture(mirror: int) -> Iterator[tuple[Thing, Fields]]:
    """The picture that the entries and texts held give, read forward from the first."""

    def fetch(digests: list[str]) -> dict[str, bytes | None]:
        rows = MirrorText.objects.filter(mirror=mirror, digest__in=digests)
        found = rows.exclude(standing=Standing.WANTED).values_list("digest", "data")
        return {digest: None if data is None else bytes(data) for digest, data in found}

    for thing, fields in whole(entries(mirror), hear, fetch):
        if fields:
            yield thing, json.loads(json.dumps(fields))


def entries(mirror: int, *, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Every entry held from `start` on, in order."""
    rows = MirrorBundle.objects.filter(mirror=mirror, number__gte=start // tiles.WIDTH)
    for row in rows.order_by("number").iterator(chunk_size=50):
        for place, entry in enumerate(unpack(bytes(row.data), row.width)):
            index = row.number * tiles.WIDTH + place
            if index >= start:
                yield index, entry


def audit() -> Iterator[Discrepancy]:
    """Derive each mirror again: entries from bundles, tiles, root, texts and picture; and the forks."""
    for row in Mirror.objects.order_by("id"):
        yield from _audit_tree(row)
        yield from _audit_texts(row)
        yield from _audit_picture(row)
    for found in forks():
        keys = venues.keys_of(found.code)
        if keys is None:
            continue
        try:
            check(found.fork, keys.log)
        except NoProof as error:
            yield Discrepancy(f"network.mirrorfork of {found.origin}", "a proof", str(error))


def said(code: str, naming: UUID, kinds: Collection[str], *, start: int = 0) -> list[Leaf]:
    """What a venue's log says of a thing from an index on, as far as it is held; nothing of a log that
    was rewritten."""
    view = mirror(code)
    if view is None or is_frozen(code):
        return []
    name = str(naming).encode()
    found = (parse(index, entry) for index, entry in entries(view.id, start=start) if name in entry)
    return [leaf for leaf in found if leaf.kind in kinds]


def _audit_tree(row: Mirror) -> Iterator[Discrepancy]:
    place = f"network.mirror {row.code}"
    gaps = gaps_.of_json(row.gaps)
    computed: CompactRange | None = CompactRange()
    for number in range(-(-row.size // tiles.WIDTH)):
        first = number * tiles.WIDTH
        width = min(tiles.WIDTH, row.size - first)
        stored = leaf_hashes(row.id, [number]).get(number, b"")
        if len(stored) != width * HASH_BYTES:
            yield Discrepancy(
                f"{place} tile {number}", f"{width} hashes", f"{len(stored) // HASH_BYTES}"
            )
        computed = computed.extend(cut(stored)) if computed else None
        within = [start for start, end in gaps if start < first + width and first < end]
        due = min([width, *(max(0, start - first) for start in within)])
        bundle_row = MirrorBundle.objects.filter(mirror=row, number=number).first()
        have = bundle_row.width if bundle_row else 0
        if have < due:
            yield Discrepancy(f"{place} bundle {number}", f"{due} entries", f"{have}")
        if bundle_row is not None:
            hashed = [leaf_hash(e) for e in unpack(bytes(bundle_row.data), bundle_row.width)]
            for at, (mine, theirs) in enumerate(zip(hashed, cut(stored), strict=False)):
                if mine != theirs:
                    yield Discrepancy(f"{place} entry {first + at}", theirs.hex(), mine.hex())
    if computed is not None and computed.root() != bytes(row.root):
        yield Discrepancy(f"{place} root", bytes(row.root).hex(), computed.root().hex())
    if row.note:
        signed = note.Checkpoint.parse(note.parse(row.note).text)
        if (signed.size, signed.root) != (row.size, bytes(row.root)):
            yield Discrepancy(f"{place} checkpoint", f"{row.size}", f"{signed.size}")


def _audit_texts(row: Mirror) -> Iterator[Discrepancy]:
    rows = MirrorText.objects.filter(mirror=row, standing=Standing.HELD)
    for digest, data in rows.values_list("digest", "data").iterator(200):
        if not is_text_of(digest, bytes(data)):
            yield Discrepancy(f"network.mirror {row.code} text", digest, "other bytes")


def _audit_picture(row: Mirror) -> Iterator[Discrepancy]:
    derived = dict(derived_picture(row.id))
    for thing, fields in stored_picture(row.id):
        expected = derived.pop(thing, None)
        if expected != fields:
            yield Discrepancy(
                f"network.mirror {row.code} {thing.kind} {thing.id}",
                "nothing" if expected is None else _differing(expected, fields),
                _differing(fields, expected or {}),
            )
    for thing in derived:
        yield Discrepancy(f"network.mirror {row.code} {thing.kind} {thing.id}", "a row", "none")


def _differing(one: Fields, other: Fields) -> str:
    return ", ".join(f"{name}={one[name]!r}" for name in one if one[name] != other.get(name))[:300]
