"""
The public part of the journal as anybody sees it: leaves of the log, latest first.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.journal.models import Content, Entry, PrivatePayload
from hutong.journal.rules import PERSON, public_subject
from hutong.kit.event import Visibility

TOLD = 200  # entries a page asks for at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """An entry of the log. `body` is what its bytes say; `entry` is the journal's own id.

    `subject` is what may be told of it: a natural person is not named (LO-2).
    """

    index: int
    entry: int
    kind: str
    at: datetime
    subject: str
    leaf: bytes
    leaf_hash: bytes

    @property
    def about_person(self) -> bool:
        return self.subject == PERSON

    @property
    def body(self) -> dict[str, Any]:
        return dict(json.loads(self.leaf))


def latest(*, before: int | None = None, subject: str | None = None, limit: int = 50) -> list[Leaf]:
    """Entries of the log, latest first: below index `before`, about `subject`.

    None are found by a natural person's id: the log tells nobody whom they are about (LO-2).
    """
    if subject is not None and public_subject(subject) != subject:
        return []
    rows = Entry.objects.filter(place__log_index__isnull=False)
    if before is not None:
        rows = rows.filter(place__log_index__lt=before)
    if subject is not None:
        rows = rows.filter(subject=subject)
    return list(_leaves(rows.order_by("-place__log_index")[: min(limit, TOLD)]))


def at_index(index: int) -> Leaf | None:
    """The entry at a place of the log, or None."""
    return next(_leaves(Entry.objects.filter(place__log_index=index)), None)


def of_entry(entry: int) -> Leaf | None:
    """The leaf of a journal's entry; None while it waits, or is not published."""
    return next(_leaves(Entry.objects.filter(id=entry, place__log_index__isnull=False)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """What lies behind an entry's commitments: name → salt and value; `party` is whose act it was."""

    leaf: Leaf
    openings: dict[str, Any]
    party: UUID | None


ACTED_ON = """
    SELECT DISTINCT acted.subject
    FROM journal_entry acted JOIN journal_private said ON said.entry_id = acted.id
    WHERE said.party = %s
"""


def around_party(party: UUID, *, before: int | None = None, limit: int = 50) -> list[Hidden]:
    """Entries about whatever the party acted on, latest first, with what is not erased of them.

    The caller decides which of their fields the party may see.
    """
    # An array is made once, and each entry then found by the index of subjects; what a planner
    # without statistics made of `IN (SELECT …)` went through all entries for each entry.
    rows = Entry.objects.extra(
        where=[f"journal_entry.subject = ANY(ARRAY({ACTED_ON}))"], params=[party]
    )
    rows = rows.filter(
        visibility=Visibility.LOGGED.value,
        place__log_index__isnull=False,
        private_row__openings__isnull=False,
    )
    if before is not None:
        rows = rows.filter(place__log_index__lt=before)
    return list(_hidden(rows.order_by("-place__log_index")[: min(limit, TOLD)]))


def hidden(entry: int) -> Hidden | None:
    """One logged entry with what lies behind its commitments; None where it was erased."""
    rows = Entry.objects.filter(
        id=entry,
        visibility=Visibility.LOGGED.value,
        place__log_index__isnull=False,
        private_row__openings__isnull=False,
    )
    return next(_hidden(rows), None)


def contents(entry: int) -> dict[str, dict[str, Any] | None]:
    """The public blobs an entry names, by digest; None for one that was erased."""
    rows = Content.objects.filter(entry=entry, is_part=False)
    return dict(rows.values_list("digest", "blob"))


def _hidden(rows: Any) -> Iterator[Hidden]:
    leaves = list(_leaves(rows))
    found = PrivatePayload.objects.in_bulk([leaf.entry for leaf in leaves])
    for leaf in leaves:
        row = found[leaf.entry]
        if row.openings is not None:
            yield Hidden(leaf=leaf, openings=dict(row.openings), party=row.party)


def _leaves(rows: Any) -> Iterator[Leaf]:
    found = rows.values_list(
        "place__log_index", "id", "kind", "at", "subject", "leaf", "place__leaf_hash"
    )
    for index, entry, kind, at, subject, leaf, leaf_hash in found:
        yield Leaf(
            index=index,
            entry=entry,
            kind=kind,
            at=at,
            subject=public_subject(subject),
            leaf=bytes(leaf),
            leaf_hash=bytes(leaf_hash),
        )
