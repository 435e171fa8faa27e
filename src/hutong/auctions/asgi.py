"""
Plain ASGI in a few functions: what the hot doors share.

    body = await whole_body(receive)      bounded in size and in time
    await answer(send, 200, JSON, bytes)  never stored by anybody between
    await answer(send, *refusal(refused, headers))
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from django.utils.translation import override

from hutong.auctions import wire
from hutong.doors.problems import sentence_of
from hutong.kit.refusal import N_, CommonRefusal, Reason, Refused, reason

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Headers = Iterable[tuple[bytes, bytes]]

BODY_SECONDS = 10.0
JSON = b"application/json"
PROBLEM = b"application/problem+json"
_NOT_STORED = (b"cache-control", b"no-store")


class DoorRefusal(Reason):
    """What is wrong with a request itself."""

    NO_SUCH_PATH = reason("no_such_path", "", N_("There is nothing at {path}."), 404)
    METHOD = reason(
        "method_not_allowed", "", N_("{method} is not possible here; use {allowed}."), 405
    )
    SLOW = reason("body_too_slow", "", N_("The request did not arrive in time."), 408)
    FULL = reason("too_many_watchers", "", N_("Too many are watching here; try again."), 503)
    BROKEN = reason("server_error", "", N_("Something broke here. Ask for the receipt."), 500)


def allow(method: str, allowed: str) -> None:
    if method != allowed:
        raise Refused(DoorRefusal.METHOD, method=method, allowed=allowed)


def bearer(headers: Headers) -> bytes:
    """The bearer's token; empty where other credentials were sent. Raises Refused (NOT_SIGNED_IN)."""
    for name, value in headers:
        if name == b"authorization":
            return value[7:] if value[:7].lower() == b"bearer " else b""
    raise Refused(CommonRefusal.NOT_SIGNED_IN)


async def whole_body(receive: Receive) -> bytes:
    """What was sent, when it is as large as a bid may be. Raises Refused (TOO_LARGE, SLOW)."""
    message = await receive()
    body = message.get("body", b"")
    if message.get("more_body"):
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while message.get("more_body") and len(body) <= wire.LARGEST_BODY:
                    message = await receive()
                    body += message.get("body", b"")
        except TimeoutError:
            raise Refused(DoorRefusal.SLOW) from None
    if len(body) > wire.LARGEST_BODY:
        raise Refused(CommonRefusal.TOO_LARGE, what="the bid", limit=f"{wire.LARGEST_BODY} bytes")
    return body


async def answer(send: Send, status: int, kind: bytes, body: bytes) -> None:
    headers = [(b"content-type", kind), _NOT_STORED, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def refusal(refused: Refused, headers: Headers) -> tuple[int, bytes, bytes]:
    """Say no in the reader's language: status, content type, body."""
    asked = next((v for k, v in headers if k == b"accept-language"), b"")
    with override("zh-hans" if asked.strip().lower().startswith(b"zh") else "en"):
        sentence = sentence_of(refused)
    return refused.reason.status, PROBLEM, wire.problem(refused, sentence)


def settle(future: "asyncio.Future[Any]", outcome: Any) -> None:
    if not future.done():  # the bidder may have hung up; the bid counts all the same
        future.set_result(outcome)
