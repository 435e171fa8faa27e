"""
What can be asked of auctions. By paddle only; who is behind one, the supervisor alone may ask.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from hutong.auctions import record as records
from hutong.auctions.models import Attempt, Lot, Paddle
from hutong.auctions.record import Receipt
from hutong.auctions.rules import Refusal, Status
from hutong.doors.waiting import shaped
from hutong.due import queries as due
from hutong.journal import queries as journal
from hutong.kit.actor import Actor
from hutong.kit.audit import Discrepancy
from hutong.kit.canonical import commitment, digest_of
from hutong.kit.ids import subject
from hutong.kit.moments import microseconds
from hutong.kit.refusal import CommonRefusal, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class LotView:
    """A lot as anybody may see it at `asked_at`. `price_fen` and `leader` are None before a bid."""

    id: UUID
    listing: UUID
    title_zh: str
    title_en: str
    status: Status
    opening_fen: int
    increment_fen: int
    least_next_fen: int
    price_fen: int | None
    leader: int | None
    paddles: int
    attempts: int
    bids: int
    opens_at: datetime
    free_ends_at: datetime
    ends_at: datetime
    limited_seconds: int
    closed_at: datetime | None
    revision: int
    rulebook_version: int
    asked_at: datetime

    def at(self, now: datetime) -> "LotView":
        """The same state asked at another moment: only the clock has moved."""
        if self.is_over or self.is_suspended:
            return replace(self, asked_at=now)
        status = Status.FREE if now < self.free_ends_at else Status.LIMITED
        return replace(
            self, asked_at=now, status=Status.ANNOUNCED if now < self.opens_at else status
        )

    @property
    def is_over(self) -> bool:
        return self.status in (Status.SOLD, Status.UNSOLD)

    @property
    def is_suspended(self) -> bool:
        return self.status is Status.SUSPENDED


@dataclass(frozen=True, slots=True)
class LiveLot:
    """A lot with its latest accepted bids, newest first."""

    lot: LotView
    bids: tuple[records.Attempt, ...]


@dataclass(frozen=True, slots=True)
class PaddleView:
    """Who holds a paddle, with the salt that opens the commitment in the log."""

    number: int
    party: UUID
    intent: UUID
    salt: str
    commitment: str


def lot(id: UUID, now: datetime) -> LotView:
    """One lot. Refused (NOT_FOUND) when there is none."""
    return view(_row(id), now)


def lot_of_listing(listing: UUID, now: datetime) -> LotView | None:
    row = Lot.objects.filter(listing=listing).first()
    return view(row, now) if row else None


def lots_of_listings(listings: Iterable[UUID], now: datetime) -> dict[UUID, LotView]:
    """Lots by their listing; a listing without one is not there."""
    rows = Lot.objects.filter(listing__in=list(listings))
    return {row.listing: view(row, now) for row in rows}


def lots_of_bidder(party: UUID) -> QuerySet[Paddle]:
    """A party's paddles with their lots, for a paged list of its own pages (`held` views each)."""
    return Paddle.objects.filter(party=party).select_related("lot")


def held(row: Paddle, now: datetime) -> tuple[LotView, int]:
    """The lot of a paddle, and the paddle's number."""
    return view(row.lot, now), row.number


def waiting_for(party: UUID, now: datetime) -> QuerySet[Lot]:
    """Lots not decided yet that a party bids in or sells, for `doors.waiting.together`."""
    bids = Exists(Paddle.objects.filter(lot=OuterRef("id"), party=party))
    rows = Lot.objects.filter(outcome=None).annotate(own=bids).filter(Q(own=True) | Q(seller=party))
    moving = Q(own=True, suspended_at=None)
    return shaped(
        rows,
        what=Case(
            When(~Q(suspended_at=None), then=Value("lot:suspended")),
            When(opens_at__gt=now, own=True, then=Value("lot:to_open")),
            When(own=True, then=Value("lot:open")),
            When(opens_at__gt=now, then=Value("lot:sale_to_open")),
            default=Value("lot:sale_open"),
        ),
        mine=Case(When(moving, then=Value(True)), default=Value(False)),
        id="id",
        title_zh="title_zh",
        title_en="title_en",
        amount_fen=Case(When(leader__gt=0, then=F("price_fen")), default=F("opening_fen")),
        due_by=Case(When(opens_at__gt=now, then=F("opens_at")), default=F("ends_at")),
        since="created_at",
    )


def lots(*, live: bool | None = None) -> QuerySet[Lot]:
    """Lots for a paged list (`view` turns each into what may be seen); `live`: not yet decided."""
    rows = Lot.objects.all()
    return rows if live is None else rows.filter(outcome__isnull=live)


def live_lots(now: datetime) -> list[LotView]:
    """Every lot that is not decided, the one that ends first first."""
    return [view(row, now) for row in Lot.objects.filter(outcome=None).order_by("ends_at", "id")]


