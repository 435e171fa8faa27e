"""
Transfers from deals (RR-7, RR-11): prepared, entered at the office, effected with the money.

Called by deals and settlement inside their transactions; the outside step is the registrar's.
"""

from collections.abc import Sequence
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
from hutong.rights.actions.writing import New, entry_subject, lock_titles, write
from hutong.rights.constraints import refused_over, refusing
from hutong.rights.events import TransferPrepared, Transferred
from hutong.rights.models import Disposal
from hutong.rights.queries.disposals import DisposalView, view
from hutong.rights.queries.titles import FOREVER, EntryView, entries_of, require_disposable
from hutong.rights.queries.titles import entry as entry_view
from hutong.rights.refusals import Refusal
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
) -> UUID:
    """Prepare a transfer from a deal and return the id its register entry will have.

    The deal decides who may. Asking again for the same deal and technology gives the same id.
    Raises Refused with the reason of the title report, or because another disposal is pending.
    """
    titles = lock_titles([technology])
    same = Disposal.objects.filter(deal=deal, technology=technology).exclude(status="cancelled")
    if known := same.first():
        nothing_changed()
        return known.id
    if technology not in titles:
        raise Refused(Refusal.NOT_REGISTERED)
    require_disposable([technology], by=from_party, share=share, taker=to_party)
    parties.require_verified(to_party)
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
    if effective_on is not None:
        _require_held_on(row, effective_on)
    row.filed_on, row.effective_on, row.office_number = filed_on, effective_on, office_number
    row.evidence = [*row.evidence, *(d for d in known if d not in row.evidence)]
    row.step_recorded_by = actor.person
    row.save()
    record(entry_subject(row.id), *events)
    return view(row)


@action(power=None)
def effect_transfer(*, actor: Actor, now: datetime, entry: UUID) -> EntryView:
    """Write the transfer into the register, in the caller's transaction with the money (DL-2).

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
    share = state.moving()
    require_disposable(
        [row.technology], by=row.giver, share=share, taker=row.taker, pending_is_ours=True
    )
    parties.require_verified(row.taker)
    write(
        [
            New(
                id=row.id,
                technology=row.technology,
                act=register.Transfer(giver=row.giver, taker=row.taker, share=share),
                effective_on=row.effective_on or local_date(now),
                source=subject("deal", row.deal),
                event=lambda common: Transferred(
                    **common,
                    deal=row.deal,
                    share=share,
                    giver=row.giver,
                    taker=row.taker,
                ),
            )
        ],
        actor=actor,
        now=now,
        rulebook_version=row.rulebook_version,
    )
    row.status, row.ended_at = transfers.DisposalStatus.EFFECTED.value, now
    row.save()
    return entry_view(row.id)


@action(power=None)
def cancel_transfer(*, actor: Actor, now: datetime, entry: UUID, reason: str) -> None:
    """Cancel a prepared transfer, so that the right is free again. The deal decides who may."""
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


def _lock_title_of(entry: UUID) -> None:
    row = Disposal.objects.filter(id=entry).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="disposal")
    lock_titles([row.technology])


def _locked(entry: UUID) -> Disposal:
    return Disposal.objects.select_for_update().get_or_refuse(entry, "disposal")
