"""
Working days and periods (TI-1).

The start day is not counted; a period of days ends at 17:00 local of its last day. Working days
come from a table with make-up workdays (调休). A period that reaches past the last year the table
knows gets a *provisional* end, computed from weekends alone: real holidays can only move it later,
never earlier, so a fixed end never shortens it.
"""

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hutong.kit.moments import SHANGHAI, at_local, local_date

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Holidays on weekdays, workdays on weekends, and the last day the table speaks of."""

    holidays: Set[date] = field(default_factory=frozenset)
    makeup_workdays: Set[date] = field(default_factory=frozenset)
    known_through: date = date.max

    def is_working(self, day: date) -> bool:
        if day in self.makeup_workdays:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays


@dataclass(frozen=True, slots=True)
class PeriodEnd:
    """When a period ends; `provisional` while a year it reaches is not yet published."""

    at: datetime
    provisional: bool


def working_days_after(
    start: datetime,
    days: int,
    calendar: WorkingCalendar,
    *,
    closing_hour: int = 17,
    zone: ZoneInfo = SHANGHAI,
) -> PeriodEnd:
    """End of a period of `days` working days after `start`. `days` ≥ 1."""
    if days < 1:
        raise ValueError("a period has at least one day")
    day = local_date(start, zone)
    counted = 0
    while counted < days:
        day += timedelta(days=1)
        counted += calendar.is_working(day)
    return PeriodEnd(at_local(day, closing_hour, zone=zone), day > calendar.known_through)


def natural_days_after(
    start: datetime, days: int, *, closing_hour: int = 17, zone: ZoneInfo = SHANGHAI
) -> PeriodEnd:
    """End of a period of `days` natural days after `start`. `days` ≥ 1."""
    if days < 1:
        raise ValueError("a period has at least one day")
    day = local_date(start, zone) + timedelta(days=days)
    return PeriodEnd(at_local(day, closing_hour, zone=zone), provisional=False)


def never_shorter(promised: datetime, recomputed: PeriodEnd) -> PeriodEnd:
    """Fix a provisional end once the calendar is known: later if need be, never earlier (TI-1)."""
    return PeriodEnd(max(promised, recomputed.at), recomputed.provisional)
