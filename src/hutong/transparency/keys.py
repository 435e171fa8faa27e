"""
The venue's private keys, one for each purpose, sealed in one file under one passphrase.

    keys/keyring.json     private keys, sealed (scrypt, ChaCha20-Poly1305); mode 0600
    keys/public.json      the public half, to give to anybody
    keys/log-signed       the last checkpoint the log key signed (see `signing`)

log, message, credential: Ed25519. certificate: P-256 under a small chain, venue authority →
signing certificate. token: 32 bytes for HMAC. A key is used through a small `Signer`, so that a
PKCS#11 token or a remote signer can stand in for a file.
"""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from hutong.kit.moments import iso
from hutong.transparency import chain, signing
from hutong.transparency.files import read_private, write_new_private, write_private
from hutong.transparency.note import Signer, VerifierKey
from hutong.transparency.venue_keys import Venue, VenueKeys

FORMAT: Final = "hutong-keyring/1"
KEYRING: Final = "keyring.json"
PUBLIC: Final = "public.json"
SIGNED: Final = "log-signed"
PASSPHRASE_VARIABLE: Final = "HUTONG_PASSPHRASE"
PASSPHRASE_FILE_VARIABLE: Final = "HUTONG_PASSPHRASE_FILE"

_SCRYPT: Final = {"n": 1 << 15, "r": 8, "p": 1}  # about 60 ms and 32 MB
_SCRYPT_LIMIT: Final = 1 << 20
_NONCE_BYTES: Final = 12
_TOKEN_BYTES: Final = 32


class Purpose(StrEnum):
    LOG = "log"
    MESSAGE = "message"
    CREDENTIAL = "credential"
    AUTHORITY = "authority"
    CERTIFICATE = "certificate"
    TOKEN = "token"


