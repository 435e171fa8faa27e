"""
Reading the journal: by position, by subject, with facts brought up to today's version.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Case, Max, Prefetch, QuerySet, When
from django.db.models.functions import Now

from hutong.journal import sealing
from hutong.journal.audit import audit
from hutong.journal.models import (
    Content,
    Entry,
    Erasure,
    Parked,
    Pending,
    Position,
    PrivatePayload,
    SealBatch,
    SealPlace,
)
from hutong.journal.rules import Erasable, ErasureStatus
from hutong.kit.event import Visibility, current_facts
from hutong.kit.ids import subject_id

STUCK = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An entry as its readers see it. `private` is None once erased; `content` likewise per field."""

    id: int
    position: int | None
    log_index: int | None
    kind: str
    version: int
    visibility: Visibility
    at: datetime
    subject: str
    facts: dict[str, Any]
    private: dict[str, Any] | None
    content: dict[str, Any] = field(default_factory=dict)
    person: UUID | None = None
    party: UUID | None = None


def after(position: int, *, kinds: Iterable[str], limit: int) -> list[Recorded]:
    """Entries of `kinds` from `position` on (inclusive), in order."""
    rows = _entries().filter(place__position__gte=position, kind__in=list(kinds))
    return [_recorded(row) for row in rows.order_by("place__position")[:limit]]


def kinds_from(position: int) -> dict[str, int]:
    """The kinds of the entries from `position` on (inclusive), each with its last position."""
    rows = Entry.objects.filter(place__position__gte=position).order_by()
    return dict(rows.values_list("kind").annotate(last=Max("place__position")))


def at(position: int) -> Recorded:
    return _recorded(_entries().get(place__position=position))


def entry(id: int) -> Recorded:
    return _recorded(_entries().get(id=id))


def of_subject(subject: str, *, limit: int = 200) -> list[Recorded]:
    """The history of one thing, oldest first."""
    rows = _entries().filter(subject=subject).order_by("id")[:limit]
    return [_recorded(row) for row in rows]


def histories(subjects: Iterable[str], *, limit: int = 200) -> list[Recorded]:
    """What happened to these things, oldest first, in one query; without content beside the log."""
    wanted = list(subjects)
    rows = _bare().filter(subject__in=wanted).order_by("id")[: limit * len(wanted)]
    return [_recorded(row, content=False) for row in rows]


def of_kinds(kinds: Iterable[str]) -> Iterator[Recorded]:
    """All entries of `kinds`, oldest first, streamed; for audits and statistics."""
    rows = _entries().filter(kind__in=list(kinds)).order_by("id")
    for row in rows.iterator(chunk_size=500):
        yield _recorded(row)


def of_person(person: UUID, *, limit: int = 100) -> list[Recorded]:
    """What a person did, latest first, but what is sealed: even its number would tell (LI-4)."""
    rows = _entries().filter(private_row__person=person)
    rows = rows.exclude(visibility=Visibility.SEALED.value).order_by("-id")
    return [_recorded(row) for row in rows[:limit]]


def latest_of(subject: str, *kinds: str) -> Recorded | None:
    row = _entries().filter(subject=subject, kind__in=kinds).order_by("-id").first()
    return _recorded(row) if row else None


def end() -> int:
    """The position the next sequenced entry will get."""
    last = Position.objects.order_by("-position").values_list("position", flat=True).first()
    return 0 if last is None else last + 1


def pending_count() -> int:
    return Pending.objects.count()


def any_pending(kinds: Iterable[str]) -> bool:
    """Whether an entry of one of these kinds waits for the sequencer."""
    return Pending.objects.filter(entry__kind__in=list(kinds)).exists()


def stuck_count() -> int:
    """How many entries the sequencer has left for more than `STUCK`; 0 while it is at work."""
    return Pending.objects.filter(entry__recorded_at__lt=Now() - STUCK).count()


