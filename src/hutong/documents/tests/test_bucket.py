"""The same store in an S3-compatible bucket, and what a killed process leaves behind."""

import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from hutong.documents import actions, queries, storage
from hutong.documents.storage import Bucket, Folder, Missing
from hutong.parties.testing import member_of, unverified_party

PDF = b"%PDF-1.7\nbody\n%%EOF\n"
DIGEST = "sha256:" + hashlib.sha256(PDF).hexdigest()


@pytest.fixture(scope="module")
def s3():
    """An S3 service on the loopback address."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="tests",
        aws_secret_access_key="tests",
    ).create_bucket(Bucket="documents")
    yield f"s3://documents/venue?endpoint={endpoint}&region=us-east-1"
    server.stop()


@pytest.fixture
def bucket(s3, settings, monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
    settings.DOCUMENTS_URL = s3
    settings.STATE = tmp_path
    store = storage.store()
    for kept in list(store.list()):
        store.delete(kept.digest)
    return store


@pytest.mark.django_db
def test_documents_lie_in_a_bucket(venue, bucket):
    seller = member_of(unverified_party())
    facts = {"owner": "party:0", "name": "a.pdf", "media_type": "application/pdf"}
    stored = actions.store(actor=seller, now=venue.now, data=PDF, **facts)

    assert isinstance(storage.store(), Bucket)
    assert stored.digest in {kept.digest for kept in bucket.list()}
    assert queries.read_bytes(stored.id) == PDF
    assert list(queries.audit()) == []
    bucket.delete(stored.digest)
    assert {d.found for d in queries.audit() if stored.digest in d.place} == {"nothing"}


def put(store, data):
    with storage.spooled(data, into=store.incoming, limit=10**9) as file:
        store.put(file.digest, file.path)
        return file.digest


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_both_stores_keep_one_contract(kind, request, tmp_path):
    store = Folder(tmp_path / "d") if kind == "folder" else request.getfixturevalue("bucket")
    big = b"x" * (6 * 1024 * 1024)

    assert not store.has(DIGEST)
    with pytest.raises(Missing):
        store.read(DIGEST)
    assert put(store, PDF) == DIGEST
    assert put(store, PDF) == DIGEST, "twice is once"
    digest = put(store, big)
    assert b"".join(store.read(digest)) == big
    assert {(k.digest, k.size) for k in store.list()} == {(DIGEST, len(PDF)), (digest, len(big))}
    store.delete(DIGEST)
    store.delete(DIGEST)
    assert not store.has(DIGEST)


@pytest.mark.django_db
def test_a_store_that_does_not_answer_is_told_and_nothing_is_kept(venue, settings, monkeypatch):
    from hutong.documents.models import Document
    from hutong.documents.rules import Refusal
    from hutong.kit.refusal import Refused

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
    settings.DOCUMENTS_URL = "s3://documents?endpoint=http://127.0.0.1:1"  # nobody listens there
    facts = {"owner": "party:0", "name": "a.pdf", "media_type": "application/pdf"}

    with pytest.raises(Refused) as refused:
        actions.store(actor=member_of(unverified_party()), now=venue.now, data=PDF, **facts)
    assert refused.value.reason is Refusal.STORE_AWAY
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    "url", ["http://bucket", "s3://", "s3://bucket?endpiont=http://127.0.0.1:1", "file:///tmp"]
)
def test_a_wrong_address_of_a_store_is_told(url):
    with pytest.raises(ValueError, match="HUTONG_DOCUMENTS_URL"):
        Bucket(url)


def test_a_process_killed_while_it_writes_leaves_no_half_file_in_place(tmp_path):
    """Killed at some moment of a stream of writes; whatever is in its place is whole."""
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from hutong.documents import storage
        store = storage.Folder(Path(sys.argv[1]))
        n = 0
        while True:
            n += 1
            data = n.to_bytes(8, "big") * 50_000
            with storage.spooled(data, into=store.incoming, limit=10**9) as file:
                store.put(file.digest, file.path)
            print(n, flush=True)
        """
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    for _ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            stdout=subprocess.PIPE,
            env=environment,
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.03)
        writer.send_signal(signal.SIGKILL)
        writer.wait(10)
        writer.stdout.close()

    found = list(Folder(tmp_path).list())
    assert found
    for kept in found:
        content = b"".join(Folder(tmp_path).read(kept.digest))
        assert "sha256:" + hashlib.sha256(content).hexdigest() == kept.digest
