"""
Entries as they are served, 256 a bundle, and the addresses of tiles and bundles (C2SP tlog-tiles).

    tile/0/x001/234          hashes 316,160 to 316,415 of level 0
    tile/0/x001/235.p/17     the first 17 hashes of a tile that is still growing
    tile/entries/x001/235    the entries themselves: 16-bit length, bytes, …

Pure. What comes from elsewhere is refused with the name of what is wrong.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hutong.transparency.merkle import MAX_SIZE
from hutong.transparency.tiles import HEIGHT, WIDTH, TileId

MAX_ENTRY_BYTES: Final = 65_535
MAX_LEVEL: Final = 63
_ADDRESS: Final = re.compile(
    r"tile/(?P<level>0|[1-9]\d?|entries)/(?P<groups>(?:x\d{3}/){0,6})(?P<last>\d{3})"
    r"(?:\.p/(?P<width>[1-9]\d{0,2}))?",
    re.ASCII,
)


class BundleInvalid(ValueError):
    """The bytes are not the bundle they should be. The message says where they end being one."""


@dataclass(frozen=True, slots=True)
class Address:
    """What a path asks for; `level` is None for a bundle of entries."""

    level: int | None
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        tile = TileId(self.level or 0, self.number).path(self.width)
        return tile if self.level is not None else f"tile/entries/{tile.removeprefix('tile/0/')}"

    @property
    def start(self) -> int:
        """The index of the first entry of a bundle."""
        return self.number << HEIGHT


def parse_address(path: str) -> Address | None:
    """Read the path of a tile or bundle; None when the specification knows no such path."""
    found = _ADDRESS.fullmatch(path)
    if found is None:
        return None
    groups = found["groups"].replace("x", "").split("/")[:-1]
    number = int("".join([*groups, found["last"]]))
    width = int(found["width"] or WIDTH)
    level = None if found["level"] == "entries" else int(found["level"])
    written_so = bool(groups) == (number > 999) and (not groups or groups[0] != "000")
    fits = not found["width"] or width < WIDTH
    if not written_so or not fits or number > MAX_SIZE >> HEIGHT or (level or 0) > MAX_LEVEL:
        return None
    return Address(level, number, width)


def pack(entries: Iterable[bytes]) -> bytes:
    """Write entries as a bundle. Raises BundleInvalid for one that is too long."""
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise BundleInvalid(f"an entry of {len(entry)} bytes is over {MAX_ENTRY_BYTES}")
        parts += [len(entry).to_bytes(2), entry]
    return b"".join(parts)


def unpack(bundle: bytes, count: int) -> list[bytes]:
    """Read the `count` entries of a bundle. Raises BundleInvalid when it holds fewer or more."""
    entries, start, end = [], 0, len(bundle)
    for number in range(count):
        if start + 2 > end:
            raise BundleInvalid(f"the bundle ends after {number} of {count} entries")
        length = bundle[start] << 8 | bundle[start + 1]
        start += 2
        if start + length > end:
            raise BundleInvalid(f"the bundle ends inside entry {number} of {count}")
        entries.append(bundle[start : start + length])
        start += length
    if start != end:
        raise BundleInvalid(f"{end - start} bytes follow the {count} entries of the bundle")
    return entries
