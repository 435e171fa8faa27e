"""
From a session or a token to an Actor (PA-2): one query, on every request.

Powers are worked out anew each time, so that what is revoked is gone at once.
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from hutong.doors.reading import Part, once
from hutong.due import queries as due
from hutong.kit.actor import Actor, Door, PartyId, PersonId
from hutong.kit.refusal import Refused
from hutong.parties import secrets
from hutong.parties.membership import MandateRole
from hutong.parties.models import Office
from hutong.parties.powers import powers
from hutong.parties.queries.clock import real_now
from hutong.rulebook import queries as rulebook

# The mandate for the party named; when none is named, the only one there is.
_PERSON = """
    SELECT json_build_array(p.display_name, m.party_id, m.role,
           array(SELECT o.role FROM parties_office o
                 WHERE o.person_id = p.id AND o.dismissed_at IS NULL))
    FROM parties_person p
    LEFT JOIN parties_mandate m ON m.person_id = p.id AND m.revoked_at IS NULL
        AND (m.party_id = reader.party OR (reader.party IS NULL AND 1 = (
            SELECT count(*) FROM parties_mandate n
            WHERE n.person_id = p.id AND n.revoked_at IS NULL)))
    WHERE p.id = reader.person AND p.is_active
"""

_HELD_BY = f"""
    SELECT ({_PERSON}) FROM (SELECT %(person)s::uuid AS person, %(party)s::uuid AS party) reader
"""

# The same through a token; its day of last use is written once a day, by whoever has the secret.
_TOKEN = """
    WITH used AS (
        UPDATE parties_token SET last_used_on = current_date
        WHERE id = %(token)s AND secret_digest = %(digest)s
          AND last_used_on IS DISTINCT FROM current_date
    )
    SELECT t.secret_digest, t.person_id, t.scopes, t.second_factor, p.display_name,
           m.party_id, m.role,
           array(SELECT o.role FROM parties_office o
                 WHERE o.person_id = p.id AND o.dismissed_at IS NULL) AS offices
    FROM parties_token t
    JOIN parties_person p ON p.id = t.person_id AND p.is_active
    LEFT JOIN parties_mandate m ON m.person_id = p.id AND m.revoked_at IS NULL
        AND (m.party_id = coalesce(t.party_id, %(party)s)
             OR (coalesce(t.party_id, %(party)s) IS NULL AND 1 = (
                 SELECT count(*) FROM parties_mandate n
                 WHERE n.person_id = p.id AND n.revoked_at IS NULL)))
    WHERE t.id = %(token)s AND t.revoked_at IS NULL AND t.expires_at > statement_timestamp()
"""


class _Held(NamedTuple):
    name: str
    party: UUID | None
    role: str | None
    offices: list[str]


def _read_held(row: list[Any] | None) -> _Held | None:
    if row is None:
        return None
    name, party, role, offices = row
    return _Held(name, party and UUID(party), role, offices)


HELD = Part("parties.held", _PERSON, _read_held, by=("person", "party"))


def actor_for_session(
    person: UUID,
    party: UUID | str | None,
    second_factor: bool,
    door: Door,
    now: datetime | None = None,
) -> Actor:
    """Build the actor of a page session. `party`: whom the person chose to act for, if anybody."""
    return actor_for_person(person, party=party, second_factor=second_factor, door=door, now=now)


def actor_for_person(
    person: UUID,
    *,
    party: UUID | str | None = None,
    second_factor: bool = False,
    door: Door = Door.API,
    now: datetime | None = None,
) -> Actor:
    """`now`: the venue's time, where the door has read its clock already."""
    held = _held(person, chosen_party(party))
    if held is None:
        return Actor(door=door)
    return _actor(person, held, None, second_factor, door, now)


def actor_for_token(secret: str, party: UUID | str | None = None) -> Actor | None:
    """Build the actor of a token, or None when it is unknown, expired or revoked.

    `party`: whom a token that fixes nobody acts for.
    """
    parsed = secrets.parse_token(secret)
    if parsed is None:
        return None
    id, digest = parsed
    with connection.cursor() as cursor:
        cursor.execute(_TOKEN, {"token": id, "digest": digest, "party": chosen_party(party)})
        row = cursor.fetchone()
    if row is None or not secrets.same(row[0], digest):
        return None
    _, person, scopes, second_factor, name, party_id, role, offices = row
    held = _Held(name, party_id, role, offices)
    return _actor(person, held, scopes, second_factor, Door.API)


def powers_of(person: UUID, *, party: UUID | None, now: datetime) -> frozenset[str]:
    """Everything a person may do for `party` (None: for nobody), as officer too."""
    held = _held(person, party)
    if held is None:
        return frozenset()
    return powers(
        mandate=MandateRole(held.role) if held.role and party else None,
        offices=held.offices,
        roles=rulebook.in_force(now).rules.roles,
    )


def officers_with(power: str) -> list[UUID]:
    """Persons whose offices give `power` under the rulebook in force, by seniority."""
    roles = [role for role, held in _roles_now().items() if power in held]
    rows = Office.objects.filter(role__in=roles, dismissed_at__isnull=True)
    found = rows.order_by("appointed_at", "id").values_list("person_id", flat=True)
    return list(dict.fromkeys(found))


def roles_of(person: UUID) -> list[str]:
    rows = Office.objects.filter(person_id=person, dismissed_at__isnull=True)
    return list(rows.order_by("role").values_list("role", flat=True))


def _actor(
    person: UUID,
    held: _Held,
    scopes: list[str] | None,
    second_factor: bool,
    door: Door,
    now: datetime | None = None,
) -> Actor:
    return Actor(
        person=PersonId(person),
        party=PartyId(held.party) if held.party else None,
        powers=powers(
            mandate=MandateRole(held.role) if held.role else None,
            offices=held.offices,
            roles=_roles_now(now) if held.offices else {},
            scopes=scopes,
        ),
        second_factor=second_factor,
        door=door,
        label=held.name,
    )


def _held(person: UUID, party: UUID | None) -> _Held | None:
    def ask() -> _Held | None:
        with connection.cursor() as cursor:
            cursor.execute(_HELD_BY, {"person": person, "party": party})
            row = cursor.fetchone()
        return HELD.read(row and row[0])

    return once((HELD.name, person, party), ask)


def _roles_now(now: datetime | None = None) -> dict[str, tuple[str, ...]]:
    try:
        return rulebook.in_force(now or due.venue_now(real_now())).rules.roles
    except Refused:
        return {}  # no rulebook yet: no roles


def chosen_party(value: UUID | str | None) -> UUID | None:
    """A party named by a header or a session; what is no id names nobody's party."""
    if isinstance(value, UUID):
        return value
    if not value:
        return None
    try:
        return UUID(value)
    except ValueError:
        return UUID(int=0)
