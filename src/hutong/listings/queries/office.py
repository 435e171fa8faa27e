"""
Listings and intents as the office pages through them: rows, refused to everybody else.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from hutong.kit.actor import Actor
from hutong.kit.calendar import PeriodEnd, WorkingCalendar, never_shorter, working_days_after
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.intents import IntentStatus
from hutong.listings.models import Intent, Listing
from hutong.listings.queries.sight import is_office, sees_all_intents
from hutong.listings.rules import Status

MOST = 400


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


@dataclass(frozen=True, kw_only=True)
class WaitingListing:
    """A listing in the queue, and since when: submitted, or asked to be withdrawn."""

    id: UUID
    number: str
    title_zh: str
    title_en: str
    status: Status
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class WaitingIntent:
    """An intent in the queue, with the number, the title and the end of its listing."""

    id: UUID
    party: UUID
    applied_at: datetime
    number: str
    title_zh: str
    title_en: str
    ends_at: datetime | None


def listings_waiting(actor: Actor) -> list[WaitingListing]:
    """Listings to examine, and those whose seller asks to withdraw them; in one query."""
    submitted = Q(status=Status.SUBMITTED.value)
    asked = Q(
        withdrawal_requested_at__isnull=False,
        status__in=[Status.LISTED.value, Status.SUSPENDED.value],
    )
    rows = listings_of_office(actor).prefetch_related(None).filter(submitted | asked)
    return [
        WaitingListing(
            id=row.id,
            number=row.number,
            title_zh=row.title_zh,
            title_en=row.title_en,
            status=Status(row.status),
            since=row.withdrawal_requested_at or row.submitted_at,
        )
        for row in rows.order_by("submitted_at", "id")[:MOST]
    ]


def intents_waiting(actor: Actor) -> list[WaitingIntent]:
    """Intents to qualify, longest waiting first; in one query."""
    rows = intents_of_office(actor).filter(status=IntentStatus.APPLIED.value)
    return [
        WaitingIntent(
            id=row.id,
            party=row.party,
            applied_at=row.applied_at,
            number=row.listing.number,
            title_zh=row.listing.title_zh,
            title_en=row.listing.title_en,
            ends_at=row.listing.ends_at,
        )
        for row in rows.order_by("applied_at", "id")[:MOST]
    ]
