"""
The party register: entering, verifying, suspending (PA-1, PA-3, PA-5).
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import OWN, Actor, require_other_eyes
from hutong.kit.event import Event
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import identifiers as numbers
from hutong.parties import rules
from hutong.parties.actions.locking import locked_party, oneself, own_party
from hutong.parties.actions.mandates import grant
from hutong.parties.membership import MandateRole
from hutong.parties.models import Identifier, Mandate, Party, Recognition
from hutong.parties.powers import SELF
from hutong.parties.queries.parties import PartyView, view
from hutong.parties.rules import Decision, Kind, Refusal, Status
from hutong.rulebook import queries as rulebook

NAME_LENGTH = 200


@action(power=SELF)
def register_party(
    *,
    actor: Actor,
    now: datetime,
    kind: Kind,
    name_zh: str = "",
    name_en: str = "",
    jurisdiction: str = "CN",
    identifiers: Iterable[tuple[str, str]] = (),
    state_owned: bool = False,
) -> PartyView:
    """Enter a party; whoever enters it becomes its first owner. It starts unverified.

    Raises Refused: no name, unknown jurisdiction, invalid identifier, identifier of another party.
    """
    person = oneself(actor)
    row = Party(id=new_id(), kind=kind.value, registered_at=now, entered_by=person.id)
    write_details(row, name_zh, name_en, jurisdiction, state_owned)
    row.save(force_insert=True)
    write_identifiers(row, identifiers)
    state = row.state()
    record(
        subject("party", row.id),
        rules.Registered(
            party=row.id,
            party_kind=state.kind,
            jurisdiction=state.jurisdiction,
            details=details(state),
        ),
    )
    grant(party=row, person=person, role=MandateRole.OWNER, by=person.id, now=now)
    return view(row)


@action(power=OWN)
def correct_party(
    *,
    actor: Actor,
    now: datetime,
    party: UUID,
    name_zh: str,
    name_en: str,
    jurisdiction: str,
    identifiers: Iterable[tuple[str, str]],
    state_owned: bool,
) -> PartyView:
    """Replace the details of a party not yet under examination."""
    row = own_party(actor, party)
    rules.correct(row.state())
    write_details(row, name_zh, name_en, jurisdiction, state_owned)
    row.save()
    row.identifiers.all().delete()
    write_identifiers(row, identifiers)
    record(subject("party", row.id), rules.Corrected(party=row.id, details=details(row.state())))
    return view(row)


@action(power=OWN)
def submit_for_verification(*, actor: Actor, now: datetime, party: UUID) -> PartyView:
    """Put the party in the officers' queue (PA-3). Evidence must be attached."""
    row = own_party(actor, party)
    _take(row, rules.submit(row.state()))
    row.submitted_at, row.submitted_by = now, actor.person
    row.decided_at, row.decided_by, row.why = None, None, ""
    row.save()
    return view(row)


@action(power="parties.verify")
def decide_verification(
    *, actor: Actor, now: datetime, party: UUID, decision: Decision, why: str = ""
) -> PartyView:
    """Verify a party or return it with the reason. Not by anybody who has a part in it (PA-5)."""
    row = locked_party(party)
    _require_outsider(actor, row)
    home = rulebook.in_force(now).rules.venue.code
    _take(row, rules.decide(row.state(), decision, why, home))
    row.decided_at, row.decided_by, row.why = now, actor.person, why.strip()
    if row.status == Status.VERIFIED.value:
        row.home_venue = home
    row.save()
    return view(row)


@action(power="parties.suspend")
def suspend(*, actor: Actor, now: datetime, party: UUID, why: str) -> PartyView:
    """Suspend a verified party: it no longer lists, bids or receives rights."""
    return _mark(actor, party, lambda state: rules.suspend(state, why), why)


