"""
Passing a request on to the web process and its answer back, both streamed, nothing remembered.

    visitor ─► front ─► unix socket ─► web
       gone ─► the request to web is given up

What web learns about the visitor (address, scheme) comes from here alone: what a visitor says of
that in headers of their own is dropped. A transport is used, not a client: a client would keep one
visitor's cookies for the next.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import structlog

log = structlog.get_logger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]

CONNECTIONS = 128
TIMEOUT = {"connect": 5.0, "read": 130.0, "write": 130.0, "pool": 30.0}

# Of one connection, not of the message (RFC 9110, 7.6.1).
HOP_BY_HOP = frozenset(
    (
        *(b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization"),
        *(b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"expect"),
    )
)
# What proxies say about a visitor; here only we say it.
OURS = frozenset((b"forwarded", b"x-real-ip", b"x-hutong-client"))
FORWARDED = b"x-forwarded-"
SERVERS_OWN = frozenset((b"date", b"server"))  # the front is the server

DOWN = (503, "unavailable", "The venue is starting or restarting; try again.")
DOWN_PAGE = """<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8"><meta http-equiv="refresh" content="3">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>稍候 · One moment</title></head>
<body><h1>交易所正在启动或重启</h1><p>本页会自动重试，请稍候。</p>
<p lang="en">The venue is starting or restarting. This page tries again by itself.</p></body></html>
"""
SLOW = (504, "too_slow", "The venue took too long. Repeat with the same Idempotency-Key.")
BROKEN = (
    *(502, "interrupted"),
    "Whether this was done is not known. Repeat with the same Idempotency-Key.",
)
# What web's server takes; it would answer more with a page of its own.
LONGEST_ADDRESS = 4_000
LONGEST_HEADER = 8_000
ADDRESS_TOO_LONG = (414, "address_too_long", f"The address is over {LONGEST_ADDRESS:,} bytes long.")
HEADER_TOO_LONG = "The header {name} is over {limit:,} bytes long."
MALFORMED = (400, "malformed", "The request has characters that HTTP does not allow.")


class Proxy:
    """An ASGI application that answers as the server on the unix socket `uds` does."""

    def __init__(self, uds: str, *, timeout: dict[str, float] | None = None) -> None:
        self._timeout = timeout or TIMEOUT
        self._transport = httpx.AsyncHTTPTransport(
            uds=uds,
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=0),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = asyncio.ensure_future(self._exchange(scope, body := _Body(receive), send))
        gone = asyncio.ensure_future(body.gone())
        try:
            await asyncio.wait({exchange, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not exchange.done():
                exchange.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await exchange
        finally:
            exchange.cancel()
            gone.cancel()

    async def close(self) -> None:
        await self._transport.aclose()

    async def _exchange(self, scope: Scope, body: "_Body", send: Send) -> None:
        target = scope["raw_path"]
        if scope["query_string"]:
            target += b"?" + scope["query_string"]
        if len(target) > LONGEST_ADDRESS:
            await _say(send, *ADDRESS_TOO_LONG)
            return
        if long := next((n for n, v in scope["headers"] if len(n + v) > LONGEST_HEADER), None):
            name = long[:100].decode("latin-1")
            title = HEADER_TOO_LONG.format(name=name, limit=LONGEST_HEADER)
            await _say(send, 431, "header_too_long", title)
            return
        request = httpx.Request(
            scope["method"],
            "http://web",
            headers=forwarded(scope),
            content=body.chunks() if _has_body(scope) else None,
            extensions={"target": target, "timeout": self._timeout},
        )
        if not _has_body(scope):
            body.sent.set()
        try:
            response = await self._transport.handle_async_request(request)
        except httpx.LocalProtocolError:
            await _say(send, *MALFORMED)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            await (_show_down(send) if _wants_page(scope) else _say(send, *DOWN))
        except httpx.TimeoutException:
            await _say(send, *SLOW)
        except httpx.TransportError:
            await _say(send, *BROKEN)
        else:
            await _pass_back(response, send)


async def _pass_back(response: httpx.Response, send: Send) -> None:
    headers = [
        (name.lower(), value)
        for name, value in response.headers.raw
        if name.lower() not in HOP_BY_HOP | SERVERS_OWN
    ]
    start = {"type": "http.response.start", "status": response.status_code, "headers": headers}
    try:
        await send(start)
        async for chunk in response.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    except httpx.TransportError as error:
        # Half an answer is out: returning without its end makes the server cut the connection,
        # so that nobody takes it for the whole.
        log.warning("answer_cut_short", error=str(error))
    finally:
        await response.aclose()


class _Body:
    """What the visitor sends: the body, in pieces, and then perhaps that they have gone."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.sent = asyncio.Event()
        self._left = False

    async def chunks(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self._receive()
            if message["type"] != "http.request":
                self._left = True
                self.sent.set()
                raise asyncio.CancelledError  # half a body must not pass for the whole
            if message.get("body"):
                yield message["body"]
            more = message.get("more_body", False)
        self.sent.set()

    async def gone(self) -> None:
        """Return when the visitor has gone; before all is sent, `chunks` is the one to notice."""
        await self.sent.wait()
        while not self._left:
            self._left = (await self._receive())["type"] == "http.disconnect"


def forwarded(scope: Scope) -> list[Header]:
    """The visitor's headers as web gets them."""
    connection = b",".join(value for name, value in scope["headers"] if name == b"connection")
    named = {token.strip().lower() for token in connection.split(b",")}
    dropped = HOP_BY_HOP | OURS | named
    headers = [
        (name, value)
        for name, value in scope["headers"]
        if name not in dropped and not name.startswith(FORWARDED) and b"_" not in name
    ]
    if client := scope.get("client"):
        headers.append((b"x-hutong-client", client[0].encode()))
    headers.append((b"x-forwarded-proto", scope.get("scheme", "http").encode()))
    return headers


def _has_body(scope: Scope) -> bool:
    return any(
        (name == b"content-length" and value != b"0") or name == b"transfer-encoding"
        for name, value in scope["headers"]
    )


def _wants_page(scope: Scope) -> bool:
    """Whether a person's browser asks for a page to look at."""
    accepted = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    return scope["method"] == "GET" and b"text/html" in accepted


async def _show_down(send: Send) -> None:
    """Say it in both languages, on a page that asks again by itself: nobody may sit before it."""
    await _answer(send, DOWN[0], b"text/html; charset=utf-8", DOWN_PAGE.encode())


async def _say(send: Send, status: int, code: str, title: str) -> None:
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "code": code})
    await _answer(send, status, b"application/problem+json", body.encode())


async def _answer(send: Send, status: int, kind: bytes, body: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    if status == DOWN[0]:
        headers += [(b"retry-after", b"1"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
