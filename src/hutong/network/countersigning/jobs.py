"""
Certificates that the home venue shows, and countersignatures that come back (docs/network.md).
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hutong.journal.queries import Recorded
from hutong.journal.reacting import Later
from hutong.kit.actor import SYSTEM
from hutong.network.bodies import Body
from hutong.network.countersigning import actions
from hutong.network.messages.kinds import Kind
from hutong.network.messages.rules import Answer, Message
from hutong.transparency.queries import NotYetIncluded


def on_certified(message: Message, now: datetime) -> dict[str, Any]:
    """The certificate of our member's purchase: we check it and stand for it, too."""
    body = Body(message.body)
    actions.countersign(
        actor=SYSTEM,
        now=now,
        real_now=datetime.now(UTC),
        venue=message.sender,
        order=body.uuid("order"),
        credential=body.object("credential"),
    )
    return {}


def on_countersigned(message: Message, now: datetime) -> dict[str, Any]:
    """The buyer's venue stands for our certificate, too."""
    body = Body(message.body)
    actions.take(
        actor=SYSTEM,
        now=now,
        venue=message.sender,
        order=body.uuid("order"),
        told=body.object("countersignature"),
    )
    return {}


def certified_answered(message: Message, answer: Answer, now: datetime) -> None:
    """The buyer's venue countersigns our certificate, or will not."""
    number = str(message.body["credential"]["id"]).rpartition("/")[2]
    _answered(message, answer, now, number=number, given=False)


def countersigned_answered(message: Message, answer: Answer, now: datetime) -> None:
    """The certificate's venue keeps our countersignature, or will not."""
    number = str(message.body["countersignature"]["statement"]["certificate"])
    _answered(message, answer, now, number=number, given=True)


def _answered(message: Message, answer: Answer, now: datetime, *, number: str, given: bool) -> None:
    actions.note_answer(
        actor=SYSTEM,
        now=now,
        number=number,
        venue=message.recipient,
        order=UUID(message.body["order"]),
        given=given,
        refused=answer.refused,
        facts=answer.facts or {},
    )


def on_entered(entry: Recorded) -> None:
    """Reaction to network.CertificateCountersigned: handed on once our log has signed it."""
    assert entry.log_index is not None, "reactions come after the log"
    try:
        actions.hand_on(
            actor=SYSTEM,
            now=entry.at,
            number=entry.facts["number"],
            log_index=entry.log_index,
        )
    except NotYetIncluded as error:
        raise Later(str(error)) from error


KINDS: dict[str, Kind] = {
    "trade.certified": Kind(on_certified, certified_answered),
    "trade.countersigned": Kind(on_countersigned, countersigned_answered),
}
