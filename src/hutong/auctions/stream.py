"""
Live streams: what is confirmed, to everybody who watches, as server-sent events.

    desk here ──────────┐
    NOTIFY hutong_lot ──┴─► dirty lots ─► read once from the database ─► every watcher, latest wins

One LISTENer a process, whatever the number of watchers. A watcher that is slow gets the newest state
when it comes back, not a queue of old ones. Nothing is shown that is not committed.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import psycopg
import structlog

from hutong.auctions import actions, queries, wire
from hutong.auctions.clock import VenueClock
from hutong.auctions.database_thread import DatabaseThread
from hutong.auctions.queries import LiveLot, LotView
from hutong.kit.ids import new_id
from hutong.kit.moments import from_microseconds, iso

log = structlog.get_logger(__name__)

CLOCK_CHANNEL = "hutong_clock"
LEAST_SECONDS_BETWEEN = 0.05  # eyes cannot follow more, and the desk needs the processor
PHASE_CHECK_SECONDS = 0.25
HEARTBEAT_SECONDS = 10.0
MAX_WATCHERS = 10_000
BOARD = "board"

Topic = UUID | str  # a lot, or BOARD


class Watcher:
    """One connection. `changed` is set when its topic has news."""

    __slots__ = ("changed",)

    def __init__(self) -> None:
        self.changed = asyncio.Event()


class Hub:
    """Keeps the live states that somebody watches, and wakes the watchers."""

    def __init__(
        self, *, database_url: str, clock: VenueClock, on_clock: Callable[[], Any] = lambda: None
    ) -> None:
        self._url = database_url
        self._clock = clock
        self._on_clock = on_clock
        self._id = str(new_id())
        self._watchers: dict[Topic, set[Watcher]] = {}
        self._states: dict[UUID, LiveLot] = {}
        self._rendered: dict[Topic, tuple[str, bytes]] = {}  # event id, event
        self._dirty: set[UUID] = set()
        self._judged: set[UUID] = set()
        self._board_is_dirty = False
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.is_stopping = False

    # -- what happened ------------------------------------------------------------------------------

    def judged(self, lot: UUID) -> None:
        """A desk of this process has committed a batch or a close."""
        self._judged.add(lot)
        self.changed(lot)

    def changed(self, lot: UUID) -> None:
        self._dirty.add(lot)
        self._news.set()

    # -- watching -----------------------------------------------------------------------------------

    async def watch(self, topic: Topic, last_event_id: str = "") -> AsyncIterator[bytes]:
        """Yield events of a lot or of the board until `stop`: the state now, then each newer one.

        A reconnecting watcher whose `last_event_id` is still the newest is sent only a heartbeat.
        Raises Refused (NOT_FOUND) for an unknown lot.
        """
        watcher = Watcher()
        self._watchers.setdefault(topic, set()).add(watcher)
        try:
            if topic not in self._rendered:
                await self._load(topic)
            sent = last_event_id
            if self._rendered[topic][0] == sent:
                yield self._heartbeat()
            while not self.is_stopping:
                id, event = self._rendered[topic]
                if id != sent:
                    sent = id
                    yield event
                watcher.changed.clear()
                if self._rendered[topic][0] != sent:
                    continue
                try:
                    await asyncio.wait_for(watcher.changed.wait(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield self._heartbeat()
        finally:
            self._leave(topic, watcher)

    @property
    def watchers(self) -> int:
        return sum(map(len, self._watchers.values()))

    def _leave(self, topic: Topic, watcher: Watcher) -> None:
        watchers = self._watchers.get(topic)
        if watchers is None:
            return
        watchers.discard(watcher)
        if not watchers:
            del self._watchers[topic]
            self._rendered.pop(topic, None)
            if isinstance(topic, UUID) and BOARD not in self._watchers:
                self._states.pop(topic, None)

    def _heartbeat(self) -> bytes:
        return f': {{"server_time":"{wire.moment(self._clock.now())}"}}\n\n'.encode()

    async def _load(self, topic: Topic) -> None:
        now = self._now()
        if isinstance(topic, UUID):
            self._take(await self._reader.result_of(lambda: [queries.live_lot(topic, now)]))
        else:
            self._take(await self._reader.result_of(lambda: _running(now)))
            self._render_board()

    # -- work ---------------------------------------------------------------------------------------

    async def start(self) -> None:
        self._reader = DatabaseThread(asyncio.get_running_loop(), name="live")
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._publish())]

    async def stop(self) -> None:
        """Let every watcher go; they come back to another process, or to the next one."""
        self.is_stopping = True
        self._wake(*self._watchers)
        # More than once if need be: Python 3.11's `wait_for` may lose a cancellation.
        while unfinished := [task for task in self._tasks if not task.done()]:
            for task in unfinished:
                task.cancel()
            await asyncio.wait(unfinished, timeout=PHASE_CHECK_SECONDS)
        await self._reader.stop()

    async def read(self, question: Callable[[], Any]) -> Any:
        """Ask the database something, beside the desk's own connection."""
        return await self._reader.result_of(question)

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True
                ) as connection:
                    await connection.execute(f"LISTEN {actions.CHANNEL}")
                    await connection.execute(f"LISTEN {CLOCK_CHANNEL}")
                    for lot in self._states:  # what was said while nobody listened
                        self.changed(lot)
                    async for notification in connection.notifies():
                        self._hear(notification.channel, notification.payload)
            except (psycopg.Error, OSError) as error:
                log.warning("live_listener_lost", error=str(error))
                await asyncio.sleep(0.5)

    def _hear(self, channel: str, payload: str) -> None:
        if channel == CLOCK_CHANNEL:
            self._on_clock()
            return
        lot, _, sender = payload.partition(" ")
        if sender != self._id and wire.is_uuid(lot):
            self.changed(UUID(lot))

    async def _publish(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), PHASE_CHECK_SECONDS)
            try:
                await self._publish_once()
            except Exception as error:  # the database is away; the next round reads again
                log.warning("live_publish_failed", error=str(error))
                await asyncio.sleep(0.5)
            await asyncio.sleep(LEAST_SECONDS_BETWEEN)

    async def _publish_once(self) -> None:
        self._news.clear()
        dirty, self._dirty = self._dirty, set()
        judged, self._judged = self._judged, set()
        seen = [lot for lot in dirty if lot in self._watchers or BOARD in self._watchers]
        if seen or judged:
            now = self._now()

            def work() -> list[LiveLot]:
                if judged:
                    actions.announce_judged(lots=judged, sender=self._id)
                return [queries.live_lot(lot, now) for lot in seen]

            self._take(await self._reader.result_of(work))
        self._note_phases()
        if self._board_is_dirty:
            self._render_board()

    def _take(self, states: list[LiveLot]) -> None:
        for state in states:
            known = self._states.get(state.lot.id)
            if known is None or known.lot.revision <= state.lot.revision:
                self._states[state.lot.id] = state
                self._render(state)

    def _note_phases(self) -> None:
        """Free and limited begin by the clock alone: tell the watchers when they do."""
        now = self._now()
        for id, state in list(self._states.items()):
            lot = state.lot.at(now)
            if lot.status is not state.lot.status:
                self._states[id] = LiveLot(lot, state.bids)
                self._render(self._states[id])

    def _render(self, state: LiveLot) -> None:
        lot = state.lot
        self._board_is_dirty = True
        if lot.id in self._watchers:
            event_id = f"{lot.attempts}-{lot.revision}-{lot.status}"
            data = {**describe(lot), "recent": [_bid(b) for b in state.bids]}
            self._rendered[lot.id] = (event_id, wire.event("lot", event_id, data))
            self._wake(lot.id)
        elif lot.is_over:
            del self._states[lot.id]

    def _render_board(self) -> None:
        self._board_is_dirty = False
        if BOARD not in self._watchers:
            return
        now = self._now()
        running = sorted(
            (s.lot.at(now) for s in self._states.values() if not s.lot.is_over),
            key=lambda lot: (lot.ends_at, lot.id),
        )
        seen = "".join(f"{lot.id}{lot.revision}{lot.status}" for lot in running)
        event_id = sha256(seen.encode()).hexdigest()[:16]
        data = {"server_time": iso(now), "lots": [describe(lot) for lot in running]}
        self._rendered[BOARD] = (event_id, wire.event("board", event_id, data))
        self._wake(BOARD)

    def _wake(self, *topics: Topic) -> None:
        for topic in topics:
            for watcher in self._watchers.get(topic, ()):
                watcher.changed.set()

    def _now(self) -> datetime:
        return from_microseconds(self._clock.now())


