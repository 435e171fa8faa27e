"""
Where bytes lie: a folder of this machine, or a bucket of an S3-compatible store.

    HUTONG_DOCUMENTS_URL   (absent)                                  <state>/documents
                           s3://bucket/prefix?endpoint=…&region=…    keys from AWS_* variables

A file appears whole under its digest or not at all: it is written aside, flushed to the disk, and
renamed (the bucket does the same by itself).
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol
from urllib.parse import parse_qs, urlsplit

import obstore
from django.conf import settings
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

if TYPE_CHECKING:
    from obstore.store import S3Config

CHUNK = 1024 * 1024
PREFIX = "sha256:"


@dataclass(frozen=True, slots=True)
class Kept:
    """One stored content, as the store lists it."""

    digest: str
    size: int
    since: datetime


class Store(Protocol):
    def put(self, digest: str, file: Path) -> None: ...
    def read(self, digest: str) -> Iterator[bytes]: ...
    def has(self, digest: str) -> bool: ...
    def delete(self, digest: str) -> None: ...
    def list(self) -> Iterator[Kept]: ...


class Missing(LookupError):
    """The store has no such content."""


class Away(Exception):
    """The store does not answer, or cannot take more."""


@contextmanager
def _answering() -> Iterator[None]:
    """Turn what a bucket's client or the disk says into one word of ours."""
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        raise Missing(str(error)) from None
    except (BaseError, OSError) as error:
        raise Away(f"{type(error).__name__}: {error}") from error


class Folder:
    """`<root>/ab/<64 hex>`; files in the making lie in `<root>/incoming`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def incoming(self) -> Path:
        place = self._root / "incoming"
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        return place

    def put(self, digest: str, file: Path) -> None:
        """Move `file`, already flushed, to its place."""
        place = self._place(digest)
        with _answering():
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.replace(file, place)
            _flush_directory(place.parent)
            _flush_directory(self._root)

    def read(self, digest: str) -> Iterator[bytes]:
        with _answering():
            return _chunks(self._place(digest).open("rb"))

    def has(self, digest: str) -> bool:
        return self._place(digest).exists()

    def delete(self, digest: str) -> None:
        self._place(digest).unlink(missing_ok=True)

    def list(self) -> Iterator[Kept]:
        for file in sorted(self._root.glob("[0-9a-f][0-9a-f]/*")):
            with suppress(FileNotFoundError):  # swept by another
                state = file.stat()
                since = datetime.fromtimestamp(state.st_mtime, UTC)
                yield Kept(PREFIX + file.name, state.st_size, since)

    def _place(self, digest: str) -> Path:
        name = _hex(digest)
        return self._root / name[:2] / name


class Bucket:
    """Objects `<prefix>/<64 hex>` in a bucket."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        unknown = options.keys() - {"endpoint", "region"}
        if parts.scheme != "s3" or not parts.netloc or unknown:
            raise ValueError("HUTONG_DOCUMENTS_URL: s3://bucket/prefix?endpoint=…&region=…")
        endpoint = options.get("endpoint")
        config: S3Config = {
            "region": options.get("region", os.environ.get("AWS_REGION", "us-east-1"))
        }
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

    @property
    def incoming(self) -> Path:
        return Path(tempfile.gettempdir())

    def put(self, digest: str, file: Path) -> None:
        with _answering():
            obstore.put(self._store, _hex(digest), file)
        file.unlink()

    def read(self, digest: str) -> Iterator[bytes]:
        with _answering():
            found = obstore.get(self._store, _hex(digest))
        return (bytes(chunk) for chunk in found.stream(min_chunk_size=CHUNK))

    def has(self, digest: str) -> bool:
        try:
            with _answering():
                obstore.head(self._store, _hex(digest))
        except Missing:
            return False
        return True

    def delete(self, digest: str) -> None:
        with suppress(Missing), _answering():
            obstore.delete(self._store, _hex(digest))

    def list(self) -> Iterator[Kept]:
        for batch in obstore.list(self._store):
            for item in batch:
                name = item["path"].rpartition("/")[2]
                yield Kept(PREFIX + name, item["size"], item["last_modified"])


def store() -> Folder | Bucket:
    """The venue's store, by its settings."""
    if settings.DOCUMENTS_URL:
        return Bucket(settings.DOCUMENTS_URL)
    return Folder(Path(settings.STATE) / "documents")


@dataclass(slots=True)
class Spooled:
    """A file written aside: its path, digest and size."""

    path: Path
    digest: str
    size: int


class TooLarge(Exception):
    """More came than allowed; nothing is kept."""


@contextmanager
def spooled(data: bytes | BinaryIO, *, into: Path, limit: int) -> Iterator[Spooled]:
    """Write `data` aside, hashing it on the way; gone afterwards unless it was put in its place.

    Raises TooLarge as soon as `limit` bytes are passed.
    """
    if not isinstance(data, bytes) and data.seekable():
        data.seek(0)
    handle, name = tempfile.mkstemp(dir=into, prefix="document-")
    path = Path(name)
    try:
        hashed, size = hashlib.sha256(), 0
        with os.fdopen(handle, "wb") as file:
            for chunk in (data,) if isinstance(data, bytes) else _chunks(data, close=False):
                size += len(chunk)
                if size > limit:
                    raise TooLarge
                hashed.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        yield Spooled(path, PREFIX + hashed.hexdigest(), size)
    finally:
        path.unlink(missing_ok=True)


def _chunks(file: BinaryIO, *, close: bool = True) -> Iterator[bytes]:
    try:
        while chunk := file.read(CHUNK):
            yield chunk
    finally:
        if close:
            file.close()


def _hex(digest: str) -> str:
    if not digest.startswith(PREFIX):
        raise ValueError(digest)
    return digest.removeprefix(PREFIX)


def _flush_directory(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
