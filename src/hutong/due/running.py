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
    timer = None
    try:
        with transaction.atomic():
            timer = ready.order_by("due_at", "id").select_for_update(skip_locked=True).first()
            if timer is None:
                return None
            # Deleted first, so that the handler may schedule the same again.
            Timer.objects.filter(id=timer.id).delete()
            handlers[timer.kind](
                subject=timer.subject, due_at=timer.due_at, now=max(now, timer.due_at)
            )
            return 1
    except Exception as error:
        if timer is None:
            raise  # nothing could be taken: no timer is to blame, and the worker must know
        log.exception("timer_failed", kind=timer.kind, subject=timer.subject)
        delay = min(2**timer.attempts, LONGEST_DELAY_S)
        Timer.objects.filter(id=timer.id).update(
            attempts=timer.attempts + 1,
            error=f"{type(error).__name__}: {error}"[:1000],
            not_before=real_now + timedelta(seconds=delay),
        )
        return 0
