"""
Recognising another venue's party and the person who acts for it there (PA-4).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.journal.actions import action, nothing_changed
from hutong.kit.actor import ACT, READ, Actor, Door, PartyId
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.recognition import credentials
from hutong.parties import actions as parties
from hutong.parties.membership import MandateRole
from hutong.venues import queries as venues

AGENT_AT = "经办人 Agent ({venue})"  # nobody's name: who it is stays with their venue (LO-2)


@action(power=None)
def admit(
    *, actor: Actor, now: datetime, venue: str, credential: Mapping[str, Any], person: UUID
) -> Actor:
    """Recognise a party by its credential, and `person` of its venue as acting for it.

    Returns who acts here from now on. Raises Refused when the credential does not hold.
    """
    issuer = venues.find(venue)
    if issuer is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="venue")
    vouched = credentials.read(credential, issuer)
    party = parties.recognise(actor=actor, now=now, vouched=vouched)
    who = parties.admit_foreign_person(
        actor=actor,
        now=now,
        home_venue=venue,
        foreign_id=person,
        display_name=AGENT_AT.format(venue=venue),
        party=party.id,
        role=MandateRole.AGENT,
    )
    nothing_changed()  # a credential shown again changes nothing
    return Actor(
        person=who,
        party=PartyId(party.id),
        powers=frozenset({READ, ACT}),
        door=Door.NETWORK,
        label=venue,
    )
