"""Timers of the books."""

from datetime import datetime
from uuid import UUID

from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject_id
from hutong.ledger import actions, queries


def hold_expires(subject: str, due_at: datetime, now: datetime) -> None:
    """Timer `ledger.hold_expires`: the money is available again unless the hold ended before."""
    hold = queries.hold(UUID(subject_id(subject)))
    if hold.end is None:
        actions.expire_hold(actor=SYSTEM, now=now, hold=hold.id)
