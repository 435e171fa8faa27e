"""
Another's log as we serve it onward.
"""

from collections.abc import Sequence

from hutong.network.mirrors.models import MirrorBundle, MirrorText
from hutong.network.mirrors.picture import Standing
from hutong.network.mirrors.queries.standing import MirrorView
from hutong.network.mirrors.queries.trees import nodes, tiles_of
from hutong.transparency import merkle, tiles
from hutong.transparency.bundles import pack, unpack
from hutong.transparency.merkle import HASH_BYTES
from hutong.transparency.proof import LogProof
from hutong.transparency.tiles import TileId


def tile(mirror: MirrorView, level: int, number: int, width: int) -> bytes:
    """The first hashes of a tile of a mirrored log. Raises LookupError beyond what we hold."""
    wanted = TileId(level, number)
    if not 0 < width <= tiles.width_at(mirror.size, wanted):
        raise LookupError(wanted.path(width))
    return tiles_of(mirror.id, [wanted])[wanted][: width * HASH_BYTES]


def bundle(mirror: MirrorView, number: int, width: int) -> bytes:
    """The first entries of a bundle of a mirrored log. Raises LookupError for what has not come."""
    row = MirrorBundle.objects.filter(mirror=mirror.id, number=number).first()
    if row is None or not 0 < width <= row.width:
        raise LookupError(f"bundle {number} of {width}")
    data = bytes(row.data)
    return data if width == row.width else pack(unpack(data, row.width)[:width])


def text(mirror: MirrorView, digest: str) -> bytes | None:
    """A text beside a mirrored log; None when erased. Raises LookupError when we have it not."""
    row = MirrorText.objects.filter(mirror=mirror.id, digest=digest).first()
    if row is None or row.standing == Standing.WANTED:
        raise LookupError(digest)
    return bytes(row.data) if row.data is not None else None


def some_texts(mirror: MirrorView, digests: Sequence[str]) -> dict[str, bytes | None]:
    """Those of `digests` that we have, or know to be erased."""
    rows = MirrorText.objects.filter(mirror=mirror.id, digest__in=digests)
    found = rows.exclude(standing=Standing.WANTED).values_list("digest", "data")
    return {digest: None if data is None else bytes(data) for digest, data in found}


def proof(mirror: MirrorView, index: int) -> tuple[bytes, LogProof]:
    """An entry of a mirrored log and the proof that its venue signed it. Raises LookupError."""
    if not 0 <= index < mirror.size:
        raise LookupError(f"entry {index}")
    number, place = divmod(index, tiles.WIDTH)
    row = MirrorBundle.objects.filter(mirror=mirror.id, number=number).first()
    if row is None or place >= row.width:
        raise LookupError(f"entry {index} has not come yet")
    path = merkle.inclusion_proof(index, mirror.size, nodes(mirror.id))
    return unpack(bytes(row.data), row.width)[place], LogProof(index, tuple(path), mirror.note)
