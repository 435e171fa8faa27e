"""
Applications for first registration, their public notices, and objections.

An application is seen by its applicant and its holders, the registrar and the supervisor; its
notice by everybody; an objection's grounds by the objector, the holders and the registrar.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from hutong.doors.api import paged
from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights import rules
from hutong.rights.models import Application, Claim, Item, Objection, holdings_of
from hutong.rights.shares import Holdings

OFFICERS = ("rights.examine", "rights.decide_objection", "supervise.read")


@dataclass(frozen=True, kw_only=True)
class ItemView:
    technology: UUID
    excepted_because: str


@dataclass(frozen=True, kw_only=True)
class ApplicationView:
    id: UUID
    number: str
    status: rules.Status
    applicant: UUID
    holdings: Holdings
    items: tuple[ItemView, ...]
    evidence: tuple[UUID, ...]
    drafted_at: datetime
    submitted_at: datetime | None
    findings: str
    notice_opened_at: datetime | None
    ends_at: datetime | None
    stopped_at: datetime | None
    open_objections: int
    ended_at: datetime | None
    ended_because: str

    @property
    def technologies(self) -> tuple[UUID, ...]:
        return tuple(item.technology for item in self.items)


@dataclass(frozen=True, kw_only=True)
class NoticeView:
    """公示: what everybody may read of an application while and after it is noticed."""

    application: UUID
    number: str
    status: rules.Status
    holdings: Holdings
    technologies: tuple[UUID, ...]
    opened_at: datetime
    ends_at: datetime
    stopped: bool
    objections: int


@dataclass(frozen=True, kw_only=True)
class ObjectionView:
    id: UUID
    application: UUID
    technology: UUID | None
    objector: UUID
    grounds: str
    evidence: tuple[UUID, ...]
    filed_at: datetime
    status: str
    decided_at: datetime | None
    reasons: str


def application(id: UUID, actor: Actor | None = None) -> ApplicationView:
    """One application; with `actor`, as far as that actor may see it."""
    row = Application.objects.get_or_refuse(id, "application")
    if actor is not None and not _sees(actor, row):
        raise Refused(CommonRefusal.NOT_FOUND, what="application")
    return view(row)


def applications(
    actor: Actor,
    *,
    status: rules.Status | None = None,
    technology: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """A page of what an actor may see, newest first: officers all, a party its own."""
    rows = Application.objects.prefetch_related("items", "claims", "evidence", "objections")
    if not sees_all_applications(actor):
        mine = actor.acting_party()
        named = Claim.objects.filter(application=OuterRef("pk"), party=mine)
        rows = rows.filter(Q(applicant=mine) | (Exists(named) & ~Q(status=rules.Status.DRAFT)))
    if status is not None:
        rows = rows.filter(status=status)
    if technology is not None:
        rows = rows.filter(items__technology=technology)
    return paged(rows, cursor, limit, out=view)


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
    rows = Application.objects.filter(notice_opened_at__isnull=False)
    return rows.prefetch_related("items", "claims", "objections")


def notice(application: UUID) -> NoticeView:
    row = _noticed().filter(id=application).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="public notice")
    return notice_view(row)


def objections(application: UUID, actor: Actor) -> list[ObjectionView]:
    """Objections an actor may read: all of them for holders and officers, else one's own."""
    row = Application.objects.get_or_refuse(application, "application")
    rows = row.objections.order_by("filed_at", "id")
    if not _sees(actor, row):
        rows = rows.filter(objector=actor.acting_party())
    return [objection_view(objection) for objection in rows]


def objector_of(objection: UUID) -> UUID:
    return Objection.objects.get_or_refuse(objection, "objection").objector


def view(row: Application) -> ApplicationView:
    return ApplicationView(
        id=row.id,
        number=row.number,
        status=rules.Status(row.status),
        applicant=row.applicant,
        holdings=holdings_of(row.claims.all()),
        items=tuple(
            ItemView(technology=item.technology, excepted_because=item.excepted_because)
            for item in sorted(row.items.all(), key=lambda item: item.position)
        ),
        evidence=tuple(e.document for e in sorted(row.evidence.all(), key=lambda e: e.id)),
        drafted_at=row.drafted_at,
        submitted_at=row.submitted_at,
        findings=row.findings,
        notice_opened_at=row.notice_opened_at,
        ends_at=row.ends_at,
        stopped_at=row.stopped_at,
        open_objections=sum(o.status == "open" for o in row.objections.all()),
        ended_at=row.ended_at,
        ended_because=row.ended_because,
    )


def notice_view(row: Application) -> NoticeView:
    assert row.notice_opened_at is not None, "only opened notices are shown"
    assert row.ends_at is not None, "a notice has an end"
    return NoticeView(
        application=row.id,
        number=row.number,
        status=rules.Status(row.status),
        holdings=holdings_of(row.claims.all()),
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


def objection_view(row: Objection) -> ObjectionView:
    return ObjectionView(
        id=row.id,
        application=row.application_id,
        technology=row.technology,
        objector=row.objector,
        grounds=row.grounds,
        evidence=tuple(row.evidence),
        filed_at=row.filed_at,
        status=row.status,
        decided_at=row.decided_at,
        reasons=row.reasons,
    )


def live_among(technologies: Collection[UUID]) -> set[UUID]:
    """Technologies another application holds at the moment."""
    return set(
        Item.objects.filter(technology__in=list(technologies), live=True).values_list(
            "technology", flat=True
        )
    )


def sees_all_applications(actor: Actor) -> bool:
    return actor.is_system or (
        actor.second_factor and any(power in actor.powers for power in OFFICERS)
    )


def _sees(actor: Actor, row: Application) -> bool:
    if sees_all_applications(actor):
        return True
    if actor.party is None:
        return False
    if row.applicant == actor.party:
        return True
    named = any(claim.party == actor.party for claim in row.claims.all())
    return named and row.status != rules.Status.DRAFT
