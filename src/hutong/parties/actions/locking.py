"""
Taking the row an act is about: locked, and hidden from those who have no part in it.
"""

from uuid import UUID

from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties.models import Party, Person


def locked_party(party: UUID) -> Party:
    row = Party.objects.select_for_update().filter(id=party).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="party")
    return row


def own_party(actor: Actor, party: UUID) -> Party:
    """Lock the party acted for; another's is refused as if it were not there."""
    if not actor.is_system and actor.acting_party() != party:
        raise Refused(CommonRefusal.NOT_FOUND, what="party")
    return locked_party(party)


def locked_person(person: UUID) -> Person:
    row = Person.objects.select_for_update().filter(id=person, is_active=True).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="person")
    return row


def oneself(actor: Actor) -> Person:
    """Lock the person who acts."""
    if actor.person is None:
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    return locked_person(actor.person)
