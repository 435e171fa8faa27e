"""
Persons, their mandates, offices and tokens.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from hutong.doors.reading import Part, once
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import secrets
from hutong.parties.membership import ANY_ROLE
from hutong.parties.models import EmailCode, Invitation, Mandate, Office, Person, Token
from hutong.parties.queries.parties import PartyView, party_row, view
from hutong.parties.rules import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    id: UUID
    email: str
    display_name: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateView:
    id: UUID
    person: PersonView
    party: PartyView
    role: str
    granted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingFor:
    """A party a person acts for: what a page's frame shows of it."""

    id: UUID
    kind: str
    name_zh: str
    name_en: str
    status: str
    role: str

    @property
    def is_verified(self) -> bool:
        return self.status == Status.VERIFIED.value


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView:
    """An open invitation: of whoever is invited only the address that was typed."""

    id: UUID
    email: str
    party: PartyView
    role: str
    invited_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeView:
    person: PersonView
    role: str
    appointed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    id: str
    label: str
    party: UUID | None
    scopes: tuple[str, ...]
    second_factor: bool
    created_at: datetime
    expires_at: datetime
    last_used_on: date | None
    revoked: bool


def person(id: UUID) -> PersonView:
    row = Person.objects.filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="person")
    return person_view(row)


def persons(ids: Iterable[UUID]) -> dict[UUID, PersonView]:
    return {row.id: person_view(row) for row in Person.objects.filter(id__in=set(ids))}


def person_by_email(email: str) -> PersonView | None:
    """The person with this confirmed address."""
    row = Person.objects.filter(
        email=email.strip().lower(), email_confirmed_at__isnull=False, is_active=True
    ).first()
    return person_view(row) if row else None


def user(id: UUID) -> Any:
    """The account of a person as Django signs it in. For doors that open sessions."""
    return Person.objects.get(id=id, is_active=True)


def has_second_factor(id: UUID) -> bool:
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user_id=id, type__in=kinds).exists()