@action(power="parties.suspend")
def reinstate(*, actor: Actor, now: datetime, party: UUID, why: str) -> PartyView:
    """End a suspension; not of a party whose home venue no longer vouches for it (PA-4)."""
    lapsed = Recognition.objects.filter(party=party, ended_at__isnull=False).first()
    if lapsed is not None:
        raise Refused(
            Refusal.RECOGNITION_ENDED,
            venue=lapsed.home_venue,
            name=str(lapsed.party),
        )
    return _mark(actor, party, lambda state: rules.reinstate(state, why), why)


@action(power="parties.verify")
def mark_state_owned(
    *, actor: Actor, now: datetime, party: UUID, state_owned: bool, why: str
) -> PartyView:
    """Set or clear the state-owned mark (PA-7), whatever the party's status."""
    row = locked_party(party)
    _require_outsider(actor, row)
    events = rules.mark_state_owned(row.state(), state_owned, why)
    if not events:
        nothing_changed()
        return view(row)
    row.state_owned = state_owned
    row.save(update_fields=["state_owned"])
    record(subject("party", row.id), *events)
    return view(row)


@action(power="parties.verify")
def release_identifier(
    *, actor: Actor, now: datetime, party: UUID, scheme: str, value: str, why: str
) -> PartyView:
    """Take a number from an unverified party that had no claim to it; its owner can then use it."""
    row = locked_party(party)
    _require_outsider(actor, row)
    number = numbers.identifier(scheme, value)
    events = rules.release_identifier(row.state(), number, why)
    row.identifiers.filter(scheme=number[0], value=number[1]).delete()
    record(subject("party", row.id), *events)
    return view(row)


def _mark(
    actor: Actor, party: UUID, decide: Callable[[rules.PartyState], list[Event]], why: str
) -> PartyView:
    row = locked_party(party)
    _require_outsider(actor, row)
    _take(row, decide(row.state()))
    row.why = why.strip()
    row.save()
    return view(row)


def _require_outsider(actor: Actor, row: Party) -> None:
    """PA-5: nobody decides about a party they entered, submitted, documented or ever acted for."""
    involved: list[UUID | None] = [row.entered_by, row.submitted_by]
    involved += row.evidence.values_list("attached_by", flat=True)
    involved += Mandate.objects.filter(party=row).values_list("person_id", flat=True)
    require_other_eyes(actor, involved)


def _take(row: Party, events: list[Event]) -> None:
    row.status = rules.evolve(Status(row.status), events).value
    record(subject("party", row.id), *events)


def write_details(
    row: Party, name_zh: str, name_en: str, jurisdiction: str, state_owned: bool
) -> None:
    row.name_zh, row.name_en = (" ".join(name.split()) for name in (name_zh, name_en))
    if not row.name_zh and not row.name_en:
        raise Refused(Refusal.NAME_MISSING)
    for field in ("name_zh", "name_en"):
        if len(getattr(row, field)) > NAME_LENGTH:
            raise Refused(CommonRefusal.TOO_LARGE, what=field, limit=NAME_LENGTH)
    from pypinyin import lazy_pinyin  # its dictionaries take a while to load

    row.sort_key = " ".join(lazy_pinyin(row.name_zh or row.name_en)).lower()[:800]
    row.jurisdiction = numbers.jurisdiction(jurisdiction)
    row.state_owned = state_owned


def write_identifiers(row: Party, pairs: Iterable[tuple[str, str]]) -> None:
    for scheme, value in dict.fromkeys(numbers.identifier(s, v) for s, v in pairs):
        try:
            with transaction.atomic():
                Identifier.objects.create(party=row, scheme=scheme, value=value)
        except IntegrityError:
            raise Refused(Refusal.IDENTIFIER_TAKEN, scheme=scheme, value=value) from None


def details(state: rules.PartyState) -> dict[str, object]:
    return {
        "name_zh": state.name_zh,
        "name_en": state.name_en,
        "identifiers": [list(pair) for pair in state.identifiers],
        "state_owned": state.state_owned,
    }
