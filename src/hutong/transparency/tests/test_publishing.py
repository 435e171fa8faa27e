"""The log as static files: complete for every size signed, and made again byte for byte (LO-1)."""

import gzip
import hashlib
from datetime import timedelta

import boto3
import pytest
from moto.server import ThreadedMotoServer

from hutong.journal import actions as journal_actions
from hutong.journal import queries as journal
from hutong.kit.canonical import canonical
from hutong.node.cli import main as command
from hutong.parties.testing import officer
from hutong.transparency import actions, mirror, note, publishing, queries
from hutong.transparency.merkle import CompactRange
from hutong.transparency.models import Tile
from hutong.transparency.shelf import BRIEF, IMMUTABLE, Bucket, Folder, ShelfAway, shelf
from hutong.transparency.tests.writing import NOW, write


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "log")


def sign(signer, *counts):
    """Write so many entries before each checkpoint."""
    for count in counts:
        write(count, start=queries.tree_size())
        actions.sequence_once(signer)


def files_on(place):
    return {path: place.get(path) for path in place.list()}


def read_by_a_stranger(fetch, key):
    """Follow the log from its files alone; returns the entries."""
    checkpoint = note.open_checkpoint(fetch("checkpoint"), key)
    new = mirror.grown(CompactRange(), checkpoint, fetch)
    return [entry for _, entry in mirror.entries(new, fetch)]


@pytest.mark.django_db
def test_a_stranger_reads_the_whole_log_from_the_files(signer, folder):
    sign(signer, 3, 250, 10, 300)
    assert publishing.publish(folder) == 4
    leaves = [row.leaf for row in journal.published()]
    assert read_by_a_stranger(folder.get, signer.key) == leaves
    assert publishing.publish(folder) == 0, "nothing new"


@pytest.mark.django_db
def test_however_it_was_published_the_files_are_those_made_from_the_journal(
    signer, folder, tmp_path
):
    for counts in ((1,), (200, 54), (1, 2), (300, 1)):
        sign(signer, *counts)
        publishing.publish(folder)
        assert list(publishing.check(folder)) == []
    anew = Folder(tmp_path / "anew")
    assert publishing.rebuild(anew) == len(files_on(folder))
    assert files_on(anew) == files_on(folder)


@pytest.mark.django_db
def test_every_size_signed_can_be_read_and_partial_tiles_go_when_full_ones_come(signer, folder):
    sign(signer, 3, 2)
    publishing.publish(folder)
    for path in ("tile/0/000.p/3", "tile/0/000.p/5", "tile/entries/000.p/3"):
        assert folder.get(path), path
    sign(signer, 251, 1)
    publishing.publish(folder)
    kept = set(folder.list())
    assert {"tile/0/000", "tile/entries/000", "tile/1/000.p/1", "tile/0/001.p/1"} <= kept
    assert not [path for path in kept if path.startswith("tile/0/000.p/")]


@pytest.mark.django_db
def test_the_check_names_what_was_changed_lost_or_added(signer, folder):
    sign(signer, 260)
    publishing.publish(folder)
    folder.put("tile/0/000", b"x" * 8192)
    folder.delete("tile/entries/001.p/4")
    folder.put("tile/0/002", b"")
    found = [str(fault) for fault in publishing.check(folder)]
    assert len(found) == 3
    for path in ("tile/0/000", "tile/entries/001.p/4", "tile/0/002"):
        assert any(path in fault for fault in found)
    publishing.rebuild(folder)
    assert list(publishing.check(folder)) == []


@pytest.mark.django_db
def test_the_files_come_from_the_journal_and_not_from_the_tiles_kept(signer, folder):
    sign(signer, 260)
    publishing.publish(folder)
    Tile.objects.filter(level=0, number=0).update(hashes=b"x" * 8192)
    assert list(publishing.check(folder)) == []


@pytest.mark.django_db
def test_tiles_and_entries_are_served_with_headers_that_let_caches_keep_them(client, signer, venue):
    sign(signer, 3, 300)
    size = queries.tree_size()
    full = client.get("/log/tile/0/000")
    assert len(full.content) == 8192
    assert full["Cache-Control"] == IMMUTABLE
    assert full["Content-Type"] == "application/octet-stream"
    early = client.get("/log/tile/0/000.p/3")
    assert early.content == full.content[:96], "every size signed, and full ones too"
    packed = client.get(f"/log/tile/entries/001.p/{size - 256}", HTTP_ACCEPT_ENCODING="gzip")
    assert packed["Content-Encoding"] == "gzip"
    plain = client.get(f"/log/tile/entries/001.p/{size - 256}")
    assert gzip.decompress(packed.content) == plain.content
    for answer in (full, early, packed, plain, client.get("/log/checkpoint")):
        assert answer["Vary"] == "Accept-Encoding", "the same for every session and language"
        assert not answer.cookies