def with_second_factor(ids: Iterable[UUID]) -> set[UUID]:
    """Which of these persons have a second factor set up."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    rows = Authenticator.objects.filter(user_id__in=list(ids), type__in=kinds)
    return set(rows.values_list("user_id", flat=True))


def mail_code(id: UUID) -> str | None:
    """The code to mail to a person who signed up, or None when none is open."""
    row = EmailCode.objects.filter(person_id=id, expires_at__gt=Now(), guesses_left__gt=0).first()
    return secrets.code_of(settings.SECRET_KEY, row.nonce) if row else None


def people_of(party: UUID, roles: Sequence[str] = ("owner", "agent")) -> list[UUID]:
    """Persons who act for a party in one of `roles`, by seniority of their mandate."""
    rows = Mandate.objects.filter(party_id=party, role__in=roles, revoked_at__isnull=True)
    return list(rows.order_by("granted_at", "id").values_list("person_id", flat=True))


def acting_for_any(parties: Iterable[UUID]) -> set[UUID]:
    """Persons who act for any of these parties, in whatever role: they do not decide (PA-5)."""
    rows = Mandate.objects.filter(party_id__in=set(parties), role__in=ANY_ROLE)
    return set(rows.filter(revoked_at__isnull=True).values_list("person_id", flat=True))


def mandates_of_party(party: UUID) -> list[MandateView]:
    rows = Mandate.objects.filter(party_id=party, revoked_at__isnull=True).select_related("person")
    found = list(rows.order_by("granted_at", "id"))
    seen = party_row(party) if found else None
    return [_mandate(m, view(seen)) for m in found] if seen else []


def mandates_of_person(person: UUID) -> list[MandateView]:
    rows = Mandate.objects.filter(person_id=person, revoked_at__isnull=True)
    rows = rows.select_related("person", "party").prefetch_related("party__identifiers")
    return [_mandate(m, view(m.party)) for m in rows.order_by("granted_at", "id")]


def acted_for_by(person: UUID) -> list[ActingFor]:
    """The parties a person acts for, longest first: on every page."""

    def ask() -> list[ActingFor]:
        rows = Mandate.objects.filter(person_id=person, revoked_at__isnull=True)
        return [
            ActingFor(id=id, kind=kind, name_zh=zh, name_en=en, status=status, role=role)
            for id, kind, zh, en, status, role in rows.order_by("granted_at", "id").values_list(
                "party_id",
                "party__kind",
                "party__name_zh",
                "party__name_en",
                "party__status",
                "role",
            )
        ]

    return once((ACTED_FOR.name, person), ask)


ACTED_FOR = Part(
    "parties.acted_for",
    """SELECT json_agg(json_build_object('id', p.id, 'kind', p.kind, 'name_zh', p.name_zh,
           'name_en', p.name_en, 'status', p.status, 'role', m.role) ORDER BY m.granted_at, m.id)
       FROM parties_mandate m JOIN parties_party p ON p.id = m.party_id
       WHERE m.person_id = reader.person AND m.revoked_at IS NULL""",
    lambda rows: [ActingFor(**{**row, "id": UUID(row["id"])}) for row in rows or ()],
    by=("person",),
)


def account(id: UUID) -> Person | None:
    """The account that a session is of, as Django checks it on every request."""
    return once((ACCOUNT.name, id), Person.objects.filter(id=id).first)


def _read_account(row: dict[str, Any] | None) -> Person | None:
    if row is None:
        return None
    fields = Person._meta.concrete_fields
    values = [field.to_python(row[field.attname]) for field in fields]
    return Person.from_db("default", [field.attname for field in fields], values)


ACCOUNT = Part(
    "parties.account",
    "SELECT row_to_json(p) FROM parties_person p WHERE p.id = reader.person",
    _read_account,
    by=("person",),
)


def _mandate(row: Mandate, party: PartyView) -> MandateView:
    return MandateView(
        id=row.id,
        person=person_view(row.person),
        party=party,
        role=row.role,
        granted_at=row.granted_at,
    )


def invitation(id: UUID) -> InvitationView | None:
    """An invitation, or None when it has ended."""
    return next(iter(_invitations(Q(id=id))), None)


def invitations_of_party(party: UUID) -> list[InvitationView]:
    return _invitations(Q(party_id=party))


def invitations_to(person: UUID) -> list[InvitationView]:
    """What waits for a person's answer, once their address is confirmed."""
    confirmed = Person.objects.filter(
        id=person, email_confirmed_at__isnull=False, is_active=True
    ).values("email")
    return _invitations(Q(email__in=confirmed))


def _invitations(which: Q) -> list[InvitationView]:
    rows = Invitation.objects.filter(which, ended_at__isnull=True).select_related("party")
    return [
        InvitationView(
            id=i.id,
            email=i.email,
            party=view(i.party),
            role=i.role,
            invited_at=i.invited_at,
            expires_at=i.expires_at,
        )
        for i in rows.prefetch_related("party__identifiers").order_by("invited_at", "id")
    ]


def officers() -> list[OfficeView]:
    """Who holds which role today, by role and seniority."""
    rows = Office.objects.filter(dismissed_at__isnull=True).select_related("person")
    return [
        OfficeView(person=person_view(o.person), role=o.role, appointed_at=o.appointed_at)
        for o in rows.order_by("role", "appointed_at", "id")
    ]


def tokens_of(person: UUID) -> list[TokenView]:
    """A person's tokens, newest first, without their secrets."""
    return [
        TokenView(
            id=t.id,
            label=t.label,
            party=t.party_id,
            scopes=tuple(t.scopes),
            second_factor=t.second_factor,
            created_at=t.created_at,
            expires_at=t.expires_at,
            last_used_on=t.last_used_on,
            revoked=t.revoked_at is not None,
        )
        for t in Token.objects.filter(person_id=person).order_by("-created_at", "id")
    ]


def person_view(row: Person) -> PersonView:
    return PersonView(
        id=row.id, email=row.email, display_name=row.display_name, language=row.language
    )
