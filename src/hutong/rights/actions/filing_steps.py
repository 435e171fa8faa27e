"""
What every act on a filing shares: deciding it, saving where its events lead, binding and freeing
rights, and entering it as soon as nothing is missing.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID

from hutong.documents import queries as documents
from hutong.journal.actions import record
from hutong.kit.actor import Actor
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
    Licence,
    Pledge,
    PreEmption,
    Redistribution,
)
from hutong.rights.burdens import require_origin
from hutong.rights.constraints import refused_over, refusing
from hutong.rights.grant_events import DisposalCancelled, DisposalPrepared
from hutong.rights.grant_refusals import GrantRefusal
from hutong.rights.grant_words import FilingKind, FilingStatus
from hutong.rights.models import Agreement, Disposal, Filing
from hutong.rights.queries.filings import FilingView, view
from hutong.rights.queries.titles import current_states
from hutong.rights.refusals import Refusal
from hutong.rights.scope import Scope
from hutong.rulebook import queries as rulebook
from hutong.technologies import queries as technologies_

FILING = "RF"
MAX_TECHNOLOGIES = 100
MAX_EVIDENCE = 100


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
    save(row, state, procedure.enter(state, entries=row.entries), actor=actor, now=now)


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
    reason: str = "",
) -> FilingView:
    """File an act over technologies: decide it as things stand, keep it, and take its first step."""
    if isinstance(act, PreEmption):
        require_origin(act.origin)
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
        | ({"effective_on": effective_on.isoformat()} if effective_on else {})
        | ({"reason": reason} if reason else {}),
        evidence=kept,
        corrects=corrects,
        rulebook_version=rulebook.in_force(now).version,
        filed_at=now,
    )
    row.save(force_insert=True)
    Agreement.objects.bulk_create(Agreement(filing=row, party=party) for party in needed)
    state = row.state()
    save(row, state, procedure.file(state, technologies=len(named)), actor=actor, now=now)
    return view(row)


def save(
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


def holders_with(party: UUID, technologies: Sequence[UUID]) -> frozenset[UUID]:
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


def involved_in_filing(row: Filing) -> list[UUID | None]:
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
