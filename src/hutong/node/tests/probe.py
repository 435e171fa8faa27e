"""A web process for the proxy's tests, and the proxy alone before it."""

import hashlib
import json
import os
import time
from pathlib import Path

from hutong.node.proxy import Proxy

MARKS = Path(os.environ.get("PROBE_MARKS", "/nonexistent"))


def web(environ, start_response):
    """WSGI: says what arrived, or does what the path asks."""
    path = environ["PATH_INFO"]
    if path == "/away":
        start_response("302 Found", [("Location", "/elsewhere?a=1"), ("Set-Cookie", "who=me")])
        return [b""]
    if path == "/forever":
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        return _forever()
    if path == "/half":
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "1000")])
        return _half()
    if path == "/die":
        os._exit(1)
    if path == "/slow":
        time.sleep(3)
    hashed, size = hashlib.sha256(), 0
    while chunk := environ["wsgi.input"].read(65536):
        hashed.update(chunk)
        size += len(chunk)
    said = {
        "method": environ["REQUEST_METHOD"],
        "target": environ["RAW_URI"],
        "scheme": environ["wsgi.url_scheme"],
        "headers": {k: v for k, v in environ.items() if k.startswith("HTTP_")},
        "size": size,
        "sha256": hashed.hexdigest(),
    }
    body = json.dumps(said).encode()
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]


def _forever():
    try:
        while True:
            yield b"data: still here\n\n"
            time.sleep(0.01)
    finally:
        (MARKS / "closed").touch()


def _half():
    yield b"x" * 10
    os._exit(1)


_proxy = Proxy(
    os.environ.get("HUTONG_WEB_SOCKET", ""),
    timeout={"connect": 2.0, "read": 1.5, "write": 5.0, "pool": 2.0},
)


async def front(scope, receive, send):
    """ASGI: the proxy and nothing else."""
    if scope["type"] == "http":
        await _proxy(scope, receive, send)
