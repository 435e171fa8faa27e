"""
Ending a deal before right and money have moved: one officer proposes, another confirms (PA-5).
"""

from datetime import datetime
from uuid import UUID

from hutong.deals import rules
from hutong.deals.actions.saving import (
    END,
    PAYMENT_DUE,
    SIGN_DUE,
    is_frozen,
    locked,
    people_of,
    save,
)
from hutong.deals.models import Deal
from hutong.deals.queries import DealView
from hutong.deals.rules import Side
from hutong.due import actions as due
from hutong.journal.actions import action
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.event import Event
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights import actions as rights


@action(power=END)
def propose_default(
    *, actor: Actor, now: datetime, deal: UUID, side: Side, reason: str
) -> DealView:
    """Propose to end a deal because a side is late (AU-11); another officer confirms it (PA-5).

    Refused while that side is not late, while a freeze keeps it from signing, and to its people.
    """
    return _propose(actor, now, deal, side, reason)


@action(power=END)
def propose_termination(*, actor: Actor, now: datetime, deal: UUID, reason: str) -> DealView:
    """Propose to end a deal through nobody's default, before right and money have moved."""
    return _propose(actor, now, deal, None, reason)


@action(power=END)
def confirm_ending(*, actor: Actor, now: datetime, deal: UUID) -> DealView:
    """End the deal as another officer proposed. Bound rights are freed; money follows the rulebook.

    Refused when what was proposed holds no longer: the side has signed, or paid.
    """
    row = locked(deal)
    state = row.state()
    events = rules.confirm_ending(state, now=now, frozen=is_frozen(row))
    assert state.ending is not None, "confirm_ending refuses without a proposal"
    require_other_eyes(actor, [state.ending.proposed_by, *people_of(row)])
    return _end(actor, now, row, events, state.ending.reason)


@action(power=END)
def drop_ending(*, actor: Actor, now: datetime, deal: UUID, reason: str) -> DealView:
    """Drop a proposal to end the deal; it goes on. Whoever proposed it may drop it too."""
    row = locked(deal)
    events = rules.drop_ending(row.state(), why=reason)
    row.take_ending(None)
    return save(row, events, now)


def _propose(actor: Actor, now: datetime, deal: UUID, side: Side | None, reason: str) -> DealView:
    row = locked(deal)
    events = rules.propose_ending(
        row.state(), side=side, why=reason, now=now, frozen=is_frozen(row)
    )
    require_other_eyes(actor, people_of(row))
    if actor.person is None:
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    row.take_ending(
        rules.Ending(side=side, reason=reason.strip(), proposed_by=actor.person, proposed_at=now)
    )
    return save(row, events, now)


def _end(actor: Actor, now: datetime, row: Deal, events: list[Event], why: str) -> DealView:
    for entry in row.entries:
        rights.cancel_disposal(actor=actor, now=now, entry=entry, reason=why)
    rights.end_reservation(actor=actor, now=now, source=subject("deal", row.id))
    for kind in (SIGN_DUE, PAYMENT_DUE):
        due.cancel(subject=subject("deal", row.id), kind=kind)
    return save(row, events, now)
