"""
Taking what is due: each timer in a transaction of its own, SKIP LOCKED, so that any number of
workers share the work and a crash loses nothing.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from hutong.due.models import Timer

log = structlog.get_logger(__name__)

Handler = Callable[..., None]  # (subject: str, due_at: datetime, now: datetime) -> None
LONGEST_DELAY_S = 300


def run_due(
    handlers: Mapping[str, Handler], *, now: datetime, real_now: datetime, limit: int = 100
) -> int:
    """Handle up to `limit` due timers, soonest first. Returns how many were handled.

    A handler that raises leaves its timer for a later try (1, 2, 4 … 300 seconds of real time).
    """
    handled = 0
    for _ in range(limit):
        outcome = _run_next(handlers, now, real_now)
        if outcome is None:
            break
        handled += outcome
    return handled


def _run_next(handlers: Mapping[str, Handler], now: datetime, real_now: datetime) -> int | None:
    ready = Timer.objects.filter(due_at__lte=now).filter(
        Q(not_before=None) | Q(not_before__lte=real_now)
    )
    try:
        with transaction.atomic():
            timer = ready.order_by("due_at", "id").select_for_update(skip_locked=True).first()
            if timer is None:
                return None
            subject, kind, due_at = timer.subject, timer.kind, timer.due_at
            id, attempts = timer.id, timer.attempts
            timer.delete()  # first, so that the handler may schedule the same again
            handlers[kind](subject=subject, due_at=due_at, now=max(now, due_at))
            return 1
    except Exception as error:
        log.exception("timer_failed", kind=kind, subject=subject)
        delay = min(2**attempts, LONGEST_DELAY_S)
        Timer.objects.filter(id=id).update(
            attempts=attempts + 1,
            error=f"{type(error).__name__}: {error}"[:1000],
            not_before=real_now + timedelta(seconds=delay),
        )
        return 0
