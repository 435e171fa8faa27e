"""
Filing for the register outside a deal (RR-7): licences, pledges, consents, surrenders, new shares.

    the holder files → everybody it needs agrees → (the registrar examines) → (the office) → entered

Each decision is made on the locked title: when it is filed, when it is submitted, when it is
entered. What an officer files is in `corrections`. Lock order: filing, titles, disposals.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from functools import partial
from uuid import UUID

from hutong.documents import queries as documents
from hutong.journal.actions import action, record
from hutong.kit.actor import ACT, Actor, require_other_eyes
from hutong.kit.event import Event
from hutong.kit.ids import new_id
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties
from hutong.parties.membership import ANY_ROLE
from hutong.rights import filing as procedure
from hutong.rights import register, rules
from hutong.rights.actions.entering import (
    act_of,
    entry_ids,
    filing_subject,
    terms_of,
    write_filed,
)
from hutong.rights.actions.reserving import require_free
from hutong.rights.actions.writing import (
    entry_subject,
    lock_titles,
    require_possible,
    take_numbers,
)
from hutong.rights.acts import (
    Act,
    Consent,
    Licence,
    Mode,
    Pledge,
    Proceeds,
    Redistribution,
    Release,
    Surrender,
)
from hutong.rights.burdens import next_rank
from hutong.rights.constraints import refused_over, refusing
from hutong.rights.grant_events import DisposalCancelled, DisposalPrepared
from hutong.rights.grant_refusals import GrantRefusal
from hutong.rights.grant_words import FilingKind, FilingStatus
from hutong.rights.models import Disposal
from hutong.rights.models_granted import Agreement, Filing
from hutong.rights.queries.filings import FilingView, view
from hutong.rights.queries.titles import current_states
from hutong.rights.queries.titles import entry as entry_view
from hutong.rights.refusals import Refusal
from hutong.rights.scope import Scope
from hutong.rights.shares import Holdings
from hutong.rulebook import queries as rulebook
from hutong.technologies import queries as technologies_

FILING = "RF"
MAX_TECHNOLOGIES = 100
MAX_EVIDENCE = 100


@action(power=ACT)
def file_licence(
    *,
    actor: Actor,
    now: datetime,
    technology: UUID,
    licensee: UUID,
    mode: Mode,
    scope: Scope,
    sublicensable: bool = False,
    parent: UUID | None = None,
    accepted: Sequence[UUID] = (),
    evidence: Sequence[UUID],
) -> FilingView:
    """File a licence, or a sublicence of `parent`, that the actor's party grants.

    The licensee agrees to it, and every co-owner to an exclusive or sole one; an ordinary licence
    is then entered at once, others are examined. Refused with the entry it conflicts with.
    """
    licensor = actor.acting_party()
    joined: frozenset[UUID] = frozenset()
    if parent is None:
        holders = _holders_with(licensor, [technology])
        joined = holders - {licensor} if mode is not Mode.ORDINARY else joined
    act = Licence(
        licensor=licensor,
        licensee=licensee,
        mode=mode,
        scope=scope,
        sublicensable=sublicensable,
        parent=parent,
        accepted=frozenset(accepted),
        joined=joined,
        abroad=is_abroad(licensee, now),
    )
    require_within_life(technology, scope)
    return file_act(
        actor,
        now,
        FilingKind.LICENCE,
        act,
        technologies=[technology],
        needs={licensee} | joined,
        evidence=evidence,
    )


@action(power=ACT)
def surrender(
    *, actor: Actor, now: datetime, grant: UUID, evidence: Sequence[UUID] = ()
) -> FilingView:
    """Give a licence back, from today; only its licensee can, and while no sublicence rests on it."""
    technology = entry_view(grant).technology
    act = Surrender(grant=grant, licensee=actor.acting_party())
    return file_act(
        actor, now, FilingKind.SURRENDER, act, technologies=[technology], evidence=evidence
    )


@action(power=ACT)
def file_pledge(
    *,
    actor: Actor,
    now: datetime,
    technologies: Sequence[UUID],
    pledgee: UUID,
    secured_fen: int,
    currency: str = "CNY",
    debt_due_on: date | None = None,
    rank: int | None = None,
    evidence: Sequence[UUID],
) -> FilingView:
    """File a pledge of whole rights for a debt, in the next free rank unless one is named.

    The pledgee and every co-holder agree; the registrar examines; a statutory right is pledged by
    the office's entry (RR-11). At most one disposal of a right is pending at a time (RR-7).
    """
    pledgor = actor.acting_party()
    if rank is None:
        states = current_states(technologies).values()
        rank = max((next_rank(state.restrictions) for state in states), default=1)
    joined = _holders_with(pledgor, technologies) - {pledgor}
    act = Pledge(
        pledgor=pledgor,
        pledgee=pledgee,
        rank=rank,
        secured_fen=secured_fen,
        currency=currency,
        debt_due_on=debt_due_on,
        joined=joined,
    )
    return file_act(
        actor,
        now,
        FilingKind.PLEDGE,
        act,
        technologies=technologies,
        needs={pledgee} | joined,
        evidence=evidence,
    )


@action(power=ACT)
def consent_to_disposals(
    *,
    actor: Actor,
    now: datetime,
    restriction: UUID,
    kinds: Iterable[str],
    until: date,
    taker: UUID | None = None,
    proceeds: Proceeds = Proceeds.PREPAY,
    evidence: Sequence[UUID] = (),
) -> FilingView:
    """Consent, as pledgee, to disposals of some kinds until a day (Civil Code 444); at once."""
    technology = entry_view(restriction).technology
    act = Consent(
        restriction=restriction,
        by=actor.acting_party(),
        kinds=frozenset(kinds),
        until=until,
        taker=taker,
        proceeds=proceeds,
    )
    return file_act(
        actor, now, FilingKind.CONSENT, act, technologies=[technology], evidence=evidence
    )


@action(power=ACT)
def release(
    *,
    actor: Actor,
    now: datetime,
    restriction: UUID,
    evidence: Sequence[UUID] = (),
) -> FilingView:
    """Release a pledge or a pre-emption that protects the actor's party; at once."""
    technology = entry_view(restriction).technology
    act = Release(restriction=restriction, by=actor.acting_party())
    return file_act(
        actor, now, FilingKind.RELEASE, act, technologies=[technology], evidence=evidence
    )


