"""
The one public port of a venue on one machine: plain ASGI.

    /live/…, POST …/bids, GET …/bids/<id> ─► the hot door, in this process
    everything else                       ─► web, over a unix socket, streamed both ways

Behind a reverse proxy that splits the paths itself (docs/operating.md), only the hot door is used.
"""

import os
import re
from collections.abc import AsyncIterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import django
import httpx

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.node.settings")
django.setup()

from hutong.node.hot import hot_door  # noqa: E402  (models need Django set up)

HOT = re.compile(r"^/live/|^/api/v1/lots/[^/]+/bids(/[^/]+)?/?$")
HOP_BY_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
OURS = {b"x-hutong-client", b"x-forwarded-for", b"x-forwarded-host"}

_hot = hot_door()


class Web:
    """Passes requests on to the web process."""

    def __init__(self, uds: str) -> None:
        # A client keeps the cookies it is answered with; kept here, one visitor's session would be
        # sent with the next visitor's request.
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.AsyncClient(
            cookies=no_cookies,
            transport=httpx.AsyncHTTPTransport(
                uds=uds, limits=httpx.Limits(max_connections=64, max_keepalive_connections=0)
            ),
            timeout=httpx.Timeout(130, connect=5),
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["raw_path"].decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        request = self._client.build_request(
            scope["method"],
            httpx.URL(f"http://web{path}{'?' + query if query else ''}"),
            headers=_forwarded(scope),
            content=_body(receive) if _has_body(scope) else None,
        )
        try:
            response = await self._client.send(request, stream=True)
        except httpx.TransportError:
            await _unavailable(send)
            return
        try:
            headers = [
                (k.lower(), v) for k, v in response.headers.raw if k.lower() not in HOP_BY_HOP
            ]
            await send(
                {"type": "http.response.start", "status": response.status_code, "headers": headers}
            )
            async for chunk in response.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await response.aclose()

    async def close(self) -> None:
        await self._client.aclose()


def _forwarded(scope: Any) -> list[tuple[bytes, bytes]]:
    headers = [(k, v) for k, v in scope["headers"] if k not in HOP_BY_HOP and k not in OURS]
    client = scope.get("client")
    if client:
        headers.append((b"x-hutong-client", client[0].encode()))
    if not any(k == b"x-forwarded-proto" for k, _ in headers):
        headers.append((b"x-forwarded-proto", scope.get("scheme", "http").encode()))
    return headers


def _has_body(scope: Any) -> bool:
    return any(
        (k == b"content-length" and v != b"0") or k == b"transfer-encoding"
        for k, v in scope["headers"]
    )


async def _body(receive: Any) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body"):
            return


async def _unavailable(send: Any) -> None:
    body = (
        b'{"type": "about:blank", "title": "The venue is starting or restarting; try again.",'
        b' "status": 503, "code": "unavailable"}'
    )
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"retry-after", b"1"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})


_web = Web(os.environ.get("HUTONG_WEB_SOCKET", ""))


async def app(scope: Any, receive: Any, send: Any) -> None:
    """The ASGI application of the front process."""
    if scope["type"] == "lifespan":
        await _hot(scope, receive, send)
        await _web.close()
    elif scope["type"] == "http" and HOT.match(scope["path"]):
        await _hot(scope, receive, send)
    elif scope["type"] == "http":
        await _web(scope, receive, send)
