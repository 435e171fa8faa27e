"""
The venue's private keys, one for each purpose, sealed in one file under one passphrase.

    keys/keyring.json     private keys, sealed (scrypt, ChaCha20-Poly1305); mode 0600
    keys/public.json      the public half, to give to anybody
    keys/log-signed       the last checkpoint the log key signed (see `signing`)

log, witness, message, credential: Ed25519. certificate: P-256 under a small chain, venue authority
→ signing certificate. token: 32 bytes for HMAC. A key is used through a small `Signer`, so that a
PKCS#11 token or a signer process can stand in for the file (see `signers`).

A purpose has one key in use, the keys formerly used, and perhaps one prepared (see `rotation`).
"""

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hutong.kit.moments import iso, parse_iso
from hutong.transparency import chain, multikey, sealing, signing
from hutong.transparency.files import read_private, write_new_private, write_private
from hutong.transparency.note import COSIGNATURE, ED25519, Signer, VerifierKey
from hutong.transparency.sealing import SealBroken
from hutong.transparency.signers import (
    Algorithm,
    CertificateSigner,
    Ed25519Signer,
    SignerUnusable,
    at_address,
    from_secret,
)
from hutong.transparency.venue_keys import KeyLife, Venue, VenueKeys

FORMAT: Final = "hutong-keyring/1"
KEYRING: Final = "keyring.json"
PUBLIC: Final = "public.json"
SIGNED: Final = "log-signed"
PASSPHRASE_VARIABLE: Final = "HUTONG_PASSPHRASE"
PASSPHRASE_FILE_VARIABLE: Final = "HUTONG_PASSPHRASE_FILE"
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