@action(power=ACT)
def file_redistribution(
    *,
    actor: Actor,
    now: datetime,
    technology: UUID,
    ownership: Sequence[tuple[UUID, Fraction]],
    disposal: Sequence[tuple[UUID, Fraction]] | None = None,
    income: Sequence[tuple[UUID, Fraction]] | None = None,
    evidence: Sequence[UUID],
) -> FilingView:
    """File new shares that all holders, before and after, agree on (RR-1)."""
    party = actor.acting_party()
    holdings = Holdings.of(ownership, disposal, income)
    before = _holders_with(party, [technology])
    everybody = before | holdings.parties()
    act = Redistribution(holdings=holdings, joined=everybody)
    return file_act(
        actor,
        now,
        FilingKind.REDISTRIBUTION,
        act,
        technologies=[technology],
        needs=everybody - {party},
        evidence=evidence,
    )


@action(power=ACT)
def agree(*, actor: Actor, now: datetime, filing: UUID) -> FilingView:
    """Agree to a filing for the actor's party; the last agreement submits it, or enters it."""
    row = locked_filing(filing)
    party = actor.acting_party()
    state = row.state()
    events = procedure.agree(state, party=party)
    row.agreements.filter(party=party).update(agreed_at=now, agreed_by=actor.person)
    _save(row, state, events, actor=actor, now=now)
    return view(row)


