"""
What deals bind (RR-7, RR-11): prepared, entered at the office, effected with the money.

Called by deals and settlement inside their transactions; the outside step is the registrar's, for
what is filed outside a deal too.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from functools import partial
from uuid import UUID

from hutong.documents import queries as documents
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties
from hutong.rights import register, rules, transfers
from hutong.rights.actions.entering import licensed
from hutong.rights.actions.filing_steps import (
    enter_if_ready,
    is_abroad,
    locked_filing,
    require_verified,
    require_within_life,
)
from hutong.rights.actions.reserving import require_free
from hutong.rights.actions.writing import (
    New,
    entry_subject,
    lock_titles,
    require_possible,
    write,
)
from hutong.rights.acts import Licence, Mode
from hutong.rights.constraints import refused_over, refusing
from hutong.rights.events import TransferPrepared, Transferred
from hutong.rights.grant_events import DisposalPrepared
from hutong.rights.models import Disposal, Filing
from hutong.rights.queries.disposals import DisposalView, view
from hutong.rights.queries.titles import FOREVER, EntryView, entries_of, require_disposable
from hutong.rights.queries.titles import entry as entry_view
from hutong.rights.refusals import Refusal
from hutong.rights.scope import Scope, Term
from hutong.rulebook import queries as rulebook
from hutong.technologies import queries as technologies_


@action(power=None)
def prepare_transfer(
    *,
    actor: Actor,
    now: datetime,
    deal: UUID,
    technology: UUID,
    from_party: UUID,
    to_party: UUID,
    share: Fraction,
    kept_for: str = "",
) -> UUID:
    """Prepare a transfer from a deal and return the id its register entry will have.

    The deal decides who may. Asking again for the same deal and technology gives the same id.
    `kept_for`: for what the right is reserved, where that is not the deal. Raises Refused with the reason of the title report, or because another disposal is pending.
    """
    titles = lock_titles([technology])
    same = Disposal.objects.filter(deal=deal, technology=technology).exclude(status="cancelled")
    if known := same.first():
        nothing_changed()
        return known.id
    if technology not in titles:
        raise Refused(Refusal.NOT_REGISTERED)
    require_free(titles[technology], kept_for or subject("deal", deal))
    parties.require_verified(to_party)
    require_disposable(
        [technology],
        by=from_party,
        share=share,
        taker=to_party,
        abroad=is_abroad(to_party, now),
        on=local_date(now),
    )
    due = technologies_.technology(technology).kind in rules.STATUTORY
    pending = partial(refused_over, Refusal.DISPOSAL_PENDING)
    with refusing({"rights_disposal_one_pending": pending}):
        row = Disposal.objects.create(
            id=new_id(),
            technology=technology,
            deal=deal,
            giver=from_party,
            taker=to_party,
            numerator=share.numerator,
            denominator=share.denominator,
            outside_step_due=due,
            rulebook_version=rulebook.in_force(now).version,
            prepared_at=now,
        )
    record(
        entry_subject(row.id),
        TransferPrepared(
            entry=row.id,
            deal=deal,
            technology=technology,
            share=share,
            outside_step_due=due,
            giver=from_party,
            taker=to_party,
        ),
    )
    return row.id


@action(power=None)
def prepare_grant(
    *,
    actor: Actor,
    now: datetime,
    deal: UUID,
    technology: UUID,
    licensor: UUID,
    licensee: UUID,
    mode: Mode,
    scope: Scope,
    sublicensable: bool = False,
    joined: Collection[UUID] = (),
) -> UUID:
    """Prepare a licence from a deal and return the id its register entry will have.

    It begins on the day it is effected, at the earliest, and ends with `scope`. An exclusive or
    sole one is the only disposal pending on its right; ordinary ones may be many (RR-7).
    """
    titles = lock_titles([technology])
    same = Disposal.objects.filter(deal=deal, technology=technology).exclude(status="cancelled")
    if known := same.first():
        nothing_changed()
        return known.id
    if technology in titles:
        require_free(titles[technology], subject("deal", deal))
    require_verified([licensee])
    require_within_life(technology, scope)
    act = Licence(
        licensor=licensor,
        licensee=licensee,
        mode=mode,
        scope=scope,
        sublicensable=sublicensable,
        joined=frozenset(joined) - {licensor},
        abroad=is_abroad(licensee, now),
    )
    require_possible(technology, act, now=now, effective_on=local_date(now))
    pending = partial(refused_over, Refusal.DISPOSAL_PENDING)
    with refusing({"rights_disposal_one_pending": pending}):
        row = Disposal.objects.create(
            id=new_id(),
            kind=register.EntryKind.LICENCE.value,
            technology=technology,
            deal=deal,
            giver=licensor,
            taker=licensee,
            terms=register.act_facts(act),
            blocks=act.closed,
            outside_step_due=False,
            rulebook_version=rulebook.in_force(now).version,
            prepared_at=now,
        )
    record(
        entry_subject(row.id),
        DisposalPrepared(
            entry=row.id,
            technology=technology,
            disposal_kind=register.EntryKind.LICENCE,
            deal=deal,
            filing=None,
            outside_step_due=False,
            giver=licensor,
            taker=licensee,
        ),
    )
    return row.id


@action(power="rights.record_outside_step")
def record_outside_step(
    *,
    actor: Actor,
    now: datetime,
    entry: UUID,
    filed_on: date,
    effective_on: date | None,
    office_number: str,
    evidence: Sequence[UUID],
) -> DisposalView:
    """Record what the office did: filed, and from when in effect (RR-11). May be recorded as filed
    first and as effective later. Never before the giver's own title."""
    filed = _locked_filing_of(entry)
    row = _locked(entry)
    known = [document for document in dict.fromkeys(evidence) if documents.find(document)]
    if len(known) != len(set(evidence)):
        missing = next(document for document in evidence if document not in known)
        raise Refused(Refusal.EVIDENCE_UNKNOWN, document=missing)
    events = transfers.record_outside_step(
        row.state(),
        filed_on=filed_on,
        effective_on=effective_on,
        office_number=office_number,
        evidence=known,
        today=local_date(now),
    )
    if effective_on is not None and row.state().share is not None:
        _require_held_on(row, effective_on)
    row.filed_on, row.effective_on, row.office_number = filed_on, effective_on, office_number
    row.evidence = [*row.evidence, *(d for d in known if d not in row.evidence)]
    row.step_recorded_by = actor.person
    row.save()
    record(entry_subject(row.id), *events)
    if filed is not None:
        enter_if_ready(filed, actor=actor, now=now)
        row.refresh_from_db()
    return view(row)


