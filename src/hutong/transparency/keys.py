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

import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from hutong.transparency import chain, sealing, signing
from hutong.transparency.files import read_private, write_new_private, write_private
from hutong.transparency.keyring_file import (
    FORMAT,
    KEYRING,
    Held,
    KeysUnusable,
    Purpose,
    der,
    keyring_file,
    keys_in,
    new_secret,
    pem,
    read_keyring,
    sealed_key,
    verifier,
)
from hutong.transparency.note import Signer, VerifierKey
from hutong.transparency.signers import CertificateSigner
from hutong.transparency.venue_keys import Venue, VenueKeys

PUBLIC: Final = "public.json"
SIGNED: Final = "log-signed"
__all__ = [
    "KEYRING",
    "PUBLIC",
    "SIGNED",
    "Held",
    "Keyring",
    "KeysUnusable",
    "Opened",
    "Purpose",
    "find_passphrase",
    "open_or_create",
    "passphrase_path",
]
PASSPHRASE_VARIABLE: Final = "HUTONG_PASSPHRASE"
PASSPHRASE_FILE_VARIABLE: Final = "HUTONG_PASSPHRASE_FILE"


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
            self.held = tuple(keys_in(data, self.venue, master, path))
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

    def revocation_lists(self, real_now: datetime) -> dict[str, bytes]:
        """A fresh list (CRL, DER) of each trusted authority, by the authority's key id.

        On it stand the signing certificates whose keys were declared compromised. `real_now` is
        cut to the hour, so that asking again within it gives the same list.
        """
        revoked = [
            (key.certificate, key.compromised_from)
            for key in self.of(Purpose.CERTIFICATE)
            if key.certificate is not None and key.compromised_from is not None
        ]
        lists = {}
        for key in self.of(Purpose.AUTHORITY):
            if key.certificate is None or key.signer is None or key.compromised_from is not None:
                continue
            lists[chain.key_id(key.certificate)] = chain.revocation_list(
                key.certificate, key.signer, revoked, self.listed_at(real_now)
            )
        return lists

    def listed_at(self, real_now: datetime) -> datetime:
        """From when the newest lists are: this hour's beginning, or the last change of the keys."""
        hour = real_now.replace(minute=0, second=0, microsecond=0)
        changed = datetime.fromtimestamp(int((self.directory / KEYRING).stat().st_mtime), UTC)
        return max(hour, min(changed, real_now.replace(microsecond=0)))

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


def _make_secrets(venue: Venue, made_at: datetime) -> tuple[dict[Purpose, bytes], dict[str, str]]:
    authority_key, signing_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = chain.make_authority(venue, authority_key, made_at)
    certificate = chain.issue(venue, authority, authority_key, signing_key.public_key(), made_at)
    given = {Purpose.AUTHORITY: der(authority_key), Purpose.CERTIFICATE: der(signing_key)}
    made = {purpose: given.get(purpose) or new_secret(purpose) for purpose in Purpose}
    return made, {"authority": pem(authority), "signing": pem(certificate)}
