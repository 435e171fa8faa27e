"""A witness: what it signs, what it refuses with which answer, and what it keeps (LO-3)."""

import contextlib
import threading
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connections
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.journal import queries as journal
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties.testing import officer
from hutong.transparency import note, tiles
from hutong.transparency.cosigning import actions, queries, rules, wire
from hutong.transparency.cosigning.rules import PeerKind, Seen, Why
from hutong.transparency.cosigning.wire import AddCheckpoint
from hutong.transparency.merkle import consistency_proof, leaf_hash, root_of
from hutong.transparency.note import COSIGNATURE, Checkpoint, NoteInvalid, VerifierKey
from hutong.transparency.signers import Ed25519Signer

# The example of c2sp.org/tlog-cosignature: its log key and witness key are not published, the
# form of its lines is.
EXAMPLE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q"
    "1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2o"
    "yin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
REQUEST = (
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
    "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
    "\n"
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q"
    "1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267"
    "UEjw6QUXTS5Rovnzv++qbSzm9Q=\n"
)

# A log's two checkpoints and the proof between them, published with the tests of
# github.com/transparency-dev/witness.
MONKEYS = "monkeys+db4d9f7e+AULaJMvTtDLHPUcUrjdDad9vDlh/PTfC2VV60JUtCfWT"
MONKEYS_5 = (
    "monkeys\n5\n41smjBUiAU70EtKlT6lIOIYtRTYxYXsDB+XHfcvu/BE=\n\n"
    "— monkeys 202fftzGl3LVoqjXfwCFZZXs8I+5G22+Ek2K0AOyBuSJ/8/CZawNF+6fNlTKOCd622pbzJNkkJFWuw9DbicZ"
    "CkEx9AY=\n"
)
MONKEYS_8 = (
    "monkeys\n8\nV8K9aklZ4EPB+RMOk1/8VsJUdFZR77GDtZUQq84vSbo=\n\n"
    "— monkeys 202ffoUEboiQYpHzICeaFmoy3RNviHTpAxYrq/eO4QQVQMvu9UebKBMX2MJC76NLthZaKsnKbCA8GxrjePZh"
    "vDCH7Ag=\n"
)
MONKEYS_5_TO_8 = (
    "b9e1d62618f7fee8034e4c5010f727ab24d8e4705cb296c374bf2025a87a10d2",
    "aac66cd7a79ce4012d80762fe8eec3a77f22d1ca4145c3f4cee022e7efcd599d",
    "89d0f753f66a290c483b39cd5e9eafb12021293395fad3d4a2ad053cfbcfdc9e",
    "29e40bb79c966f4c6fe96aff6f30acfce5f3e8d84c02215175d6e018a5dee833",
)

ORIGIN = "gzte.example/log"
LOG = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(b"l" * 32))
OTHER = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(b"o" * 32))
WITNESS = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(b"w" * 32))
LOG_KEY = VerifierKey(ORIGIN, LOG.public_key)
NAME = "shte.example/witness"
WITNESS_KEY = VerifierKey(NAME, WITNESS.public_key, COSIGNATURE)
REAL = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
HISTORY = [leaf_hash(f"act {n}".encode()) for n in range(40)]
REWRITTEN = [*HISTORY[:4], leaf_hash(b"another act"), *HISTORY[5:]]


def request(old, new, history=HISTORY, key=LOG, origin=ORIGIN, proof=None):
    read = tiles.reader(dict(tiles.append(0, {}, history).tiles).__getitem__)
    signed = note.sign(Checkpoint(origin, new, root_of(history[:new])).text(), origin, key)
    shown = consistency_proof(old, new, read) if proof is None else proof
    return AddCheckpoint(old, tuple(shown), str(signed)).body()


def test_the_published_cosignature_is_read():
    read = note.parse(EXAMPLE)
    witness = read.signatures[1]
    assert witness.name == "witness.example.com/w1"
    assert witness.key_id.hex() == "8d66cf3f"
    assert witness.cosigned_at == 1679315147
    assert len(witness.signature) == 72
    assert str(read) == EXAMPLE


def test_the_published_request_is_read_and_written_as_it_was():
    read = AddCheckpoint.parse(REQUEST.encode())
    assert read.old == 20852014
    assert [len(h) for h in read.proof] == [32] * 4
    assert Checkpoint.parse(note.parse(read.checkpoint).text).size == 20852163
    assert read.body() == REQUEST.encode()


def test_another_witnesss_test_log_is_read_and_found_to_have_grown():
    key = VerifierKey.parse(MONKEYS)
    first = rules.read(AddCheckpoint(0, (), MONKEYS_5).body())
    proof = tuple(bytes.fromhex(text) for text in MONKEYS_5_TO_8)
    then = rules.read(AddCheckpoint(5, proof, MONKEYS_8).body())
    assert rules.signed_by_its_log(first, [key])
    assert rules.signed_by_its_log(then, [key])
    assert rules.judge(first, Seen()).status == 200
    seen = Seen(5, first.checkpoint.root)
    assert rules.judge(then, seen).status == 200
    shortened = rules.read(AddCheckpoint(5, proof[:3], MONKEYS_8).body())
    assert rules.judge(shortened, seen).status == 422


