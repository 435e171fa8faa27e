"""
Where private keys live: in the sealed keyring, in a signer process, or in a PKCS#11 token.

    (none)                                        a key in memory, from the keyring's file
    unix:/run/hutong/signer.sock#log              another process holds it (`./hutong keys serve`)
    pkcs11:token=hutong;object=log-2?module-path=/usr/lib/softhsm/libsofthsm2.so

Whoever signs asks a `note.Signer` and cannot tell the difference. The address of a key (RFC 7512
for PKCS#11) stands in the keyring in place of the sealed key; its public half beside it, so that a
signer that has another key is found out at once.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hutong.transparency.note import Signer, VerifierKey


class Algorithm(StrEnum):
    ED25519 = "ed25519"
    P256 = "p256"  # ECDSA over SHA-256; public key as SubjectPublicKeyInfo, signature as DER


class SignerUnusable(Exception):
    """The key's place cannot be reached or does not hold the key. Says where and what to do."""


PROOF_OF_POSSESSION: Final = b"hutong: does this signer hold its key?"


@dataclass(frozen=True, slots=True)
class Ed25519Signer:
    """Signs with a key in memory."""

    key: Ed25519PrivateKey

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message)


@dataclass(frozen=True, slots=True)
class P256Signer:
    """Signs with a key in memory: ECDSA over SHA-256, as DER."""

    key: ec.EllipticCurvePrivateKey

    @property
    def public_key(self) -> bytes:
        return spki(self.key.public_key())

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message, ec.ECDSA(hashes.SHA256()))


@dataclass(frozen=True, slots=True)
class CertificateSigner:
    """Signs documents with P-256 and SHA-256; `certificate` and `authority` are its chain."""

    key: Signer
    certificate: x509.Certificate
    authority: x509.Certificate

    @property
    def public_key(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message)


def spki(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def from_secret(secret: bytes, algorithm: Algorithm) -> Signer:
    """The signer for a private key in memory. Raises ValueError when it is not one."""
    if algorithm is Algorithm.ED25519:
        return Ed25519Signer(Ed25519PrivateKey.from_private_bytes(secret))
    key = serialization.load_der_private_key(secret, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("not a P-256 key")
    return P256Signer(key)


def at_address(address: str, algorithm: Algorithm, public: bytes | None = None) -> Signer:
    """The signer at an address, holding `public` where one is given. Raises SignerUnusable."""
    scheme = address.partition(":")[0]
    if scheme == "unix":
        from hutong.transparency import remote_signer

        return remote_signer.at(address, algorithm, public)
    if scheme == "pkcs11":
        from hutong.transparency import pkcs11_signer

        return pkcs11_signer.at(address, algorithm, public)
    raise SignerUnusable(f"{address}: a signer's address begins with unix: or pkcs11:")


def verifies(public: bytes, algorithm: Algorithm, signature: bytes, message: bytes) -> bool:
    """Whether the key made the signature."""
    if algorithm is Algorithm.ED25519:
        return len(public) == 32 and VerifierKey("key", public).accepts(signature, message)
    key = serialization.load_der_public_key(public)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
