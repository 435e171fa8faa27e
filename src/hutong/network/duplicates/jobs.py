"""
What registrar and venues say to each other about a duplicate (NE-5).

    duplicates.found     the registrar's, to both          duplicates.state   a venue's case
    duplicates.decided   the registrar's, to both
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hutong.journal.queries import Recorded
from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import Refused
from hutong.network.bodies import Body
from hutong.network.duplicates import actions
from hutong.network.duplicates.rules import Refusal
from hutong.network.messages.kinds import Kind
from hutong.network.messages.rules import Message
from hutong.venues import queries as venues

Said = Mapping[str, Any]


def on_found(entry: Recorded) -> None:
    """A reaction, at the registrar: both venues are told."""
    actions.note(actor=SYSTEM, now=entry.at, registrar=venues.my_code(), found=entry.facts)


def on_told(message: Message, now: datetime) -> Said:
    network, body = venues.network(), Body(message.body)
    ids = ("claim", "technology", "claim_holding", "technology_holding")
    texts = {"number": 71, "venue": 20, "venue_holding": 20}
    found = {name: str(body.uuid(name)) for name in ids}
    found |= {name: body.text(name, most) for name, most in texts.items()}
    if network is None or network.registrar != message.sender:
        registrar = network.registrar if network else ""
        raise Refused(Refusal.NOT_REGISTRAR, venue=registrar)
    if venues.my_code() not in (found["venue"], found["venue_holding"]):
        raise Refused(Refusal.NOT_CONCERNED)
    actions.need_ours(found)
    actions.note(actor=SYSTEM, now=now, registrar=message.sender, found=found)
    return {}


def on_statement(message: Message, now: datetime) -> Said:
    body = Body(message.body)
    actions.take_statement(
        actor=SYSTEM,
        now=now,
        venue=message.sender,
        claim=body.uuid("claim"),
        statement=body.text("statement", 4000),
    )
    return {}


def on_decided(message: Message, now: datetime) -> Said:
    body = Body(message.body)
    actions.take_decision(
        actor=SYSTEM,
        now=now,
        venue=message.sender,
        claim=body.uuid("claim"),
        upheld=body.text("upheld", 20),
        reasons=body.text("reasons", 4000),
    )
    return {}


KINDS = {
    "duplicates.found": Kind(on_told),
    "duplicates.state": Kind(on_statement),
    "duplicates.decided": Kind(on_decided),
}
