"""
API tokens: made by a person with password (and one-time code), shown once, kept as digests.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import check_password, make_password
from django.db.models.functions import Now
from django.utils.functional import SimpleLazyObject

from hutong.journal.actions import ANYONE, action, nothing_changed, record
from hutong.kit.actor import ACT, OWN, READ, Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Reason, Refused
from hutong.parties import secrets, sign_in
from hutong.parties.actions import throttle
from hutong.parties.actions.locking import oneself
from hutong.parties.actions.second_factor import spend_code
from hutong.parties.models import Person, Token
from hutong.parties.powers import SELF
from hutong.parties.queries.actors import powers_of
from hutong.parties.queries.clock import real_now
from hutong.parties.sign_in import Refusal
from hutong.rulebook import queries as rulebook

# Compared against when there is no such person, so that a wrong address costs what a wrong
# password costs.
_NOBODY = SimpleLazyObject(lambda: make_password("nobody has this password"))


class Issued(NamedTuple):
    id: str
    secret: str  # the whole token; never to be seen again
    scopes: list[str]
    expires_at: datetime


class SignedIn(NamedTuple):
    person: UUID
    second_factor: bool


class NotSignedIn(NamedTuple):
    """A refusal to be raised once the failure is counted, that is, after the commit."""

    why: Reason
    minutes: int = 0

    def refused(self) -> Refused:
        return Refused(self.why, minutes=self.minutes)


@action(power=ANYONE)
def check_credentials(
    *,
    actor: Actor,
    now: datetime,
    email: str,
    password: str,
    one_time_code: str = "",
    place: str = "",
) -> SignedIn | NotSignedIn:
    """Check e-mail and password, and the one-time code where the account has a second factor.

    The caller lets this commit, so that the failure stays counted, and then raises what it says.
    Unknown address, unconfirmed address and wrong password are one answer.
    """
    nothing_changed()
    account = email.strip().lower()[:254]
    counters = throttle.counters("password", account=account, place=place)
    if minutes := throttle.minutes_to_wait(counters):
        return NotSignedIn(Refusal.TOO_MANY_FAILURES, minutes)
    person = Person.objects.filter(
        email=account, is_active=True, email_confirmed_at__isnull=False
    ).first()
    right = check_password(
        password[: sign_in.PASSWORD_BYTES], person.password if person else str(_NOBODY)
    )
    if person is None or not right:
        throttle.count(counters)
        return NotSignedIn(Refusal.CREDENTIALS_WRONG)
    if not Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists():
        throttle.forget(counters)
        return SignedIn(person.id, second_factor=False)
    if not one_time_code:
        return NotSignedIn(Refusal.ONE_TIME_CODE_MISSING)
    if not spend_code(person, one_time_code.strip()[:64]):
        throttle.count(counters)
        return NotSignedIn(Refusal.CREDENTIALS_WRONG)
    throttle.forget(counters)
    return SignedIn(person.id, second_factor=True)


@action(power=SELF)
def issue_token(
    *,
    actor: Actor,
    now: datetime,
    label: str,
    party: UUID | None = None,
    scopes: list[str] | None = None,
    days: int | None = None,
) -> Issued:
    """Make a token for the actor's person. Its secret is returned this once.

    `party` fixes whom it acts for; without one the request names the party. `scopes` None: all the
    person can do, officers' powers only when signed in with a second factor.
    Raises Refused: a power the person has not, a life beyond the rulebook's, a party of others.
    """
    person = oneself(actor)
    label = sign_in.token_label(label)
    life = sign_in.token_life(days, rulebook.in_force(now).rules.parties.token_days_max)
    held = powers_of(person.id, party=party, now=now)
    if party is None:
        held |= {READ, ACT, OWN}  # as far as the mandates of the party named later go
    elif READ not in held:
        raise Refused(CommonRefusal.NOT_FOUND, what="party")
    allowed = sign_in.token_scopes(scopes, held=held, second_factor=actor.second_factor)
    new = secrets.new_token()
    expires_at = real_now() + life
    Token.objects.create(
        id=new.id,
        secret_digest=new.digest,
        person=person,
        party_id=party,
        scopes=allowed,
        label=label,
        second_factor=actor.second_factor,
        expires_at=expires_at,
    )
    record(
        subject("person", person.id),
        sign_in.TokenIssued(
            token=new.id,
            person=person.id,
            party=party,
            scopes=allowed,
            second_factor=actor.second_factor,
            days=life.days,
        ),
    )
    return Issued(new.id, new.text, allowed, expires_at)


@action(power=SELF)
def revoke_token(*, actor: Actor, now: datetime, token: str) -> None:
    """End one of one's own tokens at once."""
    person = oneself(actor)
    gone = Token.objects.filter(id=token, person=person, revoked_at__isnull=True).update(
        revoked_at=Now(), revoked_by=person.id
    )
    if not gone:
        raise Refused(CommonRefusal.NOT_FOUND, what="token")
    record(subject("person", person.id), sign_in.TokenRevoked(token=token, person=person.id))
