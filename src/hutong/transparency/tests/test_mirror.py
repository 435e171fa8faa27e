"""Reading a log that is not believed: what is served is checked, and what is wrong is named (LO-3)."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.transparency import mirror, tiles
from hutong.transparency.bundles import Address, BundleInvalid, pack, parse_address, unpack
from hutong.transparency.merkle import CompactRange, leaf_hash, root_of
from hutong.transparency.mirror import LogInvalid
from hutong.transparency.note import Checkpoint

ORIGIN = "shte-demo.example/log"
ENTRIES = [f"act {n}".encode() * (1 + n % 3) for n in range(700)]
HASHES = [leaf_hash(entry) for entry in ENTRIES]


class Log:
    """What a log serves for `size` entries, as paths and bytes."""

    def __init__(self, size, entries=ENTRIES):
        hashes = [leaf_hash(entry) for entry in entries[:size]]
        self.checkpoint = Checkpoint(ORIGIN, size, root_of(hashes))
        self.files = {}
        for tile, data in tiles.append(0, {}, hashes).tiles.items():
            self.files[tile.path(len(data) // 32)] = data
        for start in range(0, size, 256):
            part = entries[start : min(start + 256, size)]
            self.files[Address(None, start // 256, len(part)).path] = pack(part)

    def fetch(self, path):
        return self.files[path]


def followed(have, log):
    new = mirror.grown(have, log.checkpoint, log.fetch)
    return new.tree, list(mirror.entries(new, log.fetch))


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 700), min_size=1, max_size=4))
def test_a_mirror_that_resumes_anywhere_has_every_entry_once(sizes):
    have, seen = CompactRange(), []
    for size in sorted(sizes):
        have, new = followed(have, Log(size))
        seen += new
    assert seen == list(enumerate(ENTRIES[: max(sizes)]))
    assert have == CompactRange().extend(HASHES[: max(sizes)])


def test_a_full_tile_stands_in_for_a_partial_one_that_is_gone():
    small, large = Log(300), Log(700)
    gone = {path: data for path, data in small.files.items() if ".p/" not in path}
    small.files = {**large.files, **gone}
    assert followed(CompactRange(), small)[1] == list(enumerate(ENTRIES[:300]))


def changed(data, at=0):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


TAMPERING = {
    "a hash": ("tile/0/001", changed, "checkpoint 700 is not that of its tiles"),
    "an entry": (
        "tile/entries/001",
        lambda data: changed(data, 500),
        "tile/entries/001: entry",
    ),
    "half a hash gone": ("tile/0/000", lambda data: data[:-16], "holds 8176 bytes, not 256 hashes"),
    "a hash too many": ("tile/0/002.p/188", lambda data: data + data[:32], "not 188 hashes of 32"),
    "a bundle cut short": (
        "tile/entries/002.p/188",
        lambda data: data[:-3],
        "tile/entries/002.p/188: the bundle ends inside entry 187 of 188",
    ),
    "a bundle cut before a length": (
        "tile/entries/000",
        lambda data: data[:1],
        "tile/entries/000: the bundle ends after 0 of 256 entries",
    ),
    "more behind the last entry": (
        "tile/entries/000",
        lambda data: data + b"more",
        "tile/entries/000: 4 bytes follow the 256 entries",
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_what_was_tampered_with_is_named(what):
    path, change, words = TAMPERING[what]
    log = Log(700)
    log.files[path] = change(log.files[path])
    with pytest.raises(LogInvalid) as refused:
        followed(CompactRange(), log)
    assert words in str(refused.value)


def test_nothing_is_passed_on_of_a_log_that_forked():
    have, _ = followed(CompactRange(), Log(300))
    forked = Log(700, [*ENTRIES[:250], b"another act", *ENTRIES[251:]])
    with pytest.raises(LogInvalid, match="checkpoint 700 is another history than ours"):
        followed(have, forked)


def test_a_log_that_became_shorter_is_refused():
    have, _ = followed(CompactRange(), Log(300))
    with pytest.raises(LogInvalid, match="checkpoint 256 is shorter than the 300 entries seen"):
        followed(have, Log(256))


def test_another_root_at_the_same_size_is_refused():
    have, _ = followed(CompactRange(), Log(300))
    assert followed(have, Log(300)) == (have, [])
    with pytest.raises(LogInvalid, match="another history"):
        followed(have, Log(300, [b"another act", *ENTRIES[1:]]))


@pytest.mark.parametrize("size", [2**63 - 1, 2**63, 2**200])
def test_an_absurd_size_is_refused_before_anything_is_fetched(size):
    checkpoint = dataclasses.replace(Log(1).checkpoint, size=size)
    with pytest.raises(LogInvalid, match="entries on from 0"):
        mirror.grown(CompactRange(), checkpoint, lambda path: pytest.fail(path))


def test_what_is_not_served_is_named():
    log = Log(700)
    del log.files["tile/0/001"]
    with pytest.raises(LogInvalid, match="tile/0/001 is not served"):
        followed(CompactRange(), log)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_gives_back_its_entries(entries):
    assert unpack(pack(entries), len(entries)) == entries


def test_an_entry_too_long_for_a_bundle_is_refused():
    with pytest.raises(BundleInvalid, match="65536 bytes"):
        pack([b"x" * 65_536])


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("tile/0/000", Address(0, 0)),
        ("tile/0/067.p/1", Address(0, 67, 1)),
        ("tile/1/x001/x234/067", Address(1, 1234067)),
        ("tile/entries/x001/000.p/255", Address(None, 1000, 255)),
        ("tile/63/000", Address(63, 0)),
    ],
)
def test_an_address_is_read_as_it_is_written(path, address):
    assert parse_address(path) == address
    assert address.path == path


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/0/1000",
        "tile/0/001/000",
        "tile/0/x000/001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000/",
        "tile/data/000",
        "tile/0/" + "x999/" * 7 + "999",
        "tile/0/" + "x999/" * 5 + "999",
        "tile/0/٠٠٠",
        "tile/0/000\n",
    ],
)
def test_no_other_address_is_known(path):
    assert parse_address(path) is None
