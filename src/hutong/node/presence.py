"""
Who is running this venue: one `up` at a time on one state directory.

The lock is the kernel's, so it goes with its holder however that ends; the text beside it is only
for telling people whom they met.
"""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "up.json"


@dataclass(frozen=True, slots=True)
class Presence:
    pid: int
    address: str


class AlreadyRunning(RuntimeError):
    """Somebody runs this venue already; `presence` says who and where."""

    def __init__(self, state: Path, presence: Presence) -> None:
        self.presence = presence
        super().__init__(
            f"this venue ({state}) is already running: process {presence.pid}, {presence.address}"
        )


@contextlib.contextmanager
def present(state: Path, *, address: str) -> Iterator[None]:
    """Be the one who runs `state` for as long as the block lasts. Raises AlreadyRunning."""
    with open(os.open(state / FILE, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        if not _locked(file.fileno()):
            raise AlreadyRunning(state, _read(file.read()))
        file.truncate(0)
        json.dump(asdict(Presence(pid=os.getpid(), address=address)), file)
        file.flush()
        try:
            yield
        finally:
            file.seek(0)
            file.truncate(0)


def who_runs(state: Path) -> Presence | None:
    """Return who runs `state` now, if anybody."""
    try:
        file = (state / FILE).open()
    except FileNotFoundError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(file.read())
    return None


def _locked(fd: int) -> bool:
    """Take the lock; ask more than once, for `who_runs` may be looking just now."""
    for _ in range(20):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(0.01)
    return False


def _read(text: str) -> Presence:
    try:
        return Presence(**json.loads(text))
    except (ValueError, TypeError):  # met between the lock and the text
        return Presence(pid=0, address="address not yet known")
