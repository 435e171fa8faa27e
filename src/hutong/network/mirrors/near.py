"""
A log that grew by little: its new entries are fetched, and their hashes computed, not fetched too.

    far     tiles ─► is it our tree, longer? ─► bundles, the newest first
    near    the last bundles ─► their hashes ─► is it our tree, longer? ─► and there they are already

What is fetched is believed no more than before: hashes of other entries lead to another root.
"""

from collections.abc import Sequence
from typing import Final, Protocol

from hutong.network.mirrors.following import Source
from hutong.transparency.bundles import Address, BundleInvalid, parse_address, unpack
from hutong.transparency.merkle import leaf_hash
from hutong.transparency.mirror import Fetch, LogInvalid
from hutong.venues.lists import Member

MOST: Final = 2  # tiles that a growth reaches into


class Near:
    """A source as it is read in one visit: a bundle that gave hashes is not fetched again."""

    def __init__(self, source: Source) -> None:
        self.far = source
        self.name = source.name
        self._bundles: dict[str, bytes] = {}

    def fetch(self, path: str) -> bytes:
        kept = self._bundles.pop(path, None)
        return self.far.fetch(path) if kept is None else kept

    def fetch_all(self, paths: Sequence[str]) -> Fetch:
        asked = [parse_address(path) for path in paths]
        if len(asked) <= MOST and all(one is not None and one.level == 0 for one in asked):
            return self._hashes
        if any(path in self._bundles for path in paths):
            return self.fetch
        return self.far.fetch_all(paths)

    def texts(self, digests: Sequence[str]) -> dict[str, bytes | None]:
        return self.far.texts(digests)

    def _hashes(self, path: str) -> bytes:
        """What lies at the path of a tile, out of the bundle of its entries."""
        tile = parse_address(path)
        assert tile is not None, "asked for above"
        bundle = Address(None, tile.number, tile.width).path
        data = self.far.fetch(bundle)
        try:
            entries = unpack(data, tile.width)
        except BundleInvalid as error:
            raise LogInvalid(f"{bundle}: {error}") from error
        self._bundles[bundle] = data
        return b"".join([leaf_hash(entry) for entry in entries])


class _Sources(Protocol):
    def home(self, member: Member) -> Source: ...
    def relay(self, member: Member, code: str) -> Source: ...


class Visit:
    """Sources for the time that one log is followed."""

    def __init__(self, sources: _Sources) -> None:
        self._sources = sources
        self._near: dict[str, Near] = {}

    def home(self, member: Member) -> Near:
        return self._read(member.code, self._sources.home(member))

    def relay(self, member: Member, code: str) -> Near:
        """Another member's mirror of the log of `code`."""
        return self._read(f"{member.code}/{code}", self._sources.relay(member, code))

    def _read(self, name: str, source: Source) -> Near:
        return self._near.setdefault(name, Near(source))
