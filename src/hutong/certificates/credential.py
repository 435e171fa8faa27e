"""
The certificate as a W3C Verifiable Credential 2.0, secured by Data Integrity `eddsa-jcs-2022`.

    credentialSubject   the content, as the log commits to it
    evidence            the log entry and the proof that the log holds it (C2SP tlog-proof)
    proof               the venue's signature over all of it

Nothing here is fetched: contexts name the vocabulary, JSON is signed as it stands (RFC 8785).
Pure.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hutong.certificates.kinds import KINDS, Kind
from hutong.kit.canonical import canonical
from hutong.kit.moments import at_local, in_utc
from hutong.kit.refusal import N_
from hutong.transparency import multikey
from hutong.transparency.note import Signer

CONTEXTS: Final = [
    "https://www.w3.org/ns/credentials/v2",
    "https://www.w3.org/ns/credentials/undefined-terms/v2",
]
CRYPTOSUITE: Final = "eddsa-jcs-2022"
EVIDENCE_TYPE: Final = "TransparencyLogInclusion"


class CredentialInvalid(ValueError):
    """Not a credential of this form, or its signature does not fit. The message says which."""


def build(
    content: Mapping[str, Any],
    *,
    issuer: str,
    valid_from: datetime,
    leaf: bytes,
    log_proof: str,
    valid_until: date | None = None,
    status: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """Put a certificate's content and its proof of inclusion into an unsigned credential.

    `valid_until` is the last day it holds, by the venue's zone; `status` where to ask whether it
    was revoked.
    """
    kind = KINDS[Kind(content["kind"])]
    venue = content["venue"]
    return {
        "@context": list(CONTEXTS),
        "id": f"{issuer}/certificates/{content['number']}",
        "type": ["VerifiableCredential", kind.credential_type],
        "name": [
            {"@value": kind.title_zh, "@language": "zh-Hans"},
            {"@value": kind.title_en, "@language": "en"},
        ],
        "issuer": {"id": issuer, "name": venue["name_en"] or venue["name_zh"]},
        "validFrom": seconds(valid_from),
        **({"validUntil": seconds(at_local(valid_until, 23, 59))} if valid_until else {}),
        **({"credentialStatus": [dict(entry) for entry in status]} if status else {}),
        "credentialSubject": dict(content),
        "evidence": [
            {
                "type": [EVIDENCE_TYPE],
                "entry": base64.b64encode(leaf).decode(),
                "tlogProof": log_proof,
            }
        ],
    }


def sign(
    credential: Mapping[str, Any], *, signer: Signer, issuer: str, created: datetime
) -> dict[str, Any]:
    """Return the credential with a Data Integrity proof (VC-DI-EdDSA, 3.3.1)."""
    if "proof" in credential:
        raise ValueError("the credential is signed already")
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": seconds(created),
        "verificationMethod": verification_method(issuer, signer.public_key),
        "proofPurpose": "assertionMethod",
        "@context": credential["@context"],
    }
    signature = signer.sign(_hash_data(credential, options))
    return {**credential, "proof": {**options, "proofValue": multikey.encode(signature)}}


def verify(credential: Mapping[str, Any], keys: Sequence[bytes]) -> str:
    """Check the proof against the trusted Ed25519 `keys`; return its verification method.

    Raises CredentialInvalid. The key is found by the multikey after `#` in the verification
    method, and believed only because it is among `keys`.
    """
    proof = credential.get("proof")
    if not isinstance(proof, dict):
        raise CredentialInvalid(N_("the credential has no single proof"))
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    expected = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "proofPurpose": "assertionMethod",
    }
    for name, needed in expected.items():
        if options.get(name) != needed:
            raise CredentialInvalid(f"the proof's {name} is not {needed}")
    if "@context" in options and options["@context"] != credential.get("@context"):
        raise CredentialInvalid(N_("the proof was made under another @context"))
    method = options.get("verificationMethod")
    value = proof.get("proofValue")
    if not isinstance(method, str) or not isinstance(value, str):
        raise CredentialInvalid(N_("the proof names no key or has no value"))
    public = _public_key(method, keys)
    document = {name: part for name, part in credential.items() if name != "proof"}
    try:
        signature = multikey.decode(value)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _hash_data(document, options))
    except InvalidSignature:
        raise CredentialInvalid(N_("the signature does not fit the credential")) from None
    except (ValueError, TypeError, OverflowError) as error:
        raise CredentialInvalid(N_("the signature cannot be checked")) from error
    return method


def evidence(credential: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return the log entry's bytes and the text of its proof. Raises CredentialInvalid."""
    items = credential.get("evidence")
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict) or item.get("type") != [EVIDENCE_TYPE]:
            continue
        entry, log_proof = item.get("entry"), item.get("tlogProof")
        if not isinstance(entry, str) or not isinstance(log_proof, str):
            break
        try:
            return base64.b64decode(entry, validate=True), log_proof
        except (binascii.Error, ValueError) as error:
            raise CredentialInvalid(N_("the log entry is not base64")) from error
    raise CredentialInvalid(N_("the credential carries no log entry with its proof"))


def verification_method(issuer: str, public: bytes) -> str:
    return f"{issuer}#{multikey.ed25519(public)}"


def seconds(moment: datetime) -> str:
    """Write a moment to the second, as credentials do."""
    return in_utc(moment).strftime("%Y-%m-%dT%H:%M:%SZ")


def _public_key(method: str, keys: Sequence[bytes]) -> bytes:
    try:
        named = multikey.read_ed25519(method.partition("#")[2])
    except multikey.MultibaseInvalid as error:
        raise CredentialInvalid(N_("the proof names no usable key")) from error
    if named not in keys:
        raise CredentialInvalid(N_("the proof is by a key that is not the venue's"))
    return named


def _hash_data(document: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    """SHA-256 of the canonical proof options, then of the canonical document (3.3.4)."""
    return b"".join(hashlib.sha256(canonical(dict(part))).digest() for part in (options, document))
