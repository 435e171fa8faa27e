"""
Fetching a log's files from where they lie: a web address, or a folder. Nothing fetched is believed.
"""

from pathlib import Path
from typing import Final, Protocol

import httpx

MAX_BYTES: Final = 256 * (2 + 65_535)  # the largest bundle there can be


class Unreachable(Exception):
    """The log does not answer, or not with what can be its file. The message says where."""


class Reader(Protocol):
    def fetch(self, path: str) -> bytes:
        """The bytes at `path` below the log's address. Raises LookupError, Unreachable."""
        ...


def reader(place: str) -> Reader:
    """Read from `https://…/log`, or from a folder."""
    return Web(place) if place.startswith(("http://", "https://")) else Disk(Path(place))


class Web:
    def __init__(self, url: str, *, seconds: float = 20) -> None:
        self._base = url.rstrip("/")
        self._client = httpx.Client(timeout=seconds, headers={"Accept-Encoding": "gzip, identity"})

    def fetch(self, path: str) -> bytes:
        url, parts, length = f"{self._base}/{path}", [], 0
        try:
            with self._client.stream("GET", url) as response:
                if response.status_code in (404, 410):
                    raise LookupError(url)
                if response.status_code != 200:
                    raise Unreachable(f"{url} answers {response.status_code}")
                for part in response.iter_bytes():
                    length += len(part)
                    if length > MAX_BYTES:
                        raise Unreachable(f"{url} sends more than {MAX_BYTES} bytes")
                    parts.append(part)
        except httpx.HTTPError as error:
            raise Unreachable(f"{url}: {error}") from error
        return b"".join(parts)


class Disk:
    def __init__(self, root: Path) -> None:
        self._root = root

    def fetch(self, path: str) -> bytes:
        try:
            with (self._root / path).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except FileNotFoundError as error:
            raise LookupError(path) from error
        except OSError as error:
            raise Unreachable(str(error)) from error
        if len(data) > MAX_BYTES:
            raise Unreachable(f"{path} has more than {MAX_BYTES} bytes")
        return data
