"""
Sealed entries (LI-4): committed to in batches of one shape, opened when their period is over.

    record ─► waits ──interval over──► batch: one entry, journal.Sealed ──unseal──► journal.Unsealed
                 └────── unseal: a batch of what is opened, at once ─────────────────────┘

Public is that a batch was made, never how much is in it. Batches by interval come on the clock,
full or empty. An unsealing that finds entries in no batch yet makes one of just these: it depends
on what is being opened and tells nothing of others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max

from hutong.journal import queries, sealing
from hutong.journal.actions.recording import (
    Recording,
    action,
    nothing_changed,
    record,
    record_many,
)
from hutong.journal.models import Entry, SealBatch, SealPlace, ToSeal
from hutong.kit.actor import SYSTEM
from hutong.kit.event import Content as ContentOf
from hutong.kit.event import Event, upcast
from hutong.kit.ids import new_id, subject

SEAL_LOCK = 0x4855_544F_4E47_0004
UNSEAL_BATCH = 200


@dataclass(frozen=True, kw_only=True)
class Sealed(Event, kind="journal.Sealed", version=1):
    """Commits to whatever was sealed since the batch before: the root of a tree of `slots`."""

    root: bytes
    slots: int


@dataclass(frozen=True, kw_only=True)
class Unsealed(Event, kind="journal.Unsealed", version=2):
    """Opens sealed entries; each opening in the blob names batch, slot and path to its root."""

    count: int
    openings: ContentOf[list[dict[str, Any]]]


@upcast("journal.Unsealed", 1)
def _entries_that_stood_in_the_log(facts: dict[str, Any]) -> dict[str, Any]:
    """Before batches a sealed entry was a leaf of the log itself; its opening names that."""
    return facts


@action(power=None, batch=True)
def seal(*, now: datetime, real_now: datetime, seconds: int, occasion: bool) -> bool:
    """Publish a batch when an interval of `seconds` of real time is over; returns whether.

    `occasion`: something public goes on (a listing in its period) of which more might be hidden;
    then a batch comes also when nothing was sealed. Otherwise it comes when something waits.
    """
    if not _lock() or not _interval_is_over(real_now, seconds):
        nothing_changed()
        return False
    # What an unsealing holds just now goes into its own batch.
    waiting = ToSeal.objects.select_for_update(skip_locked=True).order_by("entry_id")
    entries = list(waiting.values_list("entry_id", flat=True)[: sealing.MOST])
    if not occasion and not entries:
        nothing_changed()
        return False
    batch = _Batch.of(entries)
    (entry,) = record_many([Recording(batch.subject, batch.event, SYSTEM, now)])
    batch.keep(entry, interval_at=real_now)
    return True


def unseal(subjects: Iterable[str]) -> int:
    """Publish the sealed entries of `subjects`, inside the current action. Returns how many.

    Private fields stay private; only subject, kind, time and impersonal facts become readable.
    """
    subjects = list(subjects)
    _seal_now(subjects)
    rows = queries.sealed_entries(subjects)
    trees = {id: queries.seal_tree(id) for id in {row.batch for row in rows if row.batch}}
    for first in range(0, len(rows), UNSEAL_BATCH):
        part = rows[first : first + UNSEAL_BATCH]
        openings = [row.opening(trees[row.batch] if row.batch else None) for row in part]
        record(part[0].subject, Unsealed(count=len(part), openings=openings))
    return len(rows)


def _seal_now(subjects: list[str]) -> None:
    """Make a batch of what waits of `subjects`; a batch by interval that has them is waited for."""
    waiting = (
        ToSeal.objects.filter(entry__subject__in=subjects)
        .select_for_update(of=("self",))
        .order_by("entry_id")
    )
    entries = list(waiting.values_list("entry_id", flat=True))
    for first in range(0, len(entries), sealing.MOST):
        batch = _Batch.of(entries[first : first + sealing.MOST])
        (entry,) = record(batch.subject, batch.event)
        batch.keep(entry, interval_at=None)


@dataclass(frozen=True, slots=True)
class _Batch:
    id: UUID
    seed: bytes
    slots: dict[int, int]
    """Entry → slot."""
    root: bytes

    @classmethod
    def of(cls, entries: list[int]) -> "_Batch":
        seed, drawn = sealing.new_seed(), sealing.draw_slots(len(entries))
        slots = dict(zip(entries, drawn, strict=True))
        leaves = Entry.objects.filter(id__in=entries).values_list("id", "leaf")
        tree = sealing.tree({slots[id]: bytes(leaf) for id, leaf in leaves}, seed)
        return cls(new_id(), seed, slots, tree.root)

    @property
    def subject(self) -> str:
        return subject("seal", self.id)

    @property
    def event(self) -> Sealed:
        return Sealed(root=self.root, slots=sealing.SLOTS)

    def keep(self, entry: int, *, interval_at: datetime | None) -> None:
        SealBatch.objects.create(
            id=self.id, entry_id=entry, seed=self.seed, interval_at=interval_at
        )
        SealPlace.objects.bulk_create(
            [SealPlace(entry_id=id, batch_id=self.id, slot=slot) for id, slot in self.slots.items()]
        )
        ToSeal.objects.filter(entry_id__in=list(self.slots)).delete()


def _interval_is_over(real_now: datetime, seconds: int) -> bool:
    """Intervals begin on the clock, so that nothing follows from when a batch comes."""
    last = SealBatch.objects.aggregate(at=Max("interval_at"))["at"]
    return last is None or real_now.timestamp() // seconds > last.timestamp() // seconds


def _lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEAL_LOCK])
        return bool(cursor.fetchone()[0])
