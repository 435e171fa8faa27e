"""
The hot door: bids and live streams on plain ASGI, with the desk inside (AU-1..AU-5, AU-9).

    POST /live/lots/{lot}/bids            {"bid_id", "amount_fen"}, Bearer paddle token → receipt
    GET  /live/lots/{lot}/bids/{bid_id}   the receipt again, or plainly that it was not received
    GET  /live/lots/{lot}                 the lot's confirmed states as server-sent events
    GET  /live/board                      all running lots likewise
    (the first two also under /api/v1)

No framework: a bid costs microseconds here, and waits only for the disk.
"""

import asyncio
import contextlib
import gc
import os
import re
import socket
import sys
import time
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

import structlog

from hutong.auctions import queries, token, wire
from hutong.auctions.asgi import (
    JSON,
    DoorRefusal,
    Headers,
    Receive,
    Send,
    allow,
    answer,
    bearer,
    refusal,
    settle,
    whole_body,
)
from hutong.auctions.bid_protocol import DOOR
from hutong.auctions.clock import VenueClock
from hutong.auctions.desk import Desk
from hutong.auctions.record import Receipt
from hutong.auctions.rules import Refusal
from hutong.auctions.stream import BOARD, MAX_WATCHERS, Hub
from hutong.kit.refusal import Refused

log = structlog.get_logger(__name__)

Answer = Callable[[int, bytes, bytes], None]  # status, content type, body

SWITCH_SECONDS = 0.0001
_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_LOT_PATH = re.compile(rf"/(live|api/v1)/lots/({_ID})(/bids(?:/({_ID}))?)?/?")

_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


def create_app(
    *,
    database_url: str,
    token_key: bytes,
    keys_now: Callable[[], Iterable[bytes]] = tuple,
    name: str | None = None,
) -> "Door":
    """Build the door of one process. `database_url` is for LISTEN; the rest goes through Django.

    `keys_now` is asked about a token that is not under `token_key`: the venue may have changed it.
    """
    name = name or f"{socket.gethostname()}:{os.getpid()}"
    return Door(database_url=database_url, token_key=token_key, keys_now=keys_now, name=name)


def tune_process() -> None:
    """Set the interpreter up for two threads that hand a batch to each other, and many objects."""
    sys.setswitchinterval(SWITCH_SECONDS)  # the judging thread waits for the loop to let it run
    gc.collect()
    gc.freeze()  # what exists by now stays; collecting it again and again would cost bids
    gc.set_threshold(20_000, 20, 20)


