"""The browser's verifier finds what the command's finds, on the same files (CE-2)."""

import base64
import json
import random
import subprocess
import zlib
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from shutil import copy, which

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from hutong.certificates import credential as vc
from hutong.certificates import pades, rendering
from hutong.certificates.tests.conftest import fonts  # noqa: F401
from hutong.certificates.tests.making import NOW, REGISTRATION, SALE, VENUE, Maker
from hutong.certificates.tests.test_trust import Authority
from hutong.certificates.verification import verify
from hutong.portal.verify_words import browser_fields, browser_words
from hutong.transparency import note, rotation
from hutong.transparency.keys import Keyring, Purpose
from hutong.transparency.note import COSIGNATURE, VerifierKey
from hutong.transparency.signers import Ed25519Signer
from hutong.transparency.venue_keys import Venue

pytestmark = pytest.mark.skipif(which("node") is None, reason="node is not installed")

HERE = Path(__file__).parent
SCRIPTS = HERE.parent / "static" / "portal"
PASSPHRASE = "passphrase"


@pytest.fixture(scope="session")
def maker(tmp_path_factory):
    return Maker.of(tmp_path_factory.mktemp("venue") / "keys")


@pytest.fixture(scope="session")
def keys(maker):
    return maker.keyring.public()


@pytest.fixture(scope="session")
def scripts(tmp_path_factory):
    """The page's scripts where node takes them for modules."""
    place = tmp_path_factory.mktemp("scripts")
    for script in SCRIPTS.glob("verify-*.js"):
        copy(script, place)
    (place / "package.json").write_text('{"type": "module"}')
    return place


