"""
A party's listings, intents and notices of pre-emption that are under way, as rows of one list.
"""

from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat

from hutong.doors.waiting import shaped
from hutong.listings.intents import IntentStatus
from hutong.listings.models import Intent, Joining, Listing, Preemption
from hutong.listings.rules import LIVE, Status

UNDER_WAY = [status.value for status in (Status.DRAFT, Status.SUBMITTED, *sorted(LIVE))]
BEFORE_THE_END = [Status.LISTED.value, Status.SUSPENDED.value]


def waiting_for(party: UUID) -> tuple[QuerySet[Any], ...]:
    """For `doors.waiting.together`: `listing:…`, `intent:…`, `preemption:open`, `joining:open`."""
    return _listings(party), _intents(party), _preemptions(party), _joinings(party)


def _listings(party: UUID) -> QuerySet[Listing]:
    return shaped(
        Listing.objects.filter(seller=party, status__in=UNDER_WAY),
        what=Case(
            When(status=Status.DRAFT.value, findings__gt="", then=Value("listing:returned")),
            default=Concat(Value("listing:"), "status", output_field=TextField()),
            output_field=TextField(),
        ),
        mine=Q(status=Status.DRAFT.value),
        id="id",
        number="number",
        title_zh="title_zh",
        title_en="title_en",
        amount_fen="price_fen",
        due_by=Case(When(status=Status.LISTED.value, then=F("ends_at"))),
        since="drafted_at",
    )


def _intents(party: UUID) -> QuerySet[Intent]:
    """Live ones before the period ends; afterwards lot or deal say how it goes on."""
    qualified = Q(status=IntentStatus.QUALIFIED.value)
    return shaped(
        Intent.objects.filter(party=party, live=True, listing__status__in=BEFORE_THE_END),
        what=Concat(Value("intent:"), "status", output_field=TextField()),
        mine=qualified,
        id="id",
        number="listing__number",
        title_zh="listing__title_zh",
        title_en="listing__title_en",
        amount_fen=Case(When(qualified, then=F("deposit_fen"))),
        due_by="listing__ends_at",
        since="applied_at",
    )


def _preemptions(party: UUID) -> QuerySet[Preemption]:
    return shaped(
        Preemption.objects.filter(party=party, exercised__isnull=True),
        what=Value("preemption:open"),
        mine=Value(True),
        id="listing_id",
        number="listing__number",
        title_zh="listing__title_zh",
        title_en="listing__title_en",
        amount_fen="listing__price_fen",
        due_by="answer_by",
        since="notified_at",
    )


def _joinings(party: UUID) -> QuerySet[Joining]:
    """Offers of co-owners that the party was asked to join and has not answered."""
    draft = Q(listing__status=Status.DRAFT.value)
    return shaped(
        Joining.objects.filter(draft, party=party, joined_at=None, declined_at=None),
        what=Value("joining:open"),
        mine=Value(True),
        id="listing_id",
        number="listing__number",
        title_zh="listing__title_zh",
        title_en="listing__title_en",
        amount_fen="listing__price_fen",
        since="asked_at",
    )
