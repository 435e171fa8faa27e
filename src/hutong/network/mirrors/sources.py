"""
Reading a log over the network: from its home, or from another venue's mirror of it.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

import httpx

from hutong.transparency.mirror import Fetch
from hutong.transparency.reading import MAX_BYTES, Unreachable
from hutong.transparency.texts import read_answers

SECONDS: Final = 15
AT_ONCE: Final = 4  # requests to one source at a time
DIGESTS: Final = 256  # a request for texts
MAX_TEXTS: Final = 96 * 1024 * 1024  # bytes of one answer
TYPE: Final = "text/plain; charset=utf-8"
JSON_LIMIT: Final = 16 * 1024 * 1024


class Web:
    """A log's address, `https://…/log`; keeps its connections."""

    def __init__(self, url: str, *, client: httpx.Client | None = None) -> None:
        self.name = url.rstrip("/")
        self._client = client or httpx.Client(
            timeout=SECONDS,
            headers={"Accept-Encoding": "gzip, identity"},
            limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE),
        )
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mirror-fetch")

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def fetch(self, path: str) -> bytes:
        return self._ask("GET", f"{self.name}/{path}", MAX_BYTES)

    def fetch_all(self, paths: Sequence[str]) -> Fetch:
        if len(paths) < 2:
            return self.fetch
        begun: dict[str, Future[bytes]] = {p: self._pool.submit(self.fetch, p) for p in paths}

        def fetch(path: str) -> bytes:
            future = begun.pop(path, None)
            return self.fetch(path) if future is None else future.result()

        return fetch

    def texts(self, digests: Sequence[str]) -> dict[str, bytes | None]:
        parts = [list(digests[at : at + DIGESTS]) for at in range(0, len(digests), DIGESTS)]
        found: dict[str, bytes | None] = {}
        for some in self._pool.map(self._some_texts, parts):
            found |= some
        return found

    def _some_texts(self, digests: list[str]) -> dict[str, bytes | None]:
        """Ask until each was answered: an answer of a certain length leaves the rest for the next."""
        found: dict[str, bytes | None] = {}
        left = dict.fromkeys(digests)
        while left:
            body = "".join(f"{digest}\n" for digest in left).encode()
            answer = self._ask("POST", f"{self.name}/content", MAX_TEXTS, body)
            came, unknown = read_answers(answer)
            answered = left.keys() & (came.keys() | unknown)
            if not answered:
                raise Unreachable(f"{self.name}/content answers none of what was asked")
            for digest in answered:
                del left[digest]
                if digest in came:
                    found[digest] = came[digest]
        return found

    def json(self, path: str) -> Any:
        """What lies at a path of the venue's own (`/network/…`). Raises Unreachable, LookupError."""
        answer = self._ask("GET", f"{self.name}/{path}", JSON_LIMIT)
        try:
            return httpx.Response(200, content=answer).json()
        except ValueError as error:
            raise Unreachable(f"{self.name}/{path} is no JSON") from error

    def _ask(self, method: str, url: str, most: int, body: bytes | None = None) -> bytes:
        parts, length = [], 0
        headers = {"Content-Type": TYPE} if body is not None else {}
        try:
            with self._client.stream(method, url, content=body, headers=headers) as response:
                if response.status_code in (404, 410):
                    raise LookupError(url)
                if response.status_code != 200:
                    raise Unreachable(f"{url} answers {response.status_code}")
                for part in response.iter_bytes():
                    length += len(part)
                    if length > most:
                        raise Unreachable(f"{url} sends more than {most} bytes")
                    parts.append(part)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(f"{url}: {error or type(error).__name__}") from error
        return b"".join(parts)
