"""
Naming a venue that signed what no honest one sends, and what officers find about it (NE-2).
"""

from datetime import datetime

from hutong.journal.actions import action, record
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.moments import iso
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.messages import events
from hutong.network.messages.models import Suspicion
from hutong.network.messages.rules import Message, Refusal


def suspect(message: Message, refused: str) -> None:
    """Name the sender to the officers, in the transaction that keeps what was refused: once."""
    _, is_new = Suspicion.objects.get_or_create(
        sender=message.sender,
        message=message.id,
        digest=message.digest,
        defaults={"kind": message.kind, "refused": refused},
    )
    if is_new:
        record(
            subject("venue", message.sender),
            events.MessageSuspected(
                sender=message.sender,
                message=message.id,
                message_kind=message.kind,
                refused=refused,
                digest=message.digest,
            ),
        )


@action(power="network.operate")
def conclude_suspicion(*, actor: Actor, now: datetime, suspicion: int, finding: str) -> None:
    """Say what became of it: what the other venue said, what was done. Once."""
    row = Suspicion.objects.select_for_update().filter(id=suspicion).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="suspicion")
    if row.concluded_at is not None:
        raise Refused(Refusal.CONCLUDED, at=iso(row.concluded_at))
    text = finding.strip()
    if not 1 <= len(text) <= 1000:
        raise Refused(CommonRefusal.INVALID, field="finding", problem="1 to 1000 characters")
    row.concluded_at, row.concluded_by, row.finding = now, actor.person, text
    row.save()
    record(
        subject("venue", row.sender),
        events.SuspicionConcluded(sender=row.sender, message=row.message, finding=text),
    )