@action(power=None)
def effect_disposal(*, actor: Actor, now: datetime, entry: UUID) -> EntryView:
    """Write what a deal has bound into the register, in the caller's transaction with the money
    (DL-2).

    Conflicts are checked again here. Done already, it answers with the entry. Raises Refused
    without the outside step where one is due, and whenever the title no longer carries it.
    """
    _lock_title_of(entry)
    row = _locked(entry)
    if row.status == transfers.DisposalStatus.EFFECTED:
        nothing_changed()
        return entry_view(row.id)
    state = row.state()
    transfers.require_effectable(state)
    if state.deal is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="deal")
    parties.require_verified(row.taker)
    write(
        [_licence(row, state.deal, now) if row.terms else _transfer(row, state.deal, now)],
        actor=actor,
        now=now,
        rulebook_version=row.rulebook_version,
    )
    row.status, row.ended_at = transfers.DisposalStatus.EFFECTED.value, now
    row.save()
    return entry_view(row.id)


def _transfer(row: Disposal, deal: UUID, now: datetime) -> New:
    share, on = row.state().moving(), row.effective_on or local_date(now)
    abroad = is_abroad(row.taker, now)
    require_disposable(
        [row.technology],
        by=row.giver,
        share=share,
        taker=row.taker,
        pending_is_ours=True,
        abroad=abroad,
        on=on,
    )
    return New(
        id=row.id,
        technology=row.technology,
        act=register.Transfer(giver=row.giver, taker=row.taker, share=share, abroad=abroad),
        effective_on=on,
        source=subject("deal", deal),
        event=lambda common: Transferred(
            **common, deal=deal, share=share, giver=row.giver, taker=row.taker
        ),
    )


def _licence(row: Disposal, deal: UUID, now: datetime) -> New:
    """The licence as agreed, from the day it is effected at the earliest."""
    agreed = register.act_from(row.kind, row.terms, None)
    assert isinstance(agreed, Licence), "a deal binds transfers and licences"
    on, term = local_date(now), agreed.scope.term
    starts_on = max(on, term.starts_on)
    scope = replace(agreed.scope, term=Term.of(starts_on, term.ends_on))
    act = replace(agreed, scope=scope)
    return New(
        id=row.id,
        technology=row.technology,
        act=act,
        effective_on=on,
        source=subject("deal", deal),
        event=licensed(act, deal=deal),
    )


@action(power=None)
def cancel_disposal(*, actor: Actor, now: datetime, entry: UUID, reason: str) -> None:
    """Cancel what a deal has bound, so that the right is free again. The deal decides who may."""
    row = _locked(entry)
    if row.status == transfers.DisposalStatus.CANCELLED:
        nothing_changed()
        return
    events = transfers.cancel_transfer(row.state(), reason=reason)
    row.status, row.ended_at = transfers.DisposalStatus.CANCELLED.value, now
    row.cancelled_because = reason
    row.save()
    record(entry_subject(row.id), *events)


def _require_held_on(row: Disposal, on: date) -> None:
    state = register.replay(entries_of([row.technology])[row.technology], on=on, known_at=FOREVER)
    try:
        if state.holdings is None:
            raise Refused(Refusal.NOT_REGISTERED)
        state.holdings.transfer(row.giver, row.taker, row.state().moving())
    except Refused as refused:
        raise Refused(Refusal.OUTSIDE_STEP_BEFORE_TITLE, on=on) from refused


def _locked_filing_of(entry: UUID) -> Filing | None:
    """Lock the filing that bound a right before the right itself, as every act on it does."""
    row = Disposal.objects.filter(id=entry).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="disposal")
    return locked_filing(row.filing_id) if row.filing_id else None


def _lock_title_of(entry: UUID) -> None:
    row = Disposal.objects.filter(id=entry).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="disposal")
    lock_titles([row.technology])


def _locked(entry: UUID) -> Disposal:
    return Disposal.objects.select_for_update().get_or_refuse(entry, "disposal")
