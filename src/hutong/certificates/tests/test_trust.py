"""Timestamps, rotated keys, witnesses, and what other people's tools say of our files."""

import asyncio
import json
import subprocess
import threading
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from shutil import which

import pytest
from asn1crypto import crl, pem, tsp
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation import ValidationContext, validate_pdf_signature
from pyhanko.sign.validation.ades import ades_with_time_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import LocalKnowledge, SignatureValidationSpec
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from hutong.certificates import credential as vc
from hutong.certificates import pades, rendering
from hutong.certificates.tests.making import NOW, SALE, VENUE, Maker
from hutong.certificates.verification import Outcome, StepName, verify
from hutong.transparency import note, rotation
from hutong.transparency.keys import Keyring, Purpose
from hutong.transparency.note import COSIGNATURE, VerifierKey
from hutong.transparency.signers import Ed25519Signer

PASSPHRASE = "passphrase"


def step(report, name):
    return next(step for step in report.steps if step.name is name)


# -- timestamps -------------------------------------------------------------------------------------


class Authority:
    """A timestamp authority on loopback: answers RFC 3161 requests with its own key."""

    def __init__(self):
        key = rsa.generate_private_key(65_537, 2_048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Time Office")])
        now = datetime.now(UTC)
        stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(stamping, critical=True)
            .sign(key, hashes.SHA256())
        )
        der = serialization.Encoding.DER
        self.stamper = DummyTimeStamper(
            tsa_cert=asn1_x509.Certificate.load(self.certificate.public_bytes(der)),
            tsa_key=asn1_keys.PrivateKeyInfo.load(
                key.private_bytes(
                    der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
            ),
        )

    @property
    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(scope="module")
def address(authority):
    """Where the authority answers."""

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            answer = authority.stamper.request_tsa_response(tsp.TimeStampReq.load(asked)).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Desk)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def stamped(maker, fonts, url, roots):
    content = maker.content(SALE)
    page = maker.page(content, maker.credential(content), fonts)
    return rendering.signed_pdf(
        page,
        content,
        hand=maker.keyring.certificate_signer,
        timestamps=pades.TimestampAuthority(url, tuple(roots)),
        revocation_lists=list(maker.keyring.revocation_lists(datetime.now(UTC)).values()),
    )


def test_a_configured_authority_timestamps_and_all_that_validation_needs_is_inside(
    maker, fonts, authority, address
):
    paper = stamped(maker, fonts, address, [authority.pem])
    keys = maker.keyring.public()
    report = verify(paper, keys, authorities=[authority.pem])
    assert report.verified, report.failures()
    assert step(report, StepName.TIMESTAMP).outcome is Outcome.OK
    assert "Time Office" in step(report, StepName.TIMESTAMP).sentence()
    assert b"/DSS" in paper  # B-LT, in the signed revision itself: the signature covers the file
    assert verify(paper, keys).verified
    assert step(verify(paper, keys), StepName.TIMESTAMP).outcome is Outcome.UNKNOWN
    start = paper.index(b"/DSS")
    for place in (start + 1, start + 20, len(paper) - 40):
        changed = bytearray(paper)
        changed[place] ^= 0x20
        assert not verify(bytes(changed), keys, authorities=[authority.pem]).verified


def long_term(paper, roots):
    """What pyHanko's own AdES validator says of the file, offline.

    Hard: each certificate below a root must be shown not to be revoked, by what lies inside.
    """
    [embedded] = PdfFileReader(BytesIO(paper)).embedded_signatures
    needed = RevocationCheckingRule.CRL_OR_OCSP_REQUIRED
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(
            [asn1_x509.Certificate.load(pem.unarmor(root.encode())[2]) for root in roots]
        ),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy(needed, needed)),
    )
    stored = DocumentSecurityStore.read_dss(embedded.reader)
    lists = [CRLContainer(crl.CertificateList.load(one.get_object().data)) for one in stored.crls]
    known = LocalKnowledge(known_crls=lists, known_certs=list(stored.load_certs()))
    return asyncio.run(
        ades_with_time_validation(
            embedded.signed_data,
            SignatureValidationSpec(policy, local_knowledge=known),
            raw_digest=embedded.compute_digest(),
        )
    )


