"""
The test harness: one embedded PostgreSQL, a migrated template, and a clone for whoever needs one.

    django_db        the worker's own clone, as the application's role, rolled back after each test
                     to its beginning: what many tests start from is made once (tests/beginnings.py)
    own_database     a clone of its own, real commits, as many connections as the test likes
    venue            a demo venue with its rulebook in force at 2022-06-20 09:00 in Shanghai
    drain            runs the sequencer, reactions and due timers until nothing is left to do

The server is started by whichever run comes first and stays up for as long as any run uses it
(tests/keeper.py). Its files lie in memory where there is room, as does everything tests write: a
database is a thousand files, and a test's clone then takes a twentieth of what it takes on a busy
disk. The server's files stay there for the next run, some 100 MB; nothing is lost by deleting them.
"""

import contextlib
import fcntl
import gc
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from xdist.scheduler import LoadScopeScheduling

import beginnings
from beginnings import beginning

gc.disable()  # until everything is loaded: see pytest_collection

hypothesis.settings.register_profile("house", deadline=None)  # a busy machine is not a bug
hypothesis.settings.load_profile("house")

ROOT = Path(__file__).parent
SHARED_DATA = ROOT.parent / "shared" / "data"
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 4 << 30


def _memory_available() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) << 10
    return 0


def _has_memory() -> bool:
    """Whether what tests write may lie in memory: a venue they start then waits for no disk."""
    with contextlib.suppress(OSError):
        room = os.statvfs(MEMORY)
        return min(room.f_bavail * room.f_frsize, _memory_available()) >= MEMORY_NEEDED
    return False


if _has_memory() and "TMPDIR" not in os.environ:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
_STATE = Path(tempfile.mkdtemp(prefix="hutong-test-"))
# Whatever is configured on this machine, tests touch no venue, mailbox or bucket but their own; and
# each worker of a run has a state directory, and in it a log signer's memory, of its own.
for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "DOCUMENTS_URL", "ORIGIN", "RULEBOOK"):
    os.environ.pop(f"HUTONG_{name}", None)
for name in ("PASSPHRASE_FILE", "LOG_NAME", "LOG_URL", "DEBUG"):
    os.environ.pop(f"HUTONG_{name}", None)
# A run is a dozen processes: without bytecode each of them would compile the whole house anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
os.environ["HUTONG_STATE"] = str(_STATE)
os.environ["HUTONG_SECRET_KEY"] = "tests-only-" + "k" * 40
os.environ["HUTONG_PASSPHRASE"] = "tests only"
os.environ["HUTONG_EMAIL_URL"] = f"file:{_STATE / 'mail'}"
# Named here and not in pyproject.toml: settings must not be read before HUTONG_STATE is set.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.node.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # browser tests run inside a loop

from hutong.node import postgres  # noqa: E402
from hutong.node.processes import exists  # noqa: E402

TEMPLATES_KEPT = 3
# Tests that share a venue that takes long to start: each of these groups runs in one worker.
SHARING = (
    ("tests/browser",),
    ("tests/journeys",),
    ("src/hutong/node/tests/test_up.py", "src/hutong/node/tests/test_backup.py"),
    ("tests/faults", "tests/network/"),
)
# What takes long begins first, so that a run ends with small tests and all its workers together.
FIRST = (*SHARING, ("tests/test_page_queries.py",), ("tests/authorization",))


def _server_home() -> Path:
    """In memory, a directory for this user and checkout; on disk where there is no room, or need."""
    on_disk = ROOT / "var" / "test-postgres"
    with contextlib.suppress(OSError):
        if not _has_memory():
            return on_disk
        checkout = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
        home = MEMORY / f"hutong-tests-{os.getuid()}-{checkout}"
        home.mkdir(exist_ok=True)
        if home.stat().st_uid == os.getuid():
            return home
    return on_disk


SERVER_HOME = Path(os.environ.setdefault("HUTONG_TEST_POSTGRES", str(_server_home())))


