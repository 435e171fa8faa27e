"""Children are started in order, kept up, and never left behind."""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from hutong.node import postgres
from hutong.node.paths import state_directory
from hutong.node.presence import AlreadyRunning, Presence, present, who_runs
from hutong.node.processes import exists
from hutong.node.supervisor import Child, Event, State, Supervisor, answers

PATIENCE = 10

HEADER = """
import sys, signal
from pathlib import Path
from hutong.node.supervisor import Child, Supervisor, answers
def sh(name, script, **more):
    return Child(name, ["/bin/sh", "-c", script], **more)
"""
STAY = "trap 'echo bye; exit 0' TERM; echo pid $$; while :; do sleep 0.05; done"
STUBBORN = "trap '' TERM; echo pid $$; while :; do sleep 0.05; done"


class Watched:
    """A supervisor in a process of its own, with what it has said so far."""

    def __init__(self, script: str, said: Path) -> None:
        self._said = said
        with said.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", HEADER + textwrap.dedent(script)],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self._said.read_text()

    def lines(self, pattern: str) -> list[str]:
        return re.findall(pattern, self.said)

    def wait_for(self, pattern: str, times: int = 1) -> list[str]:
        assert until(lambda: len(self.lines(pattern)) >= times), self.said
        return self.lines(pattern)

    def stop(self, sign: int = signal.SIGTERM) -> int:
        self.process.send_signal(sign)
        return self.process.wait(PATIENCE)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[[str], Watched]]:
    started: list[Watched] = []

    def start(script: str) -> Watched:
        started.append(Watched(script, tmp_path / f"said-{len(started)}"))
        return started[-1]

    yield start
    for watched in started:
        if watched.process.poll() is None:
            watched.process.kill()
            watched.process.wait()


