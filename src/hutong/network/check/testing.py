"""
For tests: a WSGI application behind a real socket, and one that does wrong on the way.

    with served(application) as url: …
    with served(application, spoil=lambda asked, given: …) as url: …   what goes out instead
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer


@dataclass
class Asked:
    method: str
    path: str  # with its query, as it came
    headers: dict[str, str]
    body: bytes


@dataclass
class Given:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Iterable[bytes] = b""


Answering = Callable[[Asked], Given]
Spoil = Callable[[Asked, Given], Given | None]


class _Quiet(WSGIRequestHandler):
    disable_nagle_algorithm = True

    def log_message(self, *args: Any) -> None: ...


class _Threading(WSGIServer):
    def handle_error(self, *args: Any) -> None: ...


@contextlib.contextmanager
def application_served(application: Any) -> Iterator[str]:
    """A WSGI application on a port of this machine, one request at a time."""
    server = _Threading(("127.0.0.1", 0), _Quiet)
    server.set_app(application)
    with _running(server) as url:
        yield url


@contextlib.contextmanager
def served(answer: Answering, spoil: Spoil | None = None) -> Iterator[str]:
    """`answer` on a port of this machine; what `spoil` returns goes out instead."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(length))
            given = answer(asked)
            if spoil is not None:
                given = spoil(asked, given) or given
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            if isinstance(given.body, bytes):
                self.send_header("Content-Length", str(len(given.body)))
                self.end_headers()
                self.wfile.write(given.body)
                return
            self.close_connection = True
            self.send_header("Connection", "close")
            self.end_headers()
            with contextlib.suppress(OSError):
                for part in given.body:
                    self.wfile.write(part)
                    self.wfile.flush()

        do_GET = do_POST = do_PUT = do_DELETE = handle_any

        def log_message(self, *args: Any) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: Any) -> None: ...

    with _running(Server(("127.0.0.1", 0), Handler)) as url:
        yield url


@contextlib.contextmanager
def _running(server: Any) -> Iterator[str]:
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
