"""
Applications and disposals as the office pages through them: rows, refused to everybody else.
"""

from django.db.models import Count, QuerySet

from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights.models import Application, Disposal
from hutong.rights.queries.applications import sees_all_applications
from hutong.rights.queries.disposals import sees_all_disposals
from hutong.rights.rules import Status


def applications_of_office(actor: Actor) -> QuerySet[Application]:
    """Every application, for the registrar and the supervisor."""
    if not sees_all_applications(actor):
        raise Refused(CommonRefusal.POWER_MISSING, power="rights.examine")
    return Application.objects.prefetch_related("items")


def disposals_of_office(actor: Actor) -> QuerySet[Disposal]:
    """Every transfer on its way, for the registrar and the supervisor."""
    if not sees_all_disposals(actor):
        raise Refused(CommonRefusal.POWER_MISSING, power="rights.record_outside_step")
    return Disposal.objects.all()


def running_by_rulebook() -> dict[int, int]:
    """How many applications under way keep each version of the rulebook."""
    rows = Application.objects.filter(
        rulebook_version__isnull=False,
        status__in=[s.value for s in (Status.SUBMITTED, Status.NOTICE, Status.HELD)],
    )
    return dict(rows.values_list("rulebook_version").annotate(Count("id")))