@action(power=ACT)
def decline(*, actor: Actor, now: datetime, filing: UUID, reason: str) -> FilingView:
    """Refuse the agreement a filing needs, with a reason; that ends it."""
    row = locked_filing(filing)
    state = row.state()
    events = procedure.decline(state, party=actor.acting_party(), reason=reason)
    _save(row, state, events, actor=actor, now=now, because=reason)
    return view(row)


@action(power=ACT)
def withdraw_filing(*, actor: Actor, now: datetime, filing: UUID, reason: str) -> FilingView:
    """Withdraw what one's party has filed, until it is entered."""
    row = locked_filing(filing)
    if row.applicant is None or row.applicant != actor.acting_party():
        raise Refused(CommonRefusal.NOT_FOUND, what="filing")
    state = row.state()
    events = procedure.withdraw(state, reason=reason)
    _save(row, state, events, actor=actor, now=now, because=reason)
    return view(row)


@action(power="rights.examine")
def approve_filing(*, actor: Actor, now: datetime, filing: UUID, findings: str) -> FilingView:
    """Approve a filing that was examined; by nobody who filed it or acts for a side of it (PA-5).

    It is entered now, or when the office's step is recorded where one is due (RR-11).
    """
    row = locked_filing(filing)
    require_other_eyes(actor, _involved(row))
    state = row.state()
    events = procedure.approve(state, findings=findings)
    row.examined_by, row.examined_at, row.findings = actor.person, now, findings
    _save(row, state, events, actor=actor, now=now)
    return view(row)


@action(power="rights.examine")
def reject_filing(*, actor: Actor, now: datetime, filing: UUID, findings: str) -> FilingView:
    """Reject a filing with the findings of its examination (PA-5)."""
    row = locked_filing(filing)
    require_other_eyes(actor, _involved(row))
    state = row.state()
    events = procedure.reject(state, findings=findings)
    row.examined_by, row.examined_at, row.findings = actor.person, now, findings
    _save(row, state, events, actor=actor, now=now, because=findings)
    return view(row)


# -- parts of the above -----------------------------------------------------------------------------


def enter_if_ready(row: Filing, *, actor: Actor, now: datetime) -> None:
    """Enter a filing as soon as nothing is missing any more: examination, the office's step."""
    act = act_of(row)
    path = procedure.path_of(FilingKind(row.kind), act if isinstance(act, Licence) else None)
    ready = FilingStatus.APPROVED if path.examined else FilingStatus.SUBMITTED
    if row.status != ready.value:
        return
    bound = list(row.disposals.select_for_update().filter(status="prepared"))
    if any(d.outside_step_due and d.effective_on is None for d in bound):
        return
    require_verified(_takers(act))
    _require_not_offered(row.technologies, act)
    written = write_filed(
        row,
        act,
        actor=actor,
        now=now,
        ids={d.technology: d.id for d in bound},
        effective_on=_effective(row, bound),
    )
    row.disposals.filter(id__in=[d.id for d in bound]).update(status="effected", ended_at=now)
    row.entries = entry_ids(written)
    state = row.state()
    _save(row, state, procedure.enter(state, entries=row.entries), actor=actor, now=now)


def _effective(row: Filing, bound: Sequence[Disposal]) -> dict[UUID, date]:
    """When each entry takes effect, where that is not today: by the office, or by what it corrects."""
    if row.corrects is not None:
        on = date.fromisoformat(row.terms["effective_on"])
        return dict.fromkeys(row.technologies, on)
    return {d.technology: d.effective_on for d in bound if d.effective_on}


