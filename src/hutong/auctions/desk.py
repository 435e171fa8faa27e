"""
The bid desk: one per process, any number of processes (AU-4, AU-5).

    submit ─► waiting ─┐ everything that waits          ┌─► answer each bidder
                       └──► judging thread: one commit ─┘        (event loop)

All state of the desk belongs to the event loop; the judging thread owns the database connection and
does one job after the other: a batch, a heartbeat, a close. A bid's arrival is stamped and queued in
one step on the loop, so "judged until" never promises too much.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError, IntegrityError

from hutong.auctions import actions, queries
from hutong.auctions.actions import Book
from hutong.auctions.clock import VenueClock
from hutong.auctions.database_thread import DatabaseThread
from hutong.auctions.record import Receipt
from hutong.auctions.rules import Refusal
from hutong.due import queries as due
from hutong.kit.actor import SYSTEM
from hutong.kit.moments import from_microseconds, microseconds
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rulebook import queries as rulebook

log = structlog.get_logger(__name__)

Answer = Callable[[Receipt | Refused], None]

MAX_WAITING = 20_000  # bids a lot
MAX_WAITING_PER_PADDLE = 32
MAX_REMEMBERED = 30_000  # bids a lot, twice, whose ids are known without asking the database
BEAT_SECONDS = 1.0
CLOSE_CHECK_SECONDS = 0.05


class Bid(Receipt):
    """A bid that was received; `answer` is who waits for its receipt, None once answered."""

    __slots__ = ("answer",)

    def __init__(
        self, bid_id: str, paddle: int, amount_fen: int, arrived_at: int, answer: Answer
    ) -> None:
        self.bid_id = bid_id
        self.paddle = paddle
        self.amount_fen = amount_fen
        self.arrived_at = arrived_at
        self.answer: Answer | None = answer

    def answer_with(self, outcome: Receipt | Refused) -> None:
        answer, self.answer = self.answer, None
        if answer is not None:
            answer(outcome)

    def also(self, answer: Answer) -> None:
        """Let another one wait for the same receipt."""
        first = self.answer
        assert first is not None

        def both(outcome: Receipt | Refused) -> None:
            first(outcome)
            answer(outcome)

        self.answer = both


class Queue:
    """What waits for one lot, and the bids known by their ids, in two generations."""

    __slots__ = ("by_paddle", "known", "known_before", "waiting")

    def __init__(self) -> None:
        self.waiting: list[Bid] = []
        self.by_paddle: dict[int, int] = {}  # how many of each paddle are in `waiting`
        self.known: dict[str, Receipt] = {}
        self.known_before: dict[str, Receipt] = {}

    def take(self) -> list[Bid]:
        taken, self.waiting, self.by_paddle = self.waiting, [], {}
        if len(self.known) > MAX_REMEMBERED:  # a generation holds more than ever waits
            self.known_before, self.known = self.known, {}
        return taken

    def forget(self, bid: Bid) -> None:
        self.known.pop(bid.bid_id, None)
        self.known_before.pop(bid.bid_id, None)


@dataclass(slots=True)
class Verdict:
    """What became of a lot's batch: judged, unless `refused`; `before` holds bids judged earlier."""

    ends_at: int = 0
    is_closed: bool = False
    refused: Refused | None = None
    before: dict[str, Receipt] = field(default_factory=dict)


