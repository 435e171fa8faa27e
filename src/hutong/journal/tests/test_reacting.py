"""Reactions: in order per subject, parked when they fail, never lost."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from hutong.journal import queries
from hutong.journal.actions import ANYONE, action, assign_positions, record
from hutong.journal.reacting import Reaction, is_quiet, run_once
from hutong.kit.actor import ANONYMOUS, Actor
from hutong.kit.event import Event

NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
REAL = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Happened(Event, kind="journal.TestHappened"):
    number: int


@action(power=ANYONE)
def happen(*, actor: Actor, now: datetime, subject: str, number: int) -> None:
    record(subject, Happened(number=number))


def write(*pairs):
    for subject, number in pairs:
        happen(actor=ANONYMOUS, now=NOW, subject=subject, number=number)
    assign_positions(limit=100)


class Handler:
    def __init__(self):
        self.seen, self.broken = [], set()

    def __call__(self, entry):
        if entry.facts["number"] in self.broken:
            raise ValueError(f"cannot do {entry.facts['number']}")
        self.seen.append(entry.facts["number"])


@pytest.fixture
def handler():
    return Handler()


@pytest.fixture
def reactions(handler):
    return [Reaction("test", ("journal.TestHappened",), handler)]


@pytest.mark.django_db
def test_entries_are_handled_once_in_order(handler, reactions):
    write(("a:1", 1), ("a:2", 2), ("a:1", 3))
    assert run_once(reactions, real_now=REAL) == 3
    assert run_once(reactions, real_now=REAL) == 0
    assert handler.seen == [1, 2, 3]
    assert is_quiet(reactions)


@pytest.mark.django_db
def test_a_poison_entry_is_parked_with_its_error_and_only_its_subject_waits(handler, reactions):
    handler.broken = {1}
    write(("a:1", 1), ("a:2", 2), ("a:1", 3))
    run_once(reactions, real_now=REAL)
    assert handler.seen == [2]
    first, behind = queries.parked()
    assert "cannot do 1" in first.error
    assert "waits behind" in behind.error
    handler.broken = set()
    run_once(reactions, real_now=REAL)  # too early
    assert handler.seen == [2]
    run_once(reactions, real_now=REAL + timedelta(seconds=1))
    assert handler.seen == [2, 1, 3]
    assert queries.parked() == []


@pytest.mark.django_db
def test_a_parked_entry_is_tried_later_and_later(handler, reactions):
    handler.broken = {1}
    write(("a:1", 1))
    real = REAL
    for _ in range(4):
        run_once(reactions, real_now=real)
        real += timedelta(seconds=30)
    assert queries.parked()[0].attempts == 4