def test_the_long_term_validator_needs_nothing_from_outside(maker, fonts, authority, address):
    roots = [*maker.keyring.public().certificate_authorities, authority.pem]
    found = long_term(stamped(maker, fonts, address, [authority.pem]), roots)
    assert found.ades_subindic is AdESPassed.OK, found.failure_msg


def test_without_the_venues_revocation_list_it_would_not_be_content(
    maker, fonts, authority, address, monkeypatch
):
    monkeypatch.setattr(Keyring, "revocation_lists", lambda *_: {})
    roots = [*maker.keyring.public().certificate_authorities, authority.pem]
    found = long_term(stamped(maker, fonts, address, [authority.pem]), roots)
    assert found.ades_subindic is not AdESPassed.OK


def test_without_the_authoritys_certificate_there_is_the_timestamp_alone(
    maker, fonts, authority, address
):
    paper = stamped(maker, fonts, address, [])
    assert b"/DSS" not in paper
    report = verify(paper, maker.keyring.public(), authorities=[authority.pem])
    assert step(report, StepName.TIMESTAMP).outcome is Outcome.OK


def test_an_authority_that_does_not_answer_is_an_error_and_no_certificate(maker, fonts):
    with pytest.raises(pades.TimestampUnavailable):
        stamped(maker, fonts, "http://127.0.0.1:1/", [])


# -- keys -------------------------------------------------------------------------------------------


def test_certificates_of_rotated_keys_verify_and_new_ones_are_by_the_new(tmp_path, fonts):
    old = Maker.of(tmp_path / "keys")
    content = old.content(SALE)
    before = {"pdf": old.pdf(content, fonts), "json": json.dumps(old.credential(content)).encode()}
    later = NOW + timedelta(days=40)
    for purpose in (Purpose.LOG, Purpose.CREDENTIAL, Purpose.AUTHORITY):
        made = rotation.prepare(tmp_path / "keys", PASSPHRASE, purpose, made_at=later)
        rotation.put_in_use(tmp_path / "keys", PASSPHRASE, made.text, at=later, former_until=later)
    new = Maker(Keyring(tmp_path / "keys", PASSPHRASE))
    keys = new.keyring.public()
    assert len(keys.credential) == len(keys.certificate_authorities) == len(keys.log) == 2
    for file in before.values():
        report = verify(file, keys)
        assert report.verified, report.failures()
    content = new.content(SALE)
    after = new.pdf(content, fonts)
    assert verify(after, keys).verified
    assert not verify(after, old.keyring.public()).verified


def test_what_a_stolen_credential_key_signed_counts_only_where_the_log_holds_it(tmp_path):
    old = Maker.of(tmp_path / "keys")
    genuine = old.credential(old.content(SALE))
    key = old.keyring.in_use(Purpose.CREDENTIAL).text
    rotation.mark_compromised(tmp_path / "keys", PASSPHRASE, key, since=NOW)
    keys = Keyring(tmp_path / "keys", PASSPHRASE).public()
    report = verify(json.dumps(genuine).encode(), keys)
    assert report.verified
    assert "since declared compromised" in step(report, StepName.CREDENTIAL).text

    (tmp_path / "thief").mkdir()
    thief = Maker(Keyring.create(tmp_path / "thief" / "keys", "x", venue=VENUE, made_at=NOW))
    leaf, proof = thief.logged(old.content(SALE))
    unlogged = vc.build(
        old.content(SALE), issuer=VENUE.issuer, valid_from=NOW, leaf=leaf, log_proof=proof.text()
    )
    report = verify(json.dumps(old.signed(unlogged)).encode(), keys)
    assert not report.verified
    assert step(report, StepName.CREDENTIAL).outcome is Outcome.FAILED


def test_a_pdf_by_a_stolen_signing_key_is_not_believed(tmp_path, fonts):
    old = Maker.of(tmp_path / "keys")
    file = old.pdf(old.content(SALE), fonts)
    key = old.keyring.in_use(Purpose.CERTIFICATE).text
    rotation.mark_compromised(tmp_path / "keys", PASSPHRASE, key, since=NOW)
    report = verify(file, Keyring(tmp_path / "keys", PASSPHRASE).public())
    assert [failed.name for failed in report.failures()] == [StepName.CHAIN]
    assert "declared compromised" in step(report, StepName.CHAIN).text


