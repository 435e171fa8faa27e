"""Openings and batches by the clock at the same moment: each entry is sealed once, nobody waits long,
and every opening is true (LI-4)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hutong.journal import queries
from hutong.journal.actions import ANYONE, action, record, seal, unseal
from hutong.journal.models import Entry
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.event import Event, Visibility

NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
REAL = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
ROUNDS = 4


@dataclass(frozen=True, kw_only=True)
class Hushed(Event, kind="races.TestHushed", visibility=Visibility.SEALED):
    number: int


@action(power=ANYONE)
def hush(*, actor: Actor, now: datetime, subject: str) -> None:
    record(subject, *(Hushed(number=n) for n in range(3)))


@action(power=ANYONE)
def open_up(*, actor: Actor, now: datetime, subject: str) -> int:
    return unseal([subject])


def test_what_is_opened_while_the_clock_seals_is_sealed_once(own_database, at_once):
    for number in range(ROUNDS):
        subjects = [f"intent:{number}-{which}" for which in "abc"]
        for subject in subjects:
            hush(actor=SYSTEM, now=NOW, subject=subject)
        moment = REAL + timedelta(hours=number)
        clock = [
            lambda at=moment: seal(now=NOW, real_now=at, seconds=3600, occasion=True)
            for _ in range(2)
        ]
        opened = [
            lambda s=subject: open_up(actor=SYSTEM, now=NOW, subject=s) for subject in subjects
        ]
        by_clock, again, *openings = at_once(*clock, *opened)
        assert sorted([by_clock, again]) == [False, True], "one batch an interval"
        assert openings == [3, 3, 3]
    assert Entry.objects.filter(kind="journal.Unsealed").count() == 3 * ROUNDS
    assert list(queries.audit()) == []
