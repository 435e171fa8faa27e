"""What is due, and what time the venue has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hutong.doors.reading import Part, once
from hutong.due.models import Timer

NO_OFFSET = timedelta(0)
CLOCK = Part(  # the database keeps microseconds, and so does this
    "due.clock",
    """SELECT json_build_array((extract(epoch FROM "offset") * 1000000)::bigint, demo)
       FROM due_clock ORDER BY id LIMIT 1""",
    lambda row: row and (timedelta(microseconds=row[0]), row[1]),
)


def clock_offset() -> timedelta:
    """Venue time minus real time; zero at a real venue."""
    return _clock()[0] or NO_OFFSET


def is_demo() -> bool:
    return _clock()[1]


def _clock() -> tuple[timedelta, bool]:
    return once((CLOCK.name,), CLOCK.ask) or (NO_OFFSET, False)


def venue_now(real_now: datetime, clock: tuple[timedelta, bool] | None = None) -> datetime:
    """The venue's time; by `clock` where a door has read it already."""
    return real_now + (clock[0] if clock else clock_offset())


@dataclass(frozen=True, slots=True)
class Due:
    subject: str
    kind: str
    due_at: datetime
    attempts: int
    error: str


def coming(*, limit: int = 50) -> list[Due]:
    """What is due next, soonest first."""
    return [
        Due(t.subject, t.kind, t.due_at, t.attempts, t.error)
        for t in Timer.objects.order_by("due_at", "id")[:limit]
    ]


def next_due_at() -> datetime | None:
    return Timer.objects.order_by("due_at").values_list("due_at", flat=True).first()


def next_real_moment(real_now: datetime) -> datetime | None:
    """The moment of real time at which a timer can run next; it may be past."""
    offset = clock_offset()
    soonest = Timer.objects.filter(not_before=None).order_by("due_at")
    tried = Timer.objects.filter(not_before__isnull=False, due_at__lte=venue_now(real_now))
    first = soonest.values_list("due_at", flat=True).first()
    again = tried.order_by("not_before").values_list("not_before", flat=True).first()
    return min(filter(None, (first and first - offset, again)), default=None)


def due_at(subject: str, kind: str) -> datetime | None:
    """When `kind` is due for `subject`, or None."""
    row = Timer.objects.filter(subject=subject, kind=kind)
    return row.values_list("due_at", flat=True).first()


def overdue_count(now: datetime) -> int:
    return Timer.objects.filter(due_at__lte=now).count()


def next_of(subjects: Iterable[str]) -> dict[str, Due]:
    """What is due next for each of these things; a thing nothing is due for is left out."""
    found: dict[str, Due] = {}
    for t in Timer.objects.filter(subject__in=list(subjects)).order_by("due_at", "id"):
        found.setdefault(t.subject, Due(t.subject, t.kind, t.due_at, t.attempts, t.error))
    return found
