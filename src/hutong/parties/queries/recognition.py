"""
Parties of other venues, as their home venues vouch for them (PA-4).
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from hutong.parties.models import ForeignPerson, Recognition
from hutong.parties.rules import Vouching


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionView:
    """Whose party it is, by which credential; `ended_at` and `why` once that holds no longer."""

    party: UUID
    home_venue: str
    foreign_id: UUID
    credential: str
    until: date
    recognised_at: datetime
    ended_at: datetime | None
    why: Vouching | None


def recognition_of(party: UUID) -> RecognitionView | None:
    """How a party of another venue is known here; None for one of our own."""
    row = Recognition.objects.filter(party=party).first()
    return _view(row) if row else None


def recognitions(
    home_venue: str = "", limit: int = 500, *, ended: bool = False
) -> list[RecognitionView]:
    """Parties of other venues, or of one, latest first; with `ended` only those whose recognition
    ended."""
    rows = Recognition.objects.order_by("-recognised_at", "-id")
    rows = rows.filter(home_venue=home_venue) if home_venue else rows
    rows = rows.filter(ended_at__isnull=False) if ended else rows
    return [_view(row) for row in rows[:limit]]


def live_recognitions(home_venue: str) -> list[RecognitionView]:
    """The parties for which a venue's word stands."""
    rows = Recognition.objects.filter(home_venue=home_venue, ended_at__isnull=True)
    return [_view(row) for row in rows.order_by("id")]


def vouching_venues() -> list[str]:
    """The venues for whose word parties are recognised at present."""
    rows = Recognition.objects.filter(ended_at__isnull=True).order_by("home_venue")
    return list(rows.values_list("home_venue", flat=True).distinct())


def home_of_person(person: UUID) -> str | None:
    """The venue where somebody has their account; None: here."""
    return ForeignPerson.objects.filter(person=person).values_list("home_venue", flat=True).first()


def _view(row: Recognition) -> RecognitionView:
    return RecognitionView(
        party=row.party_id,
        home_venue=row.home_venue,
        foreign_id=row.foreign_id,
        credential=row.credential,
        until=row.until,
        recognised_at=row.recognised_at,
        ended_at=row.ended_at,
        why=Vouching(row.why) if row.why else None,
    )
