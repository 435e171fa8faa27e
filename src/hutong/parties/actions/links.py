"""
One-time sign-in links: for looking around a demo venue on this machine, and for nothing else.
"""

from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now

from hutong.due import queries as due
from hutong.journal.actions import ANYONE, action, record
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import Refused
from hutong.parties import secrets, sign_in
from hutong.parties.actions.locking import locked_person
from hutong.parties.actions.tokens import SignedIn
from hutong.parties.models import SignInLink
from hutong.parties.sign_in import LINK_LIFE, Refusal


@action(power="venue.operate")
def make_sign_in_link(
    *, actor: Actor, now: datetime, person: UUID, second_factor: bool = False
) -> str:
    """Make the secret part of a link that signs `person` in once, within half an hour."""
    if not due.is_demo():
        raise Refused(Refusal.LINKS_ARE_FOR_DEMOS)
    row = locked_person(person)
    text, digest = secrets.new_link()
    SignInLink.objects.create(
        digest=digest, person=row, second_factor=second_factor, expires_at=Now() + LINK_LIFE
    )
    record(
        subject("person", row.id),
        sign_in.SignInLinkMade(person=row.id, second_factor=second_factor),
    )
    return text


@action(power=ANYONE)
def use_sign_in_link(*, actor: Actor, now: datetime, link: str) -> SignedIn:
    """Spend a link. Its door admits only clients on this machine."""
    if not due.is_demo():
        raise Refused(Refusal.LINKS_ARE_FOR_DEMOS)
    row = (
        SignInLink.objects.select_for_update()
        .filter(digest=secrets.digest(link), used_at__isnull=True, expires_at__gt=Now())
        .first()
    )
    if row is None:
        raise Refused(Refusal.LINK_SPENT)
    SignInLink.objects.filter(digest=bytes(row.digest)).update(used_at=Now())
    record(subject("person", row.person_id), sign_in.SignInLinkUsed(person=row.person_id))
    return SignedIn(row.person_id, row.second_factor)
