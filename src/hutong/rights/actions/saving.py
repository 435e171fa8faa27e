"""
What every act on an application shares: the lock, saving where its events lead, the timer.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from hutong.due import actions as due
from hutong.journal.actions import record
from hutong.kit.actor import Actor
from hutong.kit.event import Event
from hutong.kit.ids import subject
from hutong.kit.money import share_of
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties
from hutong.rights import rules
from hutong.rights.events import Rejected, Withdrawn
from hutong.rights.models import Application
from hutong.rights.procedure_events import FeeCancelled, FeeRefundDue
from hutong.rights.queries.application_views import consents_needed, fee_of, named_in
from hutong.rights.rules import Status
from hutong.rulebook import queries as rulebook

NOTICE_OVER = "rights.notice_over"


def application_subject(id: UUID) -> str:
    return subject("right_application", id)


def take(
    row: Application, state: rules.Application, events: Sequence[Event], *, now: datetime
) -> None:
    """Save where the events lead, keep items, objections and the timer in step, and record."""
    after = rules.evolve(state, events)
    row.take(after)
    if after.status not in rules.LIVE and after.status is not Status.DRAFT:
        row.ended_at = now
        row.ended_because = _why(events)
        row.items.update(live=False)
        row.objections.filter(status="open").update(status="moot", decided_at=now)
        _end_fee(row, now)
    else:
        row.items.exclude(technology__in=after.remaining).update(live=False)
    row.save()
    running = after.status is Status.NOTICE and after.stopped_at is None
    if running and after.ends_at is not None:
        due.schedule(subject=application_subject(row.id), kind=NOTICE_OVER, due_at=after.ends_at)
    else:
        due.cancel(subject=application_subject(row.id), kind=NOTICE_OVER)
    record(application_subject(row.id), *events)


def _end_fee(row: Application, now: datetime) -> None:
    """An application that ended owes no fee any more; of a paid one the rulebook says what goes back
    when it was rejected. Who withdraws keeps no claim to it."""
    fee = fee_of(row)
    if fee is None or row.status == Status.REGISTERED:
        return
    if fee.status == "due":
        fee.status, fee.ended_at = "cancelled", now
        fee.save()
        record(application_subject(row.id), FeeCancelled(application=row.id))
    elif row.status == Status.REJECTED:
        assert row.rulebook_version is not None, "a submitted application has its rulebook"
        part_bp = rulebook.version(row.rulebook_version).rights.rejection_refund_bp
        fee.refund_fen = share_of(fee.amount_fen, part_bp)
        if fee.refund_fen:
            fee.save()
            due_back = FeeRefundDue(application=row.id, amount_fen=fee.refund_fen, payer=fee.payer)
            record(application_subject(row.id), due_back)


def unverified(row: Application) -> dict[UUID, str]:
    """Those named in an application that are not verified parties now (PA-3)."""
    known = parties.parties(named_in(row) | consents_needed(row))
    return {id: party.name for id, party in known.items() if not party.is_verified}


def _why(events: Iterable[Event]) -> str:
    for event in events:
        match event:
            case Rejected(reasons=reasons):
                return reasons
            case Withdrawn(reason=reason):
                return reason
    return ""


def locked(application: UUID) -> Application:
    return Application.objects.select_for_update().get_or_refuse(application, "application")


def locked_own(actor: Actor, application: UUID) -> Application:
    """Lock an application of the actor's party; another's is refused as if it were not there."""
    row = locked(application)
    if row.applicant != actor.acting_party():
        raise Refused(CommonRefusal.NOT_FOUND, what="application")
    return row
