"""
The second factor: time-based codes, kept where allauth keeps them, so that pages and API agree.

    begun → added → removed
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import decrypt, encrypt
from django.db.models.functions import Now

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import one_time, sign_in
from hutong.parties.actions.locking import oneself
from hutong.parties.models import PendingFactor, Person, Token
from hutong.parties.powers import SELF
from hutong.parties.queries.clock import real_now
from hutong.parties.sign_in import Refusal
from hutong.rulebook import queries as rulebook

_SPENT = "last_counter"  # beside allauth's own fields: the last period whose code was used


class Begun(NamedTuple):
    secret: str
    otpauth_url: str


@action(power=SELF)
def begin_second_factor(*, actor: Actor, now: datetime) -> Begun:
    """Make a secret for an authenticator app. It counts once a code of it is sent back."""
    person = oneself(actor)
    if _totp(person) is not None:
        raise Refused(Refusal.FACTOR_HELD)
    secret = one_time.new_secret()
    PendingFactor.objects.update_or_create(
        person=person, defaults={"secret": encrypt(secret), "begun_at": Now()}
    )
    nothing_changed()
    issuer = rulebook.in_force(now).rules.venue.code
    return Begun(secret, one_time.address(secret, issuer=issuer, account=person.email))


@action(power=SELF)
def add_second_factor(*, actor: Actor, now: datetime, code: str) -> list[str]:
    """Add the begun factor with a code of it. Returns recovery codes, shown once."""
    person = oneself(actor)
    if _totp(person) is not None:
        raise Refused(Refusal.FACTOR_HELD)
    pending = PendingFactor.objects.select_for_update().filter(person=person).first()
    if pending is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="second factor begun")
    secret = decrypt(pending.secret)
    if one_time.accepted_counter(secret, code.strip(), seconds=real_now().timestamp()) is None:
        raise Refused(Refusal.CODE_WRONG)
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.TOTP, data={"secret": encrypt(secret)}
    )
    pending.delete()
    codes = RecoveryCodes.activate(person).generate_codes()
    record(subject("person", person.id), sign_in.SecondFactorAdded(person=person.id))
    return codes


@action(power=SELF)
def remove_second_factor(*, actor: Actor, now: datetime) -> None:
    """Take the factor off again, by somebody signed in with it. Tokens made with it end."""
    person = oneself(actor)
    if not actor.second_factor:
        raise Refused(CommonRefusal.SECOND_FACTOR_MISSING)
    gone, _ = Authenticator.objects.filter(user=person).delete()
    if not gone:
        raise Refused(CommonRefusal.NOT_FOUND, what="second factor")
    _end_tokens(person.id)
    record(subject("person", person.id), sign_in.SecondFactorRemoved(person=person.id))


@action(power=SELF)
def note_factor_added(*, actor: Actor, now: datetime, person: UUID) -> None:
    """Note that a page has added a factor of one's own, a code of which was right."""
    oneself(actor)
    record(subject("person", person), sign_in.SecondFactorAdded(person=person))


@action(power=SELF)
def note_factor_removed(*, actor: Actor, now: datetime, person: UUID) -> bool:
    """Note that a page has taken a factor of one's own off. Returns whether another is left.

    With the last one, tokens made with it end.
    """
    oneself(actor)
    left = (
        Authenticator.objects.filter(user=person)
        .exclude(type=Authenticator.Type.RECOVERY_CODES)
        .exists()
    )
    if not left:
        _end_tokens(person)
    record(subject("person", person), sign_in.SecondFactorRemoved(person=person))
    return left


def _end_tokens(person: UUID) -> None:
    Token.objects.filter(person=person, second_factor=True, revoked_at__isnull=True).update(
        revoked_at=Now(), revoked_by=person
    )


def spend_code(person: Person, code: str) -> bool:
    """Whether `code` is a current one-time code or an unused recovery code; it is spent by this."""
    totp = _totp(person, lock=True)
    if totp is None or not code.isascii():
        return False
    counter = one_time.accepted_counter(
        decrypt(totp.data["secret"]),
        code,
        seconds=real_now().timestamp(),
        after=totp.data.get(_SPENT, -1),
    )
    if counter is not None:
        totp.data[_SPENT] = counter
        totp.last_used_at = real_now()
        totp.save(update_fields=["data", "last_used_at"])
        return True
    recovery = Authenticator.objects.filter(
        user=person, type=Authenticator.Type.RECOVERY_CODES
    ).first()
    return recovery is not None and RecoveryCodes(recovery).validate_code(code)


def _totp(person: Person, *, lock: bool = False) -> Authenticator | None:
    rows = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP)
    return (rows.select_for_update() if lock else rows).first()
