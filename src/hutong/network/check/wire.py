"""
Asking a server that may be anything: slow, endless, huge, packed to burst, sending us elsewhere.

    a request    has so many seconds from its first byte to the last of the answer, and so many bytes
    the check    has so many seconds and bytes in all

No redirect is followed, nothing is asked but at the address given, addresses go out as they are
written, and what is packed is unpacked no further than an answer may be long.
"""

import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import httpcore

from hutong.kit.refusal import N_, Told

SECONDS: Final = 10.0  # one request
SECONDS_IN_ALL: Final = 180.0
BYTES_IN_ALL: Final = 96 * 1024 * 1024
MOST: Final = 1024 * 1024  # bytes of an answer, where nothing else is said
UNANSWERED: Final = " → –"
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Silent(Exception):
    """No answer that can be one. `why` says what came instead."""

    def __init__(self, why: Told) -> None:
        self.why = why
        super().__init__(why)


class Exhausted(Exception):
    """The check has used up its time or bytes; what is left is not checked."""


class AddressInvalid(ValueError):
    """That is no address of a venue. The message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # by lower-case names
    body: bytes

    @property
    def type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass
class Wire:
    """One venue's address, asked within bounds. `told` is what was asked, a line each."""

    url: str
    seconds: float = SECONDS
    seconds_in_all: float = SECONDS_IN_ALL
    bytes_left: int = BYTES_IN_ALL
    told: list[str] = field(default_factory=list)
    redirects: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        parts = _parts(self.url)
        self.url = self.url.rstrip("/")
        self._origin = parts.scheme.encode(), (parts.hostname or "").encode(), parts.port
        self._ends = time.monotonic() + self.seconds_in_all
        self._until = self._ends
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=1,
            network_backend=_Hurried(lambda: self._until),
        )

    def close(self) -> None:
        self._pool.close()

    def get(self, target: str, most: int = MOST, **headers: str) -> Answer:
        return self.ask("GET", target, most=most, headers=headers)

    def post(
        self, target: str, body: bytes, headers: Mapping[str, str], most: int = MOST
    ) -> Answer:
        return self.ask("POST", target, body=body, headers=headers, most=most)

    def ask(
        self,
        method: str,
        target: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        most: int = MOST,
        may_redirect: bool = False,
    ) -> Answer:
        """Ask for `target`, exactly as written. Raises Silent, Exhausted."""
        self.need_time()
        self._until = min(self._ends, time.monotonic() + self.seconds)
        said = f"{method} {target[:120]}"
        try:
            answer = self._ask(method, target, body, headers or {}, most)
        except Silent as silent:
            self.told.append(said + UNANSWERED)
            if time.monotonic() >= self._ends:
                raise Exhausted from silent
            raise
        self.told.append(f"{said} → {answer.status}, {len(answer.body)} B")
        if 300 <= answer.status < 400 and answer.status != 304 and not may_redirect:
            self.redirects.append(said)
        return answer

    def need_time(self) -> None:
        """Raise Exhausted when the check has used up what it may use."""
        if time.monotonic() >= self._ends or self.bytes_left <= 0:
            raise Exhausted

    def _ask(
        self, method: str, target: str, body: bytes | None, extra: Mapping[str, str], most: int
    ) -> Answer:
        scheme, host, port = self._origin
        url = httpcore.URL(scheme=scheme, host=host, port=port, target=target.encode())
        name = f"[{host.decode()}]" if b":" in host else host.decode()
        sent = {
            "host": f"{name}:{port}" if port else name,
            "user-agent": "hutong-network-check",
            "accept-encoding": "identity",
            **extra,
        }
        if body is not None:
            sent["content-length"] = str(len(body))
        try:
            with self._pool.stream(
                method,
                url,
                headers=[(n.encode(), v.encode("latin-1", "replace")) for n, v in sent.items()],
                content=body,
            ) as response:
                given = {
                    n.decode("latin-1").lower(): v.decode("latin-1") for n, v in response.headers
                }
                packed = given.get("content-encoding", "identity").strip().lower()
                raw = self._read(response.iter_stream(), packed, most)
                return Answer(response.status, given, raw)
        except httpcore.TimeoutException as error:
            seconds = f"{self.seconds:g}"
            raise Silent(Told(N_("no whole answer within {seconds} s"), seconds=seconds)) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            why = str(error) or type(error).__name__
            raise Silent(Told(N_("the connection failed: {problem}"), problem=why[:200])) from error

    def _read(self, chunks: Iterable[bytes], packed: str, most: int) -> bytes:
        if packed not in ("identity", "", "gzip"):
            raise Silent(Told(N_("packed as “{name}”, which nobody asked for"), name=packed[:40]))
        unpacking = zlib.decompressobj(wbits=31) if packed == "gzip" else None
        parts, length = [], 0
        for chunk in chunks:
            self.bytes_left -= len(chunk)
            if unpacking is not None:
                try:
                    chunk = unpacking.decompress(chunk, most + 1 - length)
                except zlib.error as error:
                    raise Silent(Told(N_("what is packed cannot be unpacked"))) from error
            length += len(chunk)
            if length > most or (unpacking is not None and unpacking.unconsumed_tail):
                raise Silent(Told(N_("more than {count} bytes"), count=most))
            if self.bytes_left <= 0:
                raise Exhausted
            parts.append(chunk)
        return b"".join(parts)


def _parts(url: str):
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError as error:
        raise AddressInvalid(str(error)) from error
    whole = parts.scheme in ("http", "https") and parts.hostname and parts.hostname.isascii()
    if not whole or parts.path not in ("", "/") or parts.query or parts.fragment or "@" in url:
        raise AddressInvalid(f"{url[:200]!r} is not https://host[:port]")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise AddressInvalid("http is for this machine only; a venue's address is https")
    return parts


class _Hurried(httpcore.NetworkBackend):
    """Connections on which every wait ends at one moment, however few bytes come at a time."""

    def __init__(self, until: Callable[[], float]) -> None:
        self._until, self._inner = until, httpcore.SyncBackend()

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        left = _left(self._until)
        found = self._inner.connect_tcp(host, port, left, local_address, socket_options)
        return _HurriedStream(found, self._until)

    def connect_unix_socket(self, path, timeout=None, socket_options=None):
        raise httpcore.ConnectError("a venue is asked over TCP only")

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(min(seconds, _left(self._until)))


class _HurriedStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, until: Callable[[], float]) -> None:
        self._inner, self._until = inner, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), 65_536):
            self._inner.write(buffer[start : start + 65_536], _left(self._until))

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        found = self._inner.start_tls(ssl_context, server_hostname, _left(self._until))
        return _HurriedStream(found, self._until)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


def _left(until: Callable[[], float]) -> float:
    left = until() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left
