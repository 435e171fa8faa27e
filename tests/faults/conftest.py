"""
One demo venue on its real processes, for tests that kill them.

    venue       `./hutong up --demo` on a state and port of its own; knows its processes by name
    case        … with officers at their posts and institutions verified, by the demo's own story
    request_of  a POST that keeps its Idempotency-Key, to be sent as often as it takes
"""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from hutong.node import postgres
from hutong.node.demo import case as story_case
from hutong.node.demo import supply
from hutong.node.demo.client import Api, wait_for
from hutong.node.demo.narrator import Narrator
from hutong.node.demo.people import ADMINISTRATOR, PASSWORD, Registration
from hutong.node.paths import postgres_directory
from hutong.node.processes import exists

FROM_OUTSIDE = {"HUTONG_DATABASE_URL", "HUTONG_OWNER_DATABASE_URL", "HUTONG_EMAIL_URL"}
CHILDREN = ("postgres", "web", "front", "worker")
# What a caller may be told while a process is gone: it is away, or it broke off in the middle.
BROKEN_OFF = {"unavailable", "interrupted"}


@dataclass
class Venue:
    """A running `./hutong up --demo`, and how to look at it and hurt it."""

    state: Path
    port: int
    supervisor: "subprocess.Popen[bytes] | None" = None
    log: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k not in FROM_OUTSIDE}
        return {**kept, "HUTONG_STATE": str(self.state)}

    # -- running ------------------------------------------------------------------------------------

    def up(self) -> None:
        """Start it and wait for the first answer."""
        with (self.state.parent / "up.log").open("ab") as log:
            self.supervisor = subprocess.Popen(
                [
                    *(sys.executable, "-m", "hutong.node.cli", "up", "--demo"),
                    *("--port", str(self.port)),
                ],
                env=self.env,
                stdout=log,
                stderr=log,
            )
        self.wait_whole()

    def down(self) -> None:
        if self.supervisor is not None:
            self.supervisor.send_signal(signal.SIGTERM)
            self.supervisor.wait(60)
            self.supervisor = None

    def wait_whole(self) -> None:
        """Wait until every process is there and the venue answers through all of them."""

        def whole() -> bool:
            assert self.supervisor is not None
            assert self.supervisor.poll() is None, self.told()
            with contextlib.suppress(httpx.HTTPError, psycopg.Error, LookupError):
                clock = httpx.get(f"{self.base}/api/v1/venue/clock", timeout=5)
                there = set(self.children()) == set(CHILDREN)
                return there and clock.status_code == 200 and bool(self.sql("SELECT 1"))
            return False

        wait_for("the whole venue", whole, seconds=180)

    def told(self) -> str:
        return (self.state.parent / "up.log").read_text(errors="replace")[-4000:]

    def command(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run `./hutong ARGUMENTS` beside the running venue."""
        return subprocess.run(
            [sys.executable, "-m", "hutong.node.cli", *arguments],
            env=self.env,
            input=given,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    # -- processes ----------------------------------------------------------------------------------

    def children(self) -> dict[str, int]:
        """The supervisor's children by name."""
        assert self.supervisor is not None
        return {_name(pid): pid for pid in _children_of(self.supervisor.pid)}

    def web_workers(self) -> list[int]:
        return _children_of(self.children()["web"])

    def kill(self, name: str) -> None:
        """kill -9 of one child, at once."""
        os.kill(self.children()[name], signal.SIGKILL)

    def kill_web_workers(self) -> None:
        for pid in self.web_workers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def family(self) -> set[int]:
        """Every live process below the supervisor."""
        assert self.supervisor is not None
        found, unseen = set(), [self.supervisor.pid]
        while unseen:
            below = _children_of(unseen.pop())
            found.update(below)
            unseen += below
        return found

    @contextlib.contextmanager
    def caught_at(self, table: str) -> Iterator[Callable[[], None]]:
        """Hold up whoever begins to write `table`, in the middle of their transaction.

        Yields a function that returns once somebody is caught; at the end they may go on.
        """
        cluster = postgres.prepare(postgres_directory(self.state))
        with psycopg.connect(cluster.superuser_url("hutong")) as connection:
            connection.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")

            def caught() -> None:
                wait_for(
                    f"somebody who writes {table}",
                    lambda: self.sql(
                        "SELECT 1 FROM pg_locks WHERE relation = %s::regclass AND NOT granted",
                        table,
                    ),
                    every=0.01,
                )

            yield caught
            with contextlib.suppress(psycopg.Error):  # the database may be what was killed
                connection.rollback()

    def wait_unlocked(self, table: str) -> None:
        """Wait until nobody has a transaction open that wrote `table`."""
        wait_for(
            f"the end of what wrote {table}",
            lambda: (
                not self.sql(
                    "SELECT 1 FROM pg_locks WHERE relation = %s::regclass"
                    " AND mode = 'RowExclusiveLock'",
                    table,
                )
            ),
            every=0.02,
        )

    # -- what it holds ------------------------------------------------------------------------------

    def sql(self, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Ask the database directly, as its superuser."""
        url = postgres.prepare(postgres_directory(self.state)).superuser_url("hutong")
        with psycopg.connect(url, autocommit=True) as connection:
            return connection.execute(query, arguments).fetchall()

    def count(self, table: str) -> int:
        return int(self.sql(f"SELECT count(*) FROM {table}")[0][0])

    def entries(self) -> int:
        """How many acts the journal holds; seals come by the clock, whatever anybody does."""
        return self.count("journal_entry WHERE kind <> 'journal.Sealed'")

    def doctor(self) -> None:
        done = self.command("doctor")
        assert done.returncode == 0, done.stdout + done.stderr


def _children_of(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [child for child in map(int, below) if exists(child)]
    return []


def _name(pid: int) -> str:
    """What the supervisor calls a child: from its environment; PostgreSQL's is bare."""
    with contextlib.suppress(OSError):
        for pair in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            if pair.startswith(b"HUTONG_PROCESS="):
                return pair.partition(b"=")[2].decode()
    return "postgres"


@dataclass
class Request:
    """One POST with its Idempotency-Key, to be sent as often as it takes."""

    api: Api
    path: str
    options: dict[str, Any]
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    told: list[str | None] = field(default_factory=list)  # while it failed; None: connection lost
    patience: float = 120  # seconds

    def send(self) -> httpx.Response | None:
        """Send it once. None where the venue broke off; any other server error fails the test."""
        headers = {"Idempotency-Key": self.key, "Authorization": f"Bearer {self.api.token}"}
        try:
            answer = httpx.post(
                self.api.base + self.path, headers=headers, timeout=60, **self.options
            )
        except httpx.TransportError:
            self.told.append(None)
            return None
        if answer.status_code < 500:
            return answer
        assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
        code = answer.json()["code"]
        assert code in BROKEN_OFF, f"{answer.status_code} {answer.text[:500]}"
        self.told.append(code)
        return None

    def until_answered(self) -> httpx.Response:
        """Send it again and again until it is answered."""
        began = time.monotonic()
        while (answer := self.send()) is None:
            assert time.monotonic() < began + self.patience, f"{self.path}: only {self.told}"
            time.sleep(0.1)
        return answer


def _request(api: Api, path: str, **options: Any) -> Request:
    return Request(api, path, options)


@pytest.fixture(scope="session")
def request_of() -> Callable[..., Request]:
    """A POST that keeps its Idempotency-Key: `request_of(api, path, json=…)`."""
    return _request


@pytest.fixture(scope="session")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    state = tmp_path_factory.mktemp("faults") / "state"
    made = Venue(state, port)
    try:
        made.up()
        yield made
    finally:
        made.down()
        postgres.discard(postgres_directory(state))


@pytest.fixture(scope="session")
def case(venue: Venue) -> story_case.Case:
    """Officers and verified institutions, as in the demo."""
    appointed = venue.command(
        *("officer", "appoint", ADMINISTRATOR, "--name", "Administrator"),
        *("--password-stdin", "--json"),
        given=PASSWORD + "\n",
    )
    secret = json.loads(appointed.stdout.splitlines()[-1])["totp_secret"]
    public = Api(venue.base)
    registration = Registration(public, venue.state / "mail")
    administrator = registration.token(ADMINISTRATOR, "Administrator", secret=secret)
    made = story_case.Case(Narrator(base=venue.base), public, registration, administrator)
    supply.take_posts(made)
    supply.verify_institutions(made)
    return made


@pytest.fixture(scope="session")
def registered(venue: Venue, case: story_case.Case) -> int:
    """35 technologies entered and their rights registered, while the worker was killed again and
    again: how often."""
    kills = 0
    supply.enter_technologies(case)
    over = threading.Event()

    def kill_the_worker() -> None:
        nonlocal kills
        for table in ("rights_entry", "certificates_certificate", "journal_position"):
            with venue.caught_at(table) as caught:
                caught()
                venue.kill("worker")
                kills += 1
            wait_for("the worker", lambda: "worker" in venue.children())
        while not over.wait(random.uniform(0.3, 2)) and kills < 4:
            with contextlib.suppress(LookupError, ProcessLookupError):
                venue.kill("worker")
                kills += 1

    killer = threading.Thread(target=kill_the_worker)
    killer.start()
    try:
        supply.register_rights(case)
    finally:
        over.set()
        killer.join()
    venue.wait_whole()
    case.settle_down()
    return kills


@pytest.fixture
def refused(venue, case) -> Callable[..., dict[str, Any]]:
    """Send one request as somebody, see that it is refused plainly and that nothing happened;
    returns the problem."""

    def send(who: Any, method: str, path: str, **options: Any) -> dict[str, Any]:
        case.settle_down()
        before = venue.entries(), venue.count("node_once")
        headers = {"Idempotency-Key": str(uuid.uuid4()), "Accept-Language": "en"}
        if who is not None:
            headers["Authorization"] = f"Bearer {who.token}"
        headers |= options.pop("headers", {})
        answer = httpx.request(method, venue.base + path, headers=headers, timeout=120, **options)
        assert 400 <= answer.status_code < 500, f"{answer.status_code} {answer.text[:1000]}"
        assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
        problem = answer.json()
        assert problem["title"], problem
        assert problem["status"] == answer.status_code
        assert (venue.entries(), venue.count("node_once")) == before, "something was done"
        return dict(problem)

    return send