def file_act(
    actor: Actor,
    now: datetime,
    kind: FilingKind,
    act: Act,
    *,
    technologies: Sequence[UUID],
    needs: Iterable[UUID] = (),
    evidence: Sequence[UUID] = (),
    applicant: bool = True,
    corrects: UUID | None = None,
    effective_on: date | None = None,
) -> FilingView:
    """File an act over technologies: decide it as things stand, keep it, and take its first step."""
    named = sorted(set(technologies))
    if not named:
        raise Refused(Refusal.NOTHING_NAMED)
    if len(named) > MAX_TECHNOLOGIES:
        raise Refused(Refusal.TOO_MANY_NAMED, limit=MAX_TECHNOLOGIES)
    needed = sorted(set(needs))
    require_verified([*([actor.acting_party()] if applicant else []), *needed])
    for technology in named:
        require_possible(
            technology,
            act,
            now=now,
            effective_on=effective_on or local_date(now),
            corrects=corrects,
        )
    _require_not_offered(named, act)
    kept = _stored(actor, evidence, required=kind not in procedure.AT_ONCE, own=applicant)
    row = Filing(
        id=new_id(),
        number=take_numbers(FILING, now=now)[0],
        kind=kind.value,
        status=FilingStatus.AGREEING.value,
        applicant=actor.acting_party() if applicant else None,
        entered_by=actor.person,
        technologies=named,
        terms=terms_of(act, corrects=corrects is not None)
        | ({"effective_on": effective_on.isoformat()} if effective_on else {}),
        evidence=kept,
        corrects=corrects,
        rulebook_version=rulebook.in_force(now).version,
        filed_at=now,
    )
    row.save(force_insert=True)
    Agreement.objects.bulk_create(Agreement(filing=row, party=party) for party in needed)
    state = row.state()
    _save(row, state, procedure.file(state, technologies=len(named)), actor=actor, now=now)
    return view(row)


def _save(
    row: Filing,
    state: procedure.Filing,
    events: Sequence[Event],
    *,
    actor: Actor,
    now: datetime,
    because: str = "",
) -> None:
    """Save where the events lead, record them, and follow: bind the right, free it, enter it."""
    after = procedure.evolve(state, events)
    submitted = state.status is FilingStatus.AGREEING and after.status is FilingStatus.SUBMITTED
    row.take(after)
    if after.status not in procedure.LIVE:
        row.ended_at, row.ended_because = now, because
    row.save()
    record(filing_subject(row.id), *events)
    if after.status in (FilingStatus.DECLINED, FilingStatus.REJECTED, FilingStatus.WITHDRAWN):
        _free(row, because, now)
    if submitted:
        _bind(row, now)
    if after.status in procedure.LIVE:
        enter_if_ready(row, actor=actor, now=now)


def _bind(row: Filing, now: datetime) -> None:
    """Bind the rights of what may not be pending beside another disposal (RR-7)."""
    act = act_of(row)
    path = procedure.path_of(FilingKind(row.kind), act if isinstance(act, Licence) else None)
    if not path.blocks:
        return
    found = technologies_.technologies(row.technologies)
    lock_titles(row.technologies)
    giver, taker = _sides(act)
    for technology in row.technologies:
        due = path.at_office and found[technology].kind in rules.STATUTORY
        pending = partial(refused_over, Refusal.DISPOSAL_PENDING)
        with refusing({"rights_disposal_one_pending": pending}):
            bound = Disposal.objects.create(
                id=new_id(),
                kind=row.terms["kind"],
                technology=technology,
                filing=row,
                giver=giver,
                taker=taker,
                terms=row.terms["facts"],
                outside_step_due=due,
                rulebook_version=row.rulebook_version,
                prepared_at=now,
            )
        record(
            entry_subject(bound.id),
            DisposalPrepared(
                entry=bound.id,
                technology=technology,
                disposal_kind=register.EntryKind(bound.kind),
                deal=None,
                filing=row.id,
                outside_step_due=due,
                giver=giver,
                taker=taker,
            ),
        )


def _free(row: Filing, because: str, now: datetime) -> None:
    for bound in row.disposals.select_for_update().filter(status="prepared").order_by("id"):
        bound.status, bound.ended_at, bound.cancelled_because = "cancelled", now, because
        bound.save()
        record(
            entry_subject(bound.id),
            DisposalCancelled(
                entry=bound.id,
                technology=bound.technology,
                deal=None,
                filing=row.id,
                reason=because,
            ),
        )


