"""
Small files that must survive a crash whole: written beside, flushed, then renamed into place.
"""

import os
import secrets
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 1_000_000


def read_private(path: Path) -> bytes:
    """Read a small file. Raises OSError, also when it is absurdly large."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise OSError(0, "the file is too large", str(path))
    return data


def write_private(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a file: afterwards it holds all of `data`, or after a crash all it held before."""
    beside = _write_beside(path, data, mode)
    beside.replace(path)
    _flush_directory(path.parent)


def write_new_private(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Make a file that must not exist yet. Raises FileExistsError."""
    beside = _write_beside(path, data, mode)
    try:
        os.link(beside, path)
    finally:
        beside.unlink()
    _flush_directory(path.parent)


def _write_beside(path: Path, data: bytes, mode: int) -> Path:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return beside


def _flush_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
