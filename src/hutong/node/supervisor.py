"""
Runs a venue's processes: starts them in order, keeps them up, stops them in reverse.

    waiting → starting → up → stopping → stopped
                  ↑       └ crashed: waits 0.2 s … 10 s ┐
                  └─────────────────────────────────────┘
    waiting → running → done                a step (`once`): the next child waits for its end

Generic: it knows children, not what they do. One thread, so that a child's parent is the main
thread and the kernel ends the children with us (processes.py).
"""

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import FrameType
from typing import TextIO

from hutong.node.processes import User, describe_exit, dies_with_parent

TICK_SECONDS = 0.02  # how often a starting child is asked whether it is ready
ALIVE_SECONDS = 0.1  # a child that cannot be asked is up once it has lived so long
KILL_SECONDS = 5
LAST_LINES = 15
COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Child:
    """One process to keep running, or with `once` one step to run to its end."""

    name: str
    argv: list[str]
    env: Mapping[str, str] | None = None  # all of it; None: ours
    ready: Callable[[], bool] | None = None
    ready_timeout: float = 60
    essential: bool = True  # without it the start has failed
    once: bool = False
    stop_signal: int = signal.SIGTERM
    stop_timeout: float = 10
    hurry_signal: int = signal.SIGKILL
    before: Callable[[], None] | None = None  # each time, just before it is started
    after: Callable[[], None] | None = None  # when it has been stopped for good
    user: User | None = None
    relay: bool = True  # show what it says
    prefix: bool = True  # … with its name
    last_words: Callable[[], str] | None = None  # where it says why it failed, if not in its output


class State(Enum):
    WAITING = "waiting"
    STARTING = "starting"
    UP = "up"
    CRASHED = "crashed"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Event:
    """Something a person watching would want to know; `str` is the line to show."""

    child: str
    state: State
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.child}: {self.detail or self.state.value}"


class _Start:
    """A child with its current process, if any."""

    def __init__(self, child: Child, colour: int, first_delay: float) -> None:
        self.child = child
        self.colour = colour
        self.state = State.WAITING
        self.process: subprocess.Popen[bytes] | None = None
        self.since = 0.0
        self.retry_at = 0.0
        self.delay = first_delay
        self.was_up = False
        self.unfinished_line = b""
        self.lines: deque[str] = deque(maxlen=LAST_LINES)

    @property
    def is_settled(self) -> bool:
        """Tell whether the next child may start."""
        if self.state is State.CRASHED and not self.child.essential:
            return True
        return self.was_up or self.state is State.DONE

    def last_words(self) -> str:
        said = self.child.last_words() if self.child.last_words else "\n".join(self.lines)
        return said or "(it said nothing)"


