"""
Applications and disposals as the office pages through them: rows, refused to everybody else.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Reason, Refused
from hutong.rights import register, rules
from hutong.rights.checklists import ApplicationKind
from hutong.rights.models import Application, Disposal, Item, Objection
from hutong.rights.queries.applications import sees_all_applications
from hutong.rights.queries.disposals import sees_all_disposals
from hutong.rights.queries.titles import _require, current_states
from hutong.rights.rules import Status
from hutong.rights.shares import Shares

MOST = 400


def applications_of_office(actor: Actor) -> QuerySet[Application]:
    """Every application, for the registrar and the supervisor."""
    if not sees_all_applications(actor):
        raise Refused(CommonRefusal.POWER_MISSING, power="rights.examine")
    return Application.objects.prefetch_related("items")


def with_first_technology(actor: Actor) -> QuerySet[Application]:
    """Every application with `first`, the technology that stands first in it."""
    items = Item.objects.filter(application=OuterRef("pk")).order_by("position")
    rows = applications_of_office(actor).prefetch_related(None)
    return rows.annotate(first=Subquery(items.values("technology")[:1]))


def disposals_of_office(actor: Actor) -> QuerySet[Disposal]:
    """Every transfer on its way, for the registrar and the supervisor."""
    if not sees_all_disposals(actor):
        raise Refused(CommonRefusal.POWER_MISSING, power="rights.record_outside_step")
    return Disposal.objects.all()


def running_by_rulebook() -> dict[int, int]:
    """How many applications under way keep each version of the rulebook."""
    rows = Application.objects.filter(
        rulebook_version__isnull=False,
        status__in=[s.value for s in rules.LIVE],
    )
    return dict(rows.values_list("rulebook_version").annotate(Count("id")))


@dataclass(frozen=True, kw_only=True)
class WaitingApplication:
    """An application in an officer's queue: its first technology, and how many more there are."""

    id: UUID
    number: str
    kind: ApplicationKind
    status: Status
    submitted_at: datetime | None
    stopped_at: datetime | None
    first: UUID | None
    technologies: int


def applications_waiting(actor: Actor) -> list[WaitingApplication]:
    """Applications to examine, and those with an objection to decide; in one query."""
    opposed = Objection.objects.filter(application=OuterRef("pk"), status="open")
    rows = with_first_technology(actor).filter(
        Q(status__in=[Status.SUBMITTED.value, Status.HELD.value])
        | (Q(status=Status.NOTICE.value) & Exists(opposed))
    )
    rows = rows.annotate(technologies=Count("items"))
    return [
        WaitingApplication(
            id=row.id,
            number=row.number,
            kind=ApplicationKind(row.kind),
            status=Status(row.status),
            submitted_at=row.submitted_at,
            stopped_at=row.stopped_at,
            first=row.first,
            technologies=row.technologies,
        )
        for row in rows.order_by("submitted_at", "id")[:MOST]
    ]


def disposable_among(
    technologies: Collection[UUID], *, by: UUID, share: Fraction | None
) -> dict[UUID, tuple[Shares, Reason | None]]:
    """Who owns each right now, and why `by` may not dispose of `share` of it; all asked at once."""
    states, pending = current_states(technologies), _with_disposal_pending(technologies)
    found: dict[UUID, tuple[Shares, Reason | None]] = {}
    for technology in technologies:
        state = states[technology]
        reason: Reason | None = None
        if share is not None:
            try:
                _require(
                    state,
                    register.Disposal(giver=by, share=share),
                    pending=technology in pending,
                )
            except Refused as refused:
                reason = refused.reason
        found[technology] = (dict(state.holdings.ownership) if state.holdings else {}, reason)
    return found


def _with_disposal_pending(technologies: Collection[UUID]) -> set[UUID]:
    """Those of which a disposal that admits no other is on its way."""
    wanted = list(technologies)
    disposals = Disposal.objects.filter(technology__in=wanted, status="prepared", blocks=True)
    empowering = Item.objects.filter(
        technology__in=wanted, live=True, application__kind=ApplicationKind.EMPOWERMENT.value
    )
    return set(
        disposals.order_by()
        .values_list("technology", flat=True)
        .union(empowering.order_by().values_list("technology", flat=True))
    )
