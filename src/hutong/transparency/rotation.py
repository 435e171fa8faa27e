"""
Changing the keys of a keyring: a new key is prepared, put in use, and the old one phased out.

    prepared ──► in use ──► formerly used ──(until)──► signs no more
                    └───────────┴──► compromised as of a moment: signs no more, at once

What is decided stands in the journal (`keeping`); here the file is made to follow it. Every change
reads, changes and replaces the file under a lock, and writes the public half anew.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hutong.kit.moments import iso
from hutong.transparency import chain, sealing, signing
from hutong.transparency.files import write_private
from hutong.transparency.keyring_file import (
    ALGORITHMS,
    KEYRING,
    Held,
    KeysUnusable,
    Purpose,
    bound_to,
    der,
    keyring_file,
    new_secret,
    pem,
    read_keyring,
    sealed_key,
)
from hutong.transparency.keys import Keyring
from hutong.transparency.signers import (
    PROOF_OF_POSSESSION,
    Signer,
    SignerUnusable,
    at_address,
    verifies,
)
from hutong.transparency.venue_keys import Venue

_IN_CERTIFICATES = {Purpose.AUTHORITY: "authority", Purpose.CERTIFICATE: "signing"}


def prepare(
    directory: Path,
    passphrase: str,
    purpose: Purpose,
    *,
    made_at: datetime,
    address: str | None = None,
) -> Held:
    """Prepare the next key of a purpose: made in the file, or taken from the signer at `address`.

    One prepared before is dropped. A new authority comes with a new signing certificate. Raises
    KeysUnusable, also when the signer does not prove that it holds its key.
    """
    with _changing(directory) as data:
        venue, master = _opened(data, passphrase, directory)
        if address is not None:
            _put(data, _at_signer(data, purpose, venue, master, address, made_at))
        elif purpose is Purpose.AUTHORITY:
            authority_key = ec.generate_private_key(ec.SECP256R1())
            authority = chain.make_authority(venue, authority_key, made_at)
            key = sealed_key(master, venue, purpose, der(authority_key), made_at)
            _put(data, key | {"prepared": True, "certificate": pem(authority)})
            _put(data, _signing_key(venue, master, authority, authority_key, made_at))
        elif purpose is Purpose.CERTIFICATE:
            authority, authority_key = _authority(data, venue, master)
            _put(data, _signing_key(venue, master, authority, authority_key, made_at))
        else:
            secret = new_secret(purpose)
            key = sealed_key(master, venue, purpose, secret, made_at)
            _put(data, key | {"prepared": True})
    found = Keyring(directory, passphrase).prepared(purpose)
    assert found is not None
    return found


def put_in_use(
    directory: Path, passphrase: str, key: str, *, at: datetime, former_until: datetime
) -> None:
    """Put the prepared key named `key` in use; the one before signs beside it `former_until`.

    Does nothing when it is in use already. Raises KeysUnusable when the keyring has no such key.
    """
    with _changing(directory) as data:
        held = _named(Keyring(directory, passphrase), key)[1]
        if not held.prepared:
            return
        _into_use(data, held.purpose, at, former_until)
        if held.purpose is Purpose.AUTHORITY:
            _into_use(data, Purpose.CERTIFICATE, at, former_until)
    Keyring(directory, passphrase).write_public()


def mark_compromised(directory: Path, passphrase: str, key: str, *, since: datetime) -> None:
    """Trust a key no more as of `since`; it signs no more. Raises KeysUnusable when unknown."""
    with _changing(directory) as data:
        place, _ = _named(Keyring(directory, passphrase), key)
        data["keys"][place]["compromised_from"] = iso(since)
    Keyring(directory, passphrase).write_public()


def add_missing(directory: Path, passphrase: str, *, made_at: datetime) -> None:
    """Give each purpose without a key its first one, as an older keyring has no witness key."""
    with _changing(directory) as data:
        venue, master = _opened(data, passphrase, directory)
        there = {key["purpose"] for key in data["keys"]}
        for purpose in Purpose:
            if purpose.value not in there:
                secret = new_secret(purpose)
                data["keys"].append(sealed_key(master, venue, purpose, secret, made_at))
    Keyring(directory, passphrase).write_public()


def _into_use(data: dict[str, Any], purpose: Purpose, at: datetime, former_until: datetime) -> None:
    keys = data["keys"]
    old = next(k for k in keys if k["purpose"] == purpose and not k.get("prepared"))
    new = next(k for k in keys if k["purpose"] == purpose and k.get("prepared"))
    if name := _IN_CERTIFICATES.get(purpose):
        old["certificate"] = data["certificates"][name]
        data["certificates"][name] = new.pop("certificate")
    del new["prepared"]
    new["used_from"], old["used_until"] = iso(at), iso(former_until)
    keys.remove(new)
    keys.insert(keys.index(old), new)


def _named(keyring: Keyring, key: str) -> tuple[int, Held]:
    for place, held in enumerate(keyring.held):
        if held.text == key:
            return place, held
    raise KeysUnusable(f"{keyring.directory / KEYRING} does not hold the key {key}.")


def _signing_key(
    venue: Venue,
    master: bytes,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    made_at: datetime,
) -> dict[str, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = chain.issue(venue, authority, authority_key, key.public_key(), made_at)
    sealed = sealed_key(master, venue, Purpose.CERTIFICATE, der(key), made_at)
    return sealed | {"prepared": True, "certificate": pem(certificate)}


def _at_signer(
    data: dict[str, Any],
    purpose: Purpose,
    venue: Venue,
    master: bytes,
    address: str,
    made_at: datetime,
) -> dict[str, Any]:
    if purpose in (Purpose.AUTHORITY, Purpose.TOKEN):
        raise KeysUnusable(
            f"The key for {purpose} stays in the keyring: the authority signs only at rotations, "
            "and bidding tokens are checked in every process."
        )
    signer = _proven(address, purpose)
    key: dict[str, Any] = {
        "purpose": purpose.value,
        "made_at": iso(made_at),
        "signer": address,
        "public": base64.b64encode(signer.public_key).decode(),
        "prepared": True,
    }
    if purpose is Purpose.CERTIFICATE:
        authority, authority_key = _authority(data, venue, master)
        public = serialization.load_der_public_key(signer.public_key)
        assert isinstance(public, ec.EllipticCurvePublicKey)
        key["certificate"] = pem(chain.issue(venue, authority, authority_key, public, made_at))
    return key


def _proven(address: str, purpose: Purpose) -> Signer:
    """The signer at an address, once it has signed something with the key it shows."""
    algorithm = ALGORITHMS[purpose]
    try:
        signer = at_address(address, algorithm)
        signature = signer.sign(PROOF_OF_POSSESSION)
        public = signer.public_key
    except SignerUnusable as error:
        raise KeysUnusable(str(error)) from error
    if not verifies(public, algorithm, signature, PROOF_OF_POSSESSION):
        raise KeysUnusable(f"{address} does not hold the key it shows.")
    return signer


def _authority(
    data: dict[str, Any], venue: Venue, master: bytes
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = next(k for k in data["keys"] if k["purpose"] == "authority" and not k.get("prepared"))
    secret = sealing.unseal(master, key["sealed"], bound_to(Purpose.AUTHORITY, venue))
    private = serialization.load_der_private_key(secret, None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return x509.load_pem_x509_certificate(data["certificates"]["authority"].encode()), private


def _put(data: dict[str, Any], key: dict[str, Any]) -> None:
    """Add a prepared key in place of one prepared before."""
    kept = [k for k in data["keys"] if not (k["purpose"] == key["purpose"] and k.get("prepared"))]
    data["keys"] = [*kept, key]


def _opened(data: dict[str, Any], passphrase: str, directory: Path) -> tuple[Venue, bytes]:
    Keyring(directory, passphrase)  # says what is wrong, if anything is
    return Venue(**data["venue"]), sealing.master(passphrase, data["kdf"])


@contextmanager
def _changing(directory: Path) -> Iterator[dict[str, Any]]:
    """The keyring's data, to be changed; written back when nothing went wrong."""
    path = directory / KEYRING
    with signing.locked(path):
        data = read_keyring(path)
        yield data
        write_private(path, keyring_file(data))