@pytest.mark.parametrize(("seconds_before", "stands"), [(60, True), (-60, False)])
def test_a_checkpoint_by_a_stolen_log_key_counts_when_a_witness_saw_it_before(
    tmp_path, seconds_before, stands
):
    old = Maker.of(tmp_path / "keys")
    content = old.content(SALE)
    leaf, proof = old.logged(content)
    witness = Ed25519Signer(Ed25519PrivateKey.generate())
    at = int(NOW.timestamp()) - seconds_before
    line = note.cosign(note.parse(proof.checkpoint).text, "witness.example", witness, at).line()
    unsigned = vc.build(
        content,
        issuer=VENUE.issuer,
        valid_from=NOW,
        leaf=leaf,
        log_proof=replace(proof, checkpoint=proof.checkpoint + line).text(),
    )
    file = json.dumps(old.signed(unsigned)).encode()
    key = old.keyring.in_use(Purpose.LOG).text
    rotation.mark_compromised(tmp_path / "keys", PASSPHRASE, key, since=NOW)
    keys = Keyring(tmp_path / "keys", PASSPHRASE).public()
    known = VerifierKey("witness.example", witness.public_key, COSIGNATURE)
    assert verify(file, keys, witnesses=[known]).verified is stands
    assert not verify(file, keys).verified


def test_a_witness_whose_key_is_known_counts_and_a_false_one_is_named(maker):
    content = maker.content(SALE)
    leaf, proof = maker.logged(content)
    witness = Ed25519Signer(Ed25519PrivateKey.generate())
    signed = note.parse(proof.checkpoint)
    cosigned = note.cosign(signed.text, "witness.example", witness, 1_767_000_000)
    proof = replace(proof, checkpoint=proof.checkpoint + cosigned.line())
    file = json.dumps(
        maker.signed(
            vc.build(
                content,
                issuer=VENUE.issuer,
                valid_from=NOW,
                leaf=leaf,
                log_proof=proof.text(),
            )
        )
    ).encode()
    keys = maker.keyring.public()
    key = VerifierKey("witness.example", witness.public_key, COSIGNATURE)
    assert step(verify(file, keys, witnesses=[key]), StepName.WITNESSES).outcome is Outcome.OK
    unknown = step(verify(file, keys), StepName.WITNESSES)
    assert (unknown.outcome, "witness.example" in unknown.sentence()) == (Outcome.UNKNOWN, True)


# -- other people's tools ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def paper(maker, fonts):
    return maker.pdf(maker.content(SALE), fonts)


def test_pyhankos_own_validator_finds_the_whole_file_certified(maker, paper):
    """Asked as anybody would, not through our reading of its answer."""
    [embedded] = PdfFileReader(BytesIO(paper)).embedded_signatures
    der = maker.keyring.authority.public_bytes(serialization.Encoding.DER)
    context = ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(der)],
        allow_fetching=False,
        moment=embedded.self_reported_timestamp,
    )
    status = validate_pdf_signature(embedded, context)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.docmdp_ok


@pytest.mark.skipif(which("pdfsig") is None, reason="poppler's pdfsig is not installed")
def test_popplers_verifier_reads_a_timestamped_one_too(maker, fonts, authority, address, tmp_path):
    file = tmp_path / "certificate.pdf"
    file.write_bytes(stamped(maker, fonts, address, [authority.pem]))
    told = subprocess.run(
        ["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=True
    ).stdout
    assert "Signature is Valid" in told
    assert "Total document signed" in told


def test_a_verifier_of_data_integrity_from_elsewhere_accepts_the_credential(maker):
    """FEP-8b32 is eddsa-jcs-2022 for another network: no JSON-LD, no code of ours."""
    proof = pytest.importorskip("apsig.proof.verify", reason="apsig is not installed")
    credential = maker.credential(maker.content(SALE))
    key = Ed25519PublicKey.from_public_bytes(maker.keyring.public().credential[0])
    verifier = proof.ProofVerifier(key)
    changed = deepcopy(credential)  # the verifier takes apart what it is given
    changed["credentialSubject"]["deal"]["price_fen"] += 1
    assert verifier.verify_proof(credential, raise_on_fail=True)
    assert not verifier.verify_proof(changed)
