"""
The demo clock's rules (TI-2), and what a jump is.

Pure: the caller says what is running, what is due, and what time it is.
"""

from dataclasses import dataclass
from datetime import datetime

from hutong.kit.event import Event, Visibility
from hutong.kit.refusal import N_, Reason, Refused, reason


class Refusal(Reason):
    NOT_A_DEMO = reason("due.not_a_demo", "TI-2", N_("Only a demo venue's clock can be moved."))
    SOMETHING_RUNS = reason(
        "due.something_runs", "TI-2", N_("The clock does not jump while {what} is running.")
    )
    NOTHING_DUE = reason(
        "due.nothing_due", "TI-2", N_("Nothing is due, so there is nowhere to jump.")
    )
    JUST_MOVED = reason(
        "due.just_moved", "TI-2", N_("The clock was moved to {to} while you asked; look again.")
    )
    BACKWARDS = reason("due.backwards", "TI-2", N_("The clock never goes back."))


@dataclass(frozen=True, kw_only=True)
class ClockStarted(Event, kind="due.ClockStarted", visibility=Visibility.JOURNALLED):
    venue_time: datetime


@dataclass(frozen=True, kw_only=True)
class ClockJumped(Event, kind="due.ClockJumped"):
    """Logged: anyone reading a demo venue's record sees that its time was moved."""

    moved_from: datetime
    moved_to: datetime


def jump(
    *,
    demo: bool,
    running: str | None,
    next_due: datetime | None,
    now: datetime,
    last_jump: datetime | None = None,
) -> datetime:
    """Decide where the clock jumps: to the next due moment, if it may and there is one.

    `last_jump` is where it jumped before; whose `now` is earlier asked before they knew of that.
    """
    if not demo:
        raise Refused(Refusal.NOT_A_DEMO)
    if last_jump is not None and now < last_jump:
        raise Refused(Refusal.JUST_MOVED, to=last_jump)
    if running:
        raise Refused(Refusal.SOMETHING_RUNS, what=running)
    if next_due is None:
        raise Refused(Refusal.NOTHING_DUE)
    return max(next_due, now)
