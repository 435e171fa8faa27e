"""
What is due when: ends of listings, auctions, public notices; by month, as a list, and as a feed for
people's own calendars (RFC 5545).
"""

import calendar as months
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hutong.auctions import queries as auctions
from hutong.kit.moments import at_local, local_date
from hutong.listings.queries import calendar as listings
from hutong.rights import queries as rights
from hutong.rulebook import queries as rulebook
from hutong.technologies import queries as technologies
from hutong.ui.door import visitor
from hutong.ui.templatetags.ui import in_chinese, named

MOST = 400  # of one kind in one view
IN_A_DAY = 3  # shown in a day of the month; the list has all
FEED_BACK, FEED_AHEAD = timedelta(days=7), timedelta(days=120)
EARLIEST, LATEST = 1985, 2100


@dataclass(frozen=True, kw_only=True)
class Due:
    """Something at a moment. `what` says how it is drawn: ending, auction, notice."""

    what: str
    at: datetime
    word: str
    title: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Day:
    on: date
    inside: bool  # of the month shown
    today: bool
    working: bool
    dues: list[Due]

    @property
    def shown(self) -> list[Due]:
        return self.dues[:IN_A_DAY]

    @property
    def more(self) -> int:
        return max(0, len(self.dues) - IN_A_DAY)


@visitor
def page(request: HttpRequest) -> HttpResponse:
    today = local_date(request.now)
    month = _month(request.GET.get("month", ""), today)
    weeks = months.Calendar().monthdatescalendar(month.year, month.month)
    dues = due_between(weeks[0][0], weeks[-1][-1], request.now)
    working = rulebook.calendar(request.now)
    by_day: dict[date, list[Due]] = {}
    for one in dues:
        by_day.setdefault(local_date(one.at), []).append(one)

    def drawn(day: date) -> Day:
        return Day(
            on=day,
            inside=day.month == month.month,
            today=day == today,
            working=working.is_working(day),
            dues=by_day.get(day, []),
        )

    as_list = request.GET.get("view") == "list"
    inside = [drawn(day) for day in sorted(by_day) if day.month == month.month]
    return render(
        request,
        "portal/calendar.html",
        {
            "month": month,
            "title": month_name(month),
            "weeks": [[drawn(day) for day in week] for week in weeks],
            "days": inside,
            "as_list": as_list,
            "before": _href(_turned(month, -1), as_list),
            "after": _href(_turned(month, 1), as_list),
            "this_month": _href(today, as_list),
            "other_view": _href(month, not as_list),
            "weekdays": _weekdays(),
        },
    )


@visitor
def feed(request: HttpRequest) -> HttpResponse:
    """The next four months for people's own calendars."""
    now = request.now
    dues = due_between(local_date(now - FEED_BACK), local_date(now + FEED_AHEAD), now)
    return HttpResponse(
        as_ics(dues, stamp=now, name=gettext("Calendar of the venue")),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="calendar.ics"'},
    )


def due_between(first: date, last: date, now: datetime) -> list[Due]:
    """What is due from `first` to `last`, both included, soonest first. Public things only."""
    since, until = at_local(first, 0), at_local(last + timedelta(days=1), 0)
    found = [*_endings(since, until), *_auctions(since, until, now), *_notices(first, last)]
    return sorted(found, key=lambda due: (due.at, due.href))


def _endings(since: datetime, until: datetime) -> Iterator[Due]:
    for item in listings.ending_between(since, until, limit=MOST):
        yield Due(
            what="ending",
            at=item.ends_at,
            word=gettext("Last day for intents"),
            title=named(item),
            href=f"/listings/{item.id}",
        )


def _auctions(since: datetime, until: datetime, now: datetime) -> Iterator[Due]:
    rows = auctions.lots().filter(opens_at__gte=since, opens_at__lt=until)
    for row in rows.order_by("opens_at", "id")[:MOST]:
        lot = auctions.view(row, now)
        yield Due(
            what="auction",
            at=lot.opens_at,
            word=gettext("Auction"),
            title=named(lot),
            href=f"/lots/{lot.id}",
        )


def _notices(first: date, last: date) -> Iterator[Due]:
    days = rights.notice_calendar(first, last)
    every = [n for day in days.values() for n in (*day.opening, *day.ending) if n.technologies]
    names = technologies.technologies({n.technologies[0] for n in every}) if every else {}
    for day in days.values():
        for word, notices, moment in (
            (gettext("Public notice opens"), day.opening, "opened_at"),
            (gettext("Last day for objections"), day.ending, "ends_at"),
        ):
            for notice in notices:
                title = named(names.get(notice.technologies[0])) if notice.technologies else ""
                yield Due(
                    what="notice",
                    at=getattr(notice, moment),
                    word=word,
                    title=title,
                    href=f"/public-notices/{notice.application}",
                )


# -- months -----------------------------------------------------------------------------------------


def _month(typed: str, today: date) -> date:
    """The first of the month that was asked for; this month for what is none."""
    try:
        asked = date.fromisoformat(f"{typed[:7]}-01") if typed else today
    except ValueError:
        asked = today
    asked = asked if EARLIEST <= asked.year <= LATEST else today
    return asked.replace(day=1)


def _turned(month: date, by: int) -> date:
    return (month + timedelta(days=31 if by > 0 else -1)).replace(day=1)


def _href(month: date, as_list: bool) -> str:
    query = {"month": f"{month:%Y-%m}", **({"view": "list"} if as_list else {})}
    return f"/calendar?{urlencode(query)}"


def month_name(month: date) -> str:
    if in_chinese():
        return f"{month.year}年{month.month}月"
    return f"{months.month_name[month.month]} {month.year}"


def _weekdays() -> list[str]:
    if in_chinese():
        return list("一二三四五六日")
    return ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


# -- the feed ---------------------------------------------------------------------------------------


def as_ics(dues: Iterable[Due], *, stamp: datetime, name: str) -> str:
    """Write events as iCalendar; lines of at most 75 octets."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Hutong//Calendar//ZH",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for due in dues:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{due.what}-{due.href.rpartition('/')[2]}-{_stamp(due.at)}@hutong",
            f"DTSTAMP:{_stamp(stamp)}",
            f"DTSTART:{_stamp(due.at)}",
            f"SUMMARY:{_text(f'{due.word}: {due.title}')}",
            f"URL:{settings.ORIGIN}{due.href}",
            "END:VEVENT",
        ]
    return "".join(f"{piece}\r\n" for line in [*lines, "END:VCALENDAR"] for piece in _folded(line))


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    flat = " ".join(text.split())
    return flat.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> Iterator[str]:
    """Pieces of at most 75 octets; all but the first begin with a space (RFC 5545, 3.1)."""
    piece, size = "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > 75:
            yield piece
            piece, size = " ", 1
        piece, size = piece + sign, size + octets
    yield piece