def pytest_configure(config: pytest.Config) -> None:
    config.add_cleanup(lambda: shutil.rmtree(_STATE, ignore_errors=True))
    (_STATE / "static").mkdir()
    server = postgres.Server(postgres.prepare(SERVER_HOME, durable=False))
    users = (SERVER_HOME / "users.lock").open("a")
    fcntl.flock(users, fcntl.LOCK_SH)  # waits for a keeper that is just stopping
    config.add_cleanup(users.close)
    if not server.is_ready():
        _start_keeper()
    server.wait_ready()
    config.hutong_cluster = server.cluster  # type: ignore[attr-defined]
    os.environ["HUTONG_DATABASE_URL"] = server.cluster.app_url("postgres")
    import django

    django.setup()
    from django.conf import settings

    settings.WHITENOISE_AUTOREFRESH = True  # else every test client reads all static files anew
    from hutong.parties.hashers import Argon2Hasher
    from hutong.transparency import sealing

    Argon2Hasher.time_cost, Argon2Hasher.memory_cost = 1, 64  # nobody attacks these passwords
    sealing.SCRYPT["n"] = 1 << 8  # nor the passphrases of these keys
    if settings.STATE != _STATE:
        raise pytest.UsageError(f"settings were read with HUTONG_STATE={settings.STATE}")
    config.option.loadscopereorder = False  # FIRST says the order
    if getattr(config.option, "numprocesses", None):
        # The workers of a run inherit this; with it they would read their settings before their
        # own HUTONG_STATE is set, and all share one state directory.
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is loaded stays, so the garbage collector looks only at what tests make, and as seldom as
    at a venue: it took a third of the loading and a tenth of the tests."""
    from hutong.node.loading import loading

    with loading():
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        groups = enumerate(FIRST)
        return next((n for n, group in groups if item.nodeid.startswith(group)), len(FIRST))

    beginnings.put_together(items)
    items.sort(key=turn)


class Grouped(LoadScopeScheduling):
    """Each test for whoever is free, but those that share a venue in one process after another."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group[0] for group in SHARING if nodeid.startswith(group)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Grouped:
    return Grouped(config, log)


def _start_keeper() -> None:
    """Start one; where several do at once, one of them serves and the others end."""
    with (SERVER_HOME / "keeper.log").open("ab") as said:
        subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "keeper.py"), str(SERVER_HOME)],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,  # Ctrl-C is for the run that is interrupted
        )


