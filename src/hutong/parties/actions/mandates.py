"""
Mandates: who may act for a party (PA-2).
"""

from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, record
from hutong.kit.actor import OWN, Actor
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import membership
from hutong.parties.actions.locking import own_party
from hutong.parties.membership import MandateRole, Refusal
from hutong.parties.models import Mandate, Party, Person


@action(power=OWN)
def grant_mandate(
    *, actor: Actor, now: datetime, party: UUID, email: str, role: MandateRole
) -> UUID:
    """Let the person with this confirmed address act for the party. Returns the mandate's id.

    A person has one mandate for a party; to change its role, revoke it and grant another.
    """
    row = own_party(actor, party)
    person = Person.objects.filter(
        email=email.strip().lower(), is_active=True, email_confirmed_at__isnull=False
    ).first()
    if person is None:
        raise Refused(Refusal.PERSON_UNKNOWN)
    return grant(party=row, person=person, role=role, by=actor.person, now=now)


@action(power=OWN)
def revoke_mandate(*, actor: Actor, now: datetime, party: UUID, mandate: UUID) -> None:
    """End a mandate at once: sessions and tokens lose its powers. The last owner stays."""
    row = own_party(actor, party)  # its lock makes two owners who revoke each other take turns
    live = Mandate.objects.filter(party=row, revoked_at__isnull=True)
    held = live.select_related("person").filter(id=mandate).first()
    if held is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="mandate")
    role = MandateRole(held.role)
    membership.need_another_owner(role, live.filter(role=MandateRole.OWNER.value).count())
    held.revoked_at, held.revoked_by = now, actor.person
    held.save(update_fields=["revoked_at", "revoked_by"])
    record(
        subject("party", row.id),
        membership.MandateRevoked(mandate=held.id, party=row.id, role=role, person=held.person_id),
    )


def grant(
    *, party: Party, person: Person, role: MandateRole, by: UUID | None, now: datetime
) -> UUID:
    """Grant within an action that holds the party's lock."""
    held = Mandate.objects.filter(party=party, person=person, revoked_at__isnull=True).first()
    if held is not None:
        raise Refused(Refusal.MANDATE_HELD, role=held.role)
    mandate = Mandate.objects.create(
        id=new_id(), party=party, person=person, role=role.value, granted_by=by, granted_at=now
    )
    record(
        subject("party", party.id),
        membership.MandateGranted(mandate=mandate.id, party=party.id, role=role, person=person.id),
    )
    return mandate.id
