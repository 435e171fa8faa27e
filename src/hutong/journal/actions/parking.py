"""
What an officer does about entries that a reaction could not handle.
"""

from dataclasses import dataclass
from datetime import datetime

from hutong.journal.actions.recording import action, record
from hutong.journal.models import Parked
from hutong.kit.actor import Actor
from hutong.kit.event import Event, Visibility
from hutong.kit.event import Private as PrivateOf
from hutong.kit.refusal import CommonRefusal, Refused


@dataclass(frozen=True, kw_only=True)
class ParkedRetried(Event, kind="journal.ParkedRetried", visibility=Visibility.JOURNALLED):
    reaction: str
    position: int


@dataclass(frozen=True, kw_only=True)
class ParkedDismissed(Event, kind="journal.ParkedDismissed", visibility=Visibility.JOURNALLED):
    reaction: str
    position: int
    reason: PrivateOf[str]


@action(power="venue.operate")
def retry_parked(*, actor: Actor, now: datetime, parked: int) -> None:
    """Let a parked entry be tried again at once."""
    row = _parked(parked)
    row.next_try_at = None
    row.save(update_fields=["next_try_at"])
    record(row.subject, ParkedRetried(reaction=row.reaction, position=row.position))


@action(power="venue.operate")
def dismiss_parked(*, actor: Actor, now: datetime, parked: int, reason: str) -> None:
    """Give a parked entry up, with a reason; those behind it go on."""
    row = _parked(parked)
    record(
        row.subject,
        ParkedDismissed(reaction=row.reaction, position=row.position, reason=reason),
    )
    row.delete()


def _parked(id: int) -> Parked:
    row = Parked.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="parked entry")
    return row