def live_lot(id: UUID, now: datetime, *, bids: int = 10) -> LiveLot:
    """A lot and its last `bids` accepted bids, as committed. Refused when there is none."""
    state = lot(id, now)
    # Refused attempts show only after the close (AU-9); a flood of them must not cost a long walk.
    latest = Attempt.objects.filter(
        lot_id=id, sequence__gt=state.attempts - 500, sequence__lte=state.attempts, refusal=""
    ).order_by("-sequence")[:bids]
    return LiveLot(state, tuple(_receipt(row).attempt for row in latest))


def running_lots() -> int:
    """How many lots are in their bidding, which a demo clock must not jump over (TI-2).

    By the database's clock and the venue's offset. A suspended lot counts: its time stands still in
    real seconds too.
    """
    begun = RawSQL("clock_timestamp() + %s", [due.clock_offset()])
    return Lot.objects.filter(outcome=None, opens_at__lte=begun).count()


def view(row: Lot, now: datetime) -> LotView:
    state = row.state()
    return LotView(
        id=row.id,
        listing=row.listing,
        title_zh=row.title_zh,
        title_en=row.title_en,
        status=state.status_at(microseconds(now)),
        opening_fen=row.opening_fen,
        increment_fen=row.increment_fen,
        least_next_fen=state.least_next_fen,
        price_fen=state.price_fen if state.leader else None,
        leader=state.leader or None,
        paddles=row.paddles,
        attempts=state.sequence,
        bids=state.bids,
        opens_at=row.opens_at,
        free_ends_at=row.free_ends_at,
        ends_at=row.ends_at,
        limited_seconds=row.limited_seconds,
        closed_at=row.closed_at,
        revision=row.revision,
        rulebook_version=row.rulebook_version,
        asked_at=now,
    )


def paddle_of(lot: UUID, party: UUID) -> int | None:
    """The paddle a party holds in a lot; for that party's own pages."""
    return Paddle.objects.filter(lot_id=lot, party=party).values_list("number", flat=True).first()


def paddles(actor: Actor, lot: UUID) -> list[PaddleView]:
    """Open the commitments paddle → party, to the supervisor alone (AU-9)."""
    actor.need("supervise.read")
    _row(lot)
    return bidders_of(lot)


def bidders_of(lot: UUID) -> list[PaddleView]:
    """Who bids in a lot, for the venue's own use: notices, deposits. Nobody is shown this."""
    rows = Paddle.objects.filter(lot_id=lot).order_by("number")
    return [PaddleView(p.number, p.party, p.intent, p.salt, paddle_commitment(p)) for p in rows]


def paddle_commitment(paddle: Paddle) -> str:
    """What the log says of who holds a paddle (AU-9)."""
    return commitment(paddle.salt, f"paddle {paddle.number}", str(paddle.party))


# -- attempts and receipts --------------------------------------------------------------------------


def receipt(lot: UUID, bid_id: UUID, paddle: int) -> Receipt:
    """The receipt of a bid, as it was given. Refused when no such bid of this paddle was received."""
    found = Attempt.objects.filter(lot_id=lot, bid_id=bid_id, paddle=paddle)
    row = found.first()
    if row is None:
        # A batch may be on its way to disk, left by a desk that died: it holds the lot's row. "Not
        # received" is said only when that is over, because the bidder will act on it.
        with transaction.atomic():
            Lot.objects.select_for_update().filter(id=lot).first()
            row = found.first()
    if row is None:
        raise Refused(Refusal.NOT_RECEIVED)
    return _receipt(row)


def attempts_by(lot: UUID, paddle: int, *, limit: int = 200) -> list[Receipt]:
    """A paddle's attempts with their receipts, refused ones too, latest first."""
    rows = Attempt.objects.filter(lot_id=lot, paddle=paddle).order_by("-sequence")
    return [_receipt(row) for row in rows[:limit]]


def receipts(lot: UUID, bid_ids: Iterable[str]) -> dict[str, Receipt]:
    """Receipts of those of `bid_ids` that were judged before."""
    found = Attempt.objects.filter(lot_id=lot, bid_id__in=list(bid_ids))
    return {str(row.bid_id): _receipt(row) for row in found}


def _receipt(row: Attempt) -> Receipt:
    return Receipt(
        str(row.bid_id),
        row.paddle,
        row.amount_fen,
        microseconds(row.arrived_at),
        row.sequence,
        row.refusal,
        bytes(row.chain),
    )


def attempts_of(lot: UUID) -> Iterator[records.Attempt]:
    """Every attempt of a lot in sequence, streamed."""
    return (attempt for attempt, _ in _chained_attempts(lot))


def _chained_attempts(lot: UUID) -> Iterator[tuple[records.Attempt, bytes]]:
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sequence, bid_id::text, paddle, amount_fen,"
                " (extract(epoch from arrived_at) * 1000000)::bigint, refusal, chain"
                " FROM auctions_attempt WHERE lot_id = %s AND sequence > %s"
                " ORDER BY sequence LIMIT 5000",
                [lot, last],
            )
            rows = cursor.fetchall()
        for *values, chain in rows:
            yield records.Attempt(*values), bytes(chain)
        if len(rows) < 5000:
            return
        last = rows[-1][0]


