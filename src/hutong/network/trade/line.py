"""
The way to another venue's hot door: connections kept open, each with one request at a time.

    ask ─► a free connection, or a new one ─► one request ─► its whole answer ─► free again

A bid is two hundred bytes each way; a client for everything costs ten times what sending it does. So
this one does what a hot door needs: HTTP/1.1, TLS as the other doors of the network trust it, bounds in
number, size and time. No redirects, no cookies, no proxies.
"""

import asyncio
import ssl
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import httptools
import httpx

CONNECT_SECONDS: Final = 4.0
CONNECTIONS: Final = 32  # to one venue
LARGEST: Final = 65_536  # bytes of an answer, its head included


class Said(NamedTuple):
    """What came back."""

    status: int
    content_type: str
    body: bytes


class NotAnswered(Exception):
    """Nothing came back, or what was no answer. The message says what happened."""


class Line:
    """The way to the venue at `url`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._is_secure = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._is_secure else 80)
        self._named = parts.netloc.rpartition("@")[2].encode()
        self._prefix = parts.path.rstrip("/").encode()
        self._room = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[Connection] = []
        self._trust: ssl.SSLContext | None = None

    async def ask(
        self, method: str, path: str, token: str, body: bytes, *, send_by: float, until: float
    ) -> Said:
        """Ask once, or again where a connection kept open turns out to have ended. Raises NotAnswered.

        Not sent after `send_by`; its answer is waited for until `until` (both by the loop's time).
        """
        request = b"%b %b%b HTTP/1.1\r\nhost: %b\r\nauthorization: Bearer %b\r\n" % (
            *(method.encode(), self._prefix, path.encode()),
            *(self._named, token.encode()),
        )
        if body:
            request += b"content-type: application/json\r\ncontent-length: %d\r\n" % len(body)
        request += b"\r\n" + body
        try:
            async with asyncio.timeout_at(send_by):
                await self._room.acquire()
            try:
                async with asyncio.timeout_at(until):
                    return await self._exchange(request, send_by)
            finally:
                self._room.release()
        except (OSError, httptools.HttpParserError) as error:  # TimeoutError, ssl.SSLError too
            raise NotAnswered(repr(error)) from error

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    async def _exchange(self, request: bytes, send_by: float) -> Said:
        while True:
            is_used = bool(self._idle)
            connection = self._idle.pop() if is_used else await self._open()
            if asyncio.get_running_loop().time() >= send_by:
                self._idle.append(connection)
                raise NotAnswered("too late to be sent")
            try:
                said = await connection.exchange(request)
            except BaseException as error:  # what may still come belongs to no other request
                connection.close()
                if is_used and isinstance(error, ConnectionError):
                    continue  # the other side did not want it any longer
                raise
            if connection.is_open:
                self._idle.append(connection)
            return said

    async def _open(self) -> "Connection":
        if self._is_secure and self._trust is None:
            # Beside the loop: reading the certificates of authorities takes its time.
            self._trust = await asyncio.to_thread(httpx.create_ssl_context)
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(
                self._host, self._port, ssl=self._trust if self._is_secure else None
            )
        return Connection(reader, writer)


class Connection:
    """One connection; `is_open` while it may take another request."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._parser = httptools.HttpResponseParser(self)
        self.is_open = True
        self._forget()

    def _forget(self) -> None:
        self._status, self._content_type, self._body = 0, "", b""
        self._is_whole = False

    async def exchange(self, request: bytes) -> Said:
        """Raises ConnectionError where it ends before the whole answer, HttpParserError, NotAnswered."""
        if self._reader.at_eof() or self._writer.is_closing():
            raise ConnectionResetError("ended while idle")
        self._forget()
        self._writer.write(request)
        read = 0
        while not self._is_whole:
            piece = await self._reader.read(LARGEST)
            if not piece:
                raise ConnectionResetError("ended before its answer did")
            read += len(piece)
            if read > LARGEST:
                raise NotAnswered(f"more than {LARGEST} bytes")
            self._parser.feed_data(piece)
        return Said(self._status, self._content_type, self._body)

    def close(self) -> None:
        self.is_open = False
        self._writer.close()

    # -- what the parser finds -----------------------------------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-type":
            self._content_type = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()

    def on_body(self, piece: bytes) -> None:
        self._body += piece

    def on_message_complete(self) -> None:
        if self._is_whole:
            raise ValueError("two answers to one request")
        self._is_whole = self._status >= 200  # before it may come others, such as 103
        if not self._parser.should_keep_alive():
            self.close()
