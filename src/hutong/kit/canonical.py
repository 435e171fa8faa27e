"""
Canonical JSON, digests and salted commitments (RFC 8785; LO-1, LO-2).

A digest is written `sha256:<64 hex>`. A commitment to a private fact is the SHA-256 of the
canonical JSON of `[salt, name, value]`, so that one field can be opened without the others.
"""

import hashlib
import secrets
from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Any

import rfc8785

SALT_BYTES = 16
MAX_INTEGER = 2**53 - 1


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 bytes of plain JSON data. Integers beyond ±2^53 are refused."""
    try:
        return _written(value).encode()
    except (_Unusual, UnicodeEncodeError):
        return rfc8785.dumps(value)  # knows the rare cases, and the words to refuse with


class _Unusual(Exception):
    """Floats, large integers, strangers."""


def _written(value: Any) -> str:
    """Write the common cases, several times faster: every entry of the journal goes through here."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if kind is dict:
        keys = sorted(value) if _plain_keys(value) else sorted(value, key=_utf_16)
        return f"{{{','.join([f'{encode_basestring(k)}:{_written(value[k])}' for k in keys])}}}"
    if kind is list or kind is tuple:
        return f"[{','.join([_written(item) for item in value])}]"
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int and -MAX_INTEGER <= value <= MAX_INTEGER:
        return str(value)
    raise _Unusual


def _plain_keys(value: Mapping[Any, Any]) -> bool:
    for key in value:
        if type(key) is not str:
            raise _Unusual
        if not key.isascii():
            return False
    return True


def _utf_16(key: Any) -> bytes:
    if type(key) is not str:
        raise _Unusual
    return key.encode("utf-16-be")


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_of(value: Any) -> str:
    """Digest of a value's canonical JSON."""
    return digest(canonical(value))


def new_salt() -> str:
    return secrets.token_hex(SALT_BYTES)


def commitment(salt: str, name: str, value: Any) -> str:
    """Commit to `name` = `value` under `salt` (hex, 16 bytes)."""
    return digest_of([salt, name, value])


def commit_all(fields: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Commit to each field with a fresh salt.

    Returns (name → commitment, name → {"salt", "value"}): the first is public, the second is what
    its owner needs to open a field.
    """
    openings = {name: {"salt": new_salt(), "value": value} for name, value in fields.items()}
    public = {name: commitment(o["salt"], name, o["value"]) for name, o in openings.items()}
    return public, openings