# -- the bidding record (AU-9) ----------------------------------------------------------------------


def bidding_record(lot: UUID) -> dict[str, Any]:
    """The record as published: its digest stands in the entry `auctions.Closed`.

    Refused before the close. `log` names the entries whose chains the record must agree with.
    """
    row = _row(lot)
    if row.outcome is None:
        raise Refused(Refusal.RECORD_NOT_PUBLIC)
    published = _published(row)
    closed = journal.latest_of(subject("lot", lot), "auctions.Closed")
    return {
        "record": published,
        "digest": digest_of(published),
        "closed_log_index": closed.log_index if closed else None,
        "log": [
            {
                "log_index": entry.log_index,
                "first": entry.facts["first"],
                "last": entry.facts["last"],
                "chain": entry.facts["chain"],
            }
            for entry in _judged_entries(lot)
        ],
    }


def _published(row: Lot) -> dict[str, Any]:
    return records.publish(
        lot_id=str(row.id),
        listing=str(row.listing),
        terms=row.announced_terms(),
        attempts=attempts_of(row.id),
        pauses=[records.Pause(*pause) for pause in row.pauses],
        lot=row.state(),
    )


def _judged_entries(lot: UUID) -> Iterator[journal.Recorded]:
    history = journal.of_subject(subject("lot", lot), limit=10_000_000)
    return (entry for entry in history if entry.kind == "auctions.BidsJudged")


# -- audit ------------------------------------------------------------------------------------------


def audit() -> Iterator[Discrepancy]:
    """Run every auction again from its attempts; compare with the lot, the chain and the journal."""
    for row in Lot.objects.order_by("created_at", "id").iterator(chunk_size=100):
        yield from _audit_lot(row)


def _audit_lot(row: Lot) -> Iterator[Discrepancy]:
    place = f"auctions.lot {row.id}"
    logged = {entry.facts["last"]: entry.facts["chain"] for entry in _judged_entries(row.id)}
    found: list[Discrepancy] = []
    stored: dict[int, bytes] = {}

    def attempts() -> Iterator[records.Attempt]:
        for attempt, chain in _chained_attempts(row.id):
            stored[0] = chain
            yield attempt

    def compare(attempt: records.Attempt, chain: bytes) -> None:
        where = f"auctions.attempt lot {row.id} sequence {attempt.sequence}"
        if stored[0] != chain:
            found.append(Discrepancy(f"{where} chain", stored[0].hex(), chain.hex()))
        elif logged.pop(attempt.sequence, chain.hex()) != chain.hex():
            found.append(Discrepancy(f"{where} chain in the journal", "another", chain.hex()))
        if found:
            raise records.Broken(attempt.sequence, "the chain", "another")

    pauses = [records.Pause(*pause) for pause in row.pauses]
    try:
        lot = records.replay(row.announced_terms(), attempts(), pauses, compare)
    except records.Broken as broken:
        where = f"auctions.attempt lot {row.id} sequence {broken.sequence}"
        yield from found or [Discrepancy(where, broken.expected, broken.found)]
        return
    except Refused as refused:
        yield Discrepancy(f"{place} pauses", "pauses the rules allow", str(refused))
        return
    for last in sorted(logged):
        yield Discrepancy(f"auctions.attempt lot {row.id} sequence {last}", "an attempt", "none")
    lot.outcome = Status(row.outcome) if row.outcome else None
    state = row.state()
    for name in ("price_fen", "leader", "sequence", "bids", "chain", "ends_at", "terms", "outcome"):
        expected, is_found = getattr(lot, name), getattr(state, name)
        if expected != is_found:
            yield Discrepancy(f"{place} {name}", _show(expected), _show(is_found))
    yield from _audit_entries(row, place)


def _audit_entries(row: Lot, place: str) -> Iterator[Discrepancy]:
    opened = journal.latest_of(subject("lot", row.id), "auctions.LotOpened")
    if opened is None:
        yield Discrepancy(place, "an entry of its opening", "none")
        return
    if opened.facts["chain"] != row.announced_terms().digest().hex():
        yield Discrepancy(f"{place} terms", "the announced terms", "others")
    committed = opened.facts["paddles"]
    for paddle in Paddle.objects.filter(lot=row).order_by("number"):
        if committed.get(str(paddle.number)) != paddle_commitment(paddle):
            where = f"auctions.paddle {paddle.id} lot {row.id} number {paddle.number}"
            yield Discrepancy(where, "the party committed to", "another")
    closed = journal.latest_of(subject("lot", row.id), "auctions.Closed")
    if (closed is None) != (row.outcome is None):
        yield Discrepancy(f"{place} outcome", "as the journal has it", str(row.outcome))
    elif closed is not None:
        if closed.facts["outcome"] != row.outcome:
            yield Discrepancy(f"{place} outcome", closed.facts["outcome"], str(row.outcome))
        digest = digest_of(_published(row))
        if closed.facts["record"] != digest:
            yield Discrepancy(f"{place} record", closed.facts["record"], digest)


def _show(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _row(id: UUID) -> Lot:
    row = Lot.objects.filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="lot")
    return row