class Supervisor:
    """Run `children` until a signal, a failed start, or with `stay=False` the end of the steps."""

    def __init__(
        self,
        children: Sequence[Child],
        on_event: Callable[[Event], None] | None = None,
        *,
        output: TextIO | None = None,
        stay: bool = True,
        first_delay: float = 0.2,
        longest_delay: float = 10,
        steady_after: float = 30,
    ) -> None:
        self._all = [
            _Start(child, COLOURS[number % len(COLOURS)], first_delay)
            for number, child in enumerate(children)
        ]
        self._width = max(len(name) for name in ("hutong", *(child.name for child in children)))
        self._output = output or sys.stdout
        self._on_event = on_event or self._show
        self._stay = stay
        self._first_delay = first_delay
        self._longest_delay = longest_delay
        self._steady_after = steady_after
        self._selector = selectors.DefaultSelector()
        self._stops = 0
        self._failure: Event | None = None

    def run(self) -> int:
        """Start everything, watch over it, stop it; return 0, or 1 when the start or a step failed.

        SIGINT, SIGTERM and SIGHUP stop in good order; a second one hurries.
        """
        with self._signals():
            try:
                while not (self._stops or self._failure):
                    self._advance()
                    if not self._stay and all(start.is_settled for start in self._all):
                        break
                    self._wait()
            finally:
                self._stop_all()
        if self._failure is not None:  # said last, where it will be seen
            self._on_event(self._failure)
            return 1
        return 0

    # --- starting and watching ---

    def _advance(self) -> None:
        """Start what may start, ask who is ready, notice who has ended."""
        now = time.monotonic()
        for start in self._all:
            if start.state is State.WAITING or (
                start.state is State.CRASHED and now >= start.retry_at
            ):
                self._launch(start)
            if start.process is not None and _has_ended(start.process):
                self._ended(start)
            elif start.state is State.STARTING and not start.child.once:
                self._ask_ready(start)
            if self._failure or not start.is_settled:
                return

    def _launch(self, start: _Start) -> None:
        child = start.child
        start.state, start.since = State.STARTING, time.monotonic()
        if not start.was_up:
            self._tell(start, State.STARTING)
        user = child.user
        try:
            if child.before is not None:
                child.before()
            start.process = subprocess.Popen(
                child.argv,
                env=child.env if child.env is not None else {**os.environ, "PYTHONUNBUFFERED": "1"},
                cwd="/" if user else None,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours to hand on, in order
                preexec_fn=dies_with_parent(child.stop_signal),
                user=user.uid if user else None,
                group=user.gid if user else None,
                extra_groups=[] if user else None,
            )
        except (OSError, RuntimeError) as problem:
            start.lines.append(str(problem))
            self._crashed(start, f"could not be started: {problem}")
            return
        assert start.process.stdout is not None
        os.set_blocking(start.process.stdout.fileno(), False)
        self._selector.register(start.process.stdout, selectors.EVENT_READ, start)

    def _ask_ready(self, start: _Start) -> None:
        seconds = time.monotonic() - start.since
        ready = start.child.ready
        if ready() if ready is not None else seconds > ALIVE_SECONDS:
            start.state = State.UP
            self._tell(
                start, State.UP, f"{'back' if start.was_up else 'ready'} after {seconds:.1f} s"
            )
            start.was_up = True
        elif seconds > start.child.ready_timeout:
            self._end(start)
            self._crashed(start, f"was not ready after {start.child.ready_timeout:g} s")

    def _ended(self, start: _Start) -> None:
        code = self._reap(start)
        if start.child.once and code == 0:
            start.state = State.DONE
            self._tell(start, State.DONE, f"done in {time.monotonic() - start.since:.1f} s")
        else:
            self._crashed(start, f"ended with {describe_exit(code)}")

    def _crashed(self, start: _Start, why: str) -> None:
        start.state = State.CRASHED
        if start.child.once or (start.child.essential and not start.was_up):
            words = "".join(f"\n    {line}" for line in start.last_words().splitlines())
            detail = f"the start failed: {why}; its last words:{words}"
            self._failure = Event(start.child.name, State.CRASHED, detail)
            return
        if time.monotonic() - start.since >= self._steady_after:
            start.delay = self._first_delay
        start.retry_at = time.monotonic() + start.delay
        self._tell(start, State.CRASHED, f"{why}; starting it again in {start.delay:g} s")
        start.delay = min(start.delay * 2, self._longest_delay)

    # --- stopping ---

    def _stop_all(self) -> None:
        for start in reversed(self._all):
            if start.process is not None:
                self._tell(start, State.STOPPING)
                began = time.monotonic()
                self._end(start)
                start.state = State.STOPPED
                self._tell(start, State.STOPPED, f"stopped in {time.monotonic() - began:.1f} s")
            if start.child.after is not None:
                start.child.after()
        self._selector.close()

    def _end(self, start: _Start) -> None:
        """End a child's process: politely, then firmly, then by force."""
        assert start.process is not None
        child = start.child
        patience = ((child.stop_signal, child.stop_timeout), (child.hurry_signal, KILL_SECONDS))
        for number, (sign, seconds) in enumerate((*patience, (signal.SIGKILL, KILL_SECONDS))):
            stops = self._stops
            if number == 0 and stops > 1:
                continue  # in a hurry
            with contextlib.suppress(ProcessLookupError):
                start.process.send_signal(sign)
            deadline = time.monotonic() + seconds
            while not _has_ended(start.process) and time.monotonic() < deadline:
                self._wait()
                if self._stops > max(stops, 1) and number == 0:
                    break
            if _has_ended(start.process):
                break
        self._reap(start)

    def _reap(self, start: _Start) -> int:
        """Take the exit code, the last of the output, and whatever the child left running."""
        assert start.process is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(start.process.pid, signal.SIGKILL)
        code = start.process.wait()
        stdout = start.process.stdout
        assert stdout is not None
        self._read(start)
        if start.unfinished_line:
            self._line(start, start.unfinished_line)
            start.unfinished_line = b""
        with contextlib.suppress(KeyError):
            self._selector.unregister(stdout)
        stdout.close()
        start.process = None
        return code

    # --- waiting, signals, output ---

    def _wait(self) -> None:
        """Sleep until somebody says something, a child ends, a signal comes, or it is time."""
        for key, _ in self._selector.select(self._pause()):
            if isinstance(key.data, _Start):
                self._read(key.data)
            else:
                with contextlib.suppress(BlockingIOError):
                    key.data.recv(4096)

    def _pause(self) -> float:
        if self._stops or self._failure:
            return 0.2
        now, pause = time.monotonic(), 1.0
        for start in self._all:
            if start.state is State.WAITING:
                return 0.0
            if start.state is State.STARTING and not start.child.once:
                pause = min(pause, TICK_SECONDS)
            elif start.state is State.CRASHED:
                pause = min(pause, max(0.0, start.retry_at - now))
            if not start.is_settled:
                break
        return pause

    def _read(self, start: _Start) -> None:
        assert start.process is not None
        assert start.process.stdout is not None
        while True:
            try:
                chunk = os.read(start.process.stdout.fileno(), 65536)
            except BlockingIOError:
                return
            if not chunk:
                with contextlib.suppress(KeyError):
                    self._selector.unregister(start.process.stdout)
                return
            *lines, start.unfinished_line = (start.unfinished_line + chunk).split(b"\n")
            for line in lines:
                self._line(start, line)

    def _line(self, start: _Start, raw: bytes) -> None:
        line = raw.decode(errors="replace").rstrip("\r")
        start.lines.append(line)
        if not start.child.relay:
            return
        if not start.child.prefix:
            self._say(line)
        elif self._output.isatty():
            self._say(f"\x1b[{start.colour}m{start.child.name:>{self._width}} │\x1b[0m {line}")
        else:
            self._say(f"{start.child.name:>{self._width}} │ {line}")

    def _tell(self, start: _Start, state: State, detail: str = "") -> None:
        self._on_event(Event(child=start.child.name, state=state, detail=detail))

    def _show(self, event: Event) -> None:
        self._say(f"{'hutong':>{self._width}} │ {event}")

    def _say(self, line: str) -> None:
        # A reader who has gone is no reason to stop a market.
        with contextlib.suppress(OSError, ValueError):
            print(line, file=self._output, flush=True)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Wake the loop on signals, and put the handlers back afterwards."""
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setblocking(False)
        self._selector.register(ours, selectors.EVENT_READ, ours)
        before = {sign: signal.getsignal(sign) for sign in (*STOP_SIGNALS, signal.SIGCHLD)}
        old_wakeup = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        for sign in STOP_SIGNALS:
            signal.signal(sign, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # without a handler it would not wake us
        try:
            yield
        finally:
            signal.set_wakeup_fd(old_wakeup)
            for sign, handler in before.items():
                signal.signal(sign, handler)
            ours.close()
            theirs.close()

    def _on_stop(self, sign: int, frame: FrameType | None) -> None:
        self._stops += 1


def answers(url: str) -> bool:
    """Tell whether something serves `url` without a server error; for a child's `ready`."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status < 500
    except urllib.error.HTTPError as refusal:
        return refusal.code < 500
    except (OSError, ValueError):
        return False


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Notice the end but leave the process to `_reap`, so that its group's number stays taken."""
    if process.returncode is not None:
        return True
    if not hasattr(os, "waitid"):
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
