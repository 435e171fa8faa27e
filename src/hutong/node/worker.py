"""
The worker: sequencer, reactions, witnesses, messages to other venues, due timers, search index and
queued jobs, a thread each.

    journal ─NOTIFY─► sequencer ─► positions, checkpoint ─► reactions ─► what follows
                                                └─► witnesses are asked to cosign (LO-3)
    outbox  ─NOTIFY─► messages, until they are answered (NE-2); their evidence, into the log
    clock   ───────► due timers; seals of what stays hidden (LI-4); the list of members (NE-1)
    procrastinate ─► e-mail and other real-time jobs

All state is in the database: any thread may die at any instruction and the next run goes on.
"""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import django
import psycopg
import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from procrastinate.exceptions import ConnectorException

from hutong.node.loading import loading
from hutong.transparency.shelf import ShelfAway
from hutong.transparency.signers import SignerUnusable
from hutong.transparency.signing import ForkRefused

log = structlog.get_logger(__name__)

# A loop works when its bell rings. These are for what nothing rings for, or when a ring was lost.
RARELY_SECONDS = 5.0
CLOCK_SECONDS = 1.0  # what becomes due by real time alone, with a bound of seconds on its delay
SOON_SECONDS = 0.2
# A bell that rings again and again is answered every so often: what came meanwhile is one work.
TIMERS_REST_SECONDS = 0.2
FILES_REST_SECONDS = 0.2
NETWORK_REST_SECONDS = 0.3
# A stream of entries is placed, and shown to witnesses, in larger and larger pieces; it is over when
# for a moment there was nothing to do.
LONGEST_SEQUENCING_REST_SECONDS = 0.2
WITNESS_PAUSE_SECONDS = 0.3
LONGEST_WITNESS_PAUSE_SECONDS = 2.0
IDLE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10
STALLED_SECONDS = 30  # a worker not heard of for so long is dead
JOIN_SECONDS = 8
ROUNDS = 1000
AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)


def work_until_quiet(*, now: datetime, real_now: datetime) -> int:
    """Sequence, react and run what is due at `now` until nothing is left. Returns how much.

    For tests and one-shot commands; the running worker does the same in threads.
    """
    from hutong.due.running import run_due
    from hutong.journal.reacting import run_once
    from hutong.node.log import sequence
    from hutong.node.reactions import REACTIONS
    from hutong.node.timers import TIMERS

    done = 0
    for _ in range(ROUNDS):
        round_done = sequence() + run_once(REACTIONS, real_now=real_now)
        round_done += run_due(TIMERS, now=now, real_now=real_now)
        if not round_done:
            return done
        done += round_done
    raise RuntimeError("the work never ends: a reaction feeds itself")


class Bell:
    """Wakes who waits for it."""

    def __init__(self) -> None:
        self._rung = threading.Event()

    def wait(self, seconds: float) -> None:
        self._rung.wait(seconds)
        self._rung.clear()

    def ring(self) -> None:
        self._rung.set()


class Breath:
    """Rests between runs, the longer the more came one upon the other: what happens alone is done
    at once, and of a stream several in one go."""

    def __init__(self, least: float, longest: float, *, steps: int) -> None:
        self._least, self._longest, self._steps = least, longest, steps
        self._runs, self._rested = 0, 0.0

    def seconds(self, began: float, ended: float) -> float:
        """How long to rest after a run that had something to do (moments are monotonic)."""
        at_once = began - self._rested < IDLE_SECONDS
        self._runs = min(self._runs + 1, self._steps) if at_once else 0
        rest = self._least + (self._longest - self._least) * self._runs / self._steps
        self._rested = ended + rest
        return rest


def listen(bells: Mapping[str, Sequence[Bell]], stopping: threading.Event) -> None:
    """Ring the bells of each channel on which the database notifies; reconnects for ever.

    One connection for all channels. After a loss all are rung: what was said meanwhile nobody heard.
    """
    while not stopping.is_set():
        try:
            with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
                for channel in bells:
                    connection.execute(f"LISTEN {channel}")
                for bell in {bell for rung in bells.values() for bell in rung}:
                    bell.ring()
                while not stopping.is_set():
                    for notified in connection.notifies(timeout=1, stop_after=1):
                        for bell in bells[notified.channel]:
                            bell.ring()
        except psycopg.Error:
            stopping.wait(1)


