"""
Names of things: UUIDs that sort by birth (RFC 9562, version 7), and subjects `kind:id`.

A subject is how the journal, timers, notices and documents point at a thing of any area without
knowing it: `subject("listing", id)` → `listing:0190…`.
"""

import secrets
import time
from uuid import UUID

_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62


def new_id() -> UUID:
    """Make a new id: 48 bits of milliseconds, then random (RFC 9562, 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    random_a = secrets.randbits(12) << 64
    random_b = secrets.randbits(62)
    return UUID(int=(milliseconds << 80) | _VERSION_7 | random_a | _VARIANT | random_b)


def subject(kind: str, id: UUID | str | int) -> str:
    return f"{kind}:{id}"


def subject_kind(subject: str) -> str:
    return subject.partition(":")[0]


def subject_id(subject: str) -> str:
    return subject.partition(":")[2]