def until(fact: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def all_dead(pids: list[str]) -> bool:
    return until(lambda: not any(exists(int(pid)) for pid in pids))


def supervise(*children: Child, **options: float) -> tuple[int, list[Event]]:
    """Run steps to their end in this process."""
    events: list[Event] = []
    supervisor = Supervisor(children, events.append, stay=False, **options)  # type: ignore[arg-type]
    return supervisor.run(), events


def shell(name: str, script: str, **more: object) -> Child:
    return Child(name, ["/bin/sh", "-c", script], **more)  # type: ignore[arg-type]


# --- starting ---


def test_a_child_starts_when_the_one_before_it_is_ready(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code, events = supervise(
        shell("slow", f"sleep 0.2; touch {mark}; sleep 60", ready=mark.exists),
        shell("next", f"test -e {mark}", once=True),
    )
    assert code == 0
    assert [(event.child, event.state) for event in events] == [
        ("slow", State.STARTING),
        ("slow", State.UP),
        ("next", State.STARTING),
        ("next", State.DONE),
        ("slow", State.STOPPING),
        ("slow", State.STOPPED),
    ]


def test_a_failed_step_fails_the_start_with_its_last_words() -> None:
    code, events = supervise(
        shell("up", "sleep 60"),
        shell("migrate", "echo no such column; exit 4", once=True),
        shell("never", "true", once=True),
    )
    assert code == 1
    assert str(events[-1]) == (
        "migrate: the start failed: ended with exit code 4; its last words:\n    no such column"
    )
    assert "never" not in {event.child for event in events}
    assert (events[-2].child, events[-2].state) == ("up", State.STOPPED)


def test_a_child_that_is_never_ready_fails_the_start() -> None:
    code, events = supervise(
        shell("deaf", "echo waiting; sleep 60", ready=lambda: False, ready_timeout=0.1)
    )
    assert code == 1
    assert "was not ready after 0.1 s; its last words:\n    waiting" in str(events[-1])


def test_a_program_that_is_not_there_fails_the_start() -> None:
    code, events = supervise(Child("ghost", ["/no/such/program"]))
    assert code == 1
    assert "could not be started" in str(events[-1])
    assert "/no/such/program" in str(events[-1])


def test_what_goes_wrong_before_a_start_fails_it() -> None:
    def refuse() -> None:
        raise RuntimeError("the directory belongs to somebody else")

    code, events = supervise(shell("child", "sleep 60", before=refuse))
    assert code == 1
    assert "the directory belongs to somebody else" in str(events[-1])


def test_a_child_that_is_not_essential_does_not_hold_up_the_start() -> None:
    code, events = supervise(
        shell("extra", "exit 3", essential=False, ready=lambda: False),
        shell("step", "true", once=True),
    )
    assert code == 0
    assert ("step", State.DONE) in {(event.child, event.state) for event in events}


def test_a_child_gets_exactly_the_environment_it_is_given() -> None:
    code, _ = supervise(
        shell("env", 'test "$GIVEN" = yes && test -z "$HOME"', once=True, env={"GIVEN": "yes"})
    )
    assert code == 0


# --- keeping up ---


def test_a_crashed_child_is_started_again_with_growing_delay(
    watch: Callable[[str], Watched], tmp_path: Path
) -> None:
    venue = watch(
        f"""
        here, seen = Path({str(tmp_path / "here")!r}), Path({str(tmp_path / "seen")!r})
        def ready():
            if here.exists():
                seen.touch()
            return here.exists()
        script = f"echo here; touch {{here}}; until test -e {{seen}}; do sleep 0.01; done; exit 3"
        sys.exit(Supervisor([sh("web", script, ready=ready)], first_delay=0.02).run())
        """
    )
    venue.wait_for("web │ here", 4)
    delays = venue.wait_for(r"web: ended with exit code 3; starting it again in (\S+) s", 4)
    assert delays[:4] == ["0.02", "0.04", "0.08", "0.16"]
    assert venue.stop() == 0


def test_the_delay_starts_over_after_steady_work(watch: Callable[[str], Watched]) -> None:
    venue = watch(
        """
        web = sh("web", "sleep 0.3; exit 3", ready=lambda: True)
        sys.exit(Supervisor([web], first_delay=0.02, steady_after=0.05).run())
        """
    )
    delays = venue.wait_for(r"starting it again in (\S+) s", 3)
    assert set(delays) == {"0.02"}
    assert venue.stop() == 0


def test_a_killed_child_takes_its_own_children_before_it_is_started_again(
    watch: Callable[[str], Watched],
) -> None:
    venue = watch(
        """
        web = sh("web", "sleep 60 & echo inner $!; echo outer $$; wait", ready=lambda: True)
        sys.exit(Supervisor([web]).run())
        """
    )
    inner = venue.wait_for(r"inner (\d+)")
    outer = venue.wait_for(r"outer (\d+)")
    venue.wait_for("web: ready")
    os.kill(int(outer[0]), signal.SIGKILL)
    venue.wait_for("ended with signal SIGKILL")
    assert all_dead(inner)
    venue.wait_for(r"outer (\d+)", 2)
    assert venue.stop() == 0


# --- stopping ---


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_children_in_reverse(watch: Callable[[str], Watched], sign: int) -> None:
    venue = watch(
        f"""
        names = ("first", "second", "third")
        sys.exit(Supervisor([sh(name, {STAY!r}) for name in names]).run())
        """
    )
    pids = venue.wait_for(r"pid (\d+)", 3)
    assert venue.stop(sign) == 0
    assert venue.lines(r"(\w+): stopped") == ["third", "second", "first"]
    assert venue.lines(r"(\w+) │ bye") == ["third", "second", "first"]
    assert all_dead(pids)


def test_a_second_signal_hurries(watch: Callable[[str], Watched]) -> None:
    venue = watch(
        f"""
        sys.exit(Supervisor([sh("deaf", {STUBBORN!r}, stop_timeout=60)]).run())
        """
    )
    pids = venue.wait_for(r"pid (\d+)")
    venue.process.send_signal(signal.SIGINT)
    venue.wait_for("deaf: stopping")
    assert venue.stop(signal.SIGINT) == 0
    assert all_dead(pids)


def test_a_child_that_does_not_stop_in_time_is_killed(watch: Callable[[str], Watched]) -> None:
    venue = watch(
        f"""
        sys.exit(Supervisor([sh("deaf", {STUBBORN!r}, stop_timeout=0.1)]).run())
        """
    )
    pids = venue.wait_for(r"pid (\d+)")
    assert venue.stop() == 0
    assert all_dead(pids)


def test_a_signal_during_the_start_stops_what_has_started(watch: Callable[[str], Watched]) -> None:
    venue = watch(
        f"""
        sys.exit(Supervisor([sh("up", {STAY!r}), sh("long", "sleep 60", once=True)]).run())
        """
    )
    pids = venue.wait_for(r"pid (\d+)")
    venue.wait_for("long: starting")
    assert venue.stop() == 0
    assert venue.lines(r"(\w+): stopped") == ["long", "up"]
    assert all_dead(pids)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel must tell a child of the end")
def test_a_killed_supervisor_leaves_no_children(
    watch: Callable[[str], Watched], database: Path
) -> None:
    venue = watch(
        f"""
        from hutong.node import postgres
        server = postgres.Server(postgres.prepare(Path({str(database)!r}), durable=False))
        print("home", server.cluster.directory, flush=True)
        sys.exit(Supervisor([server.as_child(), sh("one", {STAY!r}), sh("two", {STAY!r})]).run())
        """
    )
    pids = venue.wait_for(r"pid (\d+)", 2)
    home = Path(venue.wait_for(r"home (\S+)")[0])
    pids.append((home / "data" / "postmaster.pid").read_text().split()[0])
    assert exists(int(pids[-1]))
    venue.process.kill()
    venue.process.wait()
    assert all_dead(pids)
    with postgres.running(database, durable=False) as cluster:
        assert postgres.database_exists(cluster, "postgres")


def test_a_killed_database_is_started_again(
    watch: Callable[[str], Watched], database: Path
) -> None:
    venue = watch(
        f"""
        from hutong.node import postgres
        server = postgres.Server(postgres.prepare(Path({str(database)!r}), durable=True))
        sys.exit(Supervisor([server.as_child()]).run())
        """
    )
    venue.wait_for("postgres: ready")
    cluster = postgres.prepare(database)
    with psycopg.connect(cluster.superuser_url()) as session:
        session.execute("CREATE TABLE kept AS SELECT 7 AS fen")
        session.commit()
        pid_file = cluster.data_directory / "postmaster.pid"
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
        venue.wait_for("postgres: ended with signal SIGKILL; starting it again in 0.2 s")
        venue.wait_for("postgres: back after")
    with psycopg.connect(cluster.superuser_url()) as session:
        assert session.execute("SELECT fen FROM kept").fetchone() == (7,)
    assert venue.stop() == 0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "postgres"
    postgres.discard(tmp_path / "postgres")


def test_a_child_that_ends_at_once_fails_the_start() -> None:
    code, events = supervise(shell("worker", "echo no such option; exit 2"))
    assert code == 1
    assert "ended with exit code 2; its last words:\n    no such option" in str(events[-1])


def test_a_reader_who_leaves_does_not_stop_the_venue(watch: Callable[[str], Watched]) -> None:
    script = HEADER + "sys.exit(Supervisor([sh('a', 'echo one; sleep 0.3; echo two')]).run())"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as venue:
        assert venue.stdout is not None
        venue.stdout.readline()
        venue.stdout.close()
        with pytest.raises(subprocess.TimeoutExpired):
            venue.wait(0.7)
        venue.terminate()
        assert venue.wait(PATIENCE) == 0


# --- who is running ---


def test_a_second_start_is_told_who_runs_and_where(tmp_path: Path) -> None:
    with present(tmp_path, address="http://127.0.0.1:8000"):
        assert who_runs(tmp_path) == Presence(pid=os.getpid(), address="http://127.0.0.1:8000")
        with (
            pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}, http://127.0.0.1:8000"),
            present(tmp_path, address="http://127.0.0.1:9000"),
        ):
            pass
    assert who_runs(tmp_path) is None


def test_the_trace_of_a_killed_venue_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "up.json").write_text(json.dumps({"pid": os.getpid(), "address": "http://old"}))
    assert who_runs(tmp_path) is None
    with present(tmp_path, address="http://new"):
        assert who_runs(tmp_path) == Presence(pid=os.getpid(), address="http://new")


def test_the_state_directory_is_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUTONG_STATE", str(tmp_path / "deep" / "venue"))
    state = state_directory()
    assert state == tmp_path / "deep" / "venue"
    assert state.stat().st_mode & 0o066 == 0


def test_nothing_answers_where_nobody_listens() -> None:
    assert not answers("http://127.0.0.1:9/")