def _running(now: datetime) -> list[LiveLot]:
    return [LiveLot(lot, ()) for lot in queries.live_lots(now)]


def describe(lot: LotView) -> dict[str, Any]:
    """The state of a lot as streams and the API show it."""
    return {
        "lot": str(lot.id),
        "listing": str(lot.listing),
        "title_zh": lot.title_zh,
        "title_en": lot.title_en,
        "status": lot.status.value,
        "opening_fen": lot.opening_fen,
        "increment_fen": lot.increment_fen,
        "least_next_fen": lot.least_next_fen,
        "price_fen": lot.price_fen,
        "leader": lot.leader,
        "paddles": lot.paddles,
        "sequence": lot.attempts,
        "bids": lot.bids,
        "opens_at": iso(lot.opens_at),
        "free_ends_at": iso(lot.free_ends_at),
        "ends_at": iso(lot.ends_at),
        "limited_seconds": lot.limited_seconds,
        "closed_at": iso(lot.closed_at) if lot.closed_at else None,
        "revision": lot.revision,
        "server_time": iso(lot.asked_at),
    }


def _bid(bid: Any) -> dict[str, Any]:
    return {
        "sequence": bid.sequence,
        "paddle": bid.paddle,
        "amount_fen": bid.amount_fen,
        "arrived_at": wire.moment(bid.arrived_at),
    }
