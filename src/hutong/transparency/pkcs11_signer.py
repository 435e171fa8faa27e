"""
Keys in a PKCS#11 token: a hardware security module, a smart card, SoftHSM.

    pkcs11:token=hutong;object=log-2?module-path=/usr/lib/softhsm/libsofthsm2.so

Needs the package python-pkcs11, which only venues with a token install (`pip install
'hutong[pkcs11]'`). The PIN comes from the environment (HUTONG_PKCS11_PIN) or from the file that
HUTONG_PKCS11_PIN_FILE names. Keys are made with the token's own tools and never leave it.
"""

import hashlib
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from hutong.transparency.files import read_private
from hutong.transparency.signers import Algorithm, Signer, SignerUnusable

PIN_VARIABLE: Final = "HUTONG_PKCS11_PIN"
PIN_FILE_VARIABLE: Final = "HUTONG_PKCS11_PIN_FILE"
_ED25519_POINT: Final = 32

_sessions: dict[tuple[str, str], Any] = {}
_one_at_a_time = threading.Lock()  # a session takes one operation at a time


@dataclass(frozen=True, slots=True)
class Place:
    """A key's address (RFC 7512), as much of it as is used."""

    module: str
    token: str
    label: str

    @classmethod
    def parse(cls, address: str) -> "Place":
        """Raises SignerUnusable."""
        path, _, query = address.removeprefix("pkcs11:").partition("?")
        parts = dict(part.partition("=")[::2] for part in path.split(";"))
        module = parse_qs(query).get("module-path", [""])[0]
        token, label = unquote(parts.get("token", "")), unquote(parts.get("object", ""))
        if not (module and token and label):
            raise SignerUnusable(
                f"{address}: write pkcs11:token=<label>;object=<label>?module-path=<library>"
            )
        return cls(module, token, label)


def at(address: str, algorithm: Algorithm, public: bytes | None) -> Signer:
    """The key at an address; the token is not asked before it is used, where `public` is given."""
    place = Place.parse(address)
    return TokenSigner(place, algorithm, public or _public_key(place, algorithm))


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """Signs inside a PKCS#11 token."""

    place: Place
    algorithm: Algorithm
    public_key: bytes = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """Raises SignerUnusable."""
        pkcs11 = _library()
        try:
            with _one_at_a_time:
                key = _session(self.place).get_key(
                    pkcs11.ObjectClass.PRIVATE_KEY, label=self.place.label
                )
                if self.algorithm is Algorithm.ED25519:
                    return bytes(key.sign(message, mechanism=pkcs11.Mechanism.EDDSA))
                digest = hashlib.sha256(message).digest()
                raw = bytes(key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
            return bytes(_ec().encode_ecdsa_signature(raw))
        except pkcs11.exceptions.PKCS11Error as error:
            _forget(self.place)
            raise SignerUnusable(_told(self.place, error)) from error


def _public_key(place: Place, algorithm: Algorithm) -> bytes:
    pkcs11 = _library()
    try:
        with _one_at_a_time:
            key = _session(place).get_key(pkcs11.ObjectClass.PUBLIC_KEY, label=place.label)
            if algorithm is Algorithm.ED25519:
                # CKA_EC_POINT is the point in a DER octet string; some tokens give it bare.
                return bytes(key[pkcs11.Attribute.EC_POINT])[-_ED25519_POINT:]
            return bytes(_ec().encode_ec_public_key(key))
    except pkcs11.exceptions.PKCS11Error as error:
        _forget(place)
        raise SignerUnusable(_told(place, error)) from error


def _session(place: Place) -> Any:
    known = (place.module, place.token)
    if known not in _sessions:
        pkcs11 = _library()
        try:
            token = pkcs11.lib(place.module).get_token(token_label=place.token)
        except RuntimeError as error:
            raise SignerUnusable(f"{place.module}: not a PKCS#11 library ({error})") from error
        _sessions[known] = token.open(user_pin=_pin())
    return _sessions[known]


def _forget(place: Place) -> None:
    _sessions.pop((place.module, place.token), None)


def _pin() -> str:
    if pin := os.environ.get(PIN_VARIABLE):
        return pin
    if path := os.environ.get(PIN_FILE_VARIABLE):
        try:
            return read_private(Path(path)).decode().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SignerUnusable(f"{path}: the token's PIN cannot be read ({error})") from error
    raise SignerUnusable(f"The token's PIN is missing: set {PIN_VARIABLE} or {PIN_FILE_VARIABLE}.")


def _told(place: Place, error: Exception) -> str:
    why = str(error) or type(error).__name__
    return f"token {place.token}, key {place.label}: {why}"


def _library() -> Any:
    try:
        import pkcs11
    except ImportError as error:
        raise SignerUnusable(
            "A key in a PKCS#11 token needs the package python-pkcs11 (pip install python-pkcs11)."
        ) from error
    return pkcs11


def _ec() -> Any:
    from pkcs11.util import ec

    return ec
