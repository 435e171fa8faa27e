"""
Builders for other areas' tests: persons, parties and officers made by real actions.

    university = verified_party("上海某大学", kind="university")
    seller     = member_of(university)                  an owner, acting for the party
    agent      = member_of(university, role="agent")    a new person each time
    registrar  = officer("registrar")                   or officer("rights.examine", "parties.verify")
    registrar  = staff("registrar")                     whoever does what leads to a test: always the same
"""

import secrets
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from django.contrib.auth.hashers import make_password
from stdnum.cn import uscc

from hutong.documents import actions as documents
from hutong.kit.actor import ANONYMOUS, SYSTEM, Actor
from hutong.kit.ids import new_id, subject
from hutong.parties import actions, queries
from hutong.parties.actions.officers import ADMINISTRATOR
from hutong.parties.membership import MandateRole
from hutong.parties.queries import PartyView, PersonView
from hutong.parties.rules import Decision, Kind
from hutong.parties.sign_in import Language
from hutong.rulebook import queries as rulebook

NINE_IN_SHANGHAI = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
PASSWORD = "a long enough passphrase"
EVIDENCE = b"%PDF-1.7\n% the licence of an institution made for a test\n%%EOF\n"


def a_uscc() -> str:
    """A new unified social credit code of a Shanghai institution, with its check character."""
    body = f"12310000{secrets.randbelow(10**9):09d}"
    return body + uscc.calc_check_digit(body)


def person(
    display_name: str = "经办人", *, email: str | None = None, now: datetime = NINE_IN_SHANGHAI
) -> PersonView:
    """Somebody who signed up on the page and confirmed the address."""
    from hutong.parties.models import Person  # the page fills one in, too

    row = Person(
        id=new_id(),
        email=email or f"{secrets.token_hex(8)}@example.test",
        display_name=display_name,
        language=Language.CHINESE.value,
        password=_hashed(),
    )
    actions.enter_person(actor=ANONYMOUS, now=now, person=row)
    actions.note_confirmed(actor=ANONYMOUS, now=now, person=row.id)
    return queries.person(row.id)


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


def signed_in(who: PersonView | UUID, *, party: UUID | None = None) -> Actor:
    """The actor of a person signed in with a second factor."""
    id = who if isinstance(who, UUID) else who.id
    return queries.actor_for_person(id, party=party, second_factor=True)


def officer(
    *roles_or_powers: str, now: datetime = NINE_IN_SHANGHAI, display_name: str = "交易所专员"
) -> Actor:
    """A new person appointed to the roles named, or to roles that give the powers named."""
    wanted = roles_or_powers or ("registrar",)
    roles = rulebook.in_force(now).rules.roles
    if ADMINISTRATOR in wanted and not queries.officers_with("parties.appoint"):
        who = person("系统管理员", now=now)
        actions.appoint_first_administrator(actor=SYSTEM, now=now, person=who.id)
        wanted = tuple(r for r in wanted if r != ADMINISTRATOR)
    else:
        who = person(display_name, now=now)
    for role in dict.fromkeys(_role_of(name, roles) for name in wanted):
        if role not in queries.roles_of(who.id):
            _appoint(who.id, role, now)
    return signed_in(who)


def staff(role: str, *, now: datetime = NINE_IN_SHANGHAI) -> Actor:
    """The one officer of a role who does the builders' work; never one that `officer` returned."""
    from hutong.parties.models import Person

    name = f"值班专员 {role}"
    known = Person.objects.filter(display_name=name).first()
    return signed_in(known.id) if known else officer(role, now=now, display_name=name)


def verified_party(
    name_zh: str = "上海某大学",
    kind: str = "university",
    *,
    now: datetime = NINE_IN_SHANGHAI,
    name_en: str = "",
    state_owned: bool = False,
    jurisdiction: str = "CN",
    identifiers: tuple[tuple[str, str], ...] | None = None,
) -> PartyView:
    """A party that went the whole way: registered, evidence, submitted, verified by an officer."""
    party = unverified_party(
        name_zh,
        kind,
        now=now,
        name_en=name_en,
        state_owned=state_owned,
        jurisdiction=jurisdiction,
        identifiers=identifiers,
    )
    owner = member_of(party)
    document = documents.store(
        actor=owner,
        now=now,
        owner=subject("party", party.id),
        name="licence.pdf",
        media_type="application/pdf",
        data=EVIDENCE,
    )
    actions.attach_evidence(
        actor=owner, now=now, party=party.id, document=document.id, proves="business licence"
    )
    actions.submit_for_verification(actor=owner, now=now, party=party.id)
    return actions.decide_verification(
        actor=_verifier(now), now=now, party=party.id, decision=Decision.VERIFY
    )


def unverified_party(
    name_zh: str = "上海某大学",
    kind: str = "university",
    *,
    now: datetime = NINE_IN_SHANGHAI,
    name_en: str = "",
    state_owned: bool = False,
    jurisdiction: str = "CN",
    identifiers: tuple[tuple[str, str], ...] | None = None,
) -> PartyView:
    """A party just registered by a new person, its owner."""
    if identifiers is None:
        identifiers = () if kind == Kind.INDIVIDUAL.value else (("uscc", a_uscc()),)
    return actions.register_party(
        actor=signed_in(person(now=now)),
        now=now,
        kind=Kind(kind),
        name_zh=name_zh,
        name_en=name_en,
        jurisdiction=jurisdiction,
        identifiers=identifiers,
        state_owned=state_owned,
    )


def member_of(
    party: PartyView | UUID, role: str = "owner", *, now: datetime = NINE_IN_SHANGHAI
) -> Actor:
    """An actor for the party: its first owner, or a new agent or viewer the owner let in."""
    id = party if isinstance(party, UUID) else party.id
    owner = signed_in(queries.people_of(id, roles=("owner",))[0], party=id)
    if role == MandateRole.OWNER.value:
        return owner
    new = person(now=now)
    let_in(id, new.id, MandateRole(role), now=now)
    return signed_in(new, party=id)


def let_in(
    party: PartyView | UUID, who: UUID, role: MandateRole, *, now: datetime = NINE_IN_SHANGHAI
) -> UUID:
    """Invite a person to act for the party, who accepts. Returns the mandate's id."""
    id = party if isinstance(party, UUID) else party.id
    owner = signed_in(queries.people_of(id, roles=("owner",))[0], party=id)
    invitation = actions.invite(
        actor=owner, now=now, party=id, email=queries.person(who).email, role=role
    )
    return actions.accept_invitation(actor=signed_in(who), now=now, invitation=invitation)


def _verifier(now: datetime) -> Actor:
    known = queries.officers_with("parties.verify")
    return signed_in(known[0]) if known else officer("registrar", now=now)


def _appoint(person_id: UUID, role: str, now: datetime) -> None:
    known = queries.officers_with("parties.appoint")
    administrator = signed_in(known[0]) if known else officer(ADMINISTRATOR, now=now)
    actions.appoint_officer(actor=administrator, now=now, person=person_id, role=role)


def _role_of(name: str, roles: dict[str, tuple[str, ...]]) -> str:
    if name in roles:
        return name
    return next(role for role, powers in roles.items() if name in powers)
