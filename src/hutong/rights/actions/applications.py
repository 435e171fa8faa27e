"""
Applications as members see them (RR-7): apply, attach, agree, submit, withdraw.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from functools import partial
from uuid import UUID

from hutong.journal.actions import action, record
from hutong.kit.actor import ACT, Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties
from hutong.rights import rules
from hutong.rights.actions.claiming import to_be_claimed
from hutong.rights.actions.drafting import attach, draft, require_known, subjects
from hutong.rights.actions.empowering import require_empowerable
from hutong.rights.actions.fees import ask_fee
from hutong.rights.actions.saving import application_subject, locked, locked_own, take, unverified
from hutong.rights.checklists import ApplicationKind
from hutong.rights.constraints import refused_over, refusing
from hutong.rights.events import EvidenceAttached
from hutong.rights.models import Application, Consent
from hutong.rights.procedure_events import Consented
from hutong.rights.queries.application_views import (
    ApplicationView,
    consents_missing,
    consents_needed,
    view,
)
from hutong.rights.queries.applications import live_among
from hutong.rights.queries.titles import registered_among
from hutong.rights.refusals import Refusal
from hutong.rights.rules import Status
from hutong.rights.shares import Holdings
from hutong.rulebook import queries as rulebook
from hutong.technologies import queries as technologies_

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
    rules.require_registrable(subjects(technologies, now), applicant=applicant)
    holdings = Holdings.of(holders, disposal, income)
    if applicant not in holdings.ownership:
        raise Refused(Refusal.APPLICANT_HOLDS_NOTHING)
    require_known(holdings.parties())
    row = draft(
        actor=actor,
        now=now,
        kind=ApplicationKind.FIRST_REGISTRATION,
        technologies=technologies,
        holdings=holdings,
        evidence=evidence,
    )
    return view(row)


@action(power=ACT)
def apply_for_bundle(
    *, actor: Actor, now: datetime, bundle: UUID, evidence: Sequence[UUID] = ()
) -> ApplicationView:
    """Draft one application for all parts of a bundle, each held by the party that entered it.

    Parts that are registered already, under another application, lapsed or not on the market are
    left out. The party that applies has a part of its own; every other seller agrees before the
    application is submitted (TE-4).
    """
    applicant = actor.acting_party()
    project = technologies_.technology(bundle)
    if project.kind != "bundle":
        raise Refused(Refusal.NOT_A_BUNDLE, technology=bundle, title=project.title)
    parts = subjects(project.parts, now)
    if applicant not in {part.entered_by for part in parts}:
        raise Refused(CommonRefusal.NOT_FOUND, what="bundle")
    taken = registered_among(project.parts), live_among(project.parts)
    wanted, first_why = [], None
    for part in parts:
        why = _why_not(part, *taken)
        if why is None:
            wanted.append(part)
        else:
            first_why = first_why or why
    if not wanted:
        raise Refused(Refusal.NOTHING_LEFT, why=first_why.reason.code if first_why else "")
    holders = {part.id: part.entered_by for part in wanted if part.entered_by is not None}
    row = draft(
        actor=actor,
        now=now,
        kind=ApplicationKind.FIRST_REGISTRATION,
        technologies=[part.id for part in wanted],
        holdings=None,
        holders=holders,
        bundle=bundle,
        evidence=evidence,
    )
    return view(row)


def _why_not(part: rules.Subject, registered: set[UUID], pending: set[UUID]) -> Refused | None:
    if part.id in registered:
        return Refused(Refusal.ALREADY_REGISTERED, technology=part.id, title=part.title)
    if part.id in pending:
        return Refused(Refusal.APPLICATION_PENDING, technology=part.id, title=part.title)
    try:
        rules.require_registrable([part], applicant=part.entered_by)
    except Refused as refused:
        return refused
    return None


@action(power=ACT)
def attach_evidence(
    *, actor: Actor, now: datetime, application: UUID, documents: Sequence[UUID]
) -> ApplicationView:
    """Attach stored documents to a draft; those already attached stay."""
    row = locked_own(actor, application)
    rules.require_status(Status(row.status), Status.DRAFT)
    attach(row, actor, now, documents)
    record(
        application_subject(row.id),
        EvidenceAttached(application=row.id, documents=list(documents)),
    )
    return view(row)


@action(power=ACT)
def consent(*, actor: Actor, now: datetime, application: UUID) -> ApplicationView:
    """Agree to a draft that needs the party's agreement: another seller of the bundle, a co-owner,
    an inventor who is empowered (RR-1, RR-9)."""
    row = locked(application)
    party = actor.acting_party()
    if party not in consents_needed(row):
        raise Refused(CommonRefusal.NOT_FOUND, what="application")
    rules.require_status(Status(row.status), Status.DRAFT)
    if party not in consents_missing(row):
        raise Refused(CommonRefusal.OUT_OF_STATE, status="agreed", needed="asked")
    Consent.objects.create(application=row, party=party, given_by=actor.person, given_at=now)
    record(application_subject(row.id), Consented(application=row.id, holder=party))
    return view(row)


@action(power=ACT)
def submit(*, actor: Actor, now: datetime, application: UUID) -> ApplicationView:
    """Submit a draft. Applicant and holders are verified parties (PA-3); everybody it binds has
    agreed; one application at a time may be under way over a technology (RR-7). A fee falls due by
    the rulebook's schedule."""
    row = locked_own(actor, application)
    state = row.state()
    technologies = [item.technology for item in row.items.order_by("position")]
    for party, name in sorted(unverified(row).items()):
        raise Refused(Refusal.HOLDER_NOT_VERIFIED, party=party, name=name)
    for party in sorted(consents_missing(row)):
        raise Refused(
            Refusal.CONSENT_MISSING, party=party, name=parties.parties([party])[party].name
        )
    if row.kind == ApplicationKind.EMPOWERMENT:
        require_empowerable(row, technologies, now)
    else:
        _require_registrable(row, technologies, now)
    refuse_first(live_among(technologies), technologies, Refusal.APPLICATION_PENDING)
    taken = partial(refused_over, Refusal.APPLICATION_PENDING)
    with refusing({"rights_item_one_live": taken}):
        row.items.update(live=True)
    to_claim = to_be_claimed(row, technologies)
    row.items.filter(technology__in=to_claim).update(claim="waiting")
    events = rules.submit(
        state, applicant=row.applicant, evidence=row.evidence.count(), to_claim=to_claim
    )
    row.submitted_by, row.submitted_at = actor.person, now
    row.rulebook_version = rulebook.in_force(now).version
    take(row, state, events, now=now)
    ask_fee(row, items=len(technologies), now=now)
    return view(row)


def _require_registrable(row: Application, technologies: Sequence[UUID], now: datetime) -> None:
    found = subjects(technologies, now)
    holders: Mapping[UUID, UUID | None] = {i.technology: i.holder for i in row.items.all()}
    if row.bundle is None:
        rules.require_registrable(found, applicant=row.applicant)
    else:
        for part in found:
            rules.require_registrable([part], applicant=holders[part.id])
    refuse_first(registered_among(technologies), technologies, Refusal.ALREADY_REGISTERED)


@action(power=ACT)
def withdraw(
    *, actor: Actor, now: datetime, application: UUID, reason: str = ""
) -> ApplicationView:
    """Withdraw an application before it is registered."""
    row = locked_own(actor, application)
    state = row.state()
    take(row, state, rules.withdraw(state, reason=reason), now=now)
    return view(row)


def refuse_first(found: set[UUID], technologies: Sequence[UUID], refusal: Refusal) -> None:
    for technology in technologies:
        if technology in found:
            raise refused_over(refusal, technology)
