"""
Where the log's static files lie, for a CDN or any web server to carry: a folder, or a bucket.

    HUTONG_LOG_URL   (absent)                                  <state>/log
                     a folder, as a path                       /srv/www/log
                     s3://bucket/prefix?endpoint=…&region=…    keys from AWS_* variables

Paths are those below /log/. A file appears whole or not at all.
"""

import os
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

if TYPE_CHECKING:
    from obstore.store import S3Config

IMMUTABLE: Final = "public, max-age=31536000, immutable"
BRIEF: Final = "public, max-age=60"  # what may be erased leaves the caches within a minute
NEVER: Final = "no-cache"
_TEXT: Final = "text/plain; charset=utf-8"


class ShelfAway(Exception):
    """The place does not answer, or cannot take more."""


class Shelf(Protocol):
    def put(self, path: str, data: bytes) -> None: ...
    def get(self, path: str) -> bytes | None: ...
    def delete(self, path: str) -> None: ...
    def list(self, below: str = "") -> Iterator[str]: ...


def shelf(url: str, state: Path) -> Shelf:
    """The place that `url` names. Raises ValueError for an address it cannot be."""
    if url.startswith("s3://"):
        return Bucket(url)
    if "://" in url:
        raise ValueError(f"HUTONG_LOG_URL is a folder or s3://…, not {url}")
    return Folder(Path(url) if url else state / "log")


def headers(path: str) -> dict[str, str]:
    """Content type and how long caches may keep what lies at `path`."""
    if path == "checkpoint":
        return {"Content-Type": _TEXT, "Cache-Control": NEVER}
    if path.startswith("content/"):
        return {"Content-Type": "application/json", "Cache-Control": BRIEF}
    return {"Content-Type": "application/octet-stream", "Cache-Control": IMMUTABLE}


class Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, path: str, data: bytes) -> None:
        place = self._root / path
        beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(place)
        except OSError as error:
            raise ShelfAway(str(error)) from error

    def get(self, path: str) -> bytes | None:
        try:
            return (self._root / path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ShelfAway(str(error)) from error

    def delete(self, path: str) -> None:
        place = self._root / path
        place.unlink(missing_ok=True)
        if place.parent.name.endswith(".p") and not any(place.parent.iterdir()):
            place.parent.rmdir()

    def list(self, below: str = "") -> Iterator[str]:
        for folder, _, names in os.walk(self._root / below):
            for name in names:
                yield (Path(folder) / name).relative_to(self._root).as_posix()


class Bucket:
    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if not parts.netloc or options.keys() - {"endpoint", "region"}:
            raise ValueError("HUTONG_LOG_URL: s3://bucket/prefix?endpoint=…&region=…")
        endpoint = options.get("endpoint")
        region = options.get("region", os.environ.get("AWS_REGION", "us-east-1"))
        config: S3Config = {"region": region}
        if endpoint:
            config["endpoint"] = endpoint
        self._store = S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            config=config,
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
            client_options={
                "allow_http": bool(endpoint and endpoint.startswith("http:")),
                "connect_timeout": timedelta(seconds=5),
                "timeout": timedelta(seconds=60),
            },
        )

    def put(self, path: str, data: bytes) -> None:
        try:
            obstore.put(self._store, path, data, attributes=headers(path))
        except BaseError as error:
            raise ShelfAway(str(error)) from error

    def get(self, path: str) -> bytes | None:
        try:
            return bytes(obstore.get(self._store, path).bytes())
        except (NotFoundError, FileNotFoundError):
            return None
        except BaseError as error:
            raise ShelfAway(str(error)) from error

    def delete(self, path: str) -> None:
        try:
            obstore.delete(self._store, path)
        except (NotFoundError, FileNotFoundError):
            return
        except BaseError as error:
            raise ShelfAway(str(error)) from error

    def list(self, below: str = "") -> Iterator[str]:
        try:
            for page in obstore.list(self._store, prefix=below or None):
                yield from (item["path"] for item in page)
        except BaseError as error:
            raise ShelfAway(str(error)) from error
