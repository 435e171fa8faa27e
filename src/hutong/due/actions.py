"""
Scheduling inside other areas' actions, and the demo clock.

`schedule` and `cancel` write no entry of their own: the act that calls them does.
"""

from datetime import datetime

from django.db import connection

from hutong.due import rules
from hutong.due.models import Clock, Timer
from hutong.journal.actions import action, record
from hutong.journal.queries import latest_of
from hutong.kit.actor import Actor


def schedule(*, subject: str, kind: str, due_at: datetime) -> None:
    """Make `kind` due for `subject` at `due_at` (venue time); a second call moves it."""
    Timer.objects.bulk_create(
        [Timer(subject=subject, kind=kind, due_at=due_at)],
        update_conflicts=True,
        unique_fields=["subject", "kind"],
        update_fields=["due_at", "attempts", "not_before", "error"],
    )


def cancel(*, subject: str, kind: str) -> None:
    Timer.objects.filter(subject=subject, kind=kind).delete()


@action(power="venue.operate")
def start_clock(*, actor: Actor, now: datetime, real_now: datetime, demo: bool) -> None:
    """Set the venue's clock going at `now`; a real venue's `now` is the real time."""
    Clock.objects.create(demo=demo, offset=now - real_now)
    record("venue:clock", rules.ClockStarted(venue_time=now))


@action(power="venue.operate")
def jump(*, actor: Actor, now: datetime, running: str | None) -> datetime:
    """Move a demo venue's clock to the next due moment (TI-2). Returns the new venue time.

    `running` names what must not be jumped over (an auction in progress), or None.
    """
    clock = Clock.objects.select_for_update().get()
    first = Timer.objects.order_by("due_at").first()
    last = latest_of("venue:clock", rules.ClockJumped.kind)
    to = rules.jump(
        demo=clock.demo,
        running=running,
        next_due=first.due_at if first else None,
        now=now,
        last_jump=datetime.fromisoformat(last.facts["moved_to"]) if last else None,
    )
    clock.offset += to - now
    clock.save(update_fields=["offset"])
    record("venue:clock", rules.ClockJumped(moved_from=now, moved_to=to))
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY hutong_clock")
    return to
