"""
Moments: aware datetimes in UTC; shown and counted in the venue's zone (TI-1).
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC, always with microseconds, so that text sorts as time."""
    return in_utc(moment).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse_iso(text: str) -> datetime:
    """Read what `iso` wrote, or any RFC 3339 time with a zone. Raises ValueError."""
    return in_utc(datetime.fromisoformat(text.replace("Z", "+00:00")))


def in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC)


def local_date(moment: datetime, zone: ZoneInfo = SHANGHAI) -> date:
    return moment.astimezone(zone).date()


def at_local(day: date, hour: int = 17, minute: int = 0, zone: ZoneInfo = SHANGHAI) -> datetime:
    """Return the moment of a wall-clock time on `day` in the venue's zone, in UTC."""
    return datetime.combine(day, time(hour, minute), tzinfo=zone).astimezone(UTC)


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970, for compact rows and hashes."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_microseconds(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)
