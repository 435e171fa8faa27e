"""
Secrets of sign-in: made here, compared in constant time, stored only as digests.

    token   hutong_<id, 12 letters and digits>_<secret, 43 characters of base64url>
    code    six digits by e-mail, never stored: computed from a nonce under the venue's key
    link    43 characters of base64url
"""

import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

_TOKEN = re.compile(r"hutong_([a-z0-9]{12})_([A-Za-z0-9_-]{43})")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


class NewToken(NamedTuple):
    id: str
    text: str  # shown once
    digest: bytes


def new_token() -> NewToken:
    id = "".join(secrets.choice(_LETTERS) for _ in range(12))
    secret = secrets.token_urlsafe(32)
    return NewToken(id, f"hutong_{id}_{secret}", digest(secret))


def parse_token(text: str) -> tuple[str, bytes] | None:
    """Return (id, digest of the secret), or None when this is no token of ours."""
    match = _TOKEN.fullmatch(text)
    return (match[1], digest(match[2])) if match else None


def new_nonce() -> str:
    return secrets.token_hex(16)


def code_of(key: str, nonce: str) -> str:
    """The six digits that follow from the venue's key and a nonce."""
    return f"{int(keyed_digest(key, 'e-mail code', nonce), 16) % 1_000_000:06d}"


def new_link() -> tuple[str, bytes]:
    text = secrets.token_urlsafe(32)
    return text, digest(text)


def digest(secret: str) -> bytes:
    """SHA-256 of a secret with 256 bits of its own: no salt or stretching is needed."""
    return hashlib.sha256(secret.encode()).digest()


def keyed_digest(key: str, *parts: str) -> str:
    """HMAC-SHA-256 in hex, for secrets short enough to be guessed (codes) or known (addresses)."""
    message = "\x1f".join(parts).encode()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


def same(a: bytes | str, b: bytes | str) -> bool:
    """Compare in constant time."""
    a, b = (x.encode() if isinstance(x, str) else bytes(x) for x in (a, b))
    return hmac.compare_digest(a, b)
