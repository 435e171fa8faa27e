"""
A party's applications that are under way, as rows of one list.
"""

from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat

from hutong.doors.waiting import shaped
from hutong.rights.models import Application
from hutong.rights.rules import Status

UNDER_WAY = [s.value for s in (Status.DRAFT, Status.SUBMITTED, Status.NOTICE, Status.HELD)]


def waiting_for(party: UUID) -> QuerySet[Application]:
    """For `doors.waiting.together`: `application:draft`, `application:notice`, …"""
    in_notice = Q(status=Status.NOTICE.value)
    return shaped(
        Application.objects.filter(applicant=party, status__in=UNDER_WAY),
        what=Case(
            When(in_notice & ~Q(stopped_at=None), then=Value("application:stopped")),
            default=Concat(Value("application:"), "status", output_field=TextField()),
            output_field=TextField(),
        ),
        mine=Q(status=Status.DRAFT.value),
        id="id",
        number="number",
        due_by=Case(When(in_notice & Q(stopped_at=None), then=F("ends_at"))),
        since="drafted_at",
    )
