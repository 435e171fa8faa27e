"""
What is known of a prepared PostgreSQL: where it lives, whom it runs as, how its roles sign in.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hutong.node.processes import User

SUPERUSER, OWNER, APP = "postgres", "hutong_owner", "hutong_app"


class PostgresError(RuntimeError):
    """The embedded server cannot be prepared, started or stopped; the text says what to do."""


class AlreadyServed(PostgresError):
    """A live process serves this directory."""


@dataclass(frozen=True)
class Cluster:
    """A prepared server: where it lives, whom it runs as, and the passwords to its roles."""

    directory: Path
    socket_directory: Path
    binaries: Path
    owner_password: str = field(repr=False)
    app_password: str = field(repr=False)
    superuser_password: str = field(repr=False)
    durable: bool
    user: User | None

    @property
    def service_user(self) -> str | None:
        return self.user.name if self.user else None

    @property
    def data_directory(self) -> Path:
        return self.directory / "data"

    @property
    def log_directory(self) -> Path:
        return self.directory / "log"

    def url(self, database: str = "hutong", role: str = APP) -> str:
        password = {
            SUPERUSER: self.superuser_password,
            OWNER: self.owner_password,
            APP: self.app_password,
        }[role]
        socket = quote(str(self.socket_directory), safe="/")
        return f"postgresql://{role}:{password}@/{quote(database)}?host={socket}&port=5432"

    def superuser_url(self, database: str = "postgres") -> str:
        return self.url(database, SUPERUSER)

    def owner_url(self, database: str = "hutong") -> str:
        return self.url(database, OWNER)

    def app_url(self, database: str = "hutong") -> str:
        return self.url(database, APP)


def last_words(cluster: Cluster, lines: int = 12) -> str:
    """Return the end of what the server said most recently."""
    logs = [cluster.directory / "start.log", *cluster.log_directory.glob("*.log")]
    logs = [log for log in logs if log.exists() and log.stat().st_size]
    if not logs:
        return "(nothing)"
    newest = max(logs, key=lambda log: log.stat().st_mtime_ns)
    return "\n".join(newest.read_text(errors="replace").splitlines()[-lines:])


def as_user(user: User | None) -> dict[str, Any]:
    """Arguments of `subprocess` by which a program runs as `user` with a bare environment."""
    common: dict[str, Any] = {"env": bare_environment(), "cwd": "/"}
    if user is not None:
        common |= {"user": user.uid, "group": user.gid, "extra_groups": []}
    return common


def bare_environment() -> dict[str, str]:
    """No PG* variable of the caller may reach the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


@contextlib.contextmanager
def locked(path: Path, *, wait: bool) -> Iterator[None]:
    """Hold a lock that the kernel takes back from whoever dies."""
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            holder = file.read().strip() or "?"
            raise AlreadyServed(
                f"the database in {path.parent} is already being served, by process {holder}"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