def run() -> None:
    """Run until SIGTERM or SIGINT. The worker's process."""
    with loading():
        django.setup()
        from hutong.due import queries as due
        from hutong.due.running import run_due
        from hutong.journal.actions import CHANNEL as JOURNAL
        from hutong.journal.reacting import next_retry, run_once
        from hutong.network.claims.actions import CHANNEL as HELD
        from hutong.network.claims.jobs import Keeper
        from hutong.network.membership.jobs import GROUNDS
        from hutong.network.messages.actions import CHANNEL as OUTBOX
        from hutong.network.messages.jobs import Sender, commit_evidence
        from hutong.network.mirrors.jobs import Following
        from hutong.network.recognition.jobs import Watch
        from hutong.node.log import publish, seal, sequence
        from hutong.node.messaging import KINDS
        from hutong.node.reactions import REACTIONS
        from hutong.node.searching import BESIDE, FEEDS, home
        from hutong.node.timers import TIMERS
        from hutong.search.following import Follower
        from hutong.transparency.actions import BATCH as SEQUENCED_AT_ONCE
        from hutong.transparency.cosigning.actions import CHANNEL as SHOWN
        from hutong.transparency.cosigning.jobs import collect
        from hutong.venues import queries as venues
        from hutong.venues.jobs import Members

    stopping = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stopping.set())

    written, sequenced, signed, growing, moved, found = (Bell() for _ in range(6))
    vouched, shown, queued, held, known, sealed, kept = (Bell() for _ in range(7))
    bells = {
        JOURNAL: (written, moved),
        "hutong_clock": (moved,),
        SHOWN: (shown,),
        OUTBOX: (queued,),
        HELD: (held, known),
    }
    sender = Sender(KINDS)
    keeper = Keeper()
    follower = Follower(FEEDS, beside=BESIDE, home=home, stopping=stopping.is_set)
    members = Members(GROUNDS)
    between_checkpoints = Breath(0.0, LONGEST_SEQUENCING_REST_SECONDS, steps=20)
    between_rounds = Breath(WITNESS_PAUSE_SECONDS, LONGEST_WITNESS_PAUSE_SECONDS, steps=8)

    def looked() -> None:
        shown.ring()
        found.ring()
        vouched.ring()
        held.ring()

    following = Following(ring=looked, stopping=stopping.is_set)

    def sequencing() -> int:
        began, done = time.monotonic(), sequence()
        if done:
            sequenced.ring()
            signed.ring()
            growing.ring()
            found.ring()
            held.ring()
            stopping.wait(between_checkpoints.seconds(began, time.monotonic()))
        return done if done >= SEQUENCED_AT_ONCE else 0  # for what came meanwhile it rings

    def reacting() -> int:
        return run_once(REACTIONS, real_now=datetime.now(UTC))

    def timing() -> int:
        real_now = datetime.now(UTC)
        return run_due(TIMERS, now=due.venue_now(real_now), real_now=real_now)

    def until_due() -> float:
        return _at_most(due.next_real_moment(datetime.now(UTC)))

    def until_retried() -> float:
        return _at_most(next_retry())

    def witnesses() -> int:
        began, cosigned = time.monotonic(), collect()
        if cosigned:
            stopping.wait(between_rounds.seconds(began, time.monotonic()))
        return cosigned

    def membership() -> int:
        real_now = datetime.now(UTC)
        return members.step(now=due.venue_now(real_now), real_now=real_now)

    def until_member() -> float:
        return CLOCK_SECONDS if venues.network() is None else RARELY_SECONDS

    def sealing() -> int:
        seal(datetime.now(UTC))
        return 0

    def evidence() -> int:
        commit_evidence()
        return 0

    threads = [
        threading.Thread(target=listen, args=(bells, stopping), name="bells", daemon=True),
        _loop("sequencer", sequencing, written, stopping),
        _loop("reactions", reacting, sequenced, stopping, until_retried),
        _loop("timers", timing, moved, stopping, until_due, TIMERS_REST_SECONDS),
        _loop("witnesses", witnesses, signed, stopping),
        _loop("mirrors", following.step, shown, stopping, CLOCK_SECONDS),
        _loop("recognition", Watch().step, vouched, stopping, CLOCK_SECONDS, NETWORK_REST_SECONDS),
        _loop("search", follower.step, found, stopping, rest=FILES_REST_SECONDS),
        _loop("log files", publish, growing, stopping, rest=FILES_REST_SECONDS),
        _loop("seals", sealing, sealed, stopping),
        _loop("claims", keeper.step, held, stopping, rest=NETWORK_REST_SECONDS),
        _loop("messages", sender.step, queued, stopping, CLOCK_SECONDS),
        _loop("evidence", evidence, kept, stopping),
        _loop("members", membership, known, stopping, until_member, NETWORK_REST_SECONDS),
        threading.Thread(target=_jobs, args=(stopping,), name="jobs", daemon=True),
    ]
    for thread in threads:
        thread.start()
    print("worker: ready", flush=True)  # noqa: T201  (the supervisor's console)
    parent = os.getppid()
    while not stopping.wait(1):
        if os.getppid() != parent:
            stopping.set()  # our supervisor is gone
    for bell in (
        *(written, sequenced, signed, growing, moved, found),
        *(vouched, shown, queued, held, known, sealed, kept),
    ):
        bell.ring()
    for thread in threads[1:]:
        thread.join(timeout=JOIN_SECONDS)
    following.close()