def test_a_cosignature_is_over_its_header_its_time_and_the_checkpoints_text():
    text = Checkpoint(ORIGIN, 1, root_of(HISTORY[:1])).text()
    line = note.cosign(text, NAME, WITNESS, 1679315147)
    WITNESS.key.public_key().verify(
        line.signature[8:], b"cosignature/v1\ntime 1679315147\n" + text.encode()
    )
    signed = note.Note(text, (line,))
    assert signed.verified_by([WITNESS_KEY]) == [WITNESS_KEY]
    later = note.NoteSignature(NAME, line.key_id, (1679315148).to_bytes(8) + line.signature[8:])
    with pytest.raises(NoteInvalid, match="does not fit"):
        note.Note(text, (later,)).verified_by([WITNESS_KEY])


def test_a_logs_signature_is_no_cosignature_and_the_other_way_round():
    assert VerifierKey(NAME, WITNESS.public_key).key_id != WITNESS_KEY.key_id
    assert VerifierKey.parse(WITNESS_KEY.text()) == WITNESS_KEY
    assert not WITNESS_KEY.accepts(WITNESS.sign(b"text\n"), b"text\n")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty line"),
        (b"old 1\n", "empty line"),
        (b"\n\n", "begins with"),
        (b"old -1\n\nx", "tree size"),
        (b"old 01\n\nx", "tree size"),
        (b"old 9999999999999999999\n\nx", "tree has"),
        (b"old 1\nAAAA\n\nx", "3 bytes"),
        (b"old 1\n%\n\nx", "base64"),
        (b"old 1\n" + b"A\n" * 64 + b"\nx", "63"),
        (b"old 1\n\n\xff", "UTF-8"),
        (b"x" * 70_000, "at most"),
    ],
)
def test_a_malformed_request_says_what_is_wrong(raw, why):
    with pytest.raises(NoteInvalid, match=why):
        AddCheckpoint.parse(raw)


@given(st.binary(max_size=200))
def test_no_request_breaks_the_reader(raw):
    with contextlib.suppress(NoteInvalid):
        rules.read(raw)


@pytest.mark.parametrize(
    ("raw", "seen", "status", "evidence"),
    [
        (request(0, 5), 0, 200, None),
        (request(5, 13), 5, 200, None),
        (request(13, 13), 13, 200, None),
        (request(0, 0), 0, 200, None),
        (request(5, 13), 6, 409, None),
        (request(0, 13), 5, 409, None),
        (request(13, 13, REWRITTEN), 13, 409, Why.CONTRADICTION),
        (request(0, 13, REWRITTEN), 13, 409, Why.CONTRADICTION),
        (request(8, 13, REWRITTEN), 8, 422, Why.UNPROVEN),
        (request(8, 13, proof=[]), 8, 422, Why.UNPROVEN),
        (request(0, 13, proof=HISTORY[:1]), 0, 422, Why.UNPROVEN),
        (request(13, 5, proof=[]), 13, 400, None),
    ],
)
def test_what_a_witness_answers(raw, seen, status, evidence):
    verdict = rules.judge(rules.read(raw), Seen(seen, root_of(HISTORY[:seen])))
    assert (verdict.status, verdict.evidence) == (status, evidence)
    assert (verdict.size == seen) == (status == 409)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8))
@settings(max_examples=30)
def test_a_log_that_only_grows_is_always_cosigned_and_a_rewritten_one_never(sizes):
    seen = Seen()
    for size in sorted(sizes):
        verdict = rules.judge(rules.read(request(seen.size, size)), seen)
        assert verdict.status == 200
        seen = Seen(size, root_of(HISTORY[:size]))
    if 5 <= seen.size < 40:
        forked = rules.judge(rules.read(request(seen.size, 40, REWRITTEN)), seen)
        assert forked.status == 422


def test_a_witness_that_fails_is_left_alone_longer_each_time_up_to_an_hour():
    pauses = [rules.pause(n).total_seconds() for n in range(14)]
    assert pauses[:4] == [2, 4, 8, 16]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 3600


# -- with a database -----------------------------------------------------------------------------------


def watch(kind=PeerKind.LOG, keys=(LOG_KEY.text(),), url=""):
    peer = actions.propose_peer(
        actor=officer("administrator"), now=NOW, kind=kind, keys=keys, url=url
    )
    actions.accept_peer(actor=officer("administrator"), now=NOW, peer=peer)
    return peer


def show(raw):
    return actions.add_checkpoint(raw, name=NAME, signers=[WITNESS], now=NOW, real_now=REAL)


@pytest.fixture
def watching(venue, keyring):
    return watch()


