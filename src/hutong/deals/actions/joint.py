"""
The parts of a deal over a joint project: what each home venue was asked, and what it said (NE-3).

Called by the network's packages and by settlement, in their transactions; only giving a part up is an
officer's own act, and another officer's confirmation (PA-5).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.deals import parts, queries, rules
from hutong.deals.actions.saving import END, locked, need_all_there, people_of, save
from hutong.deals.actions.steps import note_signed
from hutong.deals.models import Deal, DealPart
from hutong.deals.parts import Asking
from hutong.deals.queries import DealView
from hutong.deals.refusals import Refusal
from hutong.deals.rules import Signed, Status
from hutong.journal.actions import action, nothing_changed
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.calendar import natural_days_after
from hutong.kit.event import Event
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rulebook import queries as rulebook


@action(power=None)
def note_asked(*, actor: Actor, now: datetime, deal: UUID, part: UUID, what: Asking) -> bool:
    """Note that a part's home venue is asked; False where it was asked before, or is not to be."""
    row, found = _locked(deal, part)
    return _take(row, parts.ask(found.state(), what), now)


@action(power=None)
def note_refused(
    *, actor: Actor, now: datetime, deal: UUID, part: UUID, what: Asking, why: Mapping[str, Any]
) -> None:
    """A part's home venue refused what it was asked; `why` with its code."""
    row, found = _locked(deal, part)
    code = str(why.get("code", "")) or "refused"
    events = parts.refuse(found.state(), what, code)
    if events:
        found.why = {**why, "code": code}
        found.save()
    _take(row, events, now)


@action(power=None)
def note_left(
    *, actor: Actor, now: datetime, deal: UUID, part: UUID, why: Mapping[str, Any]
) -> None:
    """A part has left the project before right and money were decided to move: officers look."""
    row, found = _locked(deal, part)
    events = parts.leave(found.state(), why["code"])
    if events:
        found.why = dict(why)
        found.save()
    _take(row, events, now)


@action(power=None)
def accept_part(
    *, actor: Actor, now: datetime, deal: UUID, part: UUID, venue: str, text_digest: str
) -> None:
    """A part's seller accepted the contract at its home venue, by the digest of what it read.

    The last acceptance signs the deal. Refused when the deal has ended, or the text is another.
    """
    row, found = _locked(deal, part)
    if found.venue != venue or found.lead:
        raise Refused(parts.Refusal.UNKNOWN_PART)
    if text_digest != row.contract_digest:
        raise Refused(Refusal.OTHER_TEXT, given=text_digest, expected=row.contract_digest)
    events = parts.accept(found.state(), contract_digest=text_digest)
    if not events:
        nothing_changed()
        return
    days = rulebook.version(row.rulebook_version).deals.payment_days
    found.accepted_at = now
    found.take(parts.evolve(found.state(), events))
    found.save()
    for event in rules.sign(_fresh(row).state(), pay_by=natural_days_after(now, days).at):
        assert isinstance(event, Signed), "signing is all that the last acceptance brings"
        note_signed(actor, now, row, event)
        events.append(event)
    save(row, events, now)


@action(power=None)
def note_ready(*, actor: Actor, now: datetime, deal: UUID, part: UUID, venue: str) -> None:
    """A part's home venue says that the part can move at once."""
    row, found = _locked(deal, part)
    if found.venue != venue:
        raise Refused(parts.Refusal.UNKNOWN_PART)
    _take(row, parts.be_ready(found.state()), now)


@action(power=None)
def begin_moving(*, actor: Actor, now: datetime, deal: UUID) -> DealView:
    """Every part can move: they move now, one by one, the lead seller's in this transaction."""
    row = locked(deal)
    if row.status != Status.PAID.value:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed=Status.PAID.value)
    if row.moving_at is not None:
        raise Refused(Refusal.MOVING)
    found = [one.state() for one in row.parts.select_for_update().order_by("id")]
    parts.check_movable(found)
    need_all_there(row)
    row.moving_at = now
    row.take_ending(None)
    events: list[Event] = [parts.MovingBegun(deal=row.id, number=row.number)]
    for one in found:
        if one.lead:
            events += parts.move(one)
    return save(row, events, now)


@action(power=None)
def note_moved(*, actor: Actor, now: datetime, deal: UUID, part: UUID) -> bool:
    """Right and money of a part have moved; False where that was known."""
    row, found = _locked(deal, part)
    return _take(row, parts.move(found.state()), now)


@action(power=END)
def propose_return(*, actor: Actor, now: datetime, deal: UUID, part: UUID, reason: str) -> DealView:
    """Propose to give up a part that its home venue refused to move: its share goes back to the
    buyer, the other parts stand. Another officer confirms it (PA-5)."""
    row, found = _locked(deal, part)
    if actor.person is None:
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    if not reason.strip():
        raise Refused(Refusal.REASON_MISSING)
    if found.returning_by is not None:
        raise Refused(Refusal.ENDING_PROPOSED)
    events = parts.propose_return(found.state(), reason=reason.strip())
    require_other_eyes(actor, people_of(row))
    found.returning_by, found.returning_reason = actor.person, reason.strip()
    found.save()
    save(row, events, now)
    return queries.deal(deal)


@action(power=END)
def confirm_return(*, actor: Actor, now: datetime, deal: UUID, part: UUID) -> DealView:
    """Give a part up, as another officer proposed. Money follows in the caller's transaction."""
    row, found = _locked(deal, part)
    events = parts.give_back(found.state(), reason=found.returning_reason)
    require_other_eyes(actor, [found.returning_by, *people_of(row)])
    save(row, events, now)
    return queries.deal(deal)


def _take(row: Deal, events: list[Event], now: datetime) -> bool:
    if not events:
        nothing_changed()
        return False
    save(row, events, now)
    return True


def _locked(deal: UUID, part: UUID) -> tuple[Deal, DealPart]:
    row = locked(deal)
    found = row.parts.select_for_update().filter(id=part).first()
    if found is None:
        raise Refused(parts.Refusal.UNKNOWN_PART)
    return row, found


def _fresh(row: Deal) -> Deal:
    """The deal as it stands with what this transaction has done to its parts."""
    return Deal.objects.get(id=row.id)
