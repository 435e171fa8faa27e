"""
First registration, step by step (RR-7): apply, submit, examine, notice, register.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from functools import partial
from typing import Any
from uuid import UUID

from hutong.documents import queries as documents
from hutong.journal.actions import action, record
from hutong.kit.actor import ACT, Actor, require_other_eyes
from hutong.kit.ids import new_id
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties
from hutong.rights import register, rules
from hutong.rights.actions.saving import application_subject, involved_in, locked, locked_own, take
from hutong.rights.actions.writing import APPLICATION, New, take_numbers, write
from hutong.rights.constraints import refused_over, refusing
from hutong.rights.events import (
    Completed,
    Drafted,
    EvidenceAttached,
    NoticeOpened,
    Registered,
)
from hutong.rights.models import Application, Claim, Evidence, Item, holdings_of
from hutong.rights.queries.applications import ApplicationView, live_among, view
from hutong.rights.queries.titles import registered_among
from hutong.rights.refusals import Refusal
from hutong.rights.rules import Decision, Status
from hutong.rights.shares import Holdings
from hutong.rulebook import queries as rulebook
from hutong.technologies import queries as technologies_
from hutong.technologies.actions import mark_registered

GONE = "left the market or lapsed during the notice"

Holders = Sequence[tuple[UUID, Fraction]]


@action(power=ACT)
def apply_first_registration(
    *,
    actor: Actor,
    now: datetime,
    technologies: Sequence[UUID],
    holders: Holders,
    disposal: Holders | None = None,
    income: Holders | None = None,
    evidence: Sequence[UUID] = (),
) -> ApplicationView:
    """Draft an application for first registration of one technology or many.

    `holders` share ownership; disposal and income follow it unless given. Raises Refused: nothing
    named, another's technology, a bundle, a lapsed right, shares that do not total exactly 1.
    """
    applicant = actor.acting_party()
    rules.require_registrable(_subjects(technologies, applicant, now), applicant=applicant)
    holdings = Holdings.of(holders, disposal, income)
    if applicant not in holdings.ownership:
        raise Refused(Refusal.APPLICANT_HOLDS_NOTHING)
    _require_known(holdings)
    row = Application.objects.create(
        id=new_id(),
        number=take_numbers(APPLICATION, now=now)[0],
        applicant=applicant,
        entered_by=actor.person,
        drafted_at=now,
    )
    Item.objects.bulk_create(
        Item(application=row, position=position, technology=technology)
        for position, technology in enumerate(technologies)
    )
    Claim.objects.bulk_create(
        Claim(
            application=row,
            power=power.value,
            party=party,
            numerator=numerator,
            denominator=denominator,
        )
        for power, party, numerator, denominator in holdings.rows()
    )
    _attach(row, actor, now, evidence)
    record(
        application_subject(row.id),
        Drafted(application=row.id, number=row.number, technologies=len(technologies)),
    )
    return view(row)


@action(power=ACT)
def attach_evidence(
    *, actor: Actor, now: datetime, application: UUID, documents: Sequence[UUID]
) -> ApplicationView:
    """Attach stored documents to a draft; those already attached stay."""
    row = locked_own(actor, application)
    if row.status != Status.DRAFT:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed=Status.DRAFT.value)
    _attach(row, actor, now, documents)
    record(
        application_subject(row.id),
        EvidenceAttached(application=row.id, documents=list(documents)),
    )
    return view(row)


@action(power=ACT)
def submit(*, actor: Actor, now: datetime, application: UUID) -> ApplicationView:
    """Submit a draft. Applicant and holders are verified parties (PA-3); one application at a time
    may be under way over a technology, and none over one that is registered (RR-7)."""
    row = locked_own(actor, application)
    state = row.state()
    events = rules.submit(state, applicant=row.applicant, evidence=row.evidence.count())
    technologies = [item.technology for item in row.items.order_by("position")]
    rules.require_registrable(_subjects(technologies, row.applicant, now), applicant=row.applicant)
    for party, name in sorted(_unverified(row).items()):
        raise Refused(Refusal.HOLDER_NOT_VERIFIED, party=party, name=name)
    _refuse_first(registered_among(technologies), technologies, Refusal.ALREADY_REGISTERED)
    _refuse_first(live_among(technologies), technologies, Refusal.APPLICATION_PENDING)
    taken = partial(refused_over, Refusal.APPLICATION_PENDING)
    with refusing({"rights_item_one_live": taken}):
        row.items.update(live=True)
    row.submitted_by, row.submitted_at = actor.person, now
    row.rulebook_version = rulebook.in_force(now).version
    take(row, state, events, now=now)
    return view(row)


@action(power="rights.examine")
def examine(
    *,
    actor: Actor,
    now: datetime,
    application: UUID,
    decision: Decision,
    findings: str,
    exceptions: Mapping[UUID, str] | None = None,
) -> ApplicationView:
    """Accept into public notice, or reject; `exceptions` leave out single technologies, each with
    its reason. Never by whoever entered the application, nor by anybody of the applicant's
    (PA-5)."""
    row = locked(application)
    require_other_eyes(actor, involved_in(row))
    state = row.state()
    exceptions = exceptions or {}
    events = rules.examine(
        state,
        decision=decision,
        findings=findings,
        exceptions=exceptions,
        now=now,
        notice_days=_notice_days(row, now),
        notice=_notice(row, state.remaining - set(exceptions)),
    )
    row.examined_by, row.findings = actor.person, findings
    _except(row, exceptions)
    if isinstance(events[0], NoticeOpened):
        row.notice_opened_at = now
    take(row, state, events, now=now)
    return view(row)


@action(power="rights.examine")
def close_notice(*, actor: Actor, now: datetime, application: UUID) -> ApplicationView:
    """End the notice and register what stands unopposed; or retry one that was held."""
    row = locked(application)
    state = row.state()
    gone = _gone(state.remaining, now) if state.status in rules.LIVE else {}
    events = rules.close_notice(state, now=now, unverified=_unverified(row), gone=gone)
    if isinstance(events[0], Completed):
        _register(row, sorted(state.remaining - set(gone)), actor=actor, now=now)
    _except(row, gone)
    take(row, state, events, now=now)
    return view(row)


@action(power="rights.examine")
def reject_held(*, actor: Actor, now: datetime, application: UUID, reasons: str) -> ApplicationView:
    """Reject an application whose registration is held for a holder that is not verified."""
    row = locked(application)
    require_other_eyes(actor, involved_in(row))
    state = row.state()
    take(row, state, rules.reject_held(state, reasons=reasons), now=now)
    return view(row)


@action(power=ACT)
def withdraw(
    *, actor: Actor, now: datetime, application: UUID, reason: str = ""
) -> ApplicationView:
    """Withdraw an application before it is registered."""
    row = locked_own(actor, application)
    state = row.state()
    take(row, state, rules.withdraw(state, reason=reason), now=now)
    return view(row)


# -- parts of the above -----------------------------------------------------------------------------


def _subjects(technologies: Sequence[UUID], applicant: UUID, now: datetime) -> list[rules.Subject]:
    if len(technologies) > rules.MAX_TECHNOLOGIES:
        raise Refused(Refusal.TOO_MANY_NAMED, limit=rules.MAX_TECHNOLOGIES)
    found = technologies_.technologies(set(technologies))
    today = local_date(now)
    subjects = []
    for id in technologies:
        technology = found.get(id)
        if technology is None:
            raise Refused(CommonRefusal.NOT_FOUND, what="technology")
        subjects.append(
            rules.Subject(
                id=id,
                title=technology.title,
                kind=technology.kind,
                status=technology.status,
                legal_status=technology.legal_status_on(today),
                entered_by=technology.party,
            )
        )
    return subjects


def _gone(remaining: Iterable[UUID], now: datetime) -> dict[UUID, str]:
    found = technologies_.technologies(set(remaining))
    today = local_date(now)
    return {
        id: GONE
        for id in remaining
        if id not in found
        or found[id].status != "entered"
        or found[id].legal_status_on(today) == "lapsed"
    }


def _require_known(holdings: Holdings) -> None:
    known = parties.parties(holdings.parties())
    for party in sorted(holdings.parties()):
        if party not in known:
            raise Refused(CommonRefusal.NOT_FOUND, what="party")


def _unverified(row: Application) -> dict[UUID, str]:
    wanted = holdings_of(row.claims.all()).parties() | {row.applicant}
    known = parties.parties(wanted)
    return {id: party.name for id, party in known.items() if not party.is_verified}


def _refuse_first(found: set[UUID], technologies: Sequence[UUID], refusal: Refusal) -> None:
    for technology in technologies:
        if technology in found:
            raise refused_over(refusal, technology)


def _attach(row: Application, actor: Actor, now: datetime, attached: Sequence[UUID]) -> None:
    for document in attached:
        stored = documents.find(document)
        if stored is None or stored.party != actor.acting_party():
            raise Refused(Refusal.EVIDENCE_UNKNOWN, document=document)
    Evidence.objects.bulk_create(
        [
            Evidence(application=row, document=document, attached_at=now)
            for document in dict.fromkeys(attached)
        ],
        ignore_conflicts=True,
    )


def _except(row: Application, exceptions: Mapping[UUID, str]) -> None:
    for technology, why in exceptions.items():
        row.items.filter(technology=technology).update(excepted_because=why, live=False)


def _notice_days(row: Application, now: datetime) -> int:
    if row.rulebook_version is None:  # not submitted; the rule refuses it
        return rulebook.in_force(now).rules.rights.notice_days
    return rulebook.version(row.rulebook_version).rights.notice_days


def _notice(row: Application, technologies: Iterable[UUID]) -> dict[str, Any]:
    """What is put up in public: the technologies, and who claims which share of them."""
    holdings = holdings_of(row.claims.all())
    names = parties.parties(holdings.parties())
    found = technologies_.technologies(set(technologies))
    return {
        "number": row.number,
        "holders": [
            {
                "party": str(party),
                "name_zh": names[party].name_zh,
                "name_en": names[party].name_en,
                "share": str(share),
            }
            for party, share in sorted(holdings.ownership.items())
        ],
        "technologies": [
            {
                "technology": str(id),
                "kind": found[id].kind.value,
                "title_zh": found[id].title_zh,
                "title_en": found[id].title_en,
            }
            for id in sorted(found)
        ],
    }


def _register(
    row: Application, technologies: Sequence[UUID], *, actor: Actor, now: datetime
) -> None:
    holdings = holdings_of(row.claims.all())
    assert row.rulebook_version is not None, "a submitted application has its rulebook"
    write(
        [
            New(
                technology=technology,
                act=register.FirstRegistration(holdings=holdings),
                effective_on=local_date(now),
                source=application_subject(row.id),
                event=lambda common: Registered(**common, application=row.id),
            )
            for technology in technologies
        ],
        actor=actor,
        now=now,
        rulebook_version=row.rulebook_version,
    )
    mark_registered(actor=actor, now=now, technologies=technologies)
