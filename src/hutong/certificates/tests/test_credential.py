"""Data Integrity proofs, against the test vector of the specification (VC-DI-EdDSA, B.2)."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hutong.certificates import credential as vc
from hutong.transparency import multikey
from hutong.transparency.signers import Ed25519Signer

PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
SECRET = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
PROOF_VALUE = (
    "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"
)
ALUMNI = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/examples/v2",
    ],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
CREATED = datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)
KEYS = [multikey.read_ed25519(PUBLIC)]


def signed():
    secret = multikey.decode(SECRET)[2:]
    signer = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(secret))
    return vc.sign(ALUMNI, signer=signer, issuer=f"did:key:{PUBLIC}", created=CREATED)


def test_we_sign_as_the_specification_shows():
    assert signed()["proof"]["proofValue"] == PROOF_VALUE


def test_the_specifications_credential_verifies():
    method = vc.verify(signed(), KEYS)
    assert method == f"did:key:{PUBLIC}#{PUBLIC}"


def test_a_credential_is_signed_once():
    with pytest.raises(ValueError, match="signed already"):
        vc.sign(signed(), signer=None, issuer="x", created=CREATED)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": "Another"}, "does not fit"),
        ({"@context": ["https://www.w3.org/ns/credentials/v2"]}, "another @context"),
        ({"proof": None}, "no single proof"),
        ({"proof": [{}]}, "no single proof"),
        ({"extra": 2**60}, "cannot be checked"),
    ],
)
def test_a_changed_credential_is_refused(change, why):
    with pytest.raises(vc.CredentialInvalid, match=why):
        vc.verify(signed() | change, KEYS)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"type": "Ed25519Signature2020"}, "type is not"),
        ({"cryptosuite": "eddsa-rdfc-2022"}, "cryptosuite is not"),
        ({"proofPurpose": "authentication"}, "proofPurpose is not"),
        ({"created": "2024-01-01T00:00:00Z"}, "does not fit"),
        ({"proofValue": "z1111"}, "does not fit"),
        ({"proofValue": "u1111"}, "cannot be checked"),
        ({"proofValue": 7}, "no value"),
        ({"verificationMethod": "did:key:x"}, "no usable key"),
        ({"verificationMethod": None}, "names no key"),
    ],
)
def test_a_changed_proof_is_refused(change, why):
    credential = signed()
    credential["proof"] = credential["proof"] | change
    with pytest.raises(vc.CredentialInvalid, match=why):
        vc.verify(credential, KEYS)


def test_a_key_is_believed_only_when_it_is_the_venues():
    with pytest.raises(vc.CredentialInvalid, match="not the venue's"):
        vc.verify(signed(), [b"k" * 32])
