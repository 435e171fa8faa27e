"""
Applications of other venues: signed by the one that wants to be let in, taken up or declined here.
"""

from datetime import datetime
from typing import Any

from hutong.journal.actions import ANYONE, action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import N_, CommonRefusal, Refused, Told
from hutong.venues import queries, rolls
from hutong.venues.actions.locking import locked_network
from hutong.venues.fields import DocumentInvalid
from hutong.venues.lists import Application, State
from hutong.venues.models import Application as ApplicationRow
from hutong.venues.rolls import LIFE, SKEW
from hutong.venues.rules import (
    MOST_WAITING,
    ApplicationDeclined,
    ApplicationReceived,
    Refusal,
)
from hutong.venues.states import ApplicationStatus


@action(power=ANYONE)
def receive_application(*, actor: Actor, now: datetime, real_now: datetime, told: Any) -> str:
    """Take a venue's application; our officers take it up or decline it. Returns its digest.

    Open to all: who applies shows by its own signature. The same one again changes nothing; a newer
    one of the same venue takes the place of one that waits.
    """
    try:
        application = Application.read(told)
    except DocumentInvalid as error:
        raise Refused(Refusal.DOCUMENT_INVALID, problem=str(error)) from error
    network = locked_network()
    digest = application.digest
    if ApplicationRow.objects.filter(digest=digest).exists():
        nothing_changed()
        return digest
    _need_takeable(application, queries.roll_of(network), real_now)
    waiting = ApplicationRow.objects.filter(network=network, status=ApplicationStatus.RECEIVED)
    same = waiting.filter(code=application.member.code).first()
    if same is not None:
        if Application.read(same.told).at >= application.at:
            raise Refused(Refusal.APPLICATION_INVALID, problem=Told(N_("a newer one waits")))
        if Application.read(same.told).key != application.key:
            # Nobody may push another's application aside by using its code.
            raise Refused(
                Refusal.APPLICATION_INVALID, problem=Told(N_("another of that code waits"))
            )
        same.status, same.decided_at = ApplicationStatus.DECLINED.value, now
        same.save(update_fields=["status", "decided_at"])
    elif waiting.count() >= MOST_WAITING:
        raise Refused(Refusal.FLOODED)
    ApplicationRow.objects.create(
        digest=digest,
        network=network,
        code=application.member.code,
        told=application.as_json(),
        received_at=now,
    )
    record(
        subject("venue", application.member.code),
        ApplicationReceived(
            network=network.anchor,
            venue=application.member.code,
            application=digest,
            told=application.as_json(),
        ),
    )
    return digest


def _need_takeable(application: Application, roll: rolls.Roll, real_now: datetime) -> None:
    member = roll.members.get(application.member.code)
    problem = None
    if application.network != roll.network:
        problem = Told(
            N_("it is to {network}, and this is {anchor}"),
            network=application.network,
            anchor=roll.network,
        )
    elif not application.is_signed:
        problem = Told(N_("the venue it describes did not sign it"))
    elif not real_now - LIFE <= application.at <= real_now + SKEW:
        problem = Told(N_("it is of another time"))
    elif member is not None and member.state is not State.LEFT:
        problem = Told(N_("{venue} is a member already"), venue=member.code)
    if problem is not None:
        raise Refused(Refusal.APPLICATION_INVALID, problem=problem)


@action(power="network.operate")
def decline_application(*, actor: Actor, now: datetime, application: str, why: str) -> None:
    """Decline it; the venue may apply again, here or at another member."""
    if not why.strip():
        raise Refused(Refusal.REASON_MISSING)
    row: ApplicationRow = ApplicationRow.objects.lock_or_refuse("application", digest=application)
    if row.status != ApplicationStatus.RECEIVED:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed="received")
    row.status, row.why = ApplicationStatus.DECLINED.value, why.strip()
    row.decided_by, row.decided_at = actor.person, now
    row.save()
    record(
        subject("venue", row.code),
        ApplicationDeclined(
            network=row.network_id, venue=row.code, application=row.digest, why=row.why
        ),
    )
