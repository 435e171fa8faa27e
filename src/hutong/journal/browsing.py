"""
The journal as its readers leaf through it: newest first, by subject, kind or person; and who acted
on which things.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from hutong.doors.api import paged
from hutong.journal.models import PrivatePayload
from hutong.journal.queries import Recorded, _entries, _recorded


def entries_page(
    *,
    subject: str = "",
    area: str = "",
    person: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """A page of entries, newest first: {"items": [Recorded], "next"}. `area`: beginning of kinds."""
    rows = _entries()
    if subject:
        rows = rows.filter(subject=subject)
    if area:
        rows = rows.filter(kind__startswith=f"{area}.")
    if person is not None:
        rows = rows.filter(private_row__person=person)
    return paged(rows, cursor, limit, out=_recorded)


def officers_of(subjects: Iterable[str]) -> dict[str, list[UUID]]:
    """Who acted on each of these things for nobody's party: its officers, first first."""
    rows = PrivatePayload.objects.filter(
        entry__subject__in=list(subjects), person__isnull=False, party__isnull=True
    )
    found: dict[str, list[UUID]] = defaultdict(list)
    for subject, person in rows.order_by("entry_id").values_list("entry__subject", "person"):
        if person not in found[subject]:
            found[subject].append(person)
    return found


def find_entry(id: int) -> Recorded | None:
    row = _entries().filter(id=id).first()
    return _recorded(row) if row else None
