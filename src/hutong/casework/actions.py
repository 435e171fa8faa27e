"""
What officers do about who does what. The door says which offices decide the case (`powers`).
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection

from hutong.casework import rules
from hutong.casework.models import Taken
from hutong.casework.rules import Claim
from hutong.journal.actions import action, record
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties


@action(power=None)
def take(
    *, actor: Actor, now: datetime, case: str, powers: Collection[str], over: bool = False
) -> Claim:
    """Take a case on for some hours. Refused while a colleague works on it, unless `over`."""
    person = _officer(actor, powers)
    held = _locked(case)
    name = _name(held.person) if held else ""
    events = rules.take(held, person=person, name_of_holder=name, over=over, now=now)
    return _save(case, person, now, events)


@action(power=None)
def hand_over(
    *, actor: Actor, now: datetime, case: str, powers: Collection[str], to: UUID
) -> Claim:
    """Give a case to a colleague. Refused when no office of the colleague's decides it."""
    _officer(actor, powers)
    _locked(case)
    able = any(to in parties.officers_with(power) for power in powers)
    events = rules.hand_over(to=to, name=_name(to), may_decide=able, now=now)
    return _save(case, to, now, events)


@action(power=None)
def let_go(*, actor: Actor, now: datetime, case: str, powers: Collection[str]) -> None:
    """Let a case go that one works on oneself."""
    person = _officer(actor, powers)
    events = rules.let_go(_locked(case), person=person, now=now)
    Taken.objects.filter(case=case).delete()
    record(subject("case", case), *events)


def _officer(actor: Actor, powers: Collection[str]) -> UUID:
    held = sorted(power for power in powers if actor.has(power))
    actor.need(held[0] if held else sorted(powers)[0])
    if actor.person is None:
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    return actor.person


def _locked(case: str) -> Claim | None:
    """One officer at a time, also for a case nobody has taken yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"hutong.casework.{case}"])
    row = Taken.objects.select_for_update().filter(case=case).first()
    return row.claim() if row else None


def _save(case: str, person: UUID, now: datetime, events: list[rules.Event]) -> Claim:
    until = rules.ends(now)
    Taken.objects.update_or_create(
        case=case, defaults={"person": person, "taken_at": now, "until": until}
    )
    record(subject("case", case), *events)
    return Claim(person=person, until=until)


def _name(person: UUID) -> str:
    found = parties.persons([person]).get(person)
    return (found.display_name or found.email) if found else ""
