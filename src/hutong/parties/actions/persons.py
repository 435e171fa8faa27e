"""
Signing up and one's own account (PA-2).

Nothing here tells a stranger whether an address is known: same answer, same work, same time.
"""

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from procrastinate.contrib.django import app as queue

from hutong.journal.actions import ANYONE, action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import secrets, sign_in
from hutong.parties.actions import throttle
from hutong.parties.actions.locking import oneself
from hutong.parties.models import EmailCode, Person
from hutong.parties.powers import SELF
from hutong.parties.queries.persons import PersonView, person_view
from hutong.parties.sign_in import CODE_EVERY, CODE_GUESSES, CODE_LIFE, Language, Refusal

MAIL_CODE = "parties.mail_code"
MAIL_KNOWN = "parties.mail_known"


@action(power=ANYONE)
def sign_up(
    *,
    actor: Actor,
    now: datetime,
    email: str,
    password: str,
    display_name: str,
    language: Language = Language.CHINESE,
    place: str = "",
) -> None:
    """Make an account and mail a code that confirms its address; `place` is where from.

    An address already confirmed gets a mail that says so; an unconfirmed one starts again with
    these details. Raises Refused: no address, weak password, too many attempts.
    """
    address = sign_in.email(email)
    name = sign_in.display_name(display_name)
    counters = throttle.counters(
        "sign up", account=address, place=place, of_account=sign_in.OF_SIGN_UPS
    )
    if minutes := throttle.minutes_to_wait(counters):
        raise Refused(Refusal.TOO_MANY_FAILURES, minutes=minutes)
    draft = Person(id=new_id(), email=address, display_name=name, language=language.value)
    draft.password = make_password(acceptable(password, draft))
    throttle.count(counters)
    person = _insert_or_lock(draft)
    if person.email_confirmed_at is not None:
        queue.configure_task(MAIL_KNOWN).defer(person=str(person.id))
        nothing_changed()
        return
    person.password, person.display_name, person.language = draft.password, name, language.value
    person.save(update_fields=["password", "display_name", "language"])
    if _new_code(person):
        queue.configure_task(MAIL_CODE).defer(person=str(person.id))
    record(subject("person", person.id), sign_in.SignedUp(person=person.id))


@action(power=ANYONE)
def confirm_email(*, actor: Actor, now: datetime, email: str, code: str) -> PersonView | None:
    """Confirm an address by its code. Returns the person, or None when the code is not right.

    A wrong guess is counted, so the caller must let this commit and only then refuse with
    CODE_WRONG. After five wrong guesses the code is spent.
    """
    nothing_changed()
    row = (
        EmailCode.objects.select_for_update()
        .select_related("person")
        .filter(person__email=email.strip().lower(), expires_at__gt=Now(), guesses_left__gt=0)
        .first()
    )
    expected = secrets.code_of(settings.SECRET_KEY, row.nonce if row else "")
    right = secrets.same(expected, code.strip()[:64])
    if row is None:
        return None
    if not right:
        EmailCode.objects.filter(id=row.id).update(guesses_left=F("guesses_left") - 1)
        return None
    person = row.person
    row.delete()
    confirm(person, now=now)
    return person_view(person)


def confirm(person: Person, *, now: datetime) -> None:
    """Mark an address as confirmed, for pages (allauth) and API alike."""
    person.email_confirmed_at = now
    person.save(update_fields=["email_confirmed_at"])
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=person, email=person.email, verified=True, primary=True)],
        update_conflicts=True,
        unique_fields=["user", "email"],
        update_fields=["verified", "primary"],
    )
    record(subject("person", person.id), sign_in.EmailConfirmed(person=person.id))


@action(power=ANYONE)
def enter_person(*, actor: Actor, now: datetime, person: Person) -> None:
    """Insert a person whom a sign-up page has filled in; the page mails the code itself."""
    person.display_name = " ".join(person.display_name.split())[:100]
    person.save(force_insert=True)
    record(subject("person", person.id), sign_in.SignedUp(person=person.id))


@action(power=ANYONE)
def note_confirmed(*, actor: Actor, now: datetime, person: UUID) -> None:
    """Note that a page has confirmed a person's address."""
    row = Person.objects.select_for_update().get(id=person)
    if row.email_confirmed_at is not None:
        nothing_changed()
        return
    confirm(row, now=now)


@action(power=SELF)
def change_person(
    *,
    actor: Actor,
    now: datetime,
    display_name: str | None = None,
    language: Language | None = None,
) -> PersonView:
    """Change one's own name or language."""
    row = oneself(actor)
    changed = []
    if display_name is not None and sign_in.display_name(display_name) != row.display_name:
        row.display_name = sign_in.display_name(display_name)
        changed.append("display_name")
    if language is not None and language.value != row.language:
        row.language = language.value
        changed.append("language")
    if not changed:
        nothing_changed()
        return person_view(row)
    row.save(update_fields=changed)
    record(subject("person", row.id), sign_in.PersonChanged(person=row.id, fields=changed))
    return person_view(row)


def acceptable(password: str, draft: Person) -> str:
    if len(password.encode()) > sign_in.PASSWORD_BYTES:
        raise Refused(CommonRefusal.TOO_LARGE, what="password", limit=sign_in.PASSWORD_BYTES)
    try:
        validate_password(password, draft)
    except ValidationError as error:
        raise Refused(Refusal.PASSWORD_WEAK, why=" ".join(error.messages)) from None
    return password


def _insert_or_lock(draft: Person) -> Person:
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
            return draft
    except IntegrityError:
        return Person.objects.select_for_update().get(email=draft.email)


def _new_code(person: Person) -> bool:
    """Make a new code unless one was sent a moment ago. Returns whether to send it."""
    fresh = EmailCode.objects.filter(
        person=person, sent_at__gt=Now() - CODE_EVERY, guesses_left=CODE_GUESSES
    )
    if fresh.exists():
        return False
    EmailCode.objects.update_or_create(
        person=person,
        defaults={
            "nonce": secrets.new_nonce(),
            "guesses_left": CODE_GUESSES,
            "sent_at": Now(),
            "expires_at": Now() + CODE_LIFE,
        },
    )
    return True