def _schema_digest() -> str:
    """Of everything a migrated database follows from."""
    hashed = hashlib.sha256()
    files = [*ROOT.glob("src/hutong/*/migrations/*.py"), *ROOT.glob("src/hutong/**/tables.py")]
    for file in [*sorted(files), ROOT / "requirements.lock", ROOT / "src/hutong/node/areas.py"]:
        hashed.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return hashed.hexdigest()[:16]


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> postgres.Cluster:
    return pytestconfig.hutong_cluster  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def template(cluster: postgres.Cluster) -> str:
    """Name of a database migrated to today's schema; made once per schema."""
    name = f"template_{_schema_digest()}"
    with (SERVER_HOME / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not postgres.database_exists(cluster, name):
            _prune(cluster)
            making = f"making_{os.getpid()}_{uuid.uuid4().hex[:12]}"
            postgres.create_database(cluster, making)
            _migrate(cluster.owner_url(making))
            with psycopg.connect(cluster.superuser_url(), autocommit=True) as connection:
                connection.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"')
    return name


def _migrate(url: str) -> None:
    command = [sys.executable, "-m", "hutong.node.cli", "manage", "migrate", "--skip-checks", "-v0"]
    done = subprocess.run(
        command,
        env={**os.environ, "HUTONG_DATABASE_URL": url, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"migrations failed:\n{done.stdout}\n{done.stderr}")


def _prune(cluster: postgres.Cluster) -> None:
    """Drop templates of old schemas, and what runs that were killed left behind."""
    with psycopg.connect(cluster.superuser_url(), autocommit=True) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%' ORDER BY oid"
        ).fetchall()
        left = connection.execute(
            "SELECT datname FROM pg_database WHERE datname ~ '^(test|making)_[0-9]+_'"
        ).fetchall()
    unwanted = [name for (name,) in rows[:-TEMPLATES_KEPT]]
    unwanted += [name for (name,) in left if not exists(int(name.split("_")[1]))]
    for name in unwanted:
        with contextlib.suppress(psycopg.Error):
            postgres.drop_database(cluster, name)


@contextlib.contextmanager
def _clone(cluster: postgres.Cluster, template: str) -> Iterator[str]:
    name = f"test_{os.getpid()}_{uuid.uuid4().hex[:16]}"
    with (SERVER_HOME / "clone.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # PostgreSQL copies a template for one at a time
        postgres.create_database(cluster, name, template=template, by_file=True)
    try:
        yield name
    finally:
        postgres.drop_database(cluster, name)


def _point_django_at(cluster: postgres.Cluster, name: str) -> None:
    from django.conf import settings
    from django.db import connections

    from hutong.node.settings import _database

    LINE.leave()
    connections.close_all()
    wanted = {**connections.settings["default"], **_database(cluster.app_url(name))}
    connections.settings["default"].update(wanted)
    connections["default"].settings_dict.update(wanted)
    settings.DATABASE_URL = cluster.app_url(name)
    os.environ["HUTONG_DATABASE_URL"] = cluster.app_url(name)


@pytest.fixture(scope="session")
def django_db_setup(cluster, template, django_db_blocker) -> Iterator[None]:
    """This worker's clone; tests on it are rolled back."""
    with _clone(cluster, template) as name:
        with django_db_blocker.unblock():
            _point_django_at(cluster, name)
        yield
        with django_db_blocker.unblock():
            from django.db import connections

            LINE.leave()
            connections.close_all()


LINE = beginnings.Line()


@pytest.fixture
def _at_its_beginning(request, django_db_setup, django_db_blocker) -> dict[str, Any]:
    with django_db_blocker.unblock():
        return LINE.stand_at(beginnings.of(request.node))


@pytest.fixture
def _django_db_helper(_at_its_beginning, _django_db_helper) -> None:
    """The test's own part of the transaction, after its beginnings."""
    LINE.start_clock()


@pytest.fixture
def begun(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the test's beginnings returned, by their names."""
    if "own_database" in request.fixturenames:
        request.getfixturevalue("own_database")
        return beginnings.made(beginnings.of(request.node))
    request.getfixturevalue("db")
    return request.getfixturevalue("_at_its_beginning")


@pytest.fixture(autouse=True)
def _begins_first(request: pytest.FixtureRequest) -> None:
    """Before any other fixture changes something."""
    if beginnings.of(request.node):
        request.getfixturevalue("begun")


@pytest.fixture(autouse=True)
def _language_of_the_house() -> None:
    """A page that was asked for in one test leaves its language to the next otherwise."""
    from django.utils import translation

    translation.deactivate()


@dataclass(frozen=True)
class OwnDatabase:
    """A database only this test uses."""

    name: str
    cluster: postgres.Cluster

    @property
    def app_url(self) -> str:
        return self.cluster.app_url(self.name)

    @property
    def owner_url(self) -> str:
        return self.cluster.owner_url(self.name)

    @property
    def superuser_url(self) -> str:
        return self.cluster.superuser_url(self.name)


@contextlib.contextmanager
def _pointed_at(database: OwnDatabase, blocker) -> Iterator[None]:
    """Let Django use `database` while the block lasts."""
    from django.db import connections

    before = connections["default"].settings_dict["NAME"]
    with blocker.unblock():
        _point_django_at(database.cluster, database.name)
        try:
            yield
        finally:
            connections.close_all()
    _point_django_at(database.cluster, before)


@pytest.fixture
def own_database(cluster, template, django_db_setup, django_db_blocker) -> Iterator[OwnDatabase]:
    with _clone(cluster, template) as name:
        database = OwnDatabase(name, cluster)
        with _pointed_at(database, django_db_blocker):
            yield database


@pytest.fixture
def other_database(cluster, template) -> Iterator[OwnDatabase]:
    """One more, for a second venue; Django uses it only where it is told to."""
    with _clone(cluster, template) as name:
        yield OwnDatabase(name, cluster)


@pytest.fixture(scope="session")
def site_database(cluster, template) -> Iterator[OwnDatabase]:
    """A database for a whole session's site; Django uses it only within `working_at`."""
    with _clone(cluster, template) as name:
        yield OwnDatabase(name, cluster)


@pytest.fixture(scope="session")
def working_at(django_db_setup, django_db_blocker):
    """Return a context manager that lets this process's Django use a given database."""
    return lambda database: _pointed_at(database, django_db_blocker)


@dataclass
class Venue:
    """A demo venue; `now` is what tests pass as the moment of acts, and may be moved on."""

    now: datetime
    rulebook_version: int

    def later(self, **delta: float) -> datetime:
        self.now += timedelta(**delta)
        return self.now

    def drain(self) -> int:
        """Work off everything pending at `now`; say how much."""
        from hutong.node.worker import work_until_quiet

        return work_until_quiet(now=self.now, real_now=datetime.now(UTC))


START = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)


@beginning
def venue() -> Venue:
    from hutong.node.founding import demo_rulebook, found
    from hutong.transparency.testing import forget

    founded = Venue(now=START, rulebook_version=found(rulebook=demo_rulebook(), now=START))
    forget(_keyring())  # this venue's log begins anew, so the signer's memory does too
    return founded


def _keyring() -> Any:
    """The keyring of this process's venues, made by the first; opening it takes long on purpose."""
    from hutong.node.keys import make_keyring
    from hutong.transparency import queries

    if not any(queries.keys_directory().glob("keyring*")):
        make_keyring()
    return queries.keyring()


@pytest.fixture
def drain(venue: Venue) -> Callable[[], int]:
    """Return a function that works off everything pending at `venue.now`; says how much."""
    return venue.drain


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real records; skips, visibly, where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real records at {SHARED_DATA}")
    return SHARED_DATA
