"""
Paddle tokens: who may bid in a lot, without asking the database (AU-3).

    base64url( lot 16 bytes ‖ paddle 2 ‖ expiry 4, real seconds since 1970 ‖ HMAC-SHA256, 16 bytes )

The hot door verifies one in microseconds. Expiry is by the real clock: a token is a security
matter, and a demo venue's clock jumps (TI-2). Pure.
"""

import base64
import binascii
import hmac
import struct
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from hutong.auctions.rules import Refusal
from hutong.kit.refusal import Refused

_BODY = struct.Struct(">16sHI")
_MAC_BYTES = 16
_CONTEXT = b"hutong/paddle-token/1\0"
TOKEN_LENGTH = 52  # 38 bytes in base64url, padding included


class PaddleToken(NamedTuple):
    lot: str
    paddle: int
    expires: int


def seal(key: bytes, *, lot: UUID, paddle: int, expires: int) -> str:
    """Issue a token for `paddle` in `lot` until `expires` (real seconds since 1970)."""
    body = _BODY.pack(lot.bytes, paddle, expires)
    return base64.urlsafe_b64encode(body + _mac(key, body)).decode()


def open_token(key: bytes, token: str | bytes, *, at: float) -> PaddleToken:
    """Return what `token` says. Raises Refused when it is not ours, mangled or expired."""
    opened = _open(key, token)
    if at >= opened.expires:
        raise Refused(Refusal.TOKEN_EXPIRED)
    return opened


@lru_cache(maxsize=10_000)  # a bidder sends the same token with every bid
def _open(key: bytes, token: str | bytes) -> PaddleToken:
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Refused(Refusal.TOKEN_INVALID) from None
    body, mac = raw[: _BODY.size], raw[_BODY.size :]
    if len(raw) != _BODY.size + _MAC_BYTES or not hmac.compare_digest(mac, _mac(key, body)):
        raise Refused(Refusal.TOKEN_INVALID)
    lot, paddle, expires = _BODY.unpack(body)
    return PaddleToken(str(UUID(bytes=lot)), paddle, expires)


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, _CONTEXT + body, "sha256")[:_MAC_BYTES]
