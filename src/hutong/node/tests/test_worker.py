"""The worker as its own process, on a database of its own, ended in every way."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.db import connections

from hutong.due import actions as due
from hutong.due import queries as due_queries
from hutong.journal import queries as journal
from hutong.journal.actions import ANYONE, action, record
from hutong.kit.actor import ANONYMOUS, Actor
from hutong.kit.event import Event
from hutong.node.keys import make_keyring
from hutong.transparency import queries as log
from hutong.transparency import testing

SOON = 30  # bounds, not expectations: this machine may be busy
PATIENCE = 60


@dataclass(frozen=True, kw_only=True)
class Happened(Event, kind="node.TestHappened"):
    number: int


@action(power=ANYONE)
def happen(*, actor: Actor, now: datetime, subject: str, number: int) -> None:
    record(subject, Happened(number=number))


def write(subject, number=0):
    happen(
        actor=ANONYMOUS, now=datetime(2022, 6, 20, 1, 0, tzinfo=UTC), subject=subject, number=number
    )


def until(what, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "in vain"
        time.sleep(0.02)
    return found


@pytest.fixture
def workers(own_database, venue):
    """A function that starts a worker's process on this test's database."""
    opened = make_keyring()
    testing.forget(opened.keyring)
    started = []

    def start(module="hutong.node.worker"):
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            env={
                **os.environ,
                "HUTONG_DATABASE_URL": own_database.app_url,
                "HUTONG_PROCESS": "worker",
                "PYTHONPATH": "src",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        assert "ready" in process.stdout.readline()
        return process

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()
        process.stdout.close()
    connections.close_all()


def sequenced():
    return journal.pending_count() == 0


def signed():
    latest = log.checkpoint()
    return latest is not None and latest.size == log.tree_size() > 0


def test_entries_get_their_places_and_a_signed_checkpoint(workers):
    workers()
    until(sequenced)
    began = time.monotonic()
    write("thing:1")
    until(lambda: sequenced() and signed())
    assert time.monotonic() - began < SOON
    assert list(log.audit()) == []


@pytest.mark.drill
def test_a_second_worker_takes_over_when_the_first_is_killed(workers):
    first, second = workers(), workers()
    for number in range(50):
        write(f"thing:{number % 3}", number)
    first.kill()
    for number in range(50):
        write(f"thing:{number % 3}", number)
    until(lambda: sequenced() and signed())
    assert second.poll() is None
    places = [e.position for e in journal.after(0, kinds=("node.TestHappened",), limit=1000)]
    assert places == list(range(journal.end() - 100, journal.end()))
    assert list(log.audit()) == []


@pytest.mark.drill
def test_workers_killed_again_and_again_lose_and_repeat_nothing(workers):
    for _ in range(2):
        worker = workers()
        for n in range(40):
            write("thing:1", n)
        worker.kill()
    workers()
    until(lambda: sequenced() and signed())
    numbers = [e.facts["number"] for e in journal.after(0, kinds=("node.TestHappened",), limit=999)]
    assert numbers == list(range(40)) * 2
    assert list(log.audit()) == []


def test_a_poison_entry_is_parked_and_those_of_others_go_on(workers):
    write("poison:1")
    write("thing:1")
    write("poison:1")
    workers("hutong.node.tests.worker_with_poison")
    parked = until(lambda: len(journal.parked()) == 2 and journal.parked())
    assert {p.subject for p in parked} == {"poison:1"}
    assert "ValueError: poison" in parked[0].error


def test_timers_run_by_the_venues_clock(workers, venue):
    """A kind nobody handles is kept and shown, not lost."""
    due.schedule(subject="thing:1", kind="test.nobody", due_at=venue.now)
    workers()
    shown = until(lambda: [d for d in due_queries.coming() if d.attempts])
    assert "test.nobody" in shown[0].error


def test_queued_jobs_run(workers):
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.models import ProcrastinateJob as Job

    id = app.configure_task("parties.sweep_throttles").defer(timestamp=0)
    workers()
    until(lambda: Job.objects.get(id=id).status == "succeeded")


def test_a_worker_ends_soon_and_clean_when_told(workers):
    worker = workers()
    until(sequenced)
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=PATIENCE) == 0
    assert time.monotonic() - began < SOON


def test_a_worker_outlives_the_loss_of_its_connections(workers, own_database):
    import psycopg

    worker = workers()
    until(sequenced)
    with psycopg.connect(own_database.superuser_url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND application_name = 'worker'",
            [own_database.name],
        )
    write("thing:1")
    until(lambda: sequenced() and signed())
    assert worker.poll() is None
