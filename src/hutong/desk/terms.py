"""
How long an officer has: working days of the rulebook by kind of case, counted by the venue's
calendar (TI-1).
"""

from dataclasses import dataclass
from datetime import datetime

from hutong.kit.calendar import WorkingCalendar, working_days_after
from hutong.rulebook import queries as rulebook
from hutong.rulebook.rules import DeskRules


@dataclass(frozen=True)
class Terms:
    days: DeskRules
    calendar: WorkingCalendar

    def due_by(self, term: str, since: datetime | None) -> datetime | None:
        """When a case of this kind, waiting since then, should be decided."""
        if since is None:
            return None
        days = getattr(self.days, f"{term}_days", self.days.other_days)
        return working_days_after(since, days, self.calendar).at


def terms(now: datetime) -> Terms:
    rules = rulebook.in_force(now).rules
    return Terms(rules.desk, rules.calendar.working_calendar())
