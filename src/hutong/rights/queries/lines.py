"""
Lines of the register with what stands beside them, in one round trip to the database.

Every decision and every title begins by reading a title's entries; what is asked so often is one
statement, and not a query for each table it lies in.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from hutong.rights.acts import Chapter, EntryKind
from hutong.rights.shares import Holdings

_LINES = """
SELECT e.id, e.number, e.kind, e.technology, e.sequence, e.effective_on, e.known_at, e.source,
    e.facts::text, e.corrects_id,
    (SELECT json_agg(json_build_array(h.power, h.party, h.numerator, h.denominator))::text
        FROM rights_holding h WHERE h.entry_id = e.id) AS held,
    (SELECT c.id FROM rights_entry c WHERE c.corrects_id = e.id) AS corrected_by
FROM rights_entry e
WHERE {which}
ORDER BY {order}
"""
_STANDING_USES = """
e.technology = %s AND e.chapter = 'use' AND e.effective_on <= %s AND e.known_at <= %s
    AND NOT EXISTS (
        SELECT 1 FROM rights_entry c WHERE c.corrects_id = e.id AND c.known_at <= %s
    )
"""


@dataclass(frozen=True, kw_only=True)
class EntryView:
    """A line of the register as it was written. `corrected_by` names the entry that corrects it."""

    id: UUID
    number: str
    kind: EntryKind
    technology: UUID
    sequence: int
    effective_on: date
    known_at: datetime
    source: str
    facts: dict[str, Any]
    holdings: Holdings | None
    corrects: UUID | None
    corrected_by: UUID | None


def of_technologies(
    technologies: Collection[UUID], chapter: Chapter | None = None
) -> Iterator[EntryView]:
    """The lines of some titles, in the order of writing; `chapter`: those of one only."""
    # Written out, so that the planner sees that the index of the title's chapter will do.
    which = f" AND e.chapter = '{chapter.value}'" if chapter else ""
    return _read(f"e.technology = ANY(%s){which}", [list(technologies)])


def of_title(
    technology: UUID, *, on: date, known_at: datetime, most: int
) -> tuple[list[EntryView], list[EntryView], int]:
    """The lines of a title but those about licences, and the latest `most` standing of these, both
    in the order of writing; and how many of these are left."""
    title = _LINES.format(which="e.technology = %s AND e.chapter = 'title'", order="e.sequence")
    uses = _LINES.format(which=_STANDING_USES, order="e.sequence DESC LIMIT %s")
    standing = [technology, on, known_at, known_at]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT false, t.* FROM ({title}) t UNION ALL SELECT true, u.* FROM ({uses}) u",
            [technology, *standing, most + 1],
        )
        rows = cursor.fetchall()
        found: dict[bool, list[EntryView]] = {False: [], True: []}
        for is_use, *row in rows:
            found[is_use].append(_view(row))
        for views in found.values():
            views.sort(key=lambda view: view.sequence)
        if len(found[True]) <= most:
            return found[False], found[True], 0
        cursor.execute(f"SELECT count(*) FROM rights_entry e WHERE {_STANDING_USES}", standing)
        (count,) = cursor.fetchone()
    return found[False], found[True][-most:], count - most


def of_entries(ids: Collection[UUID]) -> Iterator[EntryView]:
    return _read("e.id = ANY(%s)", [list(ids)])


def _read(
    which: str, params: list[Any], order: str = "e.technology, e.sequence"
) -> Iterator[EntryView]:
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(which=which, order=order), params)
        rows = cursor.fetchall()
    return map(_view, rows)


def _view(row: Sequence[Any]) -> EntryView:
    id, number, kind, technology, sequence, effective_on, known_at, source = row[:8]
    facts, corrects, held, corrected_by = row[8:]
    return EntryView(
        id=id,
        number=number,
        kind=EntryKind(kind),
        technology=technology,
        sequence=sequence,
        effective_on=effective_on,
        known_at=known_at,
        source=source,
        facts=json.loads(facts),
        holdings=_holdings(json.loads(held)) if held else None,
        corrects=corrects,
        corrected_by=corrected_by,
    )


def _holdings(rows: list[list[Any]]) -> Holdings:
    return Holdings.from_rows((power, UUID(party), n, d) for power, party, n, d in rows)