@pytest.mark.django_db
def test_what_no_checkpoint_needs_is_not_served(client, signer, venue):
    sign(signer, 3)
    size = queries.tree_size()
    for path in (
        f"0/000.p/{size + 1}",
        "0/000",
        "0/001.p/1",
        "1/000.p/1",
        "entries/000",
        "entries/x999/x999/x999/999",
        "63/000",
        "0/000.p/0",
        "nonsense",
    ):
        answer = client.get(f"/log/tile/{path}")
        assert answer.status_code == 404, path
        assert answer["Cache-Control"] == "no-store"
    write(1, start=900)
    actions._grow(100)
    assert client.get(f"/log/tile/0/000.p/{size + 1}").status_code == 404, "not signed yet"


@pytest.mark.django_db
def test_content_is_served_by_its_digest_until_it_is_erased(client, signer, venue, folder):
    actions.sequence_once(signer)
    publishing.publish(folder)
    ((digest, blob), *_) = journal.blobs_of_log(0, queries.tree_size())
    served = client.get(f"/log/content/{digest}")
    assert served.content == canonical(blob) == folder.get(f"content/{digest}")
    assert digest == "sha256:" + hashlib.sha256(served.content).hexdigest()
    assert served["Cache-Control"] == BRIEF
    assert client.get("/log/content/sha256:" + "0" * 64).status_code == 404
    journal_actions.erase_content(
        actor=officer("administrator"), now=NOW + timedelta(1), digest=digest, reason="Art. 47."
    )
    assert client.get(f"/log/content/{digest}").status_code == 410
    actions.sequence_once(signer)
    publishing.publish(folder)
    assert folder.get(f"content/{digest}") is None
    assert list(publishing.check(folder)) == []


def test_a_place_that_cannot_be_is_refused(tmp_path):
    for url in ("https://example.org/log", "s3://", "s3://bucket?endpiont=x"):
        with pytest.raises(ValueError, match="HUTONG_LOG_URL"):
            shelf(url, tmp_path)
    (tmp_path / "log").write_text("a file")
    with pytest.raises(ShelfAway):
        shelf("", tmp_path).put("checkpoint", b"")


@pytest.mark.django_db
def test_a_bucket_carries_the_log_as_a_folder_does(signer, folder, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        endpoint = "http://{}:{}".format(*server.get_host_and_port())
        s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
        s3.create_bucket(Bucket="logs")
        bucket = Bucket(f"s3://logs/venue?endpoint={endpoint}&region=us-east-1")
        sign(signer, 3, 260)
        publishing.publish(folder)
        publishing.publish(bucket)
        assert files_on(bucket) == files_on(folder)
        bucket.delete("tile/0/000")
        assert [str(f) for f in publishing.check(bucket)] != []
        publishing.rebuild(bucket)
        assert list(publishing.check(bucket)) == []
        kept = s3.head_object(Bucket="logs", Key="venue/tile/0/000")
        assert kept["CacheControl"] == IMMUTABLE
    finally:
        server.stop()


@pytest.mark.django_db
def test_the_command_follows_a_log_without_trusting_it(signer, keyring, folder, tmp_path, capsys):
    sign(signer, 300)
    publishing.publish(folder)
    place, keys = str(tmp_path / "log"), tmp_path / "keys.json"
    keys.write_bytes(keyring.public().file())
    assert command(["log", "follow", place, "--keys", str(keys)]) == 0
    assert command(["log", "follow", place, "--key", signer.key.text()]) == 0
    folder.put("tile/entries/000", folder.get("tile/entries/000").replace(b"Noted", b"Voted"))
    assert command(["log", "follow", place, "--key", signer.key.text()]) == 1
    assert "✗ tile/entries/000: entry 0 is not the one in the tree" in capsys.readouterr().out
    assert command(["log", "follow", str(tmp_path / "nowhere"), "--keys", str(keys)]) == 2
