"""
Judging a batch: everything that waits, in one transaction (AU-4, AU-5).

    judge each bid in memory ─► save the lots, if they are as remembered ─► one entry a lot
                                 └► else lock, read, judge again         ─► COPY attempts ─► commit

Saving a lot locks its row until the commit, so batches on one lot follow each other whoever writes
them. The cost of a commit is paid once for all. Statements go straight through psycopg: here, and
only here, a millisecond decides how many bids a venue can take.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection
from django.db.models.expressions import RawSQL

from hutong.auctions import rules
from hutong.auctions.models import Desk
from hutong.auctions.models import Lot as LotRow
from hutong.auctions.record import SHORT, Receipt
from hutong.journal.actions import Recording, action, nothing_changed, record_many
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import from_microseconds, microseconds

LEASE = timedelta(seconds=5)
_EXPIRED_LONG_AGO = RawSQL("expires_at < clock_timestamp() - interval '1 day'", [])

_POSTGRES_EPOCH = 946_684_800_000_000  # 2000-01-01 in microseconds since 1970
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_COPY = (
    "COPY auctions_attempt"
    " (lot_id, sequence, bid_id, paddle, amount_fen, arrived_at, chain, refusal)"
    " FROM STDIN (FORMAT BINARY)"
)
# A row has eight fields, each after its length. The first is the same for a whole lot: uuid; then
# int8, uuid, int2, int8, timestamptz, bytea, varchar.
_LOT = struct.Struct(">h i16s")
_REST = struct.Struct(">iq i16s ih iq iq i32s i")
_LOCK = "SELECT id, revision FROM auctions_lot WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
_SAVE = (
    "UPDATE auctions_lot SET price_fen = %s, leader = %s, sequence = %s, bids = %s, chain = %s,"
    " ends_at = %s, revision = %s WHERE id = %s AND revision = %s"
)


Cursor = psycopg.Cursor[tuple[Any, ...]]


class UnknownLots(LookupError):
    """Bids came for lots that are not there."""

    def __init__(self, lots: set[UUID]) -> None:
        self.lots = lots
        super().__init__(f"no such lots: {sorted(map(str, lots))}")


class Overtaken(Exception):
    """Somebody else has changed a lot since this desk read it."""


@dataclass(slots=True)
class Kept:
    revision: int
    lot: rules.Lot


@dataclass(slots=True)
class Book:
    """What a desk remembers of lots between batches. What proves out of date is read again."""

    lots: dict[UUID, Kept] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """A lot after a batch. `is_closed`: it was closed before, and the batch is not in its record."""

    ends_at: int
    is_closed: bool


def judge(*, batches: Mapping[UUID, Sequence[Receipt]], book: Book) -> dict[UUID, Judged]:
    """Judge what waits for each lot, durably, and fill the bids in with place, refusal and chain.

    Bids for a lot that is closed get no place: either they came after the end, or their desk was
    fenced. Raises IntegrityError when a bid id was judged before, and UnknownLots for lots that do
    not exist; nothing is judged then, whatever the bids say, and `book` must be dropped after any
    error.
    """
    try:
        return _judge(batches=batches, book=book)
    except Overtaken:
        book.lots.clear()  # reading again locks, so that the second time nobody can overtake
        return _judge(batches=batches, book=book)


@action(power=None, batch=True)
def _judge(*, batches: Mapping[UUID, Sequence[Receipt]], book: Book) -> dict[UUID, Judged]:
    with connection.wrap_database_errors, _cursor() as cursor:
        if not batches.keys() <= book.lots.keys():
            _lock_and_read(cursor, batches, book)
        judged: dict[UUID, Judged] = {}
        rows: list[bytes] = [_HEADER]
        recordings: list[Recording] = []
        for id in sorted(batches):
            kept = book.lots[id]
            is_closed = kept.lot.outcome is not None
            if is_closed:
                del book.lots[id]
            else:
                recordings.append(_judge_lot(id, kept.lot, batches[id], rows))
            judged[id] = Judged(kept.lot.ends_at, is_closed)
        if not recordings:
            nothing_changed()
            return judged
        open_lots = {id: book.lots[id] for id in judged if not judged[id].is_closed}
        _save_and_record(cursor.connection, open_lots, recordings)
        rows.append(_TRAILER)
        with cursor.copy(_COPY) as copy:
            copy.write(b"".join(rows))
    return judged


def _lock_and_read(cursor: Cursor, lots: Iterable[UUID], book: Book) -> None:
    """Lock lots in the order of their ids and read those that the book has not, or has not right."""
    wanted = list(lots)
    revisions: dict[UUID, int] = dict(cursor.execute(_LOCK, [wanted], prepare=True).fetchall())
    if len(revisions) != len(wanted):
        raise UnknownLots(set(wanted) - revisions.keys())
    for id, revision in revisions.items():
        kept = book.lots.get(id)
        if kept is None or kept.revision != revision:
            book.lots[id] = Kept(revision, LotRow.objects.get(id=id).state())


def _judge_lot(id: UUID, lot: rules.Lot, bids: Sequence[Receipt], rows: list[bytes]) -> Recording:
    """Fold `bids` into `lot`, add their rows for COPY, and return the entry that commits to them."""
    first, accepted = lot.sequence + 1, lot.bids
    judge_one, pack, put, unhex = rules.judge, _REST.pack, rows.append, bytes.fromhex
    beginning, chain = _LOT.pack(8, 16, id.bytes), lot.chain
    for bid in bids:
        bid_id, paddle, amount, at = bid.bid_id, bid.paddle, bid.amount_fen, bid.arrived_at
        refused = judge_one(lot, paddle, amount, at)
        refusal = "" if refused is None else SHORT[refused]
        sequence = lot.sequence
        line = f"{sequence}\t{bid_id}\t{paddle}\t{amount}\t{at}\t{refusal}"
        chain = sha256(chain + line.encode()).digest()
        put(beginning)
        put(
            pack(
                8, sequence,
                16, unhex(bid_id.replace("-", "")),
                2, paddle,
                8, amount,
                8, at - _POSTGRES_EPOCH,
                32, chain,
                len(refusal),
            )
        )  # fmt: skip
        if refusal:
            put(refusal.encode())
        bid.sequence, bid.refusal, bid.chain = sequence, refusal, chain
    lot.chain = chain
    return Recording(
        subject("lot", id),
        rules.BidsJudged(
            lot=id,
            first=first,
            last=lot.sequence,
            accepted=lot.bids - accepted,
            price_fen=lot.price_fen,
            leader=lot.leader,
            ends_at=from_microseconds(lot.ends_at),
            chain=chain,
        ),
        SYSTEM,
        from_microseconds(bids[-1].arrived_at),
    )


def _save_and_record(
    raw: "psycopg.Connection[tuple[Any, ...]]",
    lots: Mapping[UUID, Kept],
    recordings: Sequence[Recording],
) -> None:
    """Write the new states, which locks their rows, and the entries. Raises Overtaken."""
    cursors = []
    with raw.pipeline():  # BEGIN and all of this in one round trip
        for id, kept in lots.items():
            lot = kept.lot
            values = [
                lot.price_fen,
                lot.leader,
                lot.sequence,
                lot.bids,
                lot.chain,
                from_microseconds(lot.ends_at),
                kept.revision + 1,
                id,
                kept.revision,
            ]
            cursors.append(psycopg.Cursor(raw).execute(_SAVE, values, prepare=True))
        record_many(recordings, ring=False, ask_ids=False)
    if any(cursor.rowcount != 1 for cursor in cursors):
        raise Overtaken
    for kept in lots.values():
        kept.revision += 1


def _cursor() -> Cursor:
    """psycopg's own cursor on Django's connection: statements prepared, values in binary."""
    connection.ensure_connection()
    cursor = psycopg.Cursor(connection.connection)
    cursor.format = psycopg.pq.Format.BINARY
    return cursor


# -- leases -----------------------------------------------------------------------------------------


def register_desk(*, name: str, judged_until: int) -> UUID:
    """Start a lease. A desk's lease is not an act: nothing of it is journalled."""
    Desk.objects.annotate(is_long_gone=_EXPIRED_LONG_AGO).filter(is_long_gone=True).delete()
    desk = Desk.objects.create(
        id=new_id(),
        name=name,
        judged_until=from_microseconds(judged_until),
        expires_at=_in_a_lease(),
    )
    return desk.id


