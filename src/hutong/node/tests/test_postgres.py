"""The embedded server: private, restricted, and never outliving or being outlived by surprise."""

import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from hutong.node import postgres
from hutong.node.postgres import Cluster, Server
from hutong.node.processes import exists

PATIENCE = 10


def until(fact: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def wait_dead(pid: int) -> bool:
    return until(lambda: not exists(pid))


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A server with a database `market` in which the owner has made a table."""
    place = tmp_path_factory.mktemp("served") / "postgres"
    with postgres.running(place, durable=False) as served:
        postgres.create_database(served, "market")
        with psycopg.connect(served.owner_url("market")) as connection:
            connection.execute("CREATE TABLE lot (id bigint GENERATED ALWAYS AS IDENTITY, fen int)")
            connection.execute("CREATE TABLE old (id serial, fen int)")
        yield served
    postgres.discard(place)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A prepared directory in which nothing runs; each test leaves it so."""
    place = tmp_path_factory.mktemp("idle") / "postgres"
    postgres.prepare(place, durable=False)
    yield place
    postgres.discard(place)


@pytest.fixture
def own_place(tmp_path: Path) -> Iterator[Path]:
    """A directory that the test may break."""
    place = tmp_path / "postgres"
    postgres.prepare(place, durable=False)
    yield place
    postgres.discard(place)


# --- what the roles may ---


def test_the_application_reads_and_writes_rows(cluster: Cluster) -> None:
    with psycopg.connect(cluster.app_url("market")) as connection:
        connection.execute("INSERT INTO lot (fen) VALUES (100)")
        connection.execute("INSERT INTO old (fen) VALUES (100)")
        connection.execute("UPDATE lot SET fen = 200")
        connection.execute("DELETE FROM lot")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE own (id int)",
        "ALTER TABLE lot ADD COLUMN other int",
        "ALTER TABLE lot DISABLE TRIGGER ALL",
        "DROP TABLE lot",
        "TRUNCATE lot",
        "CREATE EXTENSION file_fdw",
        "CREATE ROLE friend",
        "CREATE DATABASE other",
        "ALTER ROLE hutong_app SUPERUSER",
        "SET ROLE hutong_owner",
        "SET session_replication_role = replica",
        "COPY lot TO '/tmp/lot'",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
def test_the_application_may_not(cluster: Cluster, statement: str) -> None:
    with psycopg.connect(cluster.app_url("market"), autocommit=True) as connection:
        with pytest.raises(
            (psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)
        ):
            connection.execute(statement)
        assert connection.execute("SELECT count(*) FROM lot").fetchone() is not None


def test_the_application_cannot_enter_other_databases(cluster: Cluster) -> None:
    for database in ("postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(cluster.app_url(database))


def test_the_owner_is_no_superuser(cluster: Cluster) -> None:
    flags = "SELECT rolsuper::int || ':' || rolcreatedb::int FROM pg_roles WHERE rolname = user"
    assert ask(cluster.owner_url("market"), flags) == "0:1"


def test_a_copy_of_a_database_keeps_its_tables_and_its_privileges(cluster: Cluster) -> None:
    postgres.create_database(cluster, "copy", template="market")
    try:
        assert ask(cluster.app_url("copy"), "SELECT count(*) FROM lot") == 0
        with psycopg.connect(cluster.owner_url("copy")) as connection:
            connection.execute("CREATE TABLE later (id int)")
        assert ask(cluster.app_url("copy"), "SELECT count(*) FROM later") == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(cluster.app_url("copy"), "CREATE TABLE own (id int)")
    finally:
        postgres.drop_database(cluster, "copy")
    assert not postgres.database_exists(cluster, "copy")


def test_a_database_is_not_made_twice(cluster: Cluster) -> None:
    with pytest.raises(psycopg.errors.DuplicateDatabase):
        postgres.create_database(cluster, "market")


def test_vectors_are_at_hand(cluster: Cluster) -> None:
    assert ask(cluster.app_url("market"), "SELECT '[3,4]'::vector <-> '[0,0]'") == 5.0


# --- how one gets in ---


def test_nobody_enters_without_a_password(cluster: Cluster) -> None:
    for role in ("postgres", "hutong_owner", "hutong_app"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://{role}@/market?host={cluster.socket_directory}")


def test_the_only_door_is_a_private_socket(cluster: Cluster) -> None:
    assert ask(cluster.app_url("market"), "SHOW listen_addresses") == ""
    assert stat.S_IMODE(cluster.socket_directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(cluster.data_directory.stat().st_mode) == 0o700
    assert len(str(cluster.socket_directory)) <= 60


def test_passwords_are_in_a_private_file_and_in_no_log(cluster: Cluster) -> None:
    assert stat.S_IMODE((cluster.directory / "passwords.json").stat().st_mode) == 0o600
    said = "".join(log.read_text() for log in cluster.log_directory.glob("*.log"))
    for password in (cluster.superuser_password, cluster.owner_password, cluster.app_password):
        assert password not in said
        assert password not in repr(cluster)


def test_no_connection_pays_for_slowing_down_whoever_guesses_192_bits(cluster: Cluster) -> None:
    url = cluster.superuser_url("market")
    kept = "SELECT bool_and(rolpassword LIKE 'SCRAM-SHA-256$1:%') FROM pg_authid WHERE rolcanlogin"
    assert ask(url, kept) is True


def test_the_database_speaks_utf8_with_checksums(cluster: Cluster) -> None:
    url = cluster.app_url("market")
    assert ask(url, "SHOW server_encoding") == "UTF8"
    assert ask(url, "SHOW data_checksums") == "on"
    assert ask(url, "SHOW timezone") == "UTC"
    assert ask(url, "SELECT upper('é互通')") == "É互通"


@pytest.mark.parametrize(("durable", "flush"), [(True, "on"), (False, "off")])
def test_only_a_throwaway_server_does_not_flush(place: Path, durable: bool, flush: str) -> None:
    with postgres.running(place, durable=durable) as cluster:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert ask(cluster.superuser_url(), f"SHOW {setting}") == flush


# --- starting, stopping, dying ---


def test_preparing_again_changes_nothing(place: Path) -> None:
    assert postgres.prepare(place, durable=False) == postgres.prepare(place, durable=False)


def test_a_stop_leaves_nothing_running(place: Path) -> None:
    server = Server(postgres.prepare(place, durable=False))
    server.start()
    pid = server.pid
    assert pid is not None
    assert server.is_running
    server.stop()
    assert not server.is_running
    assert not exists(pid)
    assert not server.is_ready()


def test_rows_survive_a_kill_of_the_server(own_place: Path) -> None:
    server = Server(postgres.prepare(own_place, durable=True))
    server.start()
    postgres.create_database(server.cluster, "market")
    with psycopg.connect(server.cluster.owner_url("market")) as connection:
        connection.execute("CREATE TABLE lot AS SELECT 7 AS fen")
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    assert wait_dead(server.pid)
    server.start()
    assert ask(server.cluster.owner_url("market"), "SELECT fen FROM lot") == 7
    server.stop()


def test_an_interrupted_preparation_is_done_again(own_place: Path) -> None:
    cluster = postgres.prepare(own_place, durable=False)
    cluster.data_directory.rename(cluster.directory / "data.unfinished")
    with postgres.running(own_place, durable=False) as cluster:
        assert ask(cluster.superuser_url(), "SELECT 1") == 1


def test_a_second_server_is_told_who_serves(place: Path) -> None:
    with (
        postgres.running(place, durable=False),
        pytest.raises(postgres.AlreadyServed, match=f"process {os.getpid()}"),
        postgres.running(place, durable=False),
    ):
        pass


def test_a_tool_uses_the_server_that_is_up(place: Path) -> None:
    with postgres.running(place, durable=True) as cluster:
        with postgres.reachable(place) as same:
            assert same == cluster
            assert ask(same.superuser_url(), "SELECT 1") == 1
        assert ask(cluster.superuser_url(), "SELECT 1") == 1


def test_a_start_stops_the_orphan_of_a_killed_owner(place: Path) -> None:
    cluster = postgres.prepare(place, durable=False)
    user = cluster.user
    orphan = subprocess.Popen(
        Server(cluster).argv,
        cwd="/",
        stderr=subprocess.DEVNULL,
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
    )
    server = Server(cluster)
    assert until(server.is_ready)
    server.start()
    try:
        assert orphan.wait(PATIENCE) in (0, 1)  # 1: it was told to stop as soon as it was ready
        assert ask(cluster.superuser_url(), "SELECT 1") == 1
    finally:
        server.stop()


def test_a_start_spares_a_stranger_with_the_old_number(place: Path) -> None:
    cluster = postgres.prepare(place, durable=False)
    user = cluster.user
    stranger = subprocess.Popen(["sleep", "60"], user=user.uid if user else None)
    try:
        (cluster.data_directory / "postmaster.pid").write_text(
            f"{stranger.pid}\n{cluster.data_directory}\n1\n5432\n/tmp\n\n1 1\nready\n"
        )
        with postgres.running(place, durable=False):
            assert ask(cluster.superuser_url(), "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel must tell a child of the end")
def test_a_killed_owner_takes_the_server_with_it(place: Path) -> None:
    script = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from hutong.node import postgres
        server = postgres.Server(postgres.prepare(Path(sys.argv[1]), durable=False))
        server.start()
        print(server.pid, flush=True)
        time.sleep(60)
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(place)], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        server_pid = int(owner.stdout.readline())
        owner.kill()
    assert wait_dead(server_pid)


def test_a_server_that_cannot_start_says_why(own_place: Path) -> None:
    cluster = postgres.prepare(own_place, durable=False)
    (cluster.data_directory / "local.conf").write_text("shared_buffers = 'plenty'\n")
    with (
        pytest.raises(postgres.PostgresError, match="shared_buffers"),
        postgres.running(own_place, durable=False),
    ):
        pass


def test_data_of_another_release_is_refused(own_place: Path) -> None:
    cluster = postgres.prepare(own_place, durable=False)
    (cluster.data_directory / "PG_VERSION").write_text("15\n")
    with pytest.raises(postgres.PostgresError, match="made by PostgreSQL 15"):
        postgres.prepare(own_place)


def test_lost_passwords_are_named(own_place: Path) -> None:
    cluster = postgres.prepare(own_place, durable=False)
    (cluster.directory / "passwords.json").unlink()
    with pytest.raises(postgres.PostgresError, match=r"passwords\.json are gone"):
        postgres.prepare(own_place)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody else to run as")
def test_root_leaves_directories_it_did_not_make_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    cluster = postgres.prepare(tmp_path / "postgres", durable=False)
    try:
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
        assert tmp_path not in cluster.directory.parents
        assert cluster.service_user in ("hutong", "postgres", "nobody")
    finally:
        postgres.discard(tmp_path / "postgres")
    assert not cluster.directory.exists()
