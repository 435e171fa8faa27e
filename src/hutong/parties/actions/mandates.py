"""
Mandates: who may act for a party (PA-2).

Nobody acts for a party without wanting to: a mandate begins as an invitation to an address, and is
granted when the person with that confirmed address accepts, within two weeks. Until then whoever
invites learns nothing of the address, not even whether it has an account.
"""

from datetime import datetime, timedelta
from uuid import UUID

from procrastinate.contrib.django import app as queue

from hutong.due import actions as due
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import OWN, SYSTEM, Actor
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import membership, sign_in
from hutong.parties.actions.locking import locked_party, oneself, own_party
from hutong.parties.membership import INVITATIONS_A_DAY, Ending, MandateRole, Refusal
from hutong.parties.models import Invitation, Mandate, Party, Person
from hutong.parties.powers import SELF

MAIL_INVITATION = "parties.mail_invitation"
EXPIRES = "parties.invitation_expires"


@action(power=OWN)
def invite(*, actor: Actor, now: datetime, party: UUID, email: str, role: MandateRole) -> UUID:
    """Invite whoever has this address to act for the party. Returns the invitation's id.

    The answer is the same whether or not the address is known. A person has one mandate for a
    party; to change its role, revoke it and invite again.
    """
    row = own_party(actor, party)
    address = sign_in.email(email)
    held = Mandate.objects.filter(party=row, person__email=address, revoked_at__isnull=True).first()
    if held is not None:  # no secret: owners see who acts for their party
        raise Refused(Refusal.MANDATE_HELD, role=held.role)
    standing = Invitation.objects.filter(party=row, email=address, ended_at__isnull=True).first()
    if standing is not None and standing.expires_at > now:
        raise Refused(Refusal.INVITED_ALREADY, email=address)
    if standing is not None:
        _end(standing, Ending.EXPIRED, actor=SYSTEM, now=now)
    lately = Invitation.objects.filter(
        invited_by=actor.person, invited_at__gt=now - timedelta(days=1)
    )
    if not actor.is_system and lately.count() >= INVITATIONS_A_DAY:
        raise Refused(Refusal.INVITATIONS_SPENT, most=INVITATIONS_A_DAY)
    invitation = Invitation.objects.create(
        id=new_id(),
        party=row,
        email=address,
        role=role.value,
        invited_by=actor.person,
        invited_at=now,
        expires_at=membership.invitation_end(now),
    )
    record(
        subject("party", row.id),
        membership.Invited(invitation=invitation.id, party=row.id, role=role, email=address),
    )
    due.schedule(
        subject=subject("invitation", invitation.id), kind=EXPIRES, due_at=invitation.expires_at
    )
    queue.configure_task(MAIL_INVITATION).defer(invitation=str(invitation.id))
    return invitation.id


@action(power=OWN)
def withdraw_invitation(*, actor: Actor, now: datetime, party: UUID, invitation: UUID) -> None:
    """Take an invitation back before it is answered."""
    row = own_party(actor, party)
    found = Invitation.objects.filter(id=invitation, party=row, ended_at__isnull=True).first()
    if found is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="invitation")
    _end(found, Ending.WITHDRAWN, actor=actor, now=now)


@action(power=SELF)
def accept_invitation(*, actor: Actor, now: datetime, invitation: UUID) -> UUID:
    """Accept an invitation to one's own confirmed address. Returns the mandate's id."""
    person = oneself(actor)
    found = _open_to(person, invitation, now)
    _end(found, Ending.ACCEPTED, actor=actor, now=now)
    return grant(
        party=found.party,
        person=person,
        role=MandateRole(found.role),
        by=found.invited_by,
        now=now,
    )


@action(power=SELF)
def decline_invitation(*, actor: Actor, now: datetime, invitation: UUID) -> None:
    """Decline an invitation to one's own confirmed address."""
    found = _open_to(oneself(actor), invitation, now)
    _end(found, Ending.DECLINED, actor=actor, now=now)


@action(power=None)
def expire_invitation(*, actor: Actor, now: datetime, invitation: UUID) -> None:
    """End an invitation nobody answered in its time. Run by the venue's timer."""
    known = Invitation.objects.filter(id=invitation, ended_at__isnull=True).first()
    if known is None or known.expires_at > now:
        nothing_changed()
        return
    locked_party(known.party_id)
    found = Invitation.objects.filter(id=invitation, ended_at__isnull=True).first()
    if found is None:  # answered meanwhile
        nothing_changed()
        return
    _end(found, Ending.EXPIRED, actor=actor, now=now)


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


def _open_to(person: Person, invitation: UUID, now: datetime) -> Invitation:
    """Find an open invitation to a person and lock its party; somebody else's is not there."""
    open_ones = Invitation.objects.filter(id=invitation, ended_at__isnull=True, email=person.email)
    known = open_ones.first()
    if known is None or person.email_confirmed_at is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="invitation")
    locked_party(known.party_id)
    found = open_ones.select_related("party").first()  # not answered or withdrawn meanwhile
    if found is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="invitation")
    if found.expires_at <= now:
        raise Refused(Refusal.INVITATION_EXPIRED, expires_at=found.expires_at)
    return found


def _end(invitation: Invitation, ending: Ending, *, actor: Actor, now: datetime) -> None:
    invitation.ending, invitation.ended_by, invitation.ended_at = ending.value, actor.person, now
    invitation.save(update_fields=["ending", "ended_by", "ended_at"])
    due.cancel(subject=subject("invitation", invitation.id), kind=EXPIRES)
    record(
        subject("party", invitation.party_id),
        membership.InvitationEnded(
            invitation=invitation.id, party=invitation.party_id, ending=ending
        ),
    )
