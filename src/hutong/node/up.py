"""
The processes of one venue on one machine.

    postgres ─► schema (once) ─► web (gunicorn, unix socket) ─► front (uvicorn, the public port)
                                                                 ├ /live, …/bids: the hot door
                                                                 └ everything else ─► web
                               └► worker: sequencer, reactions, timers, jobs
"""

import contextlib
import os
import secrets
import shutil
import socket
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from hutong.node import postgres, venue
from hutong.node.paths import postgres_directory, state_directory
from hutong.node.presence import present
from hutong.node.supervisor import Child, Supervisor

FIRST_PORT = 8000
PORTS_TRIED = 20
WEB_THREADS = 8


class PortTaken(RuntimeError):
    """The port asked for is in use."""


def free_port(asked: int | None, host: str = "127.0.0.1") -> int:
    """The port asked for, or the first free one from 8000 on. Raises PortTaken."""
    candidates = [asked] if asked else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED)
    for port in candidates:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return port
    raise PortTaken(f"port {asked} is in use" if asked else f"no free port from {FIRST_PORT} on")


def children(*, state: Path, host: str, port: int, sockets: Path, demo: bool) -> Iterator[Child]:
    """Describe the processes, in the order they start."""
    origin = os.environ.get("HUTONG_ORIGIN") or f"http://{host}:{port}"
    env = {
        **os.environ,
        "HUTONG_STATE": str(state),
        "HUTONG_ORIGIN": origin,
        "HUTONG_WEB_SOCKET": str(sockets / "web"),
        "PYTHONUNBUFFERED": "1",
        "HUTONG_INSTANCE": secrets.token_hex(8),
    }
    if demo and "HUTONG_EMAIL_URL" not in env:
        env["HUTONG_EMAIL_URL"] = f"file:{state / 'mail'}"
    steps = ["--demo"] if demo else []
    if not venue.is_external():
        server = postgres.Server(postgres.prepare(postgres_directory(state)))
        env.update(venue.environment(server.cluster))
        yield server.as_child()
        steps.append("--embedded")
    yield _python("schema", env, "hutong.node.schema", *steps, once=True)
    yield Child(
        name="web",
        argv=[
            *(sys.executable, "-m", "gunicorn", "hutong.node.wsgi:application"),
            *("--bind", f"unix:{sockets / 'web'}", "--worker-class", "gthread"),
            *("--workers", env.get("HUTONG_WEB_WORKERS", "2")),
            *("--threads", env.get("HUTONG_WEB_THREADS", str(WEB_THREADS)), "--preload"),
            *("--graceful-timeout", "10", "--timeout", "120", "--log-level", "warning"),
            *("--no-control-socket",),
        ],
        env={**env, "HUTONG_PROCESS": "web"},
    )
    yield Child(
        name="front",
        argv=[
            *(sys.executable, "-m", "uvicorn", "hutong.node.front:app"),
            *("--host", host, "--port", str(port), "--no-access-log", "--log-level", "warning"),
            *("--timeout-graceful-shutdown", "5", "--no-server-header", "--ws", "none"),
            *("--http", "hutong.auctions.bid_protocol:BidProtocol"),
        ],
        env={**env, "HUTONG_PROCESS": "front"},
        ready=lambda: _is_ours(f"http://{host}:{port}/healthz", env["HUTONG_INSTANCE"]),
    )
    yield _python("worker", env, "hutong.node.worker")


def _python(
    name: str, env: dict[str, str], module: str, *arguments: str, once: bool = False
) -> Child:
    return Child(
        name=name,
        argv=[sys.executable, "-m", module, *arguments],
        env={**env, "HUTONG_PROCESS": name},
        once=once,
    )


def _is_ours(url: str, instance: str) -> bool:
    """Whether the venue that answers at `url` is this one, and not another on the same port."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.headers.get("X-Hutong-Instance") == instance)
    except (OSError, ValueError):
        return False


def run(
    *,
    host: str,
    port: int | None,
    demo: bool,
    also: Sequence[Child] = (),
    stay: bool = True,
    output: TextIO | None = None,
) -> int:
    """Run the venue until told to stop, or with `stay=False` until the steps of `also` are done.

    Raises AlreadyRunning, PortTaken.
    """
    state = state_directory()
    port = free_port(port, host)
    sockets = Path(tempfile.mkdtemp(prefix="hutong-"))
    try:
        with present(state, address=f"http://{host}:{port}"):
            processes = list(
                children(state=state, host=host, port=port, sockets=sockets, demo=demo)
            )
            return Supervisor([*processes, *also], output=output, stay=stay).run()
    finally:
        shutil.rmtree(sockets, ignore_errors=True)
