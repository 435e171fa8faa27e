"""
Time-based one-time codes (RFC 4226, RFC 6238): six digits, thirty seconds.

Pure. The secret is the base32 text that authenticator apps take.
"""

import base64
import hashlib
import hmac
import secrets
import struct
from urllib.parse import quote, urlencode

DIGITS = 6
PERIOD = 30
TOLERANCE = 1  # one period either way, for clocks that are a little off


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, counter: int) -> str:
    """HOTP value of `counter` (RFC 4226, 5.3)."""
    key = base64.b32decode(secret, casefold=True)
    mac = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = mac[-1] & 0x0F
    number = struct.unpack(">I", mac[offset : offset + 4])[0] & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def counter_of(seconds: float) -> int:
    """The period that a moment (seconds since 1970) lies in."""
    return int(seconds) // PERIOD


def accepted_counter(secret: str, code: str, *, seconds: float, after: int = -1) -> int | None:
    """Return the period whose code this is, or None. Periods up to `after` are spent (RFC 6238, 5.2)."""
    now, given = counter_of(seconds), code.encode()
    found = None
    for counter in range(now - TOLERANCE, now + TOLERANCE + 1):
        if hmac.compare_digest(code_at(secret, counter).encode(), given) and counter > after:
            found = counter
    return found


def address(secret: str, *, issuer: str, account: str) -> str:
    """The otpauth: address that authenticator apps read as a QR code."""
    label = quote(f"{issuer}:{account}")
    return f"otpauth://totp/{label}?" + urlencode({"secret": secret, "issuer": issuer})