def _require_not_offered(technologies: Sequence[UUID], act: Act) -> None:
    """Refuse what would take from an exclusive offer (LI-2); a sublicence takes nothing from it."""
    from_owner = isinstance(act, Licence) and act.parent is None and not act.long_term
    if from_owner or isinstance(act, Pledge | Redistribution):
        for title in lock_titles(technologies).values():
            require_free(title)


def _sides(act: Act) -> tuple[UUID, UUID]:
    match act:
        case Licence(licensor=giver, licensee=taker) | Pledge(pledgor=giver, pledgee=taker):
            return giver, taker
        case Redistribution(holdings=holdings, joined=joined):
            return min(joined), min(holdings.ownership)
    raise AssertionError("only these bind a right")


def _takers(act: Act) -> list[UUID]:
    match act:
        case Licence(licensee=taker) | Pledge(pledgee=taker):
            return [taker]
        case Redistribution(holdings=holdings):
            return sorted(holdings.parties())
    return []


def require_verified(ids: Iterable[UUID]) -> None:
    """Refuse parties that may not hold registered rights now (PA-3)."""
    wanted = list(ids)
    found = parties.parties(wanted)
    for id in wanted:
        party = found.get(id)
        if party is None:
            raise Refused(CommonRefusal.NOT_FOUND, what="party")
        if not party.is_verified:
            name = party.name_zh or party.name_en or ""
            raise Refused(GrantRefusal.COUNTERPARTY_NOT_VERIFIED, party=id, name=name)


def is_abroad(party: UUID, now: datetime) -> bool:
    """Whether a party is of another jurisdiction than the venue (CB-1)."""
    found = parties.parties([party]).get(party)
    home = rulebook.in_force(now).rules.venue.region[:2]
    return found is not None and found.jurisdiction != home


def require_within_life(technology: UUID, scope: Scope) -> None:
    """A licence ends with the right at the latest, where the right's end is known (RR-3)."""
    expires_on = technologies_.technology(technology).expires_on
    if expires_on is not None and scope.term.ends_on > expires_on:
        raise Refused(GrantRefusal.BEYOND_EXPIRY, expires_on=expires_on)


def _holders_with(party: UUID, technologies: Sequence[UUID]) -> frozenset[UUID]:
    """Everybody who holds ownership or disposal of the technologies; refuse who holds none of one."""
    found: set[UUID] = set()
    for state in current_states(technologies).values():
        held = state.held()
        holders = set(held.ownership) | set(held.disposal)
        if party not in holders:
            raise Refused(GrantRefusal.NOT_OWNER)
        found |= holders
    return frozenset(found)


def _stored(actor: Actor, evidence: Sequence[UUID], *, required: bool, own: bool) -> list[UUID]:
    """The documents named. Refuses unknown ones, another party's, and none where some are due."""
    if len(evidence) > MAX_EVIDENCE:
        raise Refused(CommonRefusal.TOO_LARGE, what="evidence", limit=MAX_EVIDENCE)
    for document in evidence:
        stored = documents.find(document)
        if stored is None or (own and stored.party != actor.acting_party()):
            raise Refused(Refusal.EVIDENCE_UNKNOWN, document=document)
    if required and not evidence:
        raise Refused(Refusal.EVIDENCE_MISSING)
    return list(dict.fromkeys(evidence))


def _involved(row: Filing) -> list[UUID | None]:
    """Who may not decide about a filing: who entered it, and whoever acts for a side (PA-5)."""
    sides = [row.applicant, *row.agreements.values_list("party", flat=True)]
    people = [person for side in sides if side for person in parties.people_of(side, ANY_ROLE)]
    return [row.entered_by, *people]


def locked_filing(id: UUID) -> Filing:
    """Lock a filing: before its titles, and before what it binds."""
    row = Filing.objects.select_for_update().filter(pk=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="filing")
    return row