class Keyring:
    """All private keys of one venue, opened. Opening takes one scrypt, well under 100 ms."""

    def __init__(self, directory: Path, passphrase: str) -> None:
        """Open the keyring in `directory`. Raises KeysUnusable."""
        self.directory = directory
        path = directory / KEYRING
        data = read_keyring(path)
        try:
            self.venue = Venue(**data["venue"])
            master = sealing.master(passphrase, data["kdf"])
            self.held = tuple(_held(data, self.venue, master, path))
        except (KeyError, TypeError, ValueError) as error:
            raise KeysUnusable(f"{path} is damaged: {error!r}. Restore it from a copy.") from error
        # A purpose that a later version brings is given its key by `open_or_create`.
        missing = set(Purpose) - {Purpose.WITNESS} - {key.purpose for key in self.held}
        if missing:
            raise KeysUnusable(f"{path} has no key for {', '.join(sorted(missing))}.")

    @classmethod
    def create(
        cls, directory: Path, passphrase: str, *, venue: Venue, made_at: datetime
    ) -> "Keyring":
        """Make all keys. `made_at` is real time. Raises KeysUnusable when there are some."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        kdf = sealing.new_derivation()
        master = sealing.master(passphrase, kdf)
        made, certificates = _make_secrets(venue, made_at)
        data = {
            "format": FORMAT,
            "venue": {name: getattr(venue, name) for name in Venue.__slots__},
            "kdf": kdf,
            "keys": [
                sealed_key(master, venue, purpose, secret, made_at)
                for purpose, secret in made.items()
            ],
            "certificates": certificates,
        }
        try:
            write_new_private(directory / KEYRING, keyring_file(data))
        except FileExistsError as error:
            raise KeysUnusable(f"{directory / KEYRING} exists already.") from error
        keyring = cls(directory, passphrase)
        signing.begin_memory(keyring.log_signer, venue.log_origin, directory / SIGNED)
        keyring.write_public()
        return keyring

    def in_use(self, purpose: Purpose) -> Held:
        """The key of a purpose in use. Raises KeysUnusable when there is none."""
        for key in self.held:
            if key.purpose is purpose and not key.prepared:
                return key
        raise KeysUnusable(f"{self.directory / KEYRING} has no key for {purpose}.")

    def of(self, purpose: Purpose) -> list[Held]:
        """In use first, then those formerly used, latest first; none that is only prepared."""
        return [key for key in self.held if key.purpose is purpose and not key.prepared]

    def prepared(self, purpose: Purpose) -> Held | None:
        return next((key for key in self.held if key.purpose is purpose and key.prepared), None)

    def signers(self, purpose: Purpose, now: datetime) -> list[Signer]:
        """Who signs at `now` (real time): the key in use, and any that is being phased out."""
        first, *former = self.of(purpose)
        keys = [first, *(key for key in former if key.signs_at(now))]
        return [key.signer for key in keys if key.signer is not None]

    @cached_property
    def log_signer(self) -> Signer:
        return self._signer(Purpose.LOG)

    @cached_property
    def witness_signer(self) -> Signer:
        return self._signer(Purpose.WITNESS)

    @cached_property
    def message_signer(self) -> Signer:
        return self._signer(Purpose.MESSAGE)

    @cached_property
    def credential_signer(self) -> Signer:
        return self._signer(Purpose.CREDENTIAL)

    @cached_property
    def certificate_signer(self) -> CertificateSigner:
        certificate = self.in_use(Purpose.CERTIFICATE).certificate
        assert certificate is not None
        return CertificateSigner(self._signer(Purpose.CERTIFICATE), certificate, self.authority)

    @cached_property
    def authority(self) -> x509.Certificate:
        certificate = self.in_use(Purpose.AUTHORITY).certificate
        assert certificate is not None
        return certificate

    @property
    def token_key(self) -> bytes:
        secret = self.in_use(Purpose.TOKEN).secret
        assert secret is not None
        return secret

    def token_keys(self, now: datetime) -> list[bytes]:
        """Keys whose bidding tokens hold at `now`: the one in use first."""
        first, *former = self.of(Purpose.TOKEN)
        keys = [first, *(key for key in former if key.signs_at(now))]
        return [key.secret for key in keys if key.secret is not None]

    @property
    def checkpoint_signer(self) -> "signing.CheckpointSigner":
        """The log's hand today: the key in use, and any being phased out."""
        first, *also = self.signers(Purpose.LOG, datetime.now(UTC))
        return signing.CheckpointSigner(
            signer=first,
            also=tuple(also),
            formerly=tuple(self._verifiers(self.of(Purpose.LOG))),
            origin=self.venue.log_origin,
            memory=self.directory / SIGNED,
        )

    def public(self) -> VenueKeys:
        """The public half: what is trusted, and the life of every key used so far."""
        used = [key for key in self.held if not key.prepared]
        trusted = [key for key in used if key.compromised_from is None]

        def raw(purpose: Purpose) -> tuple[bytes, ...]:
            keys = [key for key in trusted if key.purpose is purpose]
            return tuple(key.signer.public_key for key in keys if key.signer is not None)

        return VenueKeys(
            venue=self.venue,
            log=tuple(self._verifiers(k for k in trusted if k.purpose is Purpose.LOG)),
            witness=tuple(self._verifiers(k for k in trusted if k.purpose is Purpose.WITNESS)),
            credential=raw(Purpose.CREDENTIAL),
            message=raw(Purpose.MESSAGE),
            certificate_authorities=tuple(
                pem(key.certificate)
                for key in trusted
                if key.purpose is Purpose.AUTHORITY and key.certificate is not None
            ),
            history=tuple(key.life for key in used if key.purpose is not Purpose.TOKEN),
        )

    def write_public(self) -> None:
        write_private(self.directory / PUBLIC, self.public().file(), mode=0o644)

    def _signer(self, purpose: Purpose) -> Signer:
        signer = self.in_use(purpose).signer
        assert signer is not None
        return signer

    def _verifiers(self, keys: Any) -> Iterator[VerifierKey]:
        return (verifier(self.venue, key.purpose, key.signer.public_key) for key in keys)


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
        keyring = Keyring(directory, passphrase)
        if not keyring.of(Purpose.WITNESS):
            from hutong.transparency import rotation

            rotation.add_missing(directory, passphrase, made_at=made_at)
            keyring = Keyring(directory, passphrase)
        return Opened(keyring, tuple(made))
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


# -- the file --------------------------------------------------------------------------------------


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


def _make_secrets(venue: Venue, made_at: datetime) -> tuple[dict[Purpose, bytes], dict[str, str]]:
    authority_key, signing_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = chain.make_authority(venue, authority_key, made_at)
    certificate = chain.issue(venue, authority, authority_key, signing_key.public_key(), made_at)
    given = {Purpose.AUTHORITY: der(authority_key), Purpose.CERTIFICATE: der(signing_key)}
    made = {purpose: given.get(purpose) or new_secret(purpose) for purpose in Purpose}
    return made, {"authority": pem(authority), "signing": pem(certificate)}


def _held(data: Mapping[str, Any], venue: Venue, master: bytes, path: Path) -> Iterator[Held]:
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


__all__ = [
    "CertificateSigner",
    "Ed25519Signer",
    "Held",
    "Keyring",
    "KeysUnusable",
    "Opened",
    "Purpose",
    "find_passphrase",
    "open_or_create",
    "passphrase_path",
]
