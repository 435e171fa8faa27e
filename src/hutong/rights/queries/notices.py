"""
Public notices (公示): what everybody may read of an application, as a list and as a calendar (RR-7).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from hutong.doors.api import paged
from hutong.doors.beside import beside
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights import rules
from hutong.rights.checklists import ApplicationKind
from hutong.rights.models import (
    Application,
)
from hutong.rights.queries.application_views import claimed_by
from hutong.rights.queries.applications import OF_EMPOWERMENT
from hutong.rights.queries.empowerments import PublicTerms, public
from hutong.rights.shares import Holdings

MOST_IN_CALENDAR = 500


@dataclass(frozen=True, kw_only=True)
class NoticeView:
    """公示: what everybody may read of an application while and after it is noticed."""

    application: UUID
    kind: ApplicationKind
    number: str
    status: rules.Status
    bundle: UUID | None
    holdings: Holdings | None
    holders: Mapping[UUID, UUID]  # technology → its seller, in a joint application
    terms: PublicTerms | None
    technologies: tuple[UUID, ...]
    opened_at: datetime
    ends_at: datetime
    stopped: bool
    objections: int

    @property
    def claimants(self) -> frozenset[UUID]:
        held = frozenset(self.holdings.ownership) if self.holdings else frozenset()
        return held | frozenset(self.holders.values())

    @property
    def sellers(self) -> dict[UUID, int]:
        return dict(Counter(self.holders.values()))


def notices(
    *, running: bool | None = None, cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """A page of public notices, newest first. Public."""
    rows = _noticed()
    if running is not None:
        is_running = Q(status=rules.Status.NOTICE)
        rows = rows.filter(is_running if running else ~is_running)
    return paged(rows, cursor, limit, key=("-notice_opened_at", "-id"), out=notice_view)


def _noticed() -> QuerySet[Application]:
    """Only what a public notice shows of an application."""
    rows = Application.objects.filter(notice_opened_at__isnull=False)
    return beside(
        rows.select_related("empowerment"), "items", "claims", "objections", *OF_EMPOWERMENT
    )


@dataclass(frozen=True, kw_only=True)
class NoticeDay:
    """A day of the calendar of notices: which open, which end."""

    day: date
    opening: tuple[NoticeView, ...]
    ending: tuple[NoticeView, ...]


def notice_calendar(first: date, last: date) -> dict[date, NoticeDay]:
    """Notices that open or end on each day from `first` to `last`, both included. Public."""
    opening: dict[date, list[NoticeView]] = {}
    ending: dict[date, list[NoticeView]] = {}
    near = Q(notice_opened_at__date__range=(first, last)) | Q(ends_at__date__range=(first, last))
    for row in _noticed().filter(near).order_by("notice_opened_at", "id")[:MOST_IN_CALENDAR]:
        seen = notice_view(row)
        opening.setdefault(local_date(seen.opened_at), []).append(seen)
        if seen.status is rules.Status.NOTICE and not seen.stopped:
            ending.setdefault(local_date(seen.ends_at), []).append(seen)
    days = sorted(day for day in {*opening, *ending} if first <= day <= last)
    return {
        day: NoticeDay(
            day=day, opening=tuple(opening.get(day, ())), ending=tuple(ending.get(day, ()))
        )
        for day in days
    }


def notice(application: UUID) -> NoticeView:
    row = _noticed().filter(id=application).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="public notice")
    return notice_view(row)


def notice_view(row: Application) -> NoticeView:
    assert row.notice_opened_at is not None, "only opened notices are shown"
    assert row.ends_at is not None, "a notice has an end"
    return NoticeView(
        application=row.id,
        kind=ApplicationKind(row.kind),
        number=row.number,
        status=rules.Status(row.status),
        bundle=row.bundle,
        holdings=claimed_by(row),
        holders={
            item.technology: item.holder
            for item in row.items.all()
            if item.holder is not None and not item.excepted_because
        },
        terms=public(row),
        technologies=tuple(
            item.technology
            for item in sorted(row.items.all(), key=lambda item: item.position)
            if not item.excepted_because
        ),
        opened_at=row.notice_opened_at,
        ends_at=row.ends_at,
        stopped=row.stopped_at is not None,
        objections=len(row.objections.all()),
    )
