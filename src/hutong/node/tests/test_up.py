"""
`./hutong up` as people run it: from nothing, over kills, as root and as somebody ordinary.

One venue serves the tests of this file, in their order; each leaves it running.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import httpx
import pytest

from hutong.node import up
from hutong.node.presence import who_runs
from hutong.node.processes import working_in

DRILL = pytest.mark.drill
CHILDREN = ("gunicorn", "hutong.node.worker", "uvicorn")
PATIENCE = 240  # a bound for machines that are busy with something else
OURS = ("HUTONG_DATABASE_URL", "HUTONG_OWNER_DATABASE_URL", "HUTONG_STATE", "HUTONG_EMAIL_URL")


def until(what, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "in vain"
        time.sleep(0.05)
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running:
    """One `up`, and what it said."""

    def __init__(self, state, *, port=None, before=(sys.executable,), environment=None):
        self.state, self.port = state, port or free_port()
        self.log = state.parent / f"{state.name}.log"
        inherited = {k: v for k, v in os.environ.items() if k not in OURS}
        self.env = {
            **inherited,
            "HUTONG_STATE": str(state),
            "PYTHONPATH": str(Path(up.__file__).parents[2]),
            "DJANGO_SETTINGS_MODULE": "hutong.node.settings",
            **(environment or {}),
        }
        self.command = [*before, "-m", "hutong.node.cli"]
        with self.log.open("wb") as said:
            self.process = subprocess.Popen(
                [*self.command, "up", "--demo", "--port", str(self.port)],
                env=self.env,
                cwd="/",
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self):
        return self.log.read_text(errors="replace")

    def get(self, path="/readyz"):
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=30)
        return None

    def is_serving(self):
        assert self.process.poll() is None, self.said()
        answer = self.get()
        return answer is not None and answer.status_code == 200

    def other(self, *arguments):
        """Run a command on the same venue."""
        return subprocess.run(
            [*self.command, *arguments],
            env=self.env,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def child(self, words):
        """The process of ours whose command line holds `words`; its main one, if it has several."""
        for entry in sorted(Path("/proc").glob("[0-9]*"), key=lambda e: int(e.name)):
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if parent == self.process.pid and words in line:
                    return int(entry.name)
        return None

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def place():
    """Short, for socket paths; open, for whoever the servers run as."""
    place = Path(tempfile.mkdtemp(prefix="hutong-up-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def venue_up(place):
    running = Running(place / "venue")
    try:
        until(running.is_serving)
        yield running
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            if running.process.poll() is None:
                running.interrupt()
        if running.process.poll() is None:
            running.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
class TestUp:
    def test_from_nothing_to_the_first_page(self, venue_up):
        page = venue_up.get("/")
        assert page.status_code == 200
        assert "上海技术交易所" in page.text
        described = venue_up.get("/.well-known/hutong.json").json()
        assert described["demo"] is True
        assert described["origin"] == f"http://127.0.0.1:{venue_up.port}"
        assert "keys: made" in venue_up.said()

    def test_the_live_stream_passes(self, venue_up):
        with httpx.stream(
            "GET", f"http://127.0.0.1:{venue_up.port}/live/board", timeout=60
        ) as answer:
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            assert next(answer.iter_raw())

    def test_a_second_up_says_who_runs_it(self, venue_up):
        again = venue_up.other("up")
        assert again.returncode == 2
        assert f"process {venue_up.process.pid}" in again.stderr
        assert f"http://127.0.0.1:{venue_up.port}" in again.stderr

    def test_a_taken_port_is_said(self, venue_up, place):
        env = {**venue_up.env, "HUTONG_STATE": str(place / "other")}
        other = subprocess.run(
            [*venue_up.command, "up", "--port", str(venue_up.port)],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert other.returncode == 2
        assert f"port {venue_up.port} is in use" in other.stderr

    def test_commands_work_beside_it(self, venue_up):
        appointed = venue_up.other(
            "officer", "appoint", "admin@venue.example", "--name", "管理员", "--json"
        )
        assert appointed.returncode == 2  # no terminal to ask for a password
        linked = venue_up.other("officer", "link", "nobody@venue.example")
        assert "no account" in linked.stderr

    @pytest.mark.parametrize(
        "words", ["postgres", *(pytest.param(w, marks=DRILL) for w in CHILDREN)]
    )
    def test_a_killed_child_comes_back_and_works(self, venue_up, words):
        pid = until(lambda: venue_up.child(words))
        os.kill(pid, signal.SIGKILL)
        until(lambda: venue_up.child(words) not in (None, pid))
        until(venue_up.is_serving)
        until(lambda: "hutong_pending_entries 0.0" in venue_up.get("/metrics").text)

    def test_a_killed_supervisor_leaves_nothing_behind_and_up_works_again(self, venue_up, place):
        venue_up.kill()
        assert who_runs(venue_up.state) is None
        again = Running(venue_up.state, port=venue_up.port)
        venue_up.process = again.process
        until(venue_up.is_serving)
        assert venue_up.get("/").status_code == 200
        assert "migrations" not in again.said(), "the schema was in step"

    def test_ctrl_c_stops_everything_and_exits_with_zero(self, venue_up):
        data = venue_up.state / "postgres" / "data"
        assert venue_up.interrupt() == 0
        assert list(working_in(data, "postgres")) == []
        assert who_runs(venue_up.state) is None
        assert venue_up.get() is None
        assert "Traceback" not in venue_up.said()


@pytest.mark.drill
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="no setpriv here")
def test_an_ordinary_user_can_run_a_venue(place):
    import pwd

    nobody = pwd.getpwnam("nobody")
    home = place / "nobody"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    become = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
    paths = os.pathsep.join((str(Path(up.__file__).parents[2]), sysconfig.get_path("purelib")))
    environment = {"HOME": str(home), "PYTHONPATH": paths}
    python = next((p for p in pythons() if can_run(become, p, environment)), None)
    if python is None:
        pytest.skip("no Python here that others can run, or this checkout is closed to them")
    running = Running(home / "venue", before=(*become, python), environment=environment)
    try:
        until(running.is_serving)
        files = {p.owner() for p in (home / "venue").rglob("*")}
        assert files == {"nobody"}
        assert json.loads(running.get("/.well-known/hutong.json").text)["demo"] is True
        assert running.interrupt() == 0
    finally:
        if running.process.poll() is None:
            running.kill()


def pythons():
    """This one, and others of its version: this one may lie in a home that is closed to others."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return [sys.executable, f"/usr/local/bin/{name}", f"/usr/bin/{name}"]


def can_run(become, python, environment):
    """Whether the ordinary user can start it, and it itself again (as the supervisor does)."""
    code = (
        "import subprocess, sys;"
        "subprocess.run([sys.executable, '-c', 'import hutong, psycopg, uvloop'], check=True)"
    )
    if not Path(python).exists():
        return False
    tried = subprocess.run([*become, python, "-c", code], env=environment, capture_output=True)
    return tried.returncode == 0
