"""Signed notes and checkpoints, against the published example of Go's checksum database."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hutong.transparency import note
from hutong.transparency.merkle import (
    ProofInvalid,
    inclusion_proof,
    leaf_hash,
    root_of,
)
from hutong.transparency.note import Checkpoint, NoteInvalid, VerifierKey
from hutong.transparency.proof import LogProof
from hutong.transparency.tiles import append, reader

# Published with golang.org/x/mod/sumdb/note.
PETER = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
PETERS_SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNED = (
    TEXT + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg"
    "KvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ORIGIN = "shte-demo.example/log"
ROOT = root_of([leaf_hash(b"first")])


class KeyInHand:
    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


VENUE = KeyInHand(b"v" * 32)
VENUE_KEY = VerifierKey(ORIGIN, VENUE.public_key)


def test_the_published_note_is_read_and_verified():
    read = note.parse(SIGNED)
    assert read.text == TEXT
    assert read.verified_by([PETER]) == [PETER]
    assert str(read) == SIGNED


def test_we_sign_as_others_do():
    peter = KeyInHand(base64.b64decode(PETERS_SECRET)[1:])
    assert str(note.sign(TEXT, "PeterNeumann", peter)) == SIGNED


def test_a_verifier_key_is_written_as_it_was_read():
    assert VerifierKey.parse(PETER.text()) == PETER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumenn+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+BRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc",
        "PeterNeumann+c74f20a3+%%%",
    ],
)
def test_a_damaged_verifier_key_is_refused(text):
    with pytest.raises(NoteInvalid):
        VerifierKey.parse(text)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty line"),
        (b"text\n", "empty line"),
        (b"text\n\n", "empty line"),
        (b"\xff\n\n\xe2\x80\x94 x AAAAAAAA\n", "UTF-8"),
        ("a\tb\n\n— x AAAAAAAA\n", "control"),
        ("text\n\n- x AAAAAAAA\n", "dash"),
        ("text\n\n— x\n", "too short"),
        ("text\n\n— x AAAA\n", "too short"),
        ("text\n\n— x !!!!\n", "base64"),
        ("text\n\n— x+y AAAAAAAA\n", "cannot name"),
        ("text\n\n" + "— x AAAAAAAA\n" * 101, "100 signatures"),
        (b"x" * 1_000_001, "larger"),
    ],
)
def test_a_malformed_note_says_what_is_wrong(raw, why):
    with pytest.raises(NoteInvalid, match=why):
        note.parse(raw)


def test_an_unknown_signature_is_passed_over_and_a_false_one_is_not():
    assert note.parse(SIGNED).verified_by([VENUE_KEY]) == []
    forged = SIGNED.replace("your problem is.", "my problem is.")
    with pytest.raises(NoteInvalid, match="does not fit"):
        note.parse(forged).verified_by([PETER])


def test_a_checkpoint_is_three_lines_under_a_signature():
    signed = str(note.sign(Checkpoint(ORIGIN, 1, ROOT).text(), ORIGIN, VENUE))
    lines = signed.split("\n")
    assert lines[:3] == [ORIGIN, "1", base64.b64encode(ROOT).decode()]
    assert lines[3] == ""
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert note.open_checkpoint(signed, VENUE_KEY) == Checkpoint(ORIGIN, 1, ROOT)


def test_a_checkpoint_of_another_log_is_not_taken():
    other = note.sign(Checkpoint("other.example/log", 1, ROOT).text(), ORIGIN, VENUE)
    with pytest.raises(NoteInvalid, match=r"other\.example"):
        note.open_checkpoint(str(other), VENUE_KEY)
    with pytest.raises(NoteInvalid, match="not signed by"):
        note.open_checkpoint(str(note.sign("x\n1\nAA==\n", "x", VENUE)), VENUE_KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        "a\n1\nAAAA\n",
        f"a\n01\n{base64.b64encode(ROOT).decode()}\n",
        f"a\n-1\n{base64.b64encode(ROOT).decode()}\n",
        f"a\n９\n{base64.b64encode(ROOT).decode()}\n",
        f"a\n{2**63}\n{base64.b64encode(ROOT).decode()}\n",
        f"a\n1\n{base64.b64encode(ROOT).decode()}",
        f"a\n\n{base64.b64encode(ROOT).decode()}\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text):
    with pytest.raises(NoteInvalid):
        Checkpoint.parse(text)


def carried_proof(index=5, size=9):
    leaves = [f"entry {n}".encode() for n in range(size)]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    checkpoint = note.sign(Checkpoint(ORIGIN, size, root_of(hashes)).text(), ORIGIN, VENUE)
    read = reader(dict(append(0, {}, hashes).tiles).__getitem__)
    path = tuple(inclusion_proof(index, size, read))
    return leaves[index], LogProof(index, path, str(checkpoint))


def test_a_carried_proof_verifies_after_being_written_and_read():
    leaf, proof = carried_proof()
    assert proof.text().startswith("c2sp.org/tlog-proof@v1\nindex 5\n")
    assert LogProof.parse(proof.text()) == proof
    assert LogProof.parse(proof.text()).verify(leaf, VENUE_KEY).size == 9


def test_a_carried_proof_does_not_fit_another_entry():
    _, proof = carried_proof()
    with pytest.raises(ProofInvalid):
        proof.verify(b"entry 4", VENUE_KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v2\nindex 1\n\nx",
        "c2sp.org/tlog-proof@v1\n\nx",
        "c2sp.org/tlog-proof@v1\nindex one\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 1\n???\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 1\n" + "AAAA\n" * 64 + "\nx",
    ],
)
def test_a_malformed_carried_proof_is_refused(text):
    with pytest.raises(NoteInvalid):
        LogProof.parse(text)