def _at_most(moment: datetime | None) -> float:
    """Seconds until a moment of real time, within what a loop may pause."""
    if moment is None:
        return RARELY_SECONDS
    seconds = (moment - datetime.now(UTC)).total_seconds()
    return min(max(seconds, SOON_SECONDS), RARELY_SECONDS)


def _loop(
    name: str,
    work: Callable[[], int],
    bell: Bell,
    stopping: threading.Event,
    pause: float | Callable[[], float] = RARELY_SECONDS,
    rest: float = 0.0,
) -> threading.Thread:
    """A thread that works until there is nothing to do, then waits for its bell, at most a pause.

    `rest`: what it waits after each work, however much there is and whatever rings.
    """

    def run() -> None:
        failures = 0
        while not stopping.is_set():
            try:
                seconds = 0.0 if work() else pause() if callable(pause) else pause
                failures = 0
            except Exception as error:
                connections.close_all()  # whatever it was, begin with a sound connection
                if isinstance(error, AWAY):
                    log.warning("database_away", part=name, error=str(error).strip())
                elif isinstance(error, ForkRefused | SignerUnusable):
                    log.error("log_not_signed", why=str(error))
                elif isinstance(error, ShelfAway):
                    log.error("log_files_not_written", why=str(error))
                else:
                    log.exception("worker_failed", part=name)
                failures += 1
                stopping.wait(min(0.2 * 2**failures, LONGEST_PAUSE_SECONDS))
                continue
            if rest:
                stopping.wait(rest)
            if seconds > rest:
                bell.wait(seconds - rest)
        connections.close_all()

    return threading.Thread(target=run, name=name)


def _jobs(stopping: threading.Event) -> None:
    """Run procrastinate's worker in this thread's own event loop."""
    from procrastinate.contrib.django import app

    async def work() -> None:
        worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
        async with worker.open_async():
            running = [
                asyncio.create_task(
                    worker.run_worker_async(
                        install_signal_handlers=False,
                        listen_notify=True,
                        concurrency=2,
                        shutdown_graceful_timeout=2,
                    )
                ),
                asyncio.create_task(_rescue(worker)),
            ]
            while not stopping.is_set() and not any(task.done() for task in running):
                await asyncio.sleep(0.2)
            for task in running:
                task.cancel()
            for outcome in await asyncio.gather(*running, return_exceptions=True):
                if isinstance(outcome, Exception):
                    raise outcome

    while not stopping.is_set():
        try:
            asyncio.run(work())
        except (psycopg.Error, ConnectorException) as error:
            if not stopping.is_set():  # at the end a connection may go before its listener
                log.warning("jobs_lost_the_database", why=str(error))
            stopping.wait(1)
        except Exception:
            log.exception("jobs_failed")
            stopping.wait(2)


async def _rescue(app: Any) -> None:
    """Put back the jobs of workers that were killed in the middle of one."""
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            log.warning("job_rescued", task=job.task_name, job=job.id)
            await app.job_manager.retry_job(job)
        await asyncio.sleep(STALLED_SECONDS)


if __name__ == "__main__":
    from hutong.node import worker  # under its own name, which jobs and logs show

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.node.settings")
    worker.run()