class Door:
    """An ASGI application. Its lifespan starts and stops the desk and the streams."""

    def __init__(
        self,
        *,
        database_url: str,
        token_key: bytes,
        keys_now: Callable[[], Iterable[bytes]],
        name: str,
    ) -> None:
        self._key = token_key
        self._keys_now = keys_now
        self.clock = VenueClock()
        self._url = database_url
        self._name = name

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            await self._route(scope, receive, send)
        except Refused as refused:
            await answer(send, *refusal(refused, scope["headers"]))
        except Exception:
            log.exception("door_failed", path=scope["path"])
            await answer(send, *refusal(Refused(DoorRefusal.BROKEN), scope["headers"]))

    # -- life ---------------------------------------------------------------------------------------

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.hub = Hub(database_url=self._url, clock=self.clock, on_clock=self._clock_moved)
        self.desk = Desk(name=self._name, clock=self.clock, on_judged=self.hub.judged)
        await self.hub.start()
        await self.desk.start()
        tune_process()

    async def stop(self) -> None:
        """Judge what was taken, answer it, let the watchers go."""
        await self.desk.stop()
        await self.hub.stop()

    def _clock_moved(self) -> None:
        self._beating = self._loop.create_task(self.desk.beat())

    async def _live(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start()
            scope.get("state", {})[DOOR] = self
        except Exception as error:
            log.exception("door_not_started")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    # -- requests -----------------------------------------------------------------------------------

    async def _route(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        found = _LOT_PATH.fullmatch(path)
        if found is None:
            if path.rstrip("/") != "/live/board":
                raise Refused(DoorRefusal.NO_SUCH_PATH, path=path)
            allow(method, "GET")
            await self._stream(BOARD, scope, receive, send)
            return
        prefix, lot, bids, bid_id = found.groups()
        if bid_id is not None:
            allow(method, "GET")
            await self._give_receipt(lot, bid_id, scope["headers"], send)
        elif bids is not None:
            allow(method, "POST")
            await self._place_bid(lot, scope["headers"], receive, send)
        elif prefix == "live":
            allow(method, "GET")
            await self._stream(UUID(lot), scope, receive, send)
        else:
            raise Refused(DoorRefusal.NO_SUCH_PATH, path=path)

    async def _place_bid(self, lot: str, headers: Headers, receive: Receive, send: Send) -> None:
        body = await whole_body(receive)
        answered: asyncio.Future[tuple[int, bytes, bytes]] = self._loop.create_future()
        self.take(lot, headers, body, lambda *answer: settle(answered, answer))
        await answer(send, *await answered)

    def take(self, lot: str, headers: Headers, body: bytes, answer_bid: Answer) -> None:
        """Take a bid; `answer_bid` is called once with its receipt or refusal, now or when judged."""

        def judged(outcome: Receipt | Refused) -> None:
            if isinstance(outcome, Refused):
                answer_bid(*refusal(outcome, headers))
            else:
                answer_bid(200, JSON, wire.receipt(lot, outcome))

        try:
            paddle = self._paddle_of(lot, headers)
            bid_id, amount_fen = wire.read_bid(body)
        except Refused as refused:
            judged(refused)
            return
        self.desk.submit(_uuid(lot), bid_id, paddle, amount_fen, judged)

    async def _give_receipt(self, lot: str, bid_id: str, headers: Headers, send: Send) -> None:
        paddle = self._paddle_of(lot, headers)
        future: asyncio.Future[Receipt | Refused] = self._loop.create_future()
        if self.desk.ask(UUID(lot), bid_id, paddle, partial(settle, future)):
            outcome = await future
        else:
            outcome = await self.hub.read(lambda: queries.receipt(UUID(lot), UUID(bid_id), paddle))
        if isinstance(outcome, Refused):
            raise outcome
        await answer(send, 200, JSON, wire.receipt(lot, outcome))

    def _paddle_of(self, lot: str, headers: Headers) -> int:
        """Return the paddle the bearer's token is for. Refused when it is not for this lot."""
        opened = self._opened(bearer(headers))
        if opened.lot != lot:
            raise Refused(Refusal.TOKEN_INVALID)
        return opened.paddle

    def _opened(self, sent: bytes) -> token.PaddleToken:
        now = time.time()
        try:
            return token.open_token(self._key, sent, at=now)
        except Refused as refused:
            if refused.reason is not Refusal.TOKEN_INVALID:
                raise
            for key in self._keys_now():
                with contextlib.suppress(Refused):
                    return token.open_token(key, sent, at=now)
            raise

    async def _stream(
        self, topic: UUID | str, scope: dict[str, Any], receive: Receive, send: Send
    ) -> None:
        if self.hub.watchers >= MAX_WATCHERS:
            raise Refused(DoorRefusal.FULL)
        last = next((v for k, v in scope["headers"] if k == b"last-event-id"), b"")
        events = self.hub.watch(topic, last.decode("latin-1"))
        first = await anext(events)  # an unknown lot is refused before the stream begins
        await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS})
        await send(_chunk(b"retry: 1000\n\n" + first))
        writing = asyncio.ensure_future(_write(events, send))
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait({writing, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (writing, gone):
                task.cancel()
            await asyncio.gather(writing, gone, return_exceptions=True)
            await events.aclose()  # type: ignore[attr-defined]


@lru_cache(maxsize=10_000)
def _uuid(text: str) -> UUID:
    """Return the same object for the same text: making and comparing UUIDs is slow."""
    return UUID(text)


async def _write(events: Any, send: Send) -> None:
    async for event in events:
        await send(_chunk(event))
    await send({"type": "http.response.body", "body": b""})


def _chunk(data: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": True}


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
