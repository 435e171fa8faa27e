"""
What can be asked of the keys: their lives, and the changes that wait. No passphrase is needed.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hutong.transparency import queries
from hutong.transparency.keeping.models import KeyChange
from hutong.transparency.keeping.rules import Change, ChangeStatus
from hutong.transparency.venue_keys import KeyLife


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A change that waits for a second officer."""

    id: UUID
    change: Change
    purpose: str
    key: str
    since: datetime | None
    reason: str
    asked_by: UUID | None
    asked_at: datetime


def lives() -> tuple[KeyLife, ...]:
    """Every signing key used so far: by purpose, the one in use first."""
    return queries.public_keys().history


def waiting() -> list[ChangeView]:
    """Changes asked for and not decided, oldest first."""
    return [
        ChangeView(
            id=row.id,
            change=Change(row.change),
            purpose=row.purpose,
            key=row.key,
            since=row.since,
            reason=row.reason,
            asked_by=row.asked_by,
            asked_at=row.asked_at,
        )
        for row in KeyChange.objects.filter(status=ChangeStatus.ASKED).order_by("asked_at")
    ]
