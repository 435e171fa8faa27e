"""Reactions: in order per subject, parked when they fail, never lost."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hutong.journal import queries, reacting
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


@dataclass(frozen=True, kw_only=True)
class Seldom(Event, kind="journal.TestRare"):
    number: int


@action(power=ANYONE)
def seldom(*, actor: Actor, now: datetime, subject: str, number: int) -> None:
    record(subject, Seldom(number=number))


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
    while run_once(reactions, real_now=REAL):
        pass  # to write down what went wrong may take a turn
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


@pytest.mark.django_db
def test_a_reaction_whose_kind_comes_late_misses_nothing(handler, reactions):
    rare = Reaction("rare", ("journal.TestRare",), handler)
    write(("a:1", 1), ("a:2", 2))
    assert run_once([*reactions, rare], real_now=REAL) == 2
    assert queries.end() == 2
    write(("a:1", 3))
    seldom(actor=ANONYMOUS, now=NOW, subject="a:3", number=4)
    assign_positions(limit=100)
    assert not is_quiet([rare])
    assert run_once([rare, *reactions], real_now=REAL) == 2
    assert handler.seen == [1, 2, 4, 3]
    assert is_quiet([*reactions, rare])


@pytest.mark.django_db
def test_nothing_new_costs_the_same_for_one_reaction_and_for_many(
    reactions, django_assert_num_queries
):
    many = [Reaction(f"test.{n}", (f"journal.TestNever{n}",), print) for n in range(30)]
    write(("a:1", 1), ("a:2", 2))
    run_once([*reactions, *many], real_now=REAL)
    run_once([*reactions, *many], real_now=REAL)
    with django_assert_num_queries(3):
        assert run_once([*reactions, *many], real_now=REAL) == 0
    write(("a:1", 3))
    with django_assert_num_queries(4):  # nobody of the many is asked for by itself
        assert not is_quiet([*reactions, *many])


@pytest.mark.django_db
def test_what_is_passed_over_is_never_before_what_was_read(reactions):
    from hutong.journal.models import Cursor

    never = Reaction("never", ("journal.TestNever",), print)
    Cursor.objects.create(reaction="never", position=7)
    write(("a:1", 1))
    run_once([*reactions, never], real_now=REAL)
    assert Cursor.objects.get(reaction="never").position == 7


@pytest.mark.django_db
def test_what_takes_long_keeps_no_other_reaction_waiting_for_all_of_it(handler, monkeypatch):
    slow = Handler()
    both = (
        Reaction("test.slow", (Happened.kind,), slow),
        Reaction("test.quick", (Seldom.kind,), handler),
    )
    write(*((f"thing:{n}", n) for n in range(5)))
    seldom(actor=ANONYMOUS, now=NOW, subject="thing:9", number=9)
    assign_positions(limit=100)
    monkeypatch.setattr(reacting, "TURN_SECONDS", -1)

    run_once(both, real_now=REAL)
    assert (slow.seen, handler.seen) == ([0], [9])
    while run_once(both, real_now=REAL):
        pass
    assert slow.seen == [0, 1, 2, 3, 4]
    assert is_quiet(both)


@pytest.mark.django_db
def test_what_is_pending_for_others_disturbs_nobodys_quiet(handler, reactions):
    seldom(actor=ANONYMOUS, now=NOW, subject="a:1", number=1)
    assert is_quiet(reactions)
    happen(actor=ANONYMOUS, now=NOW, subject="a:2", number=2)
    assert not is_quiet(reactions)


@pytest.mark.django_db
def test_for_a_short_turn_few_entries_are_read(reactions, monkeypatch):
    write(*((f"thing:{n}", n) for n in range(40)))
    while run_once(reactions, real_now=REAL):
        pass
    write(*((f"thing:{n}", n) for n in range(40)))
    monkeypatch.setattr(reacting, "TURN_SECONDS", -1)
    with CaptureQueriesContext(connection) as asked:
        assert run_once(reactions, real_now=REAL) == 1
    read = [one["sql"] for one in asked if "LIMIT" in one["sql"] and "leaf" in one["sql"]]
    assert [sql.rpartition("LIMIT ")[2] for sql in read] == [str(reacting.FEW)]


@pytest.mark.django_db
def test_several_entries_are_one_transaction_and_one_that_fails_undoes_itself_alone(
    handler, monkeypatch
):
    def write_and_fail(entry):
        happen(actor=ANONYMOUS, now=NOW, subject=f"b:{entry.facts['number']}", number=0)
        handler(entry)

    reaction = Reaction("test.writes", (Seldom.kind,), write_and_fail)
    monkeypatch.setattr(reacting, "TRANSACTION_SECONDS", 60)
    monkeypatch.setattr(reacting, "TURN_SECONDS", 60)
    handler.broken = {2}
    for number in range(5):
        seldom(actor=ANONYMOUS, now=NOW, subject=f"a:{number}", number=number)
    assign_positions(limit=100)
    with CaptureQueriesContext(connection) as asked:
        run_once([reaction], real_now=REAL)
    moved = [one["sql"] for one in asked if one["sql"].startswith('UPDATE "journal_cursor"')]
    assert len(moved) == 1
    assert handler.seen == [0, 1, 3, 4]
    (parked,) = queries.parked()
    assert "cannot do 2" in parked.error
    assert [bool(queries.of_subject(f"b:{n}")) for n in range(5)] == [True, True, False, True, True]
    assert is_quiet([reaction])


@pytest.mark.django_db
def test_a_transaction_wakes_the_sequencer_once(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as calls:
        write(("a:1", 1), ("a:2", 2), ("a:1", 3))
    assert len(calls) == 1


@pytest.mark.django_db
def test_what_the_database_refuses_at_the_end_of_a_transaction_parks_its_entry_alone(handler):
    from hutong.journal.models import Content

    def orphan(entry):
        if entry.facts["number"] == 2:  # content of an entry that is not there
            Content.objects.create(digest="sha256:nowhere", entry_id=2**40, blob={})
        handler(entry)

    reaction = Reaction("test.orphan", (Seldom.kind,), orphan)
    for number in range(4):
        seldom(actor=ANONYMOUS, now=NOW, subject=f"a:{number}", number=number)
    assign_positions(limit=100)
    while run_once([reaction], real_now=REAL):
        pass
    (parked,) = queries.parked()
    assert "foreign key" in parked.error
    assert handler.seen == [0, 1, 2, 3]
    assert is_quiet([reaction])
