"""
PostgreSQL as our own child process: it goes when we go, however we go.

A start over a killed predecessor stops what is left of it first: only a `postgres` at work in this
very data directory, never another process that happens to have its number.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from hutong.node.postgres.cluster import (
    AlreadyServed,
    Cluster,
    PostgresError,
    as_user,
    bare_environment,
    last_words,
    locked,
)
from hutong.node.postgres.home import prepare
from hutong.node.processes import describe_exit, dies_with_parent, exists, working_in
from hutong.node.supervisor import Child

START_SECONDS = 60  # recovery after a crash may replay a gigabyte of log
STOP_SECONDS = 30


class Server:
    """PostgreSQL on one cluster, as our own child process."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._process: subprocess.Popen[bytes] | None = None
        self._claim = contextlib.ExitStack()
        self._claimed = False

    @property
    def argv(self) -> list[str]:
        return [str(self.cluster.binaries / "postgres"), "-D", str(self.cluster.data_directory)]

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def claim(self) -> None:
        """Make this data directory ours alone, and stop what a killed predecessor left running.

        Raises AlreadyServed when a live process serves it.
        """
        if not self._claimed:
            self._claim.enter_context(locked(self.cluster.directory / "server.lock", wait=False))
            self._claimed = True
        _stop_leftovers(self.cluster)

    def release(self) -> None:
        self._claim.close()
        self._claimed = False

    def is_ready(self) -> bool:
        """Tell whether the server takes connections, by its own word in `postmaster.pid`."""
        lines = _pid_file(self.cluster)
        return len(lines) > 7 and lines[7].strip() == "ready" and exists(int(lines[0]))

    def start(self) -> None:
        """Start the server and return once it takes connections. Raises PostgresError."""
        self.claim()
        with (self.cluster.directory / "start.log").open("wb") as log:
            self._process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGINT),
                **as_user(self.cluster.user),
            )
        self.wait_ready()

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not self.is_ready():
            if self._process is not None and (code := self._process.poll()) is not None:
                self.release()
                raise PostgresError(
                    f"PostgreSQL did not start ({describe_exit(code)}); its last words:\n"
                    + last_words(self.cluster)
                )
            if time.monotonic() > deadline:
                self.stop()
                raise PostgresError(
                    f"PostgreSQL was not ready after {seconds:.0f} s; its last words:\n"
                    + last_words(self.cluster)
                )
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop the server: sessions are ended, the data is left clean."""
        if self._process is None:
            return
        for sign, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5)):
            if self._process.poll() is None:
                self._process.send_signal(sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
                break
        else:
            self._process.kill()
            self._process.wait()
        self._process = None
        self.release()

    def as_child(self, name: str = "postgres") -> Child:
        """Describe this server to the supervisor."""
        return Child(
            name=name,
            argv=self.argv,
            env=bare_environment(),
            ready=self.is_ready,
            ready_timeout=START_SECONDS,
            essential=True,
            stop_signal=signal.SIGINT,
            stop_timeout=STOP_SECONDS,
            hurry_signal=signal.SIGQUIT,
            before=self.claim,
            after=self.release,
            user=self.cluster.user,
            relay=False,
            last_words=lambda: last_words(self.cluster),
        )


@contextlib.contextmanager
def running(directory: Path, *, durable: bool = True) -> Iterator[Cluster]:
    """Serve `directory` for as long as the block lasts. Raises AlreadyServed."""
    server = Server(prepare(directory, durable=durable))
    server.start()
    try:
        yield server.cluster
    finally:
        server.stop()


@contextlib.contextmanager
def reachable(directory: Path) -> Iterator[Cluster]:
    """Use the server that is up on `directory`, else serve it while the block lasts."""
    server = Server(prepare(directory))
    try:
        server.start()
    except AlreadyServed:
        server.wait_ready()
    try:
        yield server.cluster
    finally:
        server.stop()


# --- what a predecessor left ---------------------------------------------------------------------


def _stop_leftovers(cluster: Cluster) -> None:
    """Stop servers and sessions still at work in our data directory, then clear their traces."""
    for sign, seconds in ((signal.SIGINT, 10), (signal.SIGQUIT, 5), (None, 0)):
        left = _leftovers(cluster)
        if not left:
            break
        if sign is None:
            raise PostgresError(f"processes {left} still use {cluster.data_directory}; end them")
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)
        deadline = time.monotonic() + seconds
        while _leftovers(cluster) and time.monotonic() < deadline:
            time.sleep(0.02)
    traces = (".s.PGSQL.5432", ".s.PGSQL.5432.lock")
    for trace in (
        cluster.data_directory / "postmaster.pid",
        *(cluster.socket_directory / name for name in traces),
    ):
        trace.unlink(missing_ok=True)


def _leftovers(cluster: Cluster) -> list[int]:
    if Path("/proc/self").exists():
        return sorted(working_in(cluster.data_directory, "postgres"))
    lines = _pid_file(cluster)
    if not lines or not exists(int(lines[0])):
        return []
    asked = subprocess.run(["ps", "-o", "args=", "-p", lines[0]], capture_output=True, text=True)
    ours = f"-D {cluster.data_directory}" in asked.stdout and "postgres" in asked.stdout
    return [int(lines[0])] if ours else []


def _pid_file(cluster: Cluster) -> list[str]:
    try:
        lines = (cluster.data_directory / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []
    return lines if lines and lines[0].isdigit() else []
