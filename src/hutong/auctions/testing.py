"""
Builders for other areas' tests: a lot with its bidders, made by the real action; a hot door.

    lot = an_open_lot(opens_at=now, bidders=[Bidder(party, intent), …])

    async with a_door(database_url, token_key) as client:
        status, fields, receipt = await client.bid(lot, token, uuid4(), 100_000)
        async with client.events(f"/live/lots/{lot}") as events:
            id, state = await events.next()
"""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import uvicorn

import hutong
from hutong.auctions import actions
from hutong.auctions.actions import Bidder
from hutong.auctions.bid_protocol import BidProtocol
from hutong.auctions.door import create_app
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id

WAIT_SECONDS = 10


def bidders(count: int) -> list[Bidder]:
    """Bidders that belong to nobody known."""
    return [Bidder(new_id(), new_id()) for _ in range(count)]


def an_open_lot(
    *,
    opens_at: datetime,
    bidders: Sequence[Bidder],
    now: datetime | None = None,
    opening_fen: int = 100_000,
    increment_fen: int = 5_000,
    free_seconds: int = 60,
    limited_seconds: int = 10,
    listing: UUID | None = None,
    seller: UUID | None = None,
) -> UUID:
    """Announce a lot (AU-1); returns its id."""
    return actions.open_lot(
        actor=SYSTEM,
        now=now or opens_at,
        listing=listing or new_id(),
        seller=seller or new_id(),
        title_zh="一种高熵合金及其制备方法",
        title_en="A high-entropy alloy and its preparation",
        opening_fen=opening_fen,
        increment_fen=increment_fen,
        bidders=bidders,
        opens_at=opens_at,
        free_seconds=free_seconds,
        limited_seconds=limited_seconds,
        rulebook_version=1,
    )


# -- the door ---------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Client:
    """An HTTP client of a few lines; the door is what is tested."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def request(
        self, method: str, path: str, body: bytes = b"", token: str = "", **headers: str
    ) -> tuple[int, dict[str, str], dict[str, Any]]:
        """Ask once; returns status, header fields and the JSON body."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            lines = [f"{method} {path} HTTP/1.1", "host: x", f"content-length: {len(body)}"]
            lines += [f"{k.replace('_', '-')}: {v}" for k, v in headers.items()]
            lines += [f"authorization: Bearer {token}"] if token else []
            writer.write("\r\n".join([*lines, "connection: close", "", ""]).encode() + body)
            raw = await asyncio.wait_for(reader.read(), WAIT_SECONDS)
        finally:
            writer.close()
        head, _, answer = raw.partition(b"\r\n\r\n")
        first, *rest = head.decode().split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in rest)
        return int(first.split()[1]), fields, json.loads(answer)

    async def bid(
        self, lot: UUID, token: str, id: UUID, amount: object
    ) -> tuple[int, dict[str, str], dict[str, Any]]:
        body = json.dumps({"bid_id": str(id), "amount_fen": amount}).encode()
        return await self.request("POST", f"/live/lots/{lot}/bids", body, token)

    @contextlib.asynccontextmanager
    async def events(self, path: str, last_event_id: str = "") -> "AsyncIterator[Events]":
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        header = f"last-event-id: {last_event_id}\r\n" if last_event_id else ""
        writer.write(f"GET {path} HTTP/1.1\r\nhost: x\r\n{header}\r\n".encode())
        try:
            yield Events(reader)
        finally:
            writer.close()


class Events:
    """A stream of server-sent events, read as they come."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def line(self, start: str) -> str:
        while True:
            raw = await asyncio.wait_for(self._reader.readline(), WAIT_SECONDS)
            if not raw:
                raise EOFError
            line = raw.decode().rstrip("\n")
            if line.startswith(start):
                return line

    async def next(self) -> tuple[str, dict[str, Any]]:
        id = (await self.line("id: "))[4:]
        return id, json.loads((await self.line("data: "))[6:])

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            _, data = await self.next()
            if wanted(data):
                return data


@contextlib.contextmanager
def a_door_process(
    serve: str, *arguments: str
) -> Iterator[tuple[Client, "subprocess.Popen[bytes]"]]:
    """A door in a process of its own, to be killed; ended here if it still lives.

    `serve`: a script that listens on the port it is given after `arguments`.
    """
    port = free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "hutong.node.settings",
        "PYTHONPATH": str(Path(hutong.__file__).parents[1]),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", serve, *arguments, str(port)], env=environment
    )
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield Client(port), process
    finally:
        process.kill()
        process.wait()


@contextlib.asynccontextmanager
async def a_door(url: str, key: bytes) -> AsyncIterator[Client]:
    """Serve a hot door with its desk in this loop, on a free port."""
    port = free_port()
    config = uvicorn.Config(
        create_app(database_url=url, token_key=key),
        port=port,
        http=BidProtocol,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:
            await asyncio.sleep(0.01)
            if serving.done():
                raise RuntimeError("the door did not open")
        yield Client(port)
    finally:
        server.should_exit = True
        await serving