class KeysUnusable(Exception):
    """The keys cannot be opened or made. The message says which file and what to do."""


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
class CertificateSigner:
    """Signs documents with P-256 and SHA-256; `certificate` and `authority` are its chain."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    authority: x509.Certificate

    @property
    def public_key(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message, ec.ECDSA(hashes.SHA256()))


class Keyring:
    """All private keys of one venue, opened. Opening takes one scrypt, well under 100 ms."""

    def __init__(self, directory: Path, passphrase: str) -> None:
        """Open the keyring in `directory`. Raises KeysUnusable."""
        self.directory = directory
        path = directory / KEYRING
        data = _read(path)
        try:
            self.venue = Venue(**data["venue"])
            master = _master(passphrase, data["kdf"])
            self._secrets = {
                Purpose(key["purpose"]): _unseal(master, key, self.venue, path)
                for key in reversed(data["keys"])  # the first of a purpose is in use
            }
            pems = data["certificates"]
            self.authority = x509.load_pem_x509_certificate(pems["authority"].encode())
            self._certificate = x509.load_pem_x509_certificate(pems["signing"].encode())
        except (KeyError, TypeError, ValueError) as error:
            raise KeysUnusable(f"{path} is damaged: {error!r}. Restore it from a copy.") from error
        missing = set(Purpose) - set(self._secrets)
        if missing:
            raise KeysUnusable(f"{path} has no key for {', '.join(sorted(missing))}.")

    @classmethod
    def create(
        cls, directory: Path, passphrase: str, *, venue: Venue, made_at: datetime
    ) -> "Keyring":
        """Make all keys. `made_at` is real time. Raises KeysUnusable when there are some."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        secrets_made, certificates = _make_secrets(venue, made_at)
        kdf = {"name": "scrypt", **_SCRYPT, "salt": secrets.token_hex(16)}
        master = _master(passphrase, kdf)
        data = {
            "format": FORMAT,
            "venue": {name: getattr(venue, name) for name in Venue.__slots__},
            "kdf": kdf,
            "keys": [
                {
                    "purpose": str(purpose),
                    "made_at": iso(made_at),
                    "sealed": _seal(master, purpose, secret, venue),
                }
                for purpose, secret in secrets_made.items()
            ],
            "certificates": certificates,
        }
        text = json.dumps(data, ensure_ascii=False, indent=2).encode() + b"\n"
        try:
            write_new_private(directory / KEYRING, text)
        except FileExistsError as error:
            raise KeysUnusable(f"{directory / KEYRING} exists already.") from error
        keyring = cls(directory, passphrase)
        signing.begin_memory(keyring.log_signer, venue.log_origin, directory / SIGNED)
        write_private(directory / PUBLIC, keyring.public().file(), mode=0o644)
        return keyring

    @cached_property
    def log_signer(self) -> Signer:
        return self._ed25519(Purpose.LOG)

    @cached_property
    def message_signer(self) -> Signer:
        return self._ed25519(Purpose.MESSAGE)

    @cached_property
    def credential_signer(self) -> Signer:
        return self._ed25519(Purpose.CREDENTIAL)

    @cached_property
    def certificate_signer(self) -> CertificateSigner:
        key = serialization.load_der_private_key(self._secrets[Purpose.CERTIFICATE], None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return CertificateSigner(key, self._certificate, self.authority)

    @property
    def token_key(self) -> bytes:
        return self._secrets[Purpose.TOKEN]

    @cached_property
    def checkpoint_signer(self) -> "signing.CheckpointSigner":
        return signing.CheckpointSigner(
            signer=self.log_signer,
            origin=self.venue.log_origin,
            memory=self.directory / SIGNED,
        )

    def public(self) -> VenueKeys:
        return VenueKeys(
            venue=self.venue,
            log=(VerifierKey(self.venue.log_origin, self.log_signer.public_key),),
            credential=(self.credential_signer.public_key,),
            message=(self.message_signer.public_key,),
            certificate_authorities=(
                self.authority.public_bytes(serialization.Encoding.PEM).decode(),
            ),
        )

    def _ed25519(self, purpose: Purpose) -> Ed25519Signer:
        return Ed25519Signer(Ed25519PrivateKey.from_private_bytes(self._secrets[purpose]))


@dataclass(frozen=True, slots=True)
class Opened:
    """A keyring, and the files that had to be made for it (none when it was there)."""

    keyring: Keyring
    made: tuple[Path, ...]


def open_or_create(
    directory: Path, *, venue: Venue, made_at: datetime, environ: Mapping[str, str] = os.environ
) -> Opened:
    """Open the venue's keyring, or make it, and a passphrase file where none is configured.

    For an unattended start: the caller tells its user which files were `made`, and to keep copies
    of them apart from each other. Raises KeysUnusable.
    """
    made: list[Path] = []
    try:
        passphrase = find_passphrase(directory, environ)
    except KeysUnusable:
        if environ.get(PASSPHRASE_FILE_VARIABLE) or (directory / KEYRING).exists():
            raise
        passphrase = secrets.token_urlsafe(32)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new_private(passphrase_path(directory), passphrase.encode() + b"\n")
        made.append(passphrase_path(directory))
    if (directory / KEYRING).exists():
        return Opened(Keyring(directory, passphrase), tuple(made))
    keyring = Keyring.create(directory, passphrase, venue=venue, made_at=made_at)
    made += [directory / KEYRING, directory / PUBLIC]
    return Opened(keyring, tuple(made))


def passphrase_path(directory: Path) -> Path:
    """Where an unattended start keeps the passphrase: beside the keys, never among them."""
    return directory.parent / "passphrase"


def find_passphrase(directory: Path, environ: Mapping[str, str] = os.environ) -> str:
    """Take the passphrase from the environment, the file it names, or the venue's own file."""
    if passphrase := environ.get(PASSPHRASE_VARIABLE):
        return passphrase
    path = Path(environ.get(PASSPHRASE_FILE_VARIABLE) or passphrase_path(directory))
    try:
        passphrase = read_private(path).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeysUnusable(
            f"There is no passphrase: set {PASSPHRASE_VARIABLE}, or {PASSPHRASE_FILE_VARIABLE} to a "
            f"readable file ({path}: {error})."
        ) from error
    if not passphrase:
        raise KeysUnusable(f"The passphrase file {path} is empty.")
    return passphrase


def _make_secrets(venue: Venue, made_at: datetime) -> tuple[dict[Purpose, bytes], dict[str, str]]:
    authority_key, signing_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority, certificate = chain.make(venue, authority_key, signing_key, made_at)
    made = {
        purpose: Ed25519PrivateKey.generate().private_bytes_raw()
        for purpose in (Purpose.LOG, Purpose.MESSAGE, Purpose.CREDENTIAL)
    }
    made[Purpose.AUTHORITY] = _der(authority_key)
    made[Purpose.CERTIFICATE] = _der(signing_key)
    made[Purpose.TOKEN] = secrets.token_bytes(_TOKEN_BYTES)
    pem = serialization.Encoding.PEM
    return made, {
        "authority": authority.public_bytes(pem).decode(),
        "signing": certificate.public_bytes(pem).decode(),
    }


def _der(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(read_private(path))
    except OSError as error:
        raise KeysUnusable(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise KeysUnusable(f"{path} is not JSON. Restore it from a copy.") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise KeysUnusable(f"{path} is not a keyring ({FORMAT}).")
    return data


def _master(passphrase: str, kdf: Mapping[str, Any]) -> bytes:
    n, r, p = int(kdf["n"]), int(kdf["r"]), int(kdf["p"])
    if kdf["name"] != "scrypt" or not 2 <= n <= _SCRYPT_LIMIT or r > 32 or p > 16:
        raise ValueError("unknown key derivation")
    scrypt = Scrypt(salt=bytes.fromhex(kdf["salt"]), length=32, n=n, r=r, p=p)
    return scrypt.derive(passphrase.encode())


def _bound_to(purpose: Purpose, venue: Venue) -> bytes:
    """What a sealed key is bound to, so that one cannot be put in another's place."""
    return f"{FORMAT}\n{venue.origin}\n{purpose}".encode()


def _seal(master: bytes, purpose: Purpose, secret: bytes, venue: Venue) -> str:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = ChaCha20Poly1305(master).encrypt(nonce, secret, _bound_to(purpose, venue))
    return base64.b64encode(nonce + sealed).decode()


def _unseal(master: bytes, key: Mapping[str, Any], venue: Venue, path: Path) -> bytes:
    raw = base64.b64decode(key["sealed"], validate=True)
    bound = _bound_to(Purpose(key["purpose"]), venue)
    try:
        return ChaCha20Poly1305(master).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound)
    except InvalidTag as error:
        raise KeysUnusable(
            f"The passphrase does not open {path}, or the file was changed "
            f"(at the key for {key['purpose']})."
        ) from error
