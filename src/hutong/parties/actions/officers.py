"""
Officers of this venue: appointed and dismissed by somebody else (PA-2, PA-5).
"""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection

from hutong.journal.actions import action, record
from hutong.kit.actor import Actor
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import membership, sign_in
from hutong.parties.actions import persons
from hutong.parties.actions.locking import locked_person
from hutong.parties.membership import APPOINT, Refusal
from hutong.parties.models import Office, Person
from hutong.parties.queries.persons import PersonView, person_view
from hutong.rulebook import queries as rulebook

ADMINISTRATOR = "administrator"


@action(power=APPOINT)
def appoint_officer(*, actor: Actor, now: datetime, person: UUID, role: str) -> UUID:
    """Give a person a role of the rulebook in force. Returns the office's id.

    Its powers hold from now on, with a second factor. Refused for oneself and for unknown roles.
    """
    _one_at_a_time()
    membership.need_someone_else(actor.person, person)
    row = locked_person(person)
    if row.email_confirmed_at is None:
        raise Refused(Refusal.PERSON_UNKNOWN)
    membership.need_known_role(role, rulebook.in_force(now).rules.roles)
    return _appoint(row, role, by=actor.person, now=now)


@action(power=APPOINT)
def dismiss_officer(*, actor: Actor, now: datetime, person: UUID, role: str) -> None:
    """Take a role from a person at once. Somebody who can appoint always remains."""
    _one_at_a_time()
    membership.need_someone_else(actor.person, person)
    office = Office.objects.filter(person_id=person, role=role, dismissed_at__isnull=True).first()
    if office is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="office")
    appointing = _appointing_roles(now)
    appointers = Office.objects.filter(role__in=appointing, dismissed_at__isnull=True)
    left = appointers.exclude(id=office.id).values("person_id").distinct().count()
    membership.need_another_appointer(role in appointing, left + 1)
    office.dismissed_at, office.dismissed_by = now, actor.person
    office.save(update_fields=["dismissed_at", "dismissed_by"])
    record(
        subject("person", person),
        membership.OfficerDismissed(office=office.id, role=role, person=person),
    )


@action(power="venue.operate")
def admit_person(
    *, actor: Actor, now: datetime, email: str, password: str, display_name: str
) -> PersonView:
    """Enter a person by the command line, their address vouched for by whoever types it.

    Refused for an address that somebody has, and for a weak password.
    """
    draft = Person(
        id=new_id(), email=sign_in.email(email), display_name=sign_in.display_name(display_name)
    )
    if Person.objects.filter(email=draft.email).exists():
        raise Refused(Refusal.ADDRESS_HELD, email=draft.email)
    draft.password = make_password(persons.acceptable(password, draft))
    draft.save(force_insert=True)
    record(subject("person", draft.id), sign_in.SignedUp(person=draft.id))
    persons.confirm(draft, now=now)
    return person_view(draft)


@action(power="venue.operate")
def appoint_first_administrator(*, actor: Actor, now: datetime, person: UUID) -> UUID:
    """Set the venue up: its first administrator, once, by the command line."""
    _one_at_a_time()
    if Office.objects.filter(role__in=_appointing_roles(now), dismissed_at__isnull=True).exists():
        raise Refused(Refusal.ADMINISTRATOR_EXISTS)
    return _appoint(locked_person(person), ADMINISTRATOR, by=None, now=now)


def _appoint(row: Person, role: str, *, by: UUID | None, now: datetime) -> UUID:
    if Office.objects.filter(person=row, role=role, dismissed_at__isnull=True).exists():
        raise Refused(Refusal.ROLE_HELD, role=role)
    office = Office.objects.create(
        id=new_id(), person=row, role=role, appointed_by=by, appointed_at=now
    )
    record(
        subject("person", row.id),
        membership.OfficerAppointed(office=office.id, role=role, person=row.id),
    )
    return office.id


def _appointing_roles(now: datetime) -> list[str]:
    roles = rulebook.in_force(now).rules.roles
    return sorted(role for role, held in roles.items() if APPOINT in held)


def _one_at_a_time() -> None:
    """Appointments are rare and count each other; one waits for the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('hutong.parties.offices'))")
