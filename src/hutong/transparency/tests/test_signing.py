"""The hand that signs: it remembers, and it never contradicts itself."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hutong.transparency import note, tiles
from hutong.transparency.merkle import consistency_proof, leaf_hash, root_of
from hutong.transparency.signers import Ed25519Signer
from hutong.transparency.signing import CheckpointSigner, ForkRefused, begin_memory

ORIGIN = "shte-demo.example/log"
HISTORY = [leaf_hash(f"act {n}".encode()) for n in range(20)]
REWRITTEN = [*HISTORY[:4], leaf_hash(b"another act"), *HISTORY[5:]]


@pytest.fixture
def signer(tmp_path):
    key = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(b"k" * 32))
    begin_memory(key, ORIGIN, tmp_path / "log-signed")
    return CheckpointSigner(signer=key, origin=ORIGIN, memory=tmp_path / "log-signed")


def sign(signer, hashes):
    read = tiles.reader(dict(tiles.append(0, {}, hashes).tiles).__getitem__)
    return signer.sign(len(hashes), root_of(hashes), lambda a, b: consistency_proof(a, b, read))


def test_a_growing_log_is_signed_and_remembered(signer):
    for size in (1, 7, 8, 20):
        text = sign(signer, HISTORY[:size])
        assert note.open_checkpoint(text, signer.key).size == size
        assert signer.memory.read_text() == text
        assert signer.last().size == size


def test_the_same_tree_gets_the_same_signature_again(signer):
    assert sign(signer, HISTORY[:7]) == sign(signer, HISTORY[:7])


def test_a_log_that_became_shorter_is_refused_and_both_are_named(signer):
    sign(signer, HISTORY[:8])
    with pytest.raises(ForkRefused) as refused:
        sign(signer, HISTORY[:5])
    assert f"size 8, root {root_of(HISTORY[:8]).hex()}" in str(refused.value)
    assert f"size 5, root {root_of(HISTORY[:5]).hex()}" in str(refused.value)
    assert signer.last().size == 8


@pytest.mark.parametrize("size", [8, 9, 20])
def test_a_restored_backup_that_grew_another_way_is_refused(signer, size):
    sign(signer, HISTORY[:8])
    with pytest.raises(ForkRefused, match="another history"):
        sign(signer, REWRITTEN[:size])
    assert signer.last().root == root_of(HISTORY[:8])


@pytest.mark.parametrize("damage", [None, b"", b"nonsense", b"\xff"])
def test_a_lost_or_damaged_memory_stops_the_signing(signer, damage):
    sign(signer, HISTORY[:8])
    if damage is None:
        signer.memory.unlink()
    else:
        signer.memory.write_bytes(damage)
    with pytest.raises(ForkRefused, match="not known"):
        sign(signer, HISTORY[:9])


def test_a_memory_signed_by_another_key_is_not_believed(signer):
    other = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(b"o" * 32))
    signer.memory.unlink()
    begin_memory(other, ORIGIN, signer.memory)
    with pytest.raises(ForkRefused, match="not signed by"):
        sign(signer, HISTORY[:3])
