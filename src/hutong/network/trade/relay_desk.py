"""
The relay desk: our members' bids at other venues, many at once, in the hot door's process (NE-4, AU-4).

    place ─► waiting ─┐ everything that waits      ┌─► each to its venue, on a connection kept open
                      └─► kept: one transaction ───┘         │
    answered ◄── kept: one transaction ◄── receipts ◄────────┘

All state belongs to the event loop; a thread beside it owns the database connection. It decides nothing
that `relay` does not: `actions` keep, `asking` reads the answers. A bid is somebody's for SECONDS; what
is answered later is still kept, and whoever asks by the bid's id is given it.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, Generic, NamedTuple, TypeVar
from uuid import UUID

import httpx
import structlog

from hutong.auctions.database_thread import DatabaseThread
from hutong.kit.refusal import N_, Reason, Refused, reason
from hutong.network.trade import actions, asking, queries
from hutong.network.trade.actions import Answer, Placed
from hutong.network.trade.actions.relaying import Refusal as BidRefusal
from hutong.network.trade.asking import LARGEST, SECONDS, Answered
from hutong.network.trade.relay_token import Seat

log = structlog.get_logger(__name__)

LATE_SECONDS: Final = 22.0  # so much longer an answer is waited for, to keep it
CONNECT_SECONDS: Final = 4.0
STOP_SECONDS: Final = 2.0
CONNECTIONS: Final = 32  # to one venue
MAX_WAITING: Final = 1_000  # bids, for one venue
MAX_WAITING_PER_ORDER: Final = 32

Item = TypeVar("Item")
Result = TypeVar("Result")


class Refusal(Reason):
    NOT_KEPT = reason(
        "trade.not_kept",
        "AU-4",
        N_("This venue could not keep the bid, and did not send it. Send it again as it is."),
        503,
    )
    TOO_MANY_WAITING = reason(
        "trade.too_many_waiting", "AU-4", N_("Too many bids are waiting for {venue}."), 429
    )


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
        self._thread = DatabaseThread(self._loop, name="relay")
        self._bids = Batches(self._loop, self._thread, actions.keep_bids)
        self._receipts = Batches(self._loop, self._thread, _keep_receipts)

    async def stop(self) -> None:
        """Let what is on its way come in, a moment long; whoever asks again gets it."""
        if under_way := [placing.task for placing in self._placing.values()]:
            _, late = await asyncio.wait(under_way, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for line in self._lines.values():
            await line.close()
        await self._thread.stop()

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
            raise Refused(asking.Refusal.NO_ANSWER, venue=seat.venue)
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
        until = self._loop.time() + SECONDS
        try:
            known = await self._bids.result_of(Placed(seat.order, bid, amount_fen, self._now()))
        except Exception as error:
            raise Refused(Refusal.NOT_KEPT) from error
        if isinstance(known, Refused):
            raise known
        if known is not None:
            return asking.receipt(known)
        path, body = asking.bids_of(seat.lot), asking.bid(bid, amount_fen)
        return await self._asked(seat, bid, amount_fen, until, "POST", path, body)

    async def _ask_for_receipt(self, seat: Seat, bid: UUID) -> Answered:
        until = self._loop.time() + SECONDS
        known = await self._thread.result_of(lambda: queries.bid_kept(seat.order, bid))
        if known is not None and known.receipt is not None:
            return asking.receipt(known.receipt)
        amount_fen = known.amount_fen if known else None
        path = f"{asking.bids_of(seat.lot)}/{bid}"
        return await self._asked(seat, bid, amount_fen, until, "GET", path, b"")

    async def _asked(
        self,
        seat: Seat,
        bid: UUID,
        amount_fen: int | None,
        until: float,
        method: str,
        path: str,
        body: bytes,
    ) -> Answered:
        """Ask the home venue, and keep what it says. Raises Refused (NO_ANSWER)."""
        line = self._lines.get(seat.url)
        if line is None:
            line = self._lines[seat.url] = Line(seat.url)
        try:
            said = await line.ask(method, path, seat.paddle_token, body, until=until)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TooMuch) as error:  # TimeoutError too
            raise Refused(asking.Refusal.NO_ANSWER, venue=seat.venue) from error
        answer = asking.read(*said, lot=seat.lot, bid=bid, amount_fen=amount_fen)
        if answer is None:
            raise Refused(asking.Refusal.NO_ANSWER, venue=seat.venue)
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


class TooMuch(Exception):
    """An answer that has no end."""


class Line:
    """The way to one venue: connections kept open, each with one request at a time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._free = asyncio.Semaphore(CONNECTIONS)
        self._transport: httpx.AsyncHTTPTransport | None = None
        self._opening = asyncio.Lock()

    async def ask(
        self, method: str, path: str, token: str, body: bytes, *, until: float
    ) -> tuple[int, str, bytes]:
        """Status, content type and body. Not sent after `until` (the loop's time); what was sent is
        waited for a while longer. Raises TimeoutError, TooMuch, and what httpx raises."""
        async with asyncio.timeout_at(until):
            await self._free.acquire()
        try:
            async with asyncio.timeout_at(until + LATE_SECONDS):
                try:
                    return await self._exchange(method, path, token, body)
                except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
                    # A connection that was kept open ends when the other side no longer wants it.
                    if asyncio.get_running_loop().time() >= until:
                        raise
                    return await self._exchange(method, path, token, body)
        finally:
            self._free.release()

    async def close(self) -> None:
        if self._transport is not None:
            await self._transport.aclose()

    async def _exchange(
        self, method: str, path: str, token: str, body: bytes
    ) -> tuple[int, str, bytes]:
        headers = {"Authorization": f"Bearer {token}"}
        if body:
            headers["Content-Type"] = asking.JSON
        request = httpx.Request(
            method,
            self._url + path,
            headers=headers,
            content=body,
            extensions={"timeout": {"connect": CONNECT_SECONDS}},
        )
        transport = self._transport or await self._open()
        response = await transport.handle_async_request(request)
        try:
            read = b""
            async for piece in response.aiter_raw():
                read += piece
                if len(read) > LARGEST:
                    raise TooMuch
        finally:
            with contextlib.suppress(httpx.HTTPError):
                await response.aclose()
        return response.status_code, response.headers.get("content-type", ""), read

    async def _open(self) -> httpx.AsyncHTTPTransport:
        async with self._opening:
            if self._transport is None:
                limits = httpx.Limits(
                    max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS
                )
                # Beside the loop: reading the certificates of authorities takes its time.
                self._transport = await asyncio.to_thread(
                    httpx.AsyncHTTPTransport, limits=limits, trust_env=True
                )
            return self._transport
