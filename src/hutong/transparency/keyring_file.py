"""
The keyring as a file: one entry a key, its secret sealed, and how a key is named in public.

    {"format": "hutong-keyring/1", "venue": {…}, "kdf": {…},
     "keys": [{"purpose", "made_at", "sealed" | "signer" and "public",
               "prepared", "certificate", "used_from", "used_until", "compromised_from"}],
     "certificates": {"authority": "<PEM>", "signing": "<PEM>"}}      of the keys in use
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hutong.kit.moments import iso, parse_iso
from hutong.transparency import multikey, sealing
from hutong.transparency.files import read_private
from hutong.transparency.note import COSIGNATURE, ED25519, Signer, VerifierKey
from hutong.transparency.sealing import SealBroken
from hutong.transparency.signers import Algorithm, SignerUnusable, at_address, from_secret
from hutong.transparency.venue_keys import KeyLife, Venue

FORMAT: Final = "hutong-keyring/1"
KEYRING: Final = "keyring.json"
TOKEN_BYTES: Final = 32


class Purpose(StrEnum):
    LOG = "log"
    WITNESS = "witness"
    MESSAGE = "message"
    CREDENTIAL = "credential"
    AUTHORITY = "authority"
    CERTIFICATE = "certificate"
    TOKEN = "token"


ALGORITHMS: Final[Mapping[Purpose, Algorithm]] = {
    Purpose.LOG: Algorithm.ED25519,
    Purpose.WITNESS: Algorithm.ED25519,
    Purpose.MESSAGE: Algorithm.ED25519,
    Purpose.CREDENTIAL: Algorithm.ED25519,
    Purpose.AUTHORITY: Algorithm.P256,
    Purpose.CERTIFICATE: Algorithm.P256,
}


class KeysUnusable(Exception):
    """The keys cannot be opened or made. The message says which file and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One key of the keyring: `signer`, or for bidding tokens `secret`."""

    purpose: Purpose
    signer: Signer | None
    secret: bytes | None
    address: str | None  # where the key is, when it is not in the file
    certificate: x509.Certificate | None
    prepared: bool
    used_from: datetime
    used_until: datetime | None
    compromised_from: datetime | None
    text: str  # how the key is named in public

    def signs_at(self, now: datetime) -> bool:
        """Whether the key still signs beside the one in use."""
        return (
            self.compromised_from is None
            and self.used_until is not None
            and (now < self.used_until)
        )

    @property
    def life(self) -> KeyLife:
        return KeyLife(
            purpose=self.purpose.value,
            key=self.text,
            used_from=self.used_from,
            used_until=self.used_until,
            compromised_from=self.compromised_from,
        )


def read_keyring(path: Path) -> dict[str, Any]:
    """The keyring's file as it stands, its secrets sealed. Raises KeysUnusable."""
    try:
        data = json.loads(read_private(path))
    except OSError as error:
        raise KeysUnusable(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise KeysUnusable(f"{path} is not JSON. Restore it from a copy.") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise KeysUnusable(f"{path} is not a keyring ({FORMAT}).")
    return data


def keyring_file(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=2).encode() + b"\n"


def new_secret(purpose: Purpose) -> bytes:
    """A fresh private key, as it is sealed."""
    if purpose is Purpose.TOKEN:
        return secrets.token_bytes(TOKEN_BYTES)
    if ALGORITHMS[purpose] is Algorithm.P256:
        return der(ec.generate_private_key(ec.SECP256R1()))
    return Ed25519PrivateKey.generate().private_bytes_raw()


def sealed_key(
    master: bytes, venue: Venue, purpose: Purpose, secret: bytes, made_at: datetime
) -> dict[str, Any]:
    """An entry of the file for a key that the file holds."""
    return {
        "purpose": str(purpose),
        "made_at": iso(made_at),
        "sealed": sealing.seal(master, secret, bound_to(purpose, venue)),
    }


def bound_to(purpose: Purpose, venue: Venue) -> bytes:
    """What a sealed key is bound to, so that one cannot be put in another's place."""
    return f"{FORMAT}\n{venue.origin}\n{purpose}".encode()


def verifier(venue: Venue, purpose: Purpose, public: bytes) -> VerifierKey:
    """The verifier key of the log, or of the venue as a witness of others' logs."""
    if purpose is Purpose.WITNESS:
        return VerifierKey(venue.witness_name, public, COSIGNATURE)
    return VerifierKey(venue.log_origin, public, ED25519)


def named(venue: Venue, purpose: Purpose, public: bytes) -> str:
    """How a key is named in public: as in its list, or by its SHA-256."""
    match purpose:
        case Purpose.LOG | Purpose.WITNESS:
            return verifier(venue, purpose, public).text()
        case Purpose.MESSAGE | Purpose.CREDENTIAL:
            return multikey.ed25519(public)
        case _:
            return "sha256:" + hashlib.sha256(public).hexdigest()


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def der(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def keys_in(data: Mapping[str, Any], venue: Venue, master: bytes, path: Path) -> Iterator[Held]:
    """The keys of the file; the first of a purpose that is not only prepared is in use."""
    seen: set[Purpose] = set()
    in_use = {Purpose.AUTHORITY: "authority", Purpose.CERTIFICATE: "signing"}
    for key in data["keys"]:
        purpose, prepared = Purpose(key["purpose"]), bool(key.get("prepared"))
        text = key.get("certificate")
        if not prepared and purpose not in seen:
            seen.add(purpose)
            text = data["certificates"].get(in_use.get(purpose))
        certificate = x509.load_pem_x509_certificate(text.encode()) if text else None
        signer, secret = _opened(key, purpose, venue, master, path)
        public = secret if signer is None else signer.public_key
        if certificate is not None:
            public = certificate.public_bytes(serialization.Encoding.DER)
        assert public is not None
        yield Held(
            purpose=purpose,
            signer=signer,
            secret=secret,
            address=key.get("signer"),
            certificate=certificate,
            prepared=prepared,
            used_from=parse_iso(key.get("used_from") or key["made_at"]),
            used_until=_moment(key, "used_until"),
            compromised_from=_moment(key, "compromised_from"),
            text=named(venue, purpose, public),
        )


def _opened(
    key: Mapping[str, Any], purpose: Purpose, venue: Venue, master: bytes, path: Path
) -> tuple[Signer | None, bytes | None]:
    if address := key.get("signer"):
        public = base64.b64decode(key["public"], validate=True)
        try:
            return at_address(address, ALGORITHMS[purpose], public), None
        except SignerUnusable as error:
            raise KeysUnusable(f"{path}, the key for {purpose}: {error}") from error
    try:
        secret = sealing.unseal(master, key["sealed"], bound_to(purpose, venue))
    except SealBroken as error:
        raise KeysUnusable(
            f"The passphrase does not open {path}, or the file was changed "
            f"(at the key for {purpose})."
        ) from error
    if purpose is Purpose.TOKEN:
        return None, secret
    return from_secret(secret, ALGORITHMS[purpose]), None


def _moment(key: Mapping[str, Any], name: str) -> datetime | None:
    return parse_iso(key[name]) if key.get(name) else None
