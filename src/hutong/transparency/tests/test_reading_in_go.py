"""
Our published log read by Go's checksum database code (golang.org/x/mod/sumdb): other people's tree,
tiles and notes. Skips, visibly, without Go and its Debian package golang-golang-x-mod-dev.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hutong.transparency import note, tiles
from hutong.transparency.bundles import Address, pack
from hutong.transparency.merkle import leaf_hash
from hutong.transparency.note import Checkpoint, VerifierKey
from hutong.transparency.tests.test_note import ORIGIN, VENUE

PROGRAM = Path(__file__).parent / "reading_in_go" / "main.go"
LIBRARY = Path("/usr/share/gocode")
SUMDB = LIBRARY / "src/golang.org/x/mod/sumdb/tlog"
GO = shutil.which("go")

pytestmark = [
    pytest.mark.skipif(GO is None, reason="go is not installed"),
    pytest.mark.skipif(not SUMDB.is_dir(), reason="golang-golang-x-mod-dev is not installed"),
]
SIZE = 66_000  # three levels of tiles, each with a partial one
KEY = VerifierKey(ORIGIN, VENUE.public_key)


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """The Go program, compiled once."""
    made = tmp_path_factory.mktemp("go")
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(made),
        "GOPATH": str(LIBRARY),
        "GOCACHE": str(Path.home() / ".cache" / "go-build"),
        "GO111MODULE": "off",
    }
    built = subprocess.run(
        [str(GO), "build", "-o", str(made / "reader"), str(PROGRAM)],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return made / "reader"


def published(folder, entries, said=None):
    """Write the log's files as they are served."""
    growth = tiles.append(0, {}, [leaf_hash(entry) for entry in entries])
    for tile, hashes in growth.tiles.items():
        width = tiles.width_at(len(entries), tile)
        put(folder / tile.path(width), hashes)
    for number in range(-(-len(entries) // tiles.WIDTH)):
        part = entries[number * tiles.WIDTH : (number + 1) * tiles.WIDTH]
        put(folder / Address(None, number, len(part)).path, pack(part))
    edge = {id: growth.tiles[id] for id in tiles.edge_ids(len(entries))}
    root = tiles.root_at_edge(len(entries), edge)
    signed = note.sign(Checkpoint(ORIGIN, len(entries), root).text(), ORIGIN, VENUE)
    put(folder / "checkpoint", str(signed).encode())


def put(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def read(reader, folder, sizes=(), key=KEY):
    return subprocess.run(
        [str(reader), str(folder), key.text()],
        input="".join(f"{size}\n" for size in sizes),
        capture_output=True,
        text=True,
        check=False,
    )


def test_go_reads_our_log_and_proves_every_entry(reader, tmp_path):
    entries = [f'{{"entry":{n}}}'.encode() for n in range(1_500)]
    published(tmp_path, entries)
    done = read(reader, tmp_path, sizes=[1, 2, 255, 256, 257, 1024, 1499, 1500])
    assert (done.stdout, done.stderr) == ("ok 1500\n", "")


def test_go_reads_a_log_of_three_levels_of_tiles(reader, tmp_path):
    published(tmp_path, [str(n).encode() for n in range(SIZE)])
    done = read(reader, tmp_path, sizes=[65_535, 65_536, 65_537])
    assert (done.stdout, done.stderr) == (f"ok {SIZE}\n", "")


@pytest.mark.parametrize("path", ["tile/0/001", "tile/1/000.p/2", "tile/entries/000", "checkpoint"])
def test_go_finds_what_was_changed(reader, tmp_path, path):
    published(tmp_path, [str(n).encode() for n in range(600)])
    data = bytearray((tmp_path / path).read_bytes())
    data[-9 if path != "checkpoint" else 40] ^= 1
    (tmp_path / path).write_bytes(data)
    assert read(reader, tmp_path).returncode != 0


def test_go_takes_no_log_signed_by_another(reader, tmp_path):
    published(tmp_path, [b"entry"])
    other = VerifierKey(ORIGIN, bytes(32))
    assert "no verifiable signatures" in read(reader, tmp_path, key=other).stderr
