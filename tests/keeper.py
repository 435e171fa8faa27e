"""
Keeps the tests' PostgreSQL up while any run of tests uses it: `python tests/keeper.py DIRECTORY`.

Each run holds a shared lock on `users.lock`. The first one to find no server starts a keeper, which
outlives that run if others still hold the lock; nobody loses the server because another run ended.

    no server → keeper starts it → … → nobody holds the lock → it stops, and so does the keeper
"""

import contextlib
import fcntl
import signal
import sys
import time
from pathlib import Path

from hutong.node import postgres

LOOK_SECONDS = 0.5
USERS = "users.lock"


def keep(home: Path) -> None:
    """Serve `home` until nobody uses it, or another keeper does."""
    server = postgres.Server(postgres.prepare(home, durable=False))
    with (home / USERS).open("a") as users, contextlib.suppress(postgres.AlreadyServed):
        server.start()
        try:
            while not _is_free(users):
                time.sleep(LOOK_SECONDS)
        finally:
            server.stop()  # while we hold the lock: who comes now waits, and starts anew


def _is_free(users: object) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    keep(Path(sys.argv[1]))