@pytest.mark.django_db
def test_a_checkpoint_is_cosigned_and_what_was_seen_moves_on(watching):
    for old, new in [(0, 5), (5, 5), (5, 13)]:
        raw = request(old, new)
        verdict = show(raw)
        assert verdict.status == 200
        text = rules.read(raw).text
        (line,) = wire.cosignatures("".join(verdict.lines).encode(), text, [WITNESS_KEY])
        assert line.cosigned_at == int(REAL.timestamp())
    (peer,) = queries.peers()
    assert (peer.size, peer.at) == (13, REAL)


@pytest.mark.django_db
def test_an_unknown_log_a_wrong_key_and_a_malformed_body_are_told_apart(watching):
    assert show(request(0, 5, origin="unknown.example/log")).status == 404
    assert show(request(0, 5, key=OTHER)).status == 403
    forged = request(0, 5).replace(b"\n5\n", b"\n6\n")
    assert show(forged).status == 403
    assert show(b"nonsense").status == 400
    assert queries.peers()[0].size is None


@pytest.mark.django_db
def test_a_fork_is_refused_and_kept_once_with_its_signature(watching):
    assert show(request(0, 13)).status == 200
    for _ in range(2):
        assert show(request(13, 13, REWRITTEN)).status == 409
        assert show(request(13, 20, REWRITTEN)).status == 422
    larger, same = queries.refused()
    assert (same.why, same.size, same.seen_size) == ("contradiction", 13, 13)
    assert (larger.why, larger.size, larger.seen_size) == ("unproven", 20, 13)
    assert rules.signed_by_its_log(rules.read(same.shown.encode()), [LOG_KEY])
    assert note.open_checkpoint(same.seen_note, LOG_KEY).root == same.seen_root != same.root
    kinds = [entry.kind for entry in journal.of_subject(f"log:{ORIGIN}")]
    assert kinds == ["transparency.CheckpointRefused"] * 2
    assert show(request(13, 20)).status == 200


@pytest.mark.django_db
def test_a_log_no_longer_watched_is_unknown(watching):
    actions.end_peer(actor=officer("administrator"), now=NOW, peer=watching)
    assert show(request(0, 5)).status == 404


@pytest.mark.django_db
def test_four_eyes_decide_who_is_a_peer(venue, keyring):
    one, other = officer("administrator"), officer("administrator")
    peer = actions.propose_peer(actor=one, now=NOW, kind=PeerKind.LOG, keys=[LOG_KEY.text()])
    with pytest.raises(Refused) as refused:
        actions.accept_peer(actor=one, now=NOW, peer=peer)
    assert refused.value.reason is CommonRefusal.SAME_EYES
    assert show(request(0, 5)).status == 404
    actions.accept_peer(actor=other, now=NOW, peer=peer)
    assert show(request(0, 5)).status == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "keys", "url", "reason"),
    [
        (PeerKind.LOG, [], "", rules.Refusal.KEYS_DISAGREE),
        (PeerKind.LOG, ["nonsense"], "", rules.Refusal.KEY_INVALID),
        (PeerKind.LOG, [WITNESS_KEY.text()], "", rules.Refusal.KEY_OF_OTHER_TYPE),
        (PeerKind.WITNESS, [LOG_KEY.text()], "https://w.example", rules.Refusal.KEY_OF_OTHER_TYPE),
        (PeerKind.WITNESS, [WITNESS_KEY.text()], "", rules.Refusal.ADDRESS_INVALID),
        (PeerKind.WITNESS, [WITNESS_KEY.text()], "http://w.example", rules.Refusal.ADDRESS_INVALID),
        (PeerKind.WITNESS, [WITNESS_KEY.text()], "file:///etc", rules.Refusal.ADDRESS_INVALID),
        (PeerKind.WITNESS, [WITNESS_KEY.text()], "https://[", rules.Refusal.ADDRESS_INVALID),
        (PeerKind.LOG, [LOG_KEY.text()], "https://w.example", rules.Refusal.ADDRESS_INVALID),
    ],
)
def test_what_is_no_peer_is_refused(venue, keyring, kind, keys, url, reason):
    with pytest.raises(Refused) as refused:
        actions.propose_peer(actor=officer("administrator"), now=NOW, kind=kind, keys=keys, url=url)
    assert refused.value.reason is reason
    assert queries.peers() == []


def test_of_two_requests_at_once_one_is_judged_by_the_others_outcome(own_database, venue, keyring):
    watch()
    show(request(0, 5))
    start, verdicts = threading.Barrier(2), []

    def race(new):
        start.wait(5)
        verdicts.append((new, show(request(5, new))))
        connections.close_all()

    threads = [threading.Thread(target=race, args=(new,)) for new in (13, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    won = {verdict.status: new for new, verdict in verdicts}
    assert sorted(won) == [200, 409]
    (peer,) = queries.peers()
    assert peer.size == won[200]