class Desk:
    """Takes bids, judges them in batches, closes lots whose end has come."""

    def __init__(
        self, *, name: str, clock: VenueClock, on_judged: Callable[[UUID], None] = lambda _: None
    ) -> None:
        self.name = name
        self.clock = clock
        self.on_judged = on_judged
        self.lease: UUID | None = None
        self._queues: dict[UUID, Queue] = {}
        self._in_flight: dict[UUID, list[Bid]] = {}
        self._is_accepting = False
        self._is_busy = False  # a batch is in flight or about to be
        self._drained = asyncio.Event()
        self._book = Book()  # the judging thread's
        self._ends: dict[UUID, int] = {}
        self._tasks: list[asyncio.Task[None]] = []

    # -- bids ---------------------------------------------------------------------------------------

    def submit(self, lot: UUID, bid_id: str, paddle: int, amount_fen: int, answer: Answer) -> None:
        """Receive a bid; `answer` is called once, on the loop, with its receipt or a refusal.

        `bid_id` is a UUID in its usual text form; sent again with the same paddle and amount it gets
        the same receipt, otherwise BID_ID_REUSED. The arrival is now.
        """
        queue = self._queues.get(lot)
        if queue is None:
            queue = self._queues[lot] = Queue()
        known = queue.known.get(bid_id) or queue.known_before.get(bid_id)
        if known is not None:
            return _receipt_again(known, paddle, amount_fen, answer)
        count = queue.by_paddle.get(paddle, 0)
        if count >= MAX_WAITING_PER_PADDLE or len(queue.waiting) >= MAX_WAITING:
            return answer(Refused(Refusal.TOO_MANY_WAITING))
        if not self._is_accepting:
            return answer(Refused(Refusal.NOT_JUDGED))
        bid = Bid(bid_id, paddle, amount_fen, self.clock.now(), answer)
        queue.by_paddle[paddle] = count + 1
        queue.known[bid_id] = bid
        queue.waiting.append(bid)
        if not self._is_busy:
            # Not at once: what else arrives in this turn of the loop shares the commit.
            self._is_busy = True
            self._loop.call_soon(self._judge_waiting)
        return None

    def ask(self, lot: UUID, bid_id: str, paddle: int, answer: Answer) -> bool:
        """Have `answer` called with the receipt of a bid known here; False when it is not known.

        A bid still waiting is answered when it is judged. Another paddle's bid is not known.
        """
        queue = self._queues.get(lot)
        if queue is None:
            return False
        known = queue.known.get(bid_id) or queue.known_before.get(bid_id)
        if known is None or known.paddle != paddle:
            return False
        _receipt_again(known, known.paddle, known.amount_fen, answer)
        return True

    def _judge_waiting(self) -> None:
        batches = {lot: queue.take() for lot, queue in self._queues.items() if queue.waiting}
        self._in_flight = batches
        if batches:
            self._thread.do(lambda: self._judge(batches), self._answer)
        else:
            self._is_busy = False
            self._drained.set()

    def _answer(self, result: "dict[UUID, Verdict] | BaseException") -> None:
        batches, self._in_flight = self._in_flight, {}
        for lot, bids in batches.items():
            queue = self._queues[lot]
            if isinstance(result, BaseException):
                _refuse(queue, bids, Refusal.NOT_JUDGED)
                continue
            verdict = result[lot]
            if verdict.refused is not None:
                _refuse(queue, bids, verdict.refused.reason, **verdict.refused.facts)
            elif verdict.is_closed or verdict.before:
                _answer_each(queue, bids, verdict)
            else:
                for bid in bids:
                    bid.answer_with(bid)
            if verdict.ends_at:
                self._ends[lot] = verdict.ends_at
                self.on_judged(lot)
        self._judge_waiting()

    def _judge(self, batches: dict[UUID, list[Bid]]) -> dict[UUID, Verdict]:
        """On the judging thread. Bids judged before, by another desk or life, keep their receipt."""
        verdicts = {lot: Verdict() for lot in batches}
        while True:
            fresh: dict[UUID, Sequence[Bid]] = {}
            for lot, bids in batches.items():
                verdict = verdicts[lot]
                if verdict.refused is None:
                    before = verdict.before
                    fresh[lot] = [b for b in bids if b.bid_id not in before] if before else bids
            fresh = {lot: bids for lot, bids in fresh.items() if bids}
            try:
                judged = actions.judge(batches=fresh, book=self._book) if fresh else {}
                break
            except actions.UnknownLots as error:
                for lot in error.lots:
                    verdicts[lot].refused = Refused(CommonRefusal.NOT_FOUND, what="lot")
            except Exception as error:
                self._book.lots.clear()  # it may have folded bids that were never committed
                if not isinstance(error, IntegrityError):
                    raise
                found = {
                    lot: queries.receipts(lot, [bid.bid_id for bid in bids])
                    for lot, bids in fresh.items()
                }
                if not any(found.values()):
                    raise
                for lot, receipts in found.items():
                    verdicts[lot].before |= receipts
        for lot, result in judged.items():
            verdicts[lot].ends_at, verdicts[lot].is_closed = result.ends_at, result.is_closed
        return verdicts

    # -- life ---------------------------------------------------------------------------------------

    async def start(self, *, keep_time: bool = True) -> None:
        """Take up work: lease, lots that an outage hurt restored (AU-12), then bids.

        `keep_time=False` leaves heartbeats and closing to the caller.
        """
        self._loop = asyncio.get_running_loop()
        self._thread = DatabaseThread(self._loop, name=f"desk {self.name}")
        self._ends = await self._thread.result_of(self._take_up)
        self._is_accepting = True
        if keep_time:
            self._tasks = [
                asyncio.create_task(self._keep_lease()),
                asyncio.create_task(self._keep_time()),
            ]

    async def stop(self) -> None:
        """Judge what was taken, answer it, give the lease back."""
        self._is_accepting = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while self._is_busy:
            self._drained.clear()
            await self._drained.wait()
        lease, until = self.lease, self.clock.now()
        if lease is not None:
            with contextlib.suppress(DatabaseError):
                await self._thread.result_of(lambda: actions.leave(desk=lease, judged_until=until))
        await self._thread.stop()

    def _take_up(self) -> dict[UUID, int]:
        self.clock.set_offset(due.clock_offset())
        now = self.clock.now()
        moment = from_microseconds(now)
        down_since = actions.last_served_at()
        self.lease = actions.register_desk(name=self.name, judged_until=now)
        ends = _ends_of_live_lots(now)
        if down_since is not None and ends:
            rules = rulebook.in_force(moment).rules.auctions
            for lot in actions.restore_unserved(
                actor=SYSTEM,
                now=moment,
                down_since=down_since,
                bound=timedelta(seconds=rules.outage_bound_seconds),
            ):
                log.warning("lot_restored", lot=str(lot), down_since=str(down_since))
            ends = _ends_of_live_lots(now)
        return ends

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self.beat()
            except (
                Exception
            ) as error:  # the database is away: the lease runs out, bids fail plainly
                log.warning("desk_beat_failed", desk=self.name, error=str(error))

    async def beat(self) -> None:
        """Renew the lease; take the clock's offset and the lots' ends from the database."""
        until = self.judged_until()

        def renew() -> tuple[timedelta, dict[UUID, int]]:
            if self.lease is None or not actions.beat(desk=self.lease, judged_until=until):
                self._book.lots.clear()
                self.lease = actions.register_desk(name=self.name, judged_until=until)
            return due.clock_offset(), _ends_of_live_lots(until)

        offset, self._ends = await self._thread.result_of(renew)
        self.clock.set_offset(offset)

    def judged_until(self) -> int:
        """Every bid that arrived here before this moment is judged. Call it on the loop."""
        unjudged = [bids[0].arrived_at for bids in self._in_flight.values()]
        unjudged += [q.waiting[0].arrived_at for q in self._queues.values() if q.waiting]
        return min(unjudged, default=self.clock.now())

    async def _keep_time(self) -> None:
        while True:
            await asyncio.sleep(CLOSE_CHECK_SECONDS)
            now = self.clock.now()
            for lot in [lot for lot, end in self._ends.items() if end <= now]:
                try:
                    await self.close(lot)
                except Exception as error:  # tried again in a moment
                    log.warning("close_failed", lot=str(lot), error=str(error))

    async def close(self, lot: UUID) -> bool:
        """Close a lot whose end has come. False when it goes on, or bids before it are unjudged."""
        until = self.judged_until()

        def close() -> None:
            # A desk that was fenced meanwhile may hold bids that nobody waits for: first a new lease.
            if self.lease is None or not actions.beat(desk=self.lease, judged_until=until):
                raise Refused(Refusal.DESK_NOT_DONE, desk=self.name)
            now = from_microseconds(self.clock.now())
            actions.close_lot(actor=SYSTEM, now=now, lot=lot)

        try:
            await self._thread.result_of(close)
        except Refused as refused:
            if refused.reason in (Refusal.NOT_OVER, Refusal.DESK_NOT_DONE):
                return False
            self._ends.pop(lot, None)
            return refused.reason is Refusal.CLOSED
        self._ends.pop(lot, None)
        queue = self._queues.get(lot)
        if queue is not None and not queue.waiting and lot not in self._in_flight:
            del self._queues[lot]
        self.on_judged(lot)
        return True


