"""
The relay's hot door: bids at other venues through this one, on plain ASGI (NE-4, AU-4).

    POST /live/orders/{order}/bids            {"bid_id", "amount_fen"}, Bearer relay token → receipt
    GET  /live/orders/{order}/bids/{bid_id}   the receipt again, or that there is none

The answer is the home venue's, byte for byte. Beside the door of our own lots, in its process: no
session, no query for who bids, one transaction for all bids that wait.
"""

import contextlib
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any
from uuid import UUID

import structlog

from hutong.auctions import wire
from hutong.auctions.asgi import (
    DoorRefusal,
    Headers,
    Receive,
    Send,
    allow,
    answer,
    bearer,
    refusal,
    whole_body,
)
from hutong.auctions.clock import VenueClock
from hutong.kit.moments import from_microseconds
from hutong.kit.refusal import Refused
from hutong.network.trade import relay_token
from hutong.network.trade.relay_desk import RelayDesk
from hutong.network.trade.relay_token import Refusal, Seat

log = structlog.get_logger(__name__)

PREFIX = "/live/orders/"
_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_PATH = re.compile(rf"{PREFIX}({_ID})/bids(?:/({_ID}))?/?")


class RelayDoor:
    """An ASGI application for requests; whoever composes it opens it for its process's life.

    `keys_now` is asked about a token that is not under `token_key`: the venue may have changed it.
    """

    def __init__(
        self, *, token_key: bytes, keys_now: Callable[[], Iterable[bytes]], clock: VenueClock
    ) -> None:
        self._key = token_key
        self._keys_now = keys_now
        self.desk = RelayDesk(now=lambda: from_microseconds(clock.now()))

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        await self.desk.start()
        try:
            yield
        finally:
            await self.desk.stop()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        try:
            await self._route(scope, receive, send)
        except Refused as refused:
            await answer(send, *refusal(refused, scope["headers"]))
        except Exception:
            log.exception("relay_door_failed", path=scope["path"])
            await answer(send, *refusal(Refused(DoorRefusal.BROKEN), scope["headers"]))

    async def _route(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        found = _PATH.fullmatch(scope["path"])
        if found is None:
            raise Refused(DoorRefusal.NO_SUCH_PATH, path=scope["path"])
        order, bid = found.groups()
        if bid is None:
            allow(scope["method"], "POST")
            seat = self._seat_of(order, scope["headers"])
            bid, amount_fen = wire.read_bid(await whole_body(receive))
            given = await self.desk.place(seat, UUID(bid), amount_fen)
        else:
            allow(scope["method"], "GET")
            given = await self.desk.receipt(self._seat_of(order, scope["headers"]), UUID(bid))
        await answer(send, given.status, given.content_type.encode(), given.body)

    def _seat_of(self, order: str, headers: Headers) -> Seat:
        """The seat that the bearer's token is for. Raises Refused when it is not of this order."""
        seat = self._opened(bearer(headers))
        if str(seat.order) != order:
            raise Refused(Refusal.TOKEN_INVALID)
        return seat

    def _opened(self, sent: bytes) -> Seat:
        now = time.time()
        try:
            return relay_token.open_token(self._key, sent, at=now)
        except Refused as refused:
            if refused.reason is not Refusal.TOKEN_INVALID:
                raise
            for key in self._keys_now():
                with contextlib.suppress(Refused):
                    return relay_token.open_token(key, sent, at=now)
            raise
