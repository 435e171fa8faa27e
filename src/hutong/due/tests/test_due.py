"""Timers and the demo clock (TI-1, TI-2)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from hutong.due import actions, queries, rules
from hutong.due.running import run_due
from hutong.kit.actor import Actor, PersonId
from hutong.kit.ids import new_id
from hutong.kit.refusal import Refused

REAL = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
OPERATOR = Actor(person=PersonId(new_id()), powers=frozenset({"venue.operate"}), second_factor=True)


def schedule(venue, name, **delta):
    due_at = venue.now + timedelta(**delta)
    actions.schedule(subject=f"listing:{name}", kind="test.cut_off", due_at=due_at)
    return due_at


def test_timers_run_in_order_once_and_only_when_due(venue):
    later = schedule(venue, "b", days=2)
    schedule(venue, "a", days=1)
    schedule(venue, "c", days=30)
    ran = []

    def handler(*, subject, due_at, now):
        ran.append((subject, due_at))

    assert run_due({"test.cut_off": handler}, now=later, real_now=REAL) == 2
    assert [s for s, _ in ran] == ["listing:a", "listing:b"]
    assert run_due({"test.cut_off": handler}, now=later, real_now=REAL) == 0


def test_scheduling_again_moves_the_timer(venue):
    schedule(venue, "a", days=1)
    moved = schedule(venue, "a", days=3)
    assert queries.due_at("listing:a", "test.cut_off") == moved


def test_a_failing_timer_changes_nothing_and_is_tried_again_later(venue):
    due_at = schedule(venue, "a", days=1)
    seen = []

    def failing(*, subject, due_at, now):
        actions.schedule(subject="listing:half-done", kind="test.cut_off", due_at=due_at)
        seen.append(subject)
        raise ValueError("no title")

    for real in (REAL, REAL):
        run_due({"test.cut_off": failing}, now=due_at, real_now=real)
    assert len(seen) == 1  # the second try waits
    assert queries.due_at("listing:half-done", "test.cut_off") is None
    assert queries.coming()[0].error == "ValueError: no title"
    run_due({"test.cut_off": failing}, now=due_at, real_now=REAL + timedelta(seconds=2))
    assert len(seen) == 2


def test_when_no_timer_can_be_taken_the_worker_hears_why(venue):
    due_at = schedule(venue, "a", days=1)

    def run():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")  # so the very query for a timer fails
            run_due({}, now=due_at, real_now=REAL)

    with pytest.raises(DatabaseError, match="read-only"):
        run()


def test_a_demo_clock_jumps_to_the_next_due_moment(venue):
    due_at = schedule(venue, "a", days=10)
    before = queries.clock_offset()
    assert actions.jump(actor=OPERATOR, now=venue.now, running=None) == due_at
    assert queries.clock_offset() - before == timedelta(days=10)


def test_of_two_who_ask_for_a_jump_at_once_one_moves_the_clock(venue):
    first = schedule(venue, "a", days=10)
    schedule(venue, "b", days=20)
    assert actions.jump(actor=OPERATOR, now=venue.now, running=None) == first
    moved = queries.clock_offset()
    with pytest.raises(Refused) as refused:
        actions.jump(actor=OPERATOR, now=venue.now, running=None)
    assert refused.value.reason is rules.Refusal.JUST_MOVED
    assert queries.clock_offset() == moved


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"demo": False}, rules.Refusal.NOT_A_DEMO),
        ({"running": "an auction"}, rules.Refusal.SOMETHING_RUNS),
        ({"next_due": None}, rules.Refusal.NOTHING_DUE),
    ],
)
def test_a_clock_refuses_to_jump(facts, reason):
    usual = {"demo": True, "running": None, "next_due": REAL, "now": REAL - timedelta(days=1)}
    with pytest.raises(Refused) as refused:
        rules.jump(**{**usual, **facts})
    assert refused.value.reason is reason


def test_a_jump_never_goes_back():
    assert rules.jump(demo=True, running=None, next_due=REAL - timedelta(1), now=REAL) == REAL
