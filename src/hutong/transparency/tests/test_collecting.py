"""Collecting cosignatures: asked by the worker, kept, served; a witness that is down delays nobody."""

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hutong.parties.testing import officer
from hutong.transparency import actions as log
from hutong.transparency import note, queries
from hutong.transparency.cosigning import actions, jobs, rules, wire
from hutong.transparency.cosigning import queries as cosigning
from hutong.transparency.cosigning.models import Cosignature, Peer
from hutong.transparency.cosigning.rules import PeerKind, Seen
from hutong.transparency.note import COSIGNATURE, VerifierKey
from hutong.transparency.signers import Ed25519Signer
from hutong.transparency.tests.test_witness import NAME, NOW, WITNESS, WITNESS_KEY
from hutong.transparency.tests.writing import discrepancies, write

pytestmark = pytest.mark.django_db
REAL = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class AWitness(HTTPServer):
    """Another's witness: judges by the protocol, and can be told to misbehave."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen, self.asked, self.answer = Seen(), [], None
        self.url = f"http://127.0.0.1:{self.server_port}/log/witness"
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def judge(self, raw):
        self.asked.append(raw)
        if self.answer:
            return self.answer
        shown = rules.read(raw)
        verdict = rules.judge(shown, self.seen)
        if verdict.status != 200:
            return verdict.status, wire.SIZE_TYPE, f"{verdict.size}\n".encode()
        self.seen = Seen(shown.checkpoint.size, shown.checkpoint.root)
        line = note.cosign(shown.text, NAME, WITNESS, int(REAL.timestamp())).line()
        return 200, "text/plain", line.encode()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        found = self.path == "/log/witness/add-checkpoint"
        status, kind, body = self.server.judge(raw) if found else (404, "text/plain", b"")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args): ...


@pytest.fixture
def witness():
    server = AWitness()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def asking(venue, keyring, witness):
    accept(witness.url)
    return witness


def accept(url, key=WITNESS_KEY):
    peer = actions.propose_peer(
        actor=officer("administrator"), now=NOW, kind=PeerKind.WITNESS, keys=[key.text()], url=url
    )
    actions.accept_peer(actor=officer("administrator"), now=NOW, peer=peer)


def grow(signer, count):
    """Write some entries and sign; returns the size of the log."""
    write(count)
    log.sequence_once(signer)
    return queries.tree_size()


def collect(at):
    replies = [jobs.ask(question) for question in actions.take_questions(at)]
    for reply in replies:
        actions.keep_reply(reply)
    return [reply.problem for reply in replies]


def test_the_log_grows_and_its_witness_follows(asking, signer, client):
    later = datetime.now(UTC)
    for count in (3, 7, 1):
        size = grow(signer, count)
        later += timedelta(minutes=1)
        assert collect(later) == [""]
        served = client.get("/log/checkpoint").content.decode()
        signed = note.parse(served).verified_by([signer.key, WITNESS_KEY])
        assert signed == [signer.key, WITNESS_KEY]
        assert asking.seen.size == size
    assert [said.witness for said in cosigning.cosignatures(size - 1)] == [NAME]
    proof = cosigning.witnessed_proof(4)
    assert note.parse(proof.checkpoint).verified_by([WITNESS_KEY]) == [WITNESS_KEY]


def test_a_quiet_log_asks_nobody_and_a_busy_one_not_at_every_checkpoint(asking, signer):
    grow(signer, 3)
    now = datetime.now(UTC)
    assert collect(now) == [""]
    assert collect(now + timedelta(days=1)) == []
    grow(signer, 3)
    assert collect(now) == []
    assert collect(now + timedelta(seconds=30)) == [""]
    assert len(asking.asked) == 2


def test_two_workers_do_not_ask_the_same_witness(asking, signer):
    grow(signer, 3)
    assert len(actions.take_questions(REAL)) == 1
    assert actions.take_questions(REAL) == []


def test_a_witness_that_knows_more_or_less_than_we_remember_is_asked_again_from_there(
    asking, signer
):
    size = grow(signer, 5)
    asking.seen = Seen(3, queries.merkle.root(3, queries.node_reader()))
    later = datetime.now(UTC)
    assert collect(later) == ["the witness has seen 3 entries"]
    assert collect(later + timedelta(minutes=1)) == [""]
    assert asking.seen.size == size


def test_a_witness_that_saw_a_longer_log_of_ours_says_so_to_the_operator(asking, signer):
    size = grow(signer, 5)
    asking.seen = Seen(99, b"x" * 32)
    (problem,) = collect(datetime.now(UTC))
    assert f"more than our log has ({size})" in problem
    assert cosigning.peers()[0].problem == problem


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((500, "text/plain", b"broken"), "HTTP 500 broken"),
        ((302, "text/plain", b""), "HTTP 302"),
        ((409, "text/plain", b"3\n"), "HTTP 409"),
        ((409, wire.SIZE_TYPE, b"many\n"), "not a tree size"),
        ((200, "text/plain", b""), "newline"),
        ((200, "text/plain", b"\xff\n"), "UTF-8"),
        ((200, "text/plain", b"nonsense\n"), "dash"),
        ((200, "text/plain", b"x" * 70_000), "at most"),
        ((200, "text/plain", "— other.example/w AAAAAAAA\n".encode()), "no cosignature by a key"),
    ],
)
def test_a_witness_that_answers_wrongly_is_left_alone_for_longer_each_time(
    asking, signer, answer, why
):
    size = grow(signer, 2)
    asking.answer = answer
    later = datetime.now(UTC)
    (problem,) = collect(later)
    assert why in problem
    assert collect(datetime.now(UTC)) == []
    (peer,) = cosigning.peers()
    assert (peer.failures, peer.problem) == (1, problem)
    assert peer.next_try_at > datetime.now(UTC) + timedelta(seconds=1)
    assert cosigning.cosignatures(size) == []
    asking.answer = None
    assert collect(later + timedelta(hours=1)) == [""]


def test_a_false_cosignature_is_not_kept(asking, signer):
    size = grow(signer, 2)
    text = note.parse(queries.checkpoint().note).text.replace(f"\n{size}\n", f"\n{size + 1}\n")
    line = note.cosign(text, NAME, WITNESS, int(REAL.timestamp())).line()
    asking.answer = (200, "text/plain", line.encode())
    (problem,) = collect(datetime.now(UTC))
    assert "does not fit" in problem
    assert cosigning.cosignatures(size) == []


def test_one_witness_that_is_down_keeps_no_other_from_being_heard(asking, signer):
    down = VerifierKey("down.example/w", Ed25519Signer(WITNESS.key).public_key, COSIGNATURE)
    accept("http://127.0.0.1:9/log/witness", down)
    size = grow(signer, 2)
    assert jobs.collect() == 1
    states = {peer.name: peer for peer in cosigning.peers()}
    assert states[NAME].size == size
    assert states["down.example/w"].failures == 1
    assert jobs.collect() == 0


def test_the_audit_names_a_false_cosignature_and_a_peer_nobody_agreed_on(asking, signer):
    grow(signer, 2)
    assert collect(datetime.now(UTC)) == [""]
    assert discrepancies() == []
    other = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(b"x" * 32))
    size = grow(signer, 1)
    text = note.parse(queries.checkpoint().note).text
    line = note.cosign(text, NAME, other, int(REAL.timestamp()))
    Cosignature.objects.create(
        size=size, witness=NAME, key_id="00000000", line=line.line(), cosigned_at=REAL
    )
    Peer.objects.filter(name=NAME).update(url="https://elsewhere.example")
    found = discrepancies()
    assert any("elsewhere.example" in each for each in found)
    assert any("of none we know" in each for each in found)


def test_the_door_speaks_the_protocol(venue, keyring, client):
    from hutong.transparency.tests.test_witness import LOG_KEY, request

    peer = actions.propose_peer(
        actor=officer("administrator"), now=NOW, kind=PeerKind.LOG, keys=[LOG_KEY.text()]
    )
    actions.accept_peer(actor=officer("administrator"), now=NOW, peer=peer)

    def post(raw):
        return client.post("/log/witness/add-checkpoint", raw, content_type="text/plain")

    raw = request(0, 5)
    answer = post(raw)
    assert answer.status_code == 200
    (key,) = queries.public_keys().witness
    (line,) = wire.cosignatures(answer.content, rules.read(raw).text, [key])
    assert line.name == "shte-demo.example/witness"
    behind = post(request(3, 7))
    assert (behind.status_code, behind["Content-Type"]) == (409, "text/x.tlog.size")
    assert behind.content == b"5\n"
    assert post(request(5, 7, proof=[])).status_code == 422
    assert post(request(7, 5, proof=[])).status_code == 400
    assert post(b"x" * 70_000).status_code == 400
    assert post(b"").status_code == 400
    assert post(request(0, 5, origin="unknown.example/log")).status_code == 404
    assert client.get("/log/witness/add-checkpoint").status_code == 405
