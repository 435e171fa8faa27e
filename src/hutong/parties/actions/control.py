"""
Who controls whom (PA-7). Officers record it on evidence: what a party says of another could keep
that other out of a sale.
"""

from datetime import date, datetime
from uuid import UUID

from hutong.journal.actions import action, record
from hutong.kit.actor import Actor
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import membership
from hutong.parties.actions.locking import locked_party
from hutong.parties.membership import Refusal
from hutong.parties.models import Control


@action(power="parties.verify")
def record_control(
    *,
    actor: Actor,
    now: datetime,
    controller: UUID,
    controlled: UUID,
    since: date,
    share_bp: int | None = None,
) -> UUID:
    """Record that `controller` controls `controlled` since a day. Returns the record's id."""
    control = membership.control(
        id=new_id(),
        controller=controller,
        controlled=controlled,
        share_bp=share_bp,
        since=since,
        today=local_date(now),
    )
    for party in sorted((controller, controlled)):  # always in this order: no deadlock
        locked_party(party)
    live = Control.objects.filter(
        controller_id=controller, controlled_id=controlled, until__isnull=True
    ).first()
    if live is not None:
        raise Refused(Refusal.CONTROL_KNOWN, since=live.since)
    Control.objects.create(
        id=control.control,
        controller_id=controller,
        controlled_id=controlled,
        share_bp=share_bp,
        since=since,
        recorded_by=actor.person,
        recorded_at=now,
    )
    record(subject("control", control.control), control)
    return control.control


@action(power="parties.verify")
def end_control(*, actor: Actor, now: datetime, control: UUID, until: date) -> None:
    """Record the last day of a control."""
    row = Control.objects.select_for_update().filter(id=control, until__isnull=True).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="control record")
    ended = membership.end_control(id=row.id, since=row.since, until=until, today=local_date(now))
    row.until, row.ended_by = until, actor.person
    row.save(update_fields=["until", "ended_by"])
    record(subject("control", row.id), ended)
