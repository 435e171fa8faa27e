"""
The short way of a bid through uvicorn: parsed → door → desk → written, no ASGI cycle between.

    uvicorn --http hutong.auctions.bid_protocol:BidProtocol

An ASGI cycle (scope, task, events, checked headers) costs more than judging the bid. A whole bid
that comes in one piece goes straight to the door; everything else, bids in pieces, pipelined or by
HTTP/1.0 included, goes the ordinary way and gets the same answers. The door is found in the state
its lifespan set; an application without one is served as usual.
"""

import re
from functools import lru_cache
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from hutong.auctions.wire import LARGEST_BODY

DOOR = "hutong.door"  # its name in the lifespan's state
_BIDS = re.compile(
    rb"/(?:live|api/v1)/lots/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/bids/?(?:\?.*)?"
)


class BidProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._door: Any = self.app_state.get(DOOR)
        self._lot: str | None = None  # of the bid that is being received
        self._bid = b""

    # -- the parser's events, in their order ----------------------------------------------------------

    def on_message_begin(self) -> None:
        if self._door is None:
            super().on_message_begin()
            return
        self.url, self.headers, self.expect_100_continue = b"", [], False

    def on_headers_complete(self) -> None:
        if self._door is None:
            super().on_headers_complete()
            return
        parser, cycle = self.parser, self.cycle
        if (
            parser.get_method() == b"POST"
            and (cycle is None or cycle.response_complete)
            and not self.expect_100_continue
            and parser.get_http_version() == "1.1"
            and not parser.should_upgrade()
        ):
            self._lot = _lot_of(self.url)
        if self._lot is None:
            self._begin_cycle()

    def on_body(self, body: bytes) -> None:
        if self._lot is None:
            super().on_body(body)
            return
        self._bid += body
        if len(self._bid) > LARGEST_BODY:
            self._go_the_ordinary_way()

    def on_message_complete(self) -> None:
        if self._lot is None:
            super().on_message_complete()
            return
        lot, bid = self._lot, self._bid
        self._lot, self._bid = None, b""
        answering = Answering(self, self.parser.should_keep_alive())
        self.cycle = answering  # type: ignore[assignment]
        self._door.take(lot, self.headers, bid, answering.answer)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._lot is not None:  # the rest is still on its way
            self._go_the_ordinary_way()

    # -- the ordinary way -----------------------------------------------------------------------------

    def _begin_cycle(self) -> None:
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()  # makes the scope, and begins all three anew
        self.url, self.expect_100_continue = url, expects
        self.headers.extend(headers)
        super().on_headers_complete()

    def _go_the_ordinary_way(self) -> None:
        received = self._bid
        self._lot, self._bid = None, b""
        self._begin_cycle()
        super().on_body(received)


class Answering:
    """Stands where uvicorn keeps a request's cycle until the bid is answered."""

    __slots__ = ("_protocol", "disconnected", "keep_alive", "response_complete")

    def __init__(self, protocol: BidProtocol, keep_alive: bool) -> None:
        self._protocol = protocol
        self.keep_alive = keep_alive
        self.disconnected = False
        self.response_complete = False

    @property
    def message_event(self) -> "Answering":
        """Whom the protocol wakes when the connection is lost: nobody; the bid counts all the same."""
        return self

    def set(self) -> None:
        pass

    def answer(self, status: int, kind: bytes, body: bytes) -> None:
        protocol = self._protocol
        self.response_complete = True
        transport = protocol.transport
        if self.disconnected or transport.is_closing():
            return
        always = b"".join([b"%b: %b\r\n" % h for h in protocol.server_state.default_headers])
        close = b"" if self.keep_alive else b"connection: close\r\n"
        transport.write(
            b"%b%b%bcontent-type: %b\r\ncache-control: no-store\r\ncontent-length: %d\r\n\r\n%b"
            % (STATUS_LINE[status], always, close, kind, len(body), body)
        )
        if close:
            transport.close()
        protocol.on_response_complete()


@lru_cache(maxsize=10_000)
def _lot_of(url: bytes) -> str | None:
    found = _BIDS.fullmatch(url)
    return found[1].decode() if found else None