def leaf_at(log_index: int) -> bytes | None:
    """The published leaf bytes at `log_index`, or None."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT leaf FROM journal_entry JOIN journal_position ON entry_id = id"
            " WHERE log_index = %s",
            [log_index],
        )
        row = cursor.fetchone()
    return bytes(row[0]) if row else None


@dataclass(frozen=True, slots=True)
class Published:
    """A leaf of the public log: its index, the entry it is of, its bytes, and the hash kept."""

    log_index: int
    entry: int
    kind: str
    leaf: bytes
    leaf_hash: bytes


def published(start: int = 0) -> Iterator[Published]:
    """All leaves of the public log from index `start` on, in order, streamed."""
    rows = (
        Position.objects.filter(log_index__gte=start)
        .order_by("log_index")
        .values_list("log_index", "entry_id", "entry__kind", "entry__leaf", "leaf_hash")
    )
    for index, entry, kind, leaf, hashed in rows.iterator(chunk_size=1000):
        yield Published(index, entry, kind, bytes(leaf), bytes(hashed))


def leaves(start: int, end: int) -> list[bytes]:
    """The leaves of the public log from index `start` to before `end`. Raises LookupError."""
    rows = Position.objects.filter(log_index__gte=start, log_index__lt=end)
    found = [
        bytes(leaf) for leaf in rows.order_by("log_index").values_list("entry__leaf", flat=True)
    ]
    if len(found) != end - start:
        raise LookupError(f"the log has {len(found)} of the entries {start} to {end - 1}")
    return found


def blobs_of_log(start: int, end: int) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Digest and blob (None: erased) of each content of the log's entries `start` to before `end`."""
    rows = Content.objects.filter(
        entry__place__log_index__gte=start, entry__place__log_index__lt=end
    )
    found = rows.order_by("entry__place__log_index", "digest").values_list("digest", "blob")
    yield from found.iterator(chunk_size=200)


def erased_in_log(start: int, end: int) -> list[str]:
    """Digests of blobs whose erasure stands among the log's entries `start` to before `end`."""
    rows = Entry.objects.filter(
        kind="journal.Erased",
        subject__startswith="content:",
        place__log_index__gte=start,
        place__log_index__lt=end,
    )
    return [subject_id(row) for row in rows.order_by("id").values_list("subject", flat=True)]


def log_index_of(entry: int) -> int | None:
    """The log index of an entry id; None while it waits for the sequencer or is not published."""
    return Position.objects.filter(entry_id=entry).values_list("log_index", flat=True).first()


def blob(digest: str) -> dict[str, Any] | None:
    """A public content blob by digest. None when erased; raises LookupError when unknown."""
    row = Content.objects.filter(digest=digest).select_related("entry").first()
    if row is None or row.entry.visibility != Visibility.LOGGED.value:
        raise LookupError(digest)
    return row.blob


def some_blobs(digests: Iterable[str]) -> dict[str, dict[str, Any] | None]:
    """Those of the public blobs that there are; None for an erased one."""
    rows = Content.objects.filter(
        digest__in=list(digests), entry__visibility=Visibility.LOGGED.value
    )
    return dict(rows.values_list("digest", "blob"))


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """A sealed entry with what opens it: `slot` in `batch`, or its index in the log (before 2)."""

    id: int
    subject: str
    leaf: bytes
    inner: bytes
    salt: str | None
    batch: UUID | None
    slot: int
    log_index: int | None

    def opening(self, tree: sealing.Tree | None) -> dict[str, Any]:
        """What is published to open the entry; `tree` is that of its batch."""
        place: dict[str, Any] = {"log_index": self.log_index}
        if tree is not None:
            path = [node.hex() for node in tree.path(self.slot)]
            place = {"batch": str(self.batch), "slot": self.slot, "path": path}
        return {
            "leaf": json.loads(self.leaf),
            "salt": self.salt,
            "entry": json.loads(self.inner),
            **place,
        }


