"""
Who may enter or change a technology: its party's people, or an officer with the power for it.
"""

from uuid import UUID

from hutong.kit.actor import ACT, Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties
from hutong.technologies.models import Technology
from hutong.technologies.rules import Refusal

ENTER_ANY = "technologies.enter_any"
IMPORT_ANY = "technologies.import_any"


def party_to_enter_for(actor: Actor, party: UUID | None, power: str = ENTER_ANY) -> UUID:
    """The party a technology is entered for: the actor's own, or any by officers with `power`."""
    if party is None:
        party = actor.acting_party()
    if party == actor.party:
        actor.need(ACT)
    else:
        actor.need(power)
    if parties.party(party).status == "suspended":
        raise Refused(Refusal.PARTY_SUSPENDED)
    return party


def party_to_import_for(actor: Actor, party: UUID | None) -> UUID | None:
    """The party a file is imported for; None: the venue's own, from a feed."""
    if party is None:
        actor.need(IMPORT_ANY)
        return None
    return party_to_enter_for(actor, party, IMPORT_ANY)


def own(actor: Actor, technology: UUID) -> Technology:
    """The technology, locked, if the actor may change it; another's is not found."""
    row = Technology.objects.select_for_update().filter(id=technology).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="technology")
    if not actor.has(ENTER_ANY) and (actor.party is None or row.party != actor.party):
        if actor.is_anonymous:
            actor.need(ACT)
        raise Refused(CommonRefusal.NOT_FOUND, what="technology")
    actor.need(ENTER_ANY if actor.has(ENTER_ANY) else ACT)
    if row.moved_to:
        raise Refused(Refusal.MOVED, venue=row.moved_to)
    return row
