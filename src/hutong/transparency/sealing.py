"""
Sealing secrets under a passphrase: scrypt makes a key of it, ChaCha20-Poly1305 closes each secret,
bound to what it is for, so that one cannot be put in another's place.

Pure: text and bytes in, text and bytes out.
"""

import base64
import secrets
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

SCRYPT: Final = {"n": 1 << 15, "r": 8, "p": 1}  # about 60 ms and 32 MB
_SCRYPT_LIMIT: Final = 1 << 20
_NONCE_BYTES: Final = 12


class SealBroken(Exception):
    """Another passphrase, another purpose, or a changed text."""


def new_derivation() -> dict[str, Any]:
    """Parameters for `master`, with a fresh salt; kept in clear beside what is sealed."""
    return {"name": "scrypt", **SCRYPT, "salt": secrets.token_hex(16)}


def master(passphrase: str, derivation: Mapping[str, Any]) -> bytes:
    """Derive the sealing key. Raises ValueError, KeyError or TypeError on absurd parameters."""
    n, r, p = int(derivation["n"]), int(derivation["r"]), int(derivation["p"])
    if derivation["name"] != "scrypt" or not 2 <= n <= _SCRYPT_LIMIT or r > 32 or p > 16:
        raise ValueError("unknown key derivation")
    scrypt = Scrypt(salt=bytes.fromhex(derivation["salt"]), length=32, n=n, r=r, p=p)
    return scrypt.derive(passphrase.encode())


def seal(master: bytes, secret: bytes, bound_to: bytes) -> str:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return base64.b64encode(
        nonce + ChaCha20Poly1305(master).encrypt(nonce, secret, bound_to)
    ).decode()


def unseal(master: bytes, sealed: str, bound_to: bytes) -> bytes:
    """Raises SealBroken, or ValueError when the text is not base64."""
    raw = base64.b64decode(sealed, validate=True)
    try:
        return ChaCha20Poly1305(master).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound_to)
    except InvalidTag as error:
        raise SealBroken from error
