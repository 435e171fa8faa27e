"""
Canonical JSON, digests and salted commitments (RFC 8785; LO-1, LO-2).

A digest is written `sha256:<64 hex>`. A commitment to a private fact is the SHA-256 of the
canonical JSON of `[salt, name, value]`, so that one field can be opened without the others.
"""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

import rfc8785

SALT_BYTES = 16


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 bytes of plain JSON data. Integers beyond ±2^53 are refused."""
    return rfc8785.dumps(value)


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