def _ends_of_live_lots(now: int) -> dict[UUID, int]:
    lots = queries.live_lots(from_microseconds(now))
    return {lot.id: microseconds(lot.ends_at) for lot in lots if not lot.is_suspended}


def _receipt_again(known: Receipt, paddle: int, amount_fen: int, answer: Answer) -> None:
    if not known.is_of(paddle, amount_fen):
        answer(Refused(Refusal.BID_ID_REUSED))
    elif isinstance(known, Bid) and known.answer is not None:
        known.also(answer)
    else:
        answer(known)


def _refuse(queue: Queue, bids: Sequence[Bid], reason: Any, **facts: Any) -> None:
    for bid in bids:
        queue.forget(bid)
        bid.answer_with(Refused(reason, **facts))


def _answer_each(queue: Queue, bids: Sequence[Bid], verdict: Verdict) -> None:
    """Answer a batch in which some were judged before, or whose lot was closed before it."""
    for bid in bids:
        receipt = verdict.before.get(bid.bid_id)
        if receipt is not None:
            queue.known[bid.bid_id] = receipt
            is_same = receipt.is_of(bid.paddle, bid.amount_fen)
            bid.answer_with(receipt if is_same else Refused(Refusal.BID_ID_REUSED))
        elif verdict.is_closed:
            # Late; or received in time at a desk that was silent too long, and so not received.
            late = bid.arrived_at >= verdict.ends_at
            _refuse(queue, [bid], Refusal.CLOSED if late else Refusal.NOT_JUDGED)
        else:
            bid.answer_with(bid)
