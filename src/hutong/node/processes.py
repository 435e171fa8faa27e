"""
Child processes that never outlive us, and whose they are.

Two things the standard library leaves open: a child must go when its parent is killed without
warning, and a server that refuses to run as root must run as somebody who can reach its files.
"""

import ctypes
import os
import pwd
import signal
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

SERVICE_USERS = ("hutong", "postgres", "nobody")
PR_SET_PDEATHSIG = 1

# Loaded once, here: between fork and exec a child may call a function but not look for one.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
if _libc is not None:
    _libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]


@dataclass(frozen=True, slots=True)
class User:
    """Whom a child runs as."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of_uid(cls, uid: int) -> "User":
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:  # a container may run under a number nobody has named
            return cls(name=str(uid), uid=uid, gid=os.getgid())
        return cls(name=entry.pw_name, uid=uid, gid=entry.pw_gid)


def service_user() -> User | None:
    """Return whom to become as root: `hutong`, else `postgres`, else `nobody`; None when not root.

    Raises LookupError where the machine has none of them.
    """
    if os.geteuid() != 0:
        return None
    for name in SERVICE_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return User(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise LookupError(
        "PostgreSQL refuses to run as root and this machine has none of the users "
        f"{', '.join(SERVICE_USERS)}; create one: useradd --system hutong"
    )


def can_enter(directory: Path, user: User) -> bool:
    """Tell whether `user` may walk from the root into `directory` (which exists)."""
    directory = directory.resolve()
    return all(_may_search(place, user) for place in (directory, *directory.parents))


def _may_search(directory: Path, user: User) -> bool:
    found = directory.stat()
    if found.st_uid == user.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == user.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def dies_with_parent(death_signal: int) -> Callable[[], None] | None:
    """Return the `preexec_fn` by which the kernel sends `death_signal` when the parent is gone.

    The kernel means the parent *thread*, so only children of the main thread get it; None
    elsewhere, and where the kernel has no such thing.
    """
    if _libc is None or threading.current_thread() is not threading.main_thread():
        return None
    parent, prctl, number = os.getpid(), _libc.prctl, int(death_signal)

    def ask_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask_kernel


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Tell whether a process has ended and only waits for its parent to notice."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state in "ZX"


def working_in(directory: Path, program: str) -> Iterator[int]:
    """Yield the live processes of `program` whose working directory is `directory` (Linux)."""
    try:
        where = directory.resolve().stat()
    except OSError:
        return
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(entry / "exe").removesuffix(" (deleted)").rpartition("/")[2] != program:
                continue
            found = (entry / "cwd").stat()
        except OSError:
            continue
        if (found.st_dev, found.st_ino) == (where.st_dev, where.st_ino):
            yield int(entry.name)


def describe_exit(returncode: int) -> str:
    if returncode >= 0:
        return f"exit code {returncode}"
    try:
        return f"signal {signal.Signals(-returncode).name}"
    except ValueError:
        return f"signal {-returncode}"