def sealed_entries(subjects: Iterable[str]) -> list[SealedEntry]:
    """The sealed entries of `subjects`, oldest first."""
    rows = Entry.objects.filter(subject__in=list(subjects), visibility=Visibility.SEALED.value)
    found = []
    for row in rows.select_related("private_row", "place", "seal_place").order_by("id"):
        place, sealed = getattr(row, "place", None), getattr(row, "seal_place", None)
        found.append(
            SealedEntry(
                id=row.id,
                subject=row.subject,
                leaf=bytes(row.leaf),
                inner=bytes(row.inner or b""),
                salt=row.private_row.seal_salt,
                batch=sealed.batch_id if sealed else None,
                slot=sealed.slot if sealed else 0,
                log_index=place.log_index if place else None,
            )
        )
    return found


def seal_tree(batch: UUID) -> sealing.Tree:
    """The tree of a batch, built again from its entries and its seed."""
    seed = bytes(SealBatch.objects.values_list("seed", flat=True).get(id=batch))
    places = SealPlace.objects.filter(batch=batch).values_list("slot", "entry__leaf")
    return sealing.tree({slot: bytes(leaf) for slot, leaf in places}, seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureView:
    """`target`: an entry's id or a blob's digest."""

    id: UUID
    what: Erasable
    target: str
    reason: str
    status: ErasureStatus
    asked_by: UUID | None
    asked_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None


def erasures(limit: int = 200) -> list[ErasureView]:
    """What was asked to be erased, what waits for a second officer first."""
    rows = Erasure.objects.order_by(
        Case(When(status="asked", then=0), default=1), "-asked_at", "-id"
    )
    return [
        ErasureView(
            id=row.id,
            what=Erasable(row.what),
            target=row.target,
            reason=row.reason,
            status=ErasureStatus(row.status),
            asked_by=row.asked_by,
            asked_at=row.asked_at,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
        )
        for row in rows[:limit]
    ]


@dataclass(frozen=True, slots=True)
class ParkedView:
    id: int
    reaction: str
    position: int
    subject: str
    attempts: int
    error: str
    parked_at: datetime


def parked() -> list[ParkedView]:
    """What reactions could not handle, oldest first."""
    return [
        ParkedView(p.id, p.reaction, p.position, p.subject, p.attempts, p.error, p.parked_at)
        for p in Parked.objects.order_by("position", "id")
    ]


def _entries() -> QuerySet[Entry]:
    return _bare().prefetch_related(Prefetch("content_rows", Content.objects.filter(is_part=False)))


def _bare() -> QuerySet[Entry]:
    return Entry.objects.select_related("place", "private_row")


def _recorded(row: Entry, *, content: bool = True) -> Recorded:
    place = getattr(row, "place", None)
    hidden: PrivatePayload | None = getattr(row, "private_row", None)
    openings = hidden.openings if hidden else None
    blobs = {c.digest: c.blob for c in row.content_rows.all()} if content else {}
    return Recorded(
        id=row.id,
        position=place.position if place else None,
        log_index=place.log_index if place else None,
        kind=row.kind,
        version=row.version,
        visibility=Visibility(row.visibility),
        at=row.at,
        subject=row.subject,
        facts=current_facts(row.kind, row.version, dict(row.facts)),
        private=None
        if openings is None
        else {name: o["value"] for name, o in openings.items() if name != "by"},
        content={
            name: (blobs[value] or {}).get("value")
            for name, value in row.facts.items()
            if isinstance(value, str) and value in blobs
        },
        person=hidden.person if hidden else None,
        party=hidden.party if hidden else None,
    )


__all__ = [
    "ErasureView",
    "ParkedView",
    "Published",
    "Recorded",
    "SealedEntry",
    "after",
    "at",
    "audit",
    "blob",
    "blobs_of_log",
    "end",
    "entry",
    "erased_in_log",
    "erasures",
    "histories",
    "latest_of",
    "leaf_at",
    "leaves",
    "log_index_of",
    "of_kinds",
    "of_person",
    "of_subject",
    "parked",
    "pending_count",
    "published",
    "seal_tree",
    "sealed_entries",
    "some_blobs",
    "stuck_count",
]
