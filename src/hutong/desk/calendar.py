"""
The venue's working days: a year in view with make-up workdays (调休), proposing a change, and what
the change does to provisional ends (TI-1). The calendar is part of the rulebook: two officers.
"""

import calendar as months
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.kit.calendar import WorkingCalendar
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.queries.office import provisional_ends
from hutong.rulebook import actions, queries
from hutong.ui.door import Acts, officer
from hutong.ui.fields import DayField
from hutong.ui.templatetags.ui import MONTHS, in_chinese

PROPOSE = "rulebook.propose"
FIRST, LAST = 2000, 2100
MOST_DAYS = 400


class DaysField(forms.CharField):
    """Days, one a line or separated by commas: 2023-01-02."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> list[date]:
        found: list[date] = []
        for number, line in enumerate(str(value or "").splitlines(), start=1):
            for word in line.replace("，", ",").replace(",", " ").split():
                try:
                    found.append(date.fromisoformat(word))
                except ValueError:
                    raise forms.ValidationError(
                        _("Line %(line)s: “%(word)s” is no day; write 2023-01-02."),
                        params={"line": number, "word": word[:20]},
                    ) from None
        if len(found) > MOST_DAYS:
            raise forms.ValidationError(_("That is more than a year has days."))
        return sorted(set(found))

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(map(str, value))


class CalendarForm(forms.Form):
    holidays = DaysField(
        label=_("Weekdays that are free"),
        required=False,
        help_text=_("Public holidays that fall on Monday to Friday, one a line."),
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    makeup_workdays = DaysField(
        label=_("Weekend days that are worked"),
        required=False,
        help_text=_("Make-up workdays, one a line."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    known_through = DayField(
        label=_("The calendar is known through"),
        help_text=_("Periods that reach past this day have provisional ends."),
    )
    note = forms.CharField(
        label=_("What it changes, and why"),
        max_length=500,
        help_text=_("For instance the State Council's notice it follows."),
    )

    def __init__(self, year: int, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.year = year

    def clean_holidays(self) -> list[date]:
        days = self._of_the_year("holidays")
        if wrong := [day for day in days if day.weekday() >= 5]:
            raise forms.ValidationError(
                _("%(day)s is on a weekend and free anyway."), params={"day": wrong[0]}
            )
        return days

    def clean_makeup_workdays(self) -> list[date]:
        days = self._of_the_year("makeup_workdays")
        if wrong := [day for day in days if day.weekday() < 5]:
            raise forms.ValidationError(
                _("%(day)s is a weekday, worked anyway."), params={"day": wrong[0]}
            )
        return days

    def _of_the_year(self, name: str) -> list[date]:
        days: list[date] = self.cleaned_data[name]
        if wrong := [day for day in days if day.year != self.year]:
            raise forms.ValidationError(
                _("%(day)s is not in %(year)s."), params={"day": wrong[0], "year": self.year}
            )
        return days


@dataclass(frozen=True)
class Day:
    number: int
    kind: str  # work, free, holiday, makeup
    known: bool
    today: bool
    changed: bool


@dataclass(frozen=True)
class Month:
    name: str
    weeks: list[list[Day | None]]
    working: int


@officer
def page(request: HttpRequest) -> HttpResponse:
    actor, now = request.actor, request.now
    today = local_date(now)
    force = queries.in_force(now)
    year = _year(request.GET.get("year", ""), today.year)
    rules = force.rules.calendar
    asked = request.POST.get("act")
    form = CalendarForm(
        year,
        request.POST if asked in ("preview", "propose") else None,
        initial={
            "holidays": [day for day in rules.holidays if day.year == year],
            "makeup_workdays": [day for day in rules.makeup_workdays if day.year == year],
            "known_through": max(rules.known_through, date(year, 12, 31)),
        },
    )
    acts = Acts(request)

    def propose() -> int:
        data = deepcopy(next(v for v in queries.versions() if v.version == force.version).data)
        data["calendar"] = _merged(data["calendar"], form.cleaned_data, year)
        if data["calendar"] == force.rules.calendar.model_dump(mode="json"):
            raise Refused(
                CommonRefusal.INVALID,
                field=gettext("calendar"),
                problem=gettext("nothing is changed"),
            )
        return actions.propose(actor=actor, now=now, data=data, note=form.cleaned_data["note"])

    if asked == "propose":
        actor.need(PROPOSE)
        acts.on(
            "propose",
            propose,
            said=gettext("Proposed; another officer adopts it."),
            to=lambda made: f"/desk/rulebook/{made}",
            form=form,
        )
        if answer := acts.answer():
            return answer
    shown, proposed = rules.working_calendar(), None
    if asked and form.is_valid():
        proposed = _calendar(_merged(rules.model_dump(mode="json"), form.cleaned_data, year))
    drawn = proposed or shown
    return render(
        request,
        "desk/calendar.html",
        {
            "year": year,
            "months": [_month(year, m, drawn, shown, today) for m in range(1, 13)],
            "weekdays": gettext("Mo Tu We Th Fr Sa Su").split(),
            "working": sum(drawn.is_working(day) for day in _days(year)),
            "known_through": rules.known_through,
            "version": force.version,
            "form": form,
            "may": actor.has(PROPOSE),
            "previewed": proposed is not None,
            "ends": provisional_ends(drawn),
            "problem": acts.problem,
        },
        status=422 if asked and form.errors else acts.status,
    )


def _year(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and FIRST <= int(text[:6]) <= LAST else otherwise


def _merged(data: dict[str, Any], typed: dict[str, Any], year: int) -> dict[str, Any]:
    """The calendar with the days of one year replaced."""

    def others(name: str) -> list[str]:
        return [str(day) for day in data[name] if not str(day).startswith(f"{year}-")]

    return {
        "holidays": sorted([*others("holidays"), *map(str, typed["holidays"])]),
        "makeup_workdays": sorted(
            [*others("makeup_workdays"), *map(str, typed["makeup_workdays"])]
        ),
        "known_through": str(typed["known_through"]),
    }


def _calendar(data: dict[str, Any]) -> WorkingCalendar:
    return WorkingCalendar(
        frozenset(date.fromisoformat(day) for day in data["holidays"]),
        frozenset(date.fromisoformat(day) for day in data["makeup_workdays"]),
        date.fromisoformat(data["known_through"]),
    )


def _days(year: int) -> Iterable[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))


def _month(
    year: int, month: int, drawn: WorkingCalendar, shown: WorkingCalendar, today: date
) -> Month:
    weeks = [
        [_day(date(year, month, n), drawn, shown, today) if n else None for n in week]
        for week in months.Calendar(firstweekday=0).monthdayscalendar(year, month)
    ]
    name = f"{month}月" if in_chinese() else MONTHS[month - 1]
    working = sum(
        day is not None and day.kind in ("work", "makeup") for week in weeks for day in week
    )
    return Month(name, weeks, working)


def _day(day: date, drawn: WorkingCalendar, shown: WorkingCalendar, today: date) -> Day:
    if day in drawn.makeup_workdays:
        kind = "makeup"
    elif day.weekday() >= 5:
        kind = "free"
    else:
        kind = "holiday" if day in drawn.holidays else "work"
    return Day(
        number=day.day,
        kind=kind,
        known=day <= drawn.known_through,
        today=day == today,
        changed=drawn.is_working(day) != shown.is_working(day),
    )
