"""
Listings and intents as the office pages through them: rows, refused to everybody else.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from hutong.kit.actor import Actor
from hutong.kit.calendar import PeriodEnd, WorkingCalendar, never_shorter, working_days_after
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.models import Intent, Listing
from hutong.listings.queries.sight import is_office, sees_all_intents
from hutong.listings.rules import Status


def listings_of_office(actor: Actor) -> QuerySet[Listing]:
    """Every listing, drafts too; each becomes a `ListingView` by `listings.view`."""
    if not is_office(actor):
        raise Refused(CommonRefusal.POWER_MISSING, power="listings.examine")
    return Listing.objects.prefetch_related("offered")


def intents_of_office(actor: Actor) -> QuerySet[Intent]:
    """Every intent with its listing, for who qualifies buyers and the supervisor alone (LI-4)."""
    if not sees_all_intents(actor):
        raise Refused(CommonRefusal.POWER_MISSING, power="listings.qualify")
    return Intent.objects.select_related("listing")


@dataclass(frozen=True, kw_only=True)
class ProvisionalEnd:
    """A listing whose end was computed past the last day its calendar knew (TI-1)."""

    listing: UUID
    number: str
    ends_at: datetime
    becomes: PeriodEnd


def provisional_ends(calendar: WorkingCalendar) -> list[ProvisionalEnd]:
    """Provisional ends of live listings, and what `calendar` would make of each; never shorter."""
    rows = Listing.objects.filter(
        ends_provisional=True,
        status=Status.LISTED.value,
        ends_at__isnull=False,
        period_from__isnull=False,
        period_days__isnull=False,
    )
    return [
        ProvisionalEnd(
            listing=row.id,
            number=row.number,
            ends_at=row.ends_at,
            becomes=never_shorter(
                row.ends_at, working_days_after(row.period_from, row.period_days, calendar)
            ),
        )
        for row in rows.order_by("ends_at", "id")
    ]


def live_by_rulebook() -> dict[int, int]:
    """How many live listings keep each version of the rulebook."""
    rows = Listing.objects.filter(rulebook_version__isnull=False).exclude(
        status=Status.CLOSED.value
    )
    return dict(rows.values_list("rulebook_version").annotate(Count("id")))
