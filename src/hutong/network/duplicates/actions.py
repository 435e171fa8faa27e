"""
Duplicates: found by the registrar, stated by both venues, decided by two officers of the registrar
(NE-5, DL-3, PA-5).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import SYSTEM, Actor, require_other_eyes
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.claims import actions as claims
from hutong.network.claims import queries as claims_known
from hutong.network.claims.rules import number_digest
from hutong.network.duplicates import queries, rules
from hutong.network.duplicates.models import Duplicate
from hutong.network.duplicates.rules import Refusal, Status
from hutong.network.messages import actions as messages
from hutong.rights import actions as rights
from hutong.rights.barring import Bar
from hutong.venues import queries as venues

OPERATE = queries.OPERATE


def _subject(claim: UUID) -> str:
    return subject("duplicate", claim)


def _locked(claim: UUID, *statuses: Status) -> Duplicate:
    row = Duplicate.objects.select_for_update().filter(claim=claim).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="duplicate registration")
    if row.status not in statuses:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed=statuses[0].value)
    return row


def _others(row: Duplicate) -> list[str]:
    return sorted({row.venue, row.holding_venue} - {venues.my_code()})


def _say(row: Duplicate, to: str, now: datetime, kind: str, body: Mapping[str, Any]) -> None:
    if venues.find(to) is not None:
        messages.send(
            actor=SYSTEM,
            now=now,
            to=to,
            about=_subject(row.claim),
            kind=kind,
            body={"claim": str(row.claim), **body},
        )


@action(power=None)
def note(*, actor: Actor, now: datetime, registrar: str, found: Mapping[str, Any]) -> None:
    """Note a duplicate that the registrar found. Where one of the two is ours, its title is held."""
    claim = UUID(found["claim"])
    if Duplicate.objects.filter(claim=claim).exists():
        nothing_changed()
        return
    row = Duplicate.objects.create(
        claim=claim,
        number=found["number"],
        venue=found["venue"],
        technology=UUID(found["technology"]),
        holding_claim=UUID(found["claim_holding"]),
        holding_venue=found["venue_holding"],
        holding_technology=UUID(found["technology_holding"]),
        registrar=registrar,
        found_at=now,
        changed_at=now,
    )
    mine = venues.my_code()
    if registrar == mine:
        nothing_changed()  # it stands in the log as found
        for code in _others(row):
            _say(row, code, now, "duplicates.found", dict(found))
    for code, technology in queries.view(row).sides:
        if code == mine:
            other = row.venue if code == row.holding_venue else row.holding_venue
            rights.bar(actor=SYSTEM, now=now, technology=technology, why=Bar.DISPUTED, venue=other)
            opened = rules.Opened(
                claim=claim, number=row.number, technology=technology, other_venue=other
            )
            record(_subject(claim), opened)


def need_ours(found: Mapping[str, Any]) -> None:
    """Refuse what a registrar says was found, unless the right, the claim and the number that it
    names as ours are: else one word of it would hold any title here."""
    mine = venues.my_code()
    if found["venue"] == found["venue_holding"]:
        raise Refused(Refusal.NOT_OURS)
    suffix = "" if found["venue"] == mine else "_holding"
    claim = claims_known.of_claim(UUID(found[f"claim{suffix}"]))
    named = None if claim is None else (str(claim.technology), number_digest(claim.number))
    if named != (found[f"technology{suffix}"], found["number"]):
        raise Refused(Refusal.NOT_OURS)


@action(power=OPERATE)
def state(*, actor: Actor, now: datetime, claim: UUID, statement: str) -> None:
    """Say this venue's case: since when, on what evidence. The registrar reads it; said again, the
    last counts."""
    if not statement.strip():
        raise Refused(Refusal.WORDS_MISSING)
    row = _locked(claim, Status.OPEN, Status.PROPOSED)
    if not queries.view(row).concerns_us:
        raise Refused(Refusal.NOT_CONCERNED)
    _state(row, venues.my_code(), statement.strip(), now)
    if row.registrar != venues.my_code():
        _say(row, row.registrar, now, "duplicates.state", {"statement": statement.strip()})


@action(power=None)
def take_statement(*, actor: Actor, now: datetime, venue: str, claim: UUID, statement: str) -> None:
    """As registrar, take in what one of the two venues says."""
    row = _locked(claim, Status.OPEN, Status.PROPOSED)
    if venue not in (row.venue, row.holding_venue) or row.registrar != venues.my_code():
        raise Refused(Refusal.NOT_CONCERNED)
    _state(row, venue, statement, now)


def _state(row: Duplicate, venue: str, statement: str, now: datetime) -> None:
    row.statements, row.changed_at = {**row.statements, venue: statement}, now
    row.save(update_fields=["statements", "changed_at"])
    told = rules.Stated(claim=row.claim, venue=venue, statement=statement)
    record(_subject(row.claim), told)


@action(power=OPERATE)
def propose(*, actor: Actor, now: datetime, claim: UUID, upheld: str, reasons: str) -> None:
    """As registrar, propose whose registration stands; another officer decides (PA-5)."""
    row = _locked(claim, Status.OPEN, Status.PROPOSED)
    if row.registrar != venues.my_code():
        raise Refused(Refusal.NOT_REGISTRAR, venue=row.registrar)
    if upheld not in (row.venue, row.holding_venue):
        raise Refused(Refusal.NOT_ONE_OF_THEM)
    if not reasons.strip():
        raise Refused(Refusal.WORDS_MISSING)
    row.status, row.upheld, row.reasons = Status.PROPOSED.value, upheld, reasons.strip()
    row.begun_by, row.changed_at = actor.person, now
    row.save()
    told = rules.Proposed(claim=claim, upheld=upheld, reasons=row.reasons)
    record(_subject(claim), told)


@action(power=OPERATE)
def decide(*, actor: Actor, now: datetime, claim: UUID) -> None:
    """Take the decision another officer proposed. Decided for who joined, the number is written over."""
    row = _locked(claim, Status.PROPOSED)
    require_other_eyes(actor, [row.begun_by])
    if row.registrar != venues.my_code():
        raise Refused(Refusal.NOT_REGISTRAR, venue=row.registrar)
    row.decided_by = actor.person
    if row.upheld == row.venue:
        claims.award(actor=SYSTEM, now=now, claim=row.claim, holding=row.holding_claim)
    _settle(row, row.upheld, row.reasons, now)
    for code in _others(row):
        _say(row, code, now, "duplicates.decided", {"upheld": row.upheld, "reasons": row.reasons})


@action(power=None)
def take_decision(
    *, actor: Actor, now: datetime, venue: str, claim: UUID, upheld: str, reasons: str
) -> None:
    """Take in what the registrar's officers decided."""
    row = _locked(claim, Status.OPEN, Status.PROPOSED)
    if row.registrar != venue:
        raise Refused(Refusal.NOT_REGISTRAR, venue=row.registrar)
    if upheld not in (row.venue, row.holding_venue):
        raise Refused(Refusal.NOT_ONE_OF_THEM)
    _settle(row, upheld, reasons, now)


def _settle(row: Duplicate, upheld: str, reasons: str, now: datetime) -> None:
    """The title that is upheld is free again; of the other only the registration is cancelled."""
    against = row.venue if upheld == row.holding_venue else row.holding_venue
    row.status, row.upheld, row.reasons = Status.DECIDED.value, upheld, reasons
    row.changed_at = now
    row.save()
    told = rules.Decided(
        claim=row.claim, number=row.number, upheld=upheld, against=against, reasons=reasons
    )
    record(_subject(row.claim), told)
    mine, technology = venues.my_code(), dict(queries.view(row).sides)
    if mine == upheld:
        rights.unbar(actor=SYSTEM, now=now, technology=technology[mine], venue=against)
        if upheld == row.venue:
            claims.take_award(actor=SYSTEM, now=now, claim=row.claim)
    elif mine == against:
        rights.bar(actor=SYSTEM, now=now, technology=technology[mine], why=Bar.LOST, venue=upheld)
        if against == row.holding_venue:
            claims.yield_to(actor=SYSTEM, now=now, claim=row.holding_claim, holder=upheld)
