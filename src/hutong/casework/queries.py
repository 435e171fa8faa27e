"""Who works on which cases."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from hutong.casework.models import Taken
from hutong.casework.rules import Claim


def claims(cases: Iterable[str], now: datetime) -> dict[str, Claim]:
    """Who works on these cases now; a case nobody works on is left out."""
    rows = Taken.objects.filter(case__in=list(cases), until__gt=now)
    return {row.case: row.claim() for row in rows}


def claim(case: str, now: datetime) -> Claim | None:
    return claims([case], now).get(case)


def taken_by(person: UUID, now: datetime) -> list[str]:
    rows = Taken.objects.filter(person=person, until__gt=now).order_by("taken_at", "case")
    return list(rows.values_list("case", flat=True))
