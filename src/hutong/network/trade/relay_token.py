"""
Relay tokens: who may bid at another venue through this one, without asking the database (NE-4, AU-3).

    base64url( nonce 12 bytes ‖ ChaCha20-Poly1305 of the seat, by a key made of the venue's token key )

A seat is an order, its lot, where its venue is, and the paddle token which that venue gave for it. It
is sealed, not only signed: with the paddle token in their hands bidders could pass us by. Expiry is by
the real clock (TI-2). Pure.
"""

import base64
import binascii
import hmac
import json
import secrets
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from hutong.kit.refusal import N_, Reason, Refused, reason

_CONTEXT: Final = b"hutong/relay-token/1\0"
_NONCE_BYTES: Final = 12
LONGEST: Final = 4_000


class Refusal(Reason):
    TOKEN_INVALID = reason(
        "trade.token_invalid", "NE-4", N_("The relay token is not valid for this order."), 401
    )
    TOKEN_EXPIRED = reason(
        "trade.token_expired", "NE-4", N_("The relay token has expired; fetch a new one."), 401
    )


class Seat(NamedTuple):
    """A bidder's place at another venue's lot. `expires`: real seconds since 1970."""

    order: UUID
    lot: UUID
    venue: str
    url: str
    paddle_token: str
    expires: int


def seal(key: bytes, seat: Seat) -> str:
    """Issue a token; `key` is the venue's token key."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    told = json.dumps([str(seat.order), str(seat.lot), *seat[2:]], separators=(",", ":"))
    sealed = _cipher(key).encrypt(nonce, told.encode(), _CONTEXT)
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def open_token(key: bytes, token: bytes, *, at: float) -> Seat:
    """Return the seat of `token`. Raises Refused when it is not ours, mangled or expired."""
    seat = _open(key, token)
    if at >= seat.expires:
        raise Refused(Refusal.TOKEN_EXPIRED)
    return seat


@lru_cache(maxsize=10_000)  # a bidder sends the same token with every bid
def _open(key: bytes, token: bytes) -> Seat:
    if len(token) > LONGEST:
        raise Refused(Refusal.TOKEN_INVALID)
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
        told = _cipher(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _CONTEXT)
    except (InvalidTag, binascii.Error, ValueError):
        raise Refused(Refusal.TOKEN_INVALID) from None
    order, lot, *rest = json.loads(told)
    return Seat(UUID(order), UUID(lot), *rest)


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(hmac.digest(key, _CONTEXT, "sha256"))
