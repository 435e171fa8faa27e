"""
The relay desk: our members' bids at other venues, many at once, in the hot door's process (NE-4, AU-4).

    place ─► waiting ─┐ everything that waits      ┌─► each to its venue, on a connection kept open
                      └─► kept: one transaction ───┘         │
    answered ◄── kept: one transaction ◄── receipts ◄────────┘

All state belongs to the event loop; two threads beside it own a database connection each. It decides
nothing that `relay` does not: `actions` keep, `asking` reads the answers. A bid is sent within SECONDS
or not at all; what is answered later is still kept, and whoever asks by the bid's id is given it.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, Generic, NamedTuple, TypeVar
from uuid import UUID

import structlog

from hutong.auctions.database_thread import DatabaseThread
from hutong.kit.refusal import Refused
from hutong.network.trade import actions, asking, queries
from hutong.network.trade.actions import Answer, BidRefusal, Placed
from hutong.network.trade.asking import SECONDS, Answered, Refusal
from hutong.network.trade.line import Line, NotAnswered
from hutong.network.trade.relay_token import Seat

log = structlog.get_logger(__name__)

LATE_SECONDS: Final = 22.0  # so much longer an answer is waited for, to keep it
STOP_SECONDS: Final = 2.0
MAX_WAITING: Final = 1_000  # bids, for one venue
MAX_WAITING_PER_ORDER: Final = 32

Item = TypeVar("Item")
Result = TypeVar("Result")


class Placing(NamedTuple):
    """A bid on its way, for everybody who asks for it."""

    amount_fen: int
    task: "asyncio.Task[Answered]"


class RelayDesk:
    """`now` is the venue's time; `start` and `stop` are called on the loop."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._placing: dict[tuple[UUID, UUID], Placing] = {}
        self._waiting: Counter[UUID | str] = Counter()  # by order, and by venue
        self._lines: dict[str, Line] = {}

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = DatabaseThread(self._loop, name="relayed bids")
        self._bids = Batches(self._loop, self._thread, actions.keep_bids)
        # What a crash of the machine takes of receipts is had again by the bids' ids: no flush.
        self._receiving = DatabaseThread(self._loop, name="receipts", durable=False)
        self._receipts = Batches(self._loop, self._receiving, _keep_receipts)

    async def stop(self) -> None:
        """Let what is on its way come in, a moment long; whoever asks again gets it."""
        if under_way := [placing.task for placing in self._placing.values()]:
            _, late = await asyncio.wait(under_way, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for line in self._lines.values():
            line.close()
        await self._thread.stop()
        await self._receiving.stop()

    # -- bids ----------------------------------------------------------------------------------------------

    async def place(self, seat: Seat, bid: UUID, amount_fen: int) -> Answered:
        """Relay a bid. Raises Refused: NO_ANSWER, NOT_KEPT, TOO_MANY_WAITING, or its id is another's.

        It goes its way whether or not the caller waits for it.
        """
        placing = self._placing.get((seat.order, bid))
        if placing is None:
            placing = self._begin(seat, bid, amount_fen)
        elif placing.amount_fen != amount_fen:
            raise Refused(BidRefusal.BID_REUSED, amount_fen=placing.amount_fen)
        return await self._in_time(placing.task, seat)

    async def receipt(self, seat: Seat, bid: UUID) -> Answered:
        """The receipt of a bid: of one on its way when it has come, of any other kept or asked for."""
        placing = self._placing.get((seat.order, bid))
        if placing is not None:
            return await self._in_time(placing.task, seat)
        self._need_room(seat)
        asked = self._counted(seat, self._ask_for_receipt(seat, bid))
        try:
            return await self._in_time(asked, seat)
        finally:
            asked.cancel()

    async def _in_time(self, task: "asyncio.Task[Answered]", seat: Seat) -> Answered:
        done, _ = await asyncio.wait([task], timeout=SECONDS)
        if not done or task.cancelled():
            raise Refused(Refusal.NO_ANSWER, venue=seat.venue)
        return task.result()

    def _begin(self, seat: Seat, bid: UUID, amount_fen: int) -> Placing:
        self._need_room(seat)
        task = self._counted(seat, self._place(seat, bid, amount_fen))
        placing = self._placing[seat.order, bid] = Placing(amount_fen, task)
        task.add_done_callback(lambda _: self._placing.pop((seat.order, bid)))
        return placing

    def _need_room(self, seat: Seat) -> None:
        of_order, of_venue = self._waiting[seat.order], self._waiting[seat.venue]
        if of_order >= MAX_WAITING_PER_ORDER or of_venue >= MAX_WAITING:
            raise Refused(Refusal.TOO_MANY_WAITING, venue=seat.venue)

    def _counted(self, seat: Seat, work: Coroutine[Any, Any, Answered]) -> "asyncio.Task[Answered]":
        def ended(task: "asyncio.Task[Answered]") -> None:
            for key in (seat.order, seat.venue):
                self._waiting[key] -= 1
                if not self._waiting[key]:
                    del self._waiting[key]
            if not task.cancelled():
                task.exception()  # nobody may wait for it any more

        self._waiting.update((seat.order, seat.venue))
        task = self._loop.create_task(work)
        task.add_done_callback(ended)
        return task

    async def _place(self, seat: Seat, bid: UUID, amount_fen: int) -> Answered:
        send_by = self._loop.time() + SECONDS
        try:
            known = await self._bids.result_of(Placed(seat.order, bid, amount_fen, self._now()))
        except Exception as error:
            raise Refused(Refusal.NOT_KEPT) from error
        if isinstance(known, Refused):
            raise known
        if known is not None:
            return asking.receipt(known)
        path, body = asking.bids_of(seat.lot), asking.bid(bid, amount_fen)
        return await self._asked(seat, bid, amount_fen, send_by, "POST", path, body)

    async def _ask_for_receipt(self, seat: Seat, bid: UUID) -> Answered:
        send_by = self._loop.time() + SECONDS
        known = await self._thread.result_of(lambda: queries.bid_kept(seat.order, bid))
        if known is not None and known.receipt is not None:
            return asking.receipt(known.receipt)
        amount_fen = known.amount_fen if known else None
        path = f"{asking.bids_of(seat.lot)}/{bid}"
        return await self._asked(seat, bid, amount_fen, send_by, "GET", path, b"")

    async def _asked(
        self,
        seat: Seat,
        bid: UUID,
        amount_fen: int | None,
        send_by: float,
        method: str,
        path: str,
        body: bytes,
    ) -> Answered:
        """Ask the home venue, and keep what it says. Raises Refused (NO_ANSWER)."""
        line = self._lines.get(seat.url)
        if line is None:
            line = self._lines[seat.url] = Line(seat.url)
        try:
            said = await line.ask(
                *(method, path, seat.paddle_token, body),
                send_by=send_by,
                until=send_by + LATE_SECONDS,
            )
        except NotAnswered as error:
            log.info("venue_silent", venue=seat.venue, why=str(error))
            raise Refused(Refusal.NO_ANSWER, venue=seat.venue) from error
        answer = asking.read(*said, lot=seat.lot, bid=bid, amount_fen=amount_fen)
        if answer is None:
            raise Refused(Refusal.NO_ANSWER, venue=seat.venue)
        if answer.is_receipt:
            try:
                await self._receipts.result_of(Answer(seat.order, bid, answer.body, self._now()))
            except Exception as error:  # it holds all the same, and can be asked for again
                log.warning("receipt_not_kept", bid=str(bid), error=str(error))
        return answer


def _keep_receipts(answers: Sequence[Answer]) -> list[None]:
    actions.keep_receipts(answers)
    return [None] * len(answers)


class Batches(Generic[Item, Result]):
    """Does a work of the database's thread for all that wait at once, then for those come meanwhile."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        thread: DatabaseThread,
        work: Callable[[Sequence[Item]], list[Result]],
    ) -> None:
        self._loop = loop
        self._thread = thread
        self._work = work
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._is_busy = False

    def result_of(self, item: Item) -> Awaitable[Result]:
        future: asyncio.Future[Result] = self._loop.create_future()
        self._waiting.append((item, future))
        if not self._is_busy:
            # Not at once: what else arrives in this turn of the loop shares the commit.
            self._is_busy = True
            self._loop.call_soon(self._begin)
        return future

    def _begin(self) -> None:
        taken, self._waiting = self._waiting, []
        self._is_busy = bool(taken)
        if taken:
            items = [item for item, _ in taken]
            self._thread.do(
                lambda: self._work(items), partial(self._end, [future for _, future in taken])
            )

    def _end(self, futures: "list[asyncio.Future[Result]]", result: Any) -> None:
        for number, future in enumerate(futures):
            if future.done():  # given up
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result[number])
        self._begin()