def beat(*, desk: UUID, judged_until: int) -> bool:
    """Renew a lease and say how far this desk has judged. False when it was fenced: start anew."""
    renewed = Desk.objects.filter(id=desk, fenced=False).update(
        judged_until=from_microseconds(judged_until), expires_at=_in_a_lease()
    )
    return renewed == 1


def leave(*, desk: UUID, judged_until: int) -> None:
    """End a lease: everything that came is judged, nothing more will be."""
    Desk.objects.filter(id=desk).update(
        judged_until=from_microseconds(judged_until), expires_at=RawSQL("clock_timestamp()", [])
    )


def _in_a_lease() -> RawSQL:
    return RawSQL("clock_timestamp() + %s", [LEASE])


def fence_expired_and_name_late(*, end: int) -> str | None:
    """Fence the desks that are silent; name one that may still hold a bid from before `end`.

    The caller holds the lot's row. Rows are locked in the order of their ids.
    """
    moment = from_microseconds(end)
    late = None
    desks = Desk.objects.select_for_update().filter(fenced=False).order_by("id")
    expired = RawSQL("expires_at < clock_timestamp()", [])
    for desk in desks.annotate(is_expired=expired):
        if desk.is_expired:
            Desk.objects.filter(id=desk.id).update(fenced=True)
        elif desk.judged_until < moment:
            late = desk.name
    return late


def last_served_at(*, except_desk: UUID | None = None) -> int | None:
    """Until when some desk was at work; None when a live one still is, or none ever was."""
    rows = Desk.objects.exclude(id=except_desk).annotate(
        is_expired=RawSQL("expires_at < clock_timestamp()", [])
    )
    moments: list[datetime] = []
    for desk in rows:
        if not desk.is_expired and not desk.fenced:
            return None
        moments.append(desk.judged_until)
    return microseconds(max(moments)) if moments else None