@pytest.fixture
def ask(scripts, keys):
    """Verify files as the page does, in one process; answers as the page gets them."""

    def asked(*cases):
        question = {
            "keys": keys.as_json(),
            "kinds": browser_fields(),
            "cases": [{**case, "file": base64.b64encode(case["file"]).decode()} for case in cases],
        }
        done = subprocess.run(
            ["node", str(HERE / "verify_in_node.mjs"), str(scripts / "verify-core.js")],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        answers = json.loads(done.stdout)
        said = browser_words()
        for answer in answers:
            for step in answer["steps"]:
                assert step["name"] in said["titles"]
                assert step["says"] in said["says"], step
        return answers

    return asked


@pytest.fixture(scope="session")
def paper(maker, fonts):  # noqa: F811
    return maker.pdf(maker.content(REGISTRATION), fonts)


def outcomes(answer):
    return {step["name"]: step["outcome"] for step in answer["steps"]}


def failed(answer):
    return {step["name"] for step in answer["steps"] if step["outcome"] == "failed"}


def says(answer, name):
    return next(step["says"] for step in answer["steps"] if step["name"] == name)


def as_file(credential):
    return json.dumps(credential, ensure_ascii=False).encode()


def logged(maker, content, **changes):
    """A credential whose checkpoint a witness cosigned at `at`, with the witness's key."""
    at = changes.pop("at")
    leaf, proof = maker.logged(content)
    witness = Ed25519Signer(Ed25519PrivateKey.generate())
    line = note.cosign(note.parse(proof.checkpoint).text, "witness.example", witness, at).line()
    proof = replace(proof, checkpoint=proof.checkpoint + line)
    unsigned = vc.build(
        content, issuer=VENUE.issuer, valid_from=NOW, leaf=leaf, log_proof=proof.text()
    )
    key = VerifierKey("witness.example", witness.public_key, COSIGNATURE)
    return as_file(maker.signed(unsigned)), key


def test_step_by_step_the_answer_is_that_of_the_command(maker, keys, ask, paper):
    """On genuine files of both forms, and on forged ones."""
    genuine = maker.credential(maker.content(SALE))
    dearer = deepcopy(genuine)
    dearer["credentialSubject"]["deal"]["price_fen"] += 1
    unlogged = maker.credential(maker.content(SALE), content_digest="sha256:" + "1" * 64)
    files = [paper, as_file(genuine), as_file(dearer), as_file(unlogged), b"{}", b"%PDF-1.7\nno"]
    for file, found in zip(files, ask(*({"file": file} for file in files)), strict=True):
        report = verify(file, keys)
        assert outcomes(found) == {step.name.value: step.outcome.value for step in report.steps}
        assert bool(found["content"]) == (report.content is not None)


def test_one_changed_byte_of_a_pdf_is_found_wherever_it_is(keys, ask, paper):
    """Also where the signature itself lies, which no signature can cover."""
    signature = paper.index(b"/ByteRange")
    places = [*range(7, len(paper), len(paper) // 40), *range(signature, len(paper), 97)]
    changed = []
    for place in places:
        data = bytearray(paper)
        data[place] ^= 0x20
        changed.append(bytes(data))
    for place, found in zip(places, ask(*({"file": file} for file in changed)), strict=True):
        assert failed(found), f"byte {place}"


def test_what_was_done_to_a_pdf_is_named(maker, keys, ask, paper, fonts, tmp_path):  # noqa: F811
    page = bytearray(paper)
    page[30_000] ^= 1
    writer = IncrementalPdfFileWriter(BytesIO(paper))
    writer.root["/Addition"] = writer.root["/Type"]
    writer.update_root()
    longer = BytesIO()
    writer.write(longer)
    content = maker.content(SALE)
    unsigned = maker.page(content, maker.credential(content), fonts)
    impostor = Maker.of(tmp_path / "impostor")
    foreign = rendering.signed_pdf(unsigned, content, hand=impostor.keyring.certificate_signer)
    other = Venue(code="OTHER", name_zh="另一交易所", name_en="Other", origin="other.example")
    stranger = Maker.of(tmp_path / "other", other)
    elsewhere = stranger.pdf(stranger.content(SALE), fonts)
    cases = [bytes(page), longer.getvalue(), unsigned, foreign, elsewhere]
    answers = ask(*({"file": file} for file in cases))
    expected = [
        {"document"},
        {"document"},
        {"document"},
        {"chain"},
        {"issuer", "credential", "chain", "checkpoint"},
    ]
    assert [failed(answer) for answer in answers] == expected
    assert [says(a, "document") for a in answers[:3]] == ["changed", "added", "unsigned"]
    for file, wrong in zip(cases, expected, strict=True):
        report = verify(file, keys)
        assert {step.name.value for step in report.failures()} == wrong


def test_a_timestamp_is_read_and_said_not_to_be_checked(maker, keys, ask, fonts):  # noqa: F811
    authority = Authority()
    content = maker.content(SALE)
    page = maker.page(content, maker.credential(content), fonts)
    hand = maker.keyring.certificate_signer
    stamped = pades.sign(page, hand=hand, reason="1", location="x", timestamps=authority.stamper)
    [found] = ask({"file": stamped})
    assert not failed(found)
    assert says(found, "timestamp") == "timestamp"
    assert outcomes(found)["timestamp"] == "unknown"


def test_what_a_stolen_credential_key_signed_counts_only_where_the_log_holds_it(ask, tmp_path):
    old = Maker.of(tmp_path / "keys")
    genuine = as_file(old.credential(old.content(SALE)))
    key = old.keyring.in_use(Purpose.CREDENTIAL).text
    rotation.mark_compromised(tmp_path / "keys", PASSPHRASE, key, since=NOW)
    keys = Keyring(tmp_path / "keys", PASSPHRASE).public()
    thief = Maker(Keyring.create(tmp_path / "thief", "x", venue=VENUE, made_at=NOW))
    leaf, proof = thief.logged(old.content(SALE))
    forged = as_file(
        old.signed(
            vc.build(
                old.content(SALE),
                issuer=VENUE.issuer,
                valid_from=NOW,
                leaf=leaf,
                log_proof=proof.text(),
            )
        )
    )
    held, unheld = ask(*({"file": file, "keys": keys.as_json()} for file in (genuine, forged)))
    assert not failed(held)
    assert says(held, "credential") == "credential_logged"
    assert says(unheld, "credential") == "credential_unlogged"
    assert verify(genuine, keys).verified
    assert not verify(forged, keys).verified


def test_a_pdf_by_a_stolen_signing_key_is_not_believed(ask, fonts, tmp_path):  # noqa: F811
    old = Maker.of(tmp_path / "keys")
    file = old.pdf(old.content(SALE), fonts)
    key = old.keyring.in_use(Purpose.CERTIFICATE).text
    rotation.mark_compromised(tmp_path / "keys", PASSPHRASE, key, since=NOW)
    keys = Keyring(tmp_path / "keys", PASSPHRASE).public()
    [found] = ask({"file": file, "keys": keys.as_json()})
    assert failed(found) == {"chain"}
    assert says(found, "chain") == "chain_compromised"


@pytest.mark.parametrize(("seconds_before", "stands"), [(60, True), (-60, False)])
def test_a_checkpoint_by_a_stolen_log_key_counts_when_a_witness_saw_it_before(
    ask, tmp_path, seconds_before, stands
):
    old = Maker.of(tmp_path / "keys")
    since = NOW + timedelta(days=1)
    at = int(since.timestamp()) - seconds_before
    file, witness = logged(old, old.content(SALE), at=at)
    key = old.keyring.in_use(Purpose.LOG).text
    rotation.mark_compromised(tmp_path / "keys", PASSPHRASE, key, since=since)
    keys = Keyring(tmp_path / "keys", PASSPHRASE).public()
    case = {"file": file, "keys": keys.as_json()}
    seen, unseen = ask({**case, "witnesses": [witness.text()]}, case)
    assert (not failed(seen)) is stands
    assert verify(file, keys, witnesses=[witness]).verified is stands
    assert "checkpoint" in failed(unseen)


def test_a_witness_counts_whose_key_was_given_and_its_wrong_signature_is_named(maker, ask):
    file, witness = logged(maker, maker.content(SALE), at=1_767_000_000)
    [found] = ask({"file": file, "witnesses": [witness.text()]})
    assert says(found, "witnesses") == "witnessed"
    _, liar = logged(maker, maker.content(SALE), at=1_767_000_000)
    text = json.loads(file)
    proof = text["evidence"][0]["tlogProof"]
    line = next(part for part in proof.splitlines() if part.startswith("— witness.example"))
    changed = base64.b64decode(line.split()[-1])
    broken = base64.b64encode(changed[:-1] + bytes([changed[-1] ^ 1])).decode()
    text["evidence"][0]["tlogProof"] = proof.replace(line.split()[-1], broken)
    unsigned = {name: part for name, part in text.items() if name != "proof"}
    [found] = ask(
        {"file": as_file(maker.signed(unsigned)), "witnesses": [witness.text(), liar.text()]}
    )
    assert failed(found) == {"witnesses"}


def test_a_bomb_attached_to_a_pdf_is_stopped_where_it_is_too_large(ask):
    packed = zlib.compress(bytes(50_000_000), 9)
    head = b"%%PDF-1.7\n1 0 obj\n<</Type/EmbeddedFile/Filter/FlateDecode/Length %d>>\nstream\n"
    [found] = ask({"file": head % len(packed) + packed + b"\nendstream\nendobj\n"})
    assert found["steps"] == [
        {"name": "format", "outcome": "failed", "says": "no_attachment", "facts": {}}
    ]


def test_hostile_signatures_have_a_verdict_and_no_crash(ask, paper):
    at = paper.index(b"/Contents <") if b"/Contents <" in paper else paper.index(b"/Contents<")
    start = paper.index(b"<", at + 9) + 1
    broken = []
    for begins in (b"30800000", b"3084FFFFFFFF", b"3081" + b"05", b"1F8100", b"308000", b"00"):
        broken.append(paper[:start] + begins + paper[start + len(begins) :])
    for piece in (b"/ByteRange [0 99999999999 1 1]", b"/ByteRange [0 0 0 0]"):
        place = paper.index(b"/ByteRange")
        broken.append(paper[:place] + piece + paper[place + len(piece) :])
    for found in ask(*({"file": file} for file in broken)):
        assert "document" in failed(found)


def places(value, at=()):
    """Every place in a JSON value."""
    if at:
        yield at
    inside = value.items() if isinstance(value, dict) else ()
    inside = enumerate(value) if isinstance(value, list) else inside
    for name, part in inside:
        yield from places(part, (*at, name))


def test_whatever_stands_anywhere_in_a_credential_there_is_a_verdict(maker, ask):
    genuine = maker.credential(maker.content(SALE))
    draw, forged = random.Random(7), []
    deep = json.loads("[" * 400 + "]" * 400)
    anything = [None, True, 0, -1, 2**70, 1e300, "", "x", "\u0000", [], [[]], {}, {"": 0}, deep]
    for at in places(genuine):
        for value in draw.sample(anything, 4):
            other = deepcopy(genuine)
            part = other
            for name in at[:-1]:
                part = part[name]
            if json.dumps(part[at[-1]]) == json.dumps(value):
                continue
            part[at[-1]] = value
            forged.append((at, value, json.dumps(other).encode()))
    assert len(forged) > 200
    answers = ask(*({"file": file} for _, _, file in forged))
    for (at, value, _), found in zip(forged, answers, strict=True):
        assert failed(found), (at, value)


def test_every_sentence_of_the_browser_is_said_somewhere():
    scripts = "".join(path.read_text() for path in SCRIPTS.glob("verify*.js"))
    for key in browser_words()["says"]:
        assert f'"{key}"' in scripts, key


def test_a_countersignature_is_right_or_wrong_as_for_the_command(ask, maker, tmp_path):
    other = Maker.of(
        tmp_path / "other" / "keys",
        Venue(code="SZTE", name_zh="深圳交易所", name_en="Shenzhen", origin="szte.example"),
    )
    content = maker.content(SALE)
    right = other.countersigned(content)
    public = other.keyring.public()
    member = {
        "code": "SZTE",
        "name_zh": public.venue.name_zh,
        "name_en": public.venue.name_en,
        "log_origin": public.venue.log_origin,
        "log_keys": [key.text() for key in public.log],
        "witness_keys": [],
        "credential_keys": public.as_json()["credential"],
        "message_keys": [],
        "certificate_authorities": [],
    }
    told = {
        "countersigned": right,
        "countersigned_wrong": other.countersigned(content, content_digest="sha256:" + "1" * 64),
        "countersigned_unknown": maker.countersigned(content),
        "countersigned_other_key": maker.countersigned(content, venue="SZTE"),
    }
    unlogged = {**right, "entry": base64.b64encode(b"{}").decode()}
    file = as_file(maker.credential(content))

    answers = ask(
        *({"file": file, "told": [one], "members": [member]} for one in told.values()),
        {"file": file, "told": [unlogged], "members": [member]},
    )

    assert [says(answer, "countersignature") for answer in answers] == [
        *told,
        "countersigned_wrong",
    ]
    assert outcomes(answers[0])["countersignature"] == "ok"
