"""
At a part's home venue: a sale ends without its lead venue's word for the part (NE-3, PA-5, DL-2).

A seller is bound by its signature. Where the lead venue is silent, or is gone, two officers here let
it go; where it says that the whole project is over, so is the sale of every part that has not moved.
What the lead venue asks of the part later is refused.
"""

from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, nothing_changed
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.projects.actions.contributing import release, take_out
from hutong.network.projects.actions.telling import OFFICE, is_here
from hutong.network.projects.rules import need_words
from hutong.network.sales import queries, rules
from hutong.network.sales.actions.saving import let_go, locked, locked_or_none, save
from hutong.network.sales.models import PartSale
from hutong.network.sales.queries import SaleView
from hutong.network.sales.rules import LIVE, Refusal, Status
from hutong.parties import queries as parties


@action(power=OFFICE)
def propose_end(*, actor: Actor, now: datetime, part: UUID, reason: str) -> SaleView:
    """Propose to end a sale that has not moved; another officer confirms it (PA-5)."""
    row = _led_elsewhere(part)
    told = need_words(reason)
    events = rules.propose_end(row.state(), why=told)
    require_other_eyes(actor, _people_of(row))
    if actor.person is None:
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    row.ending_by, row.ending_reason = actor.person, told
    save(row, events, now)
    return queries.view(row)


@action(power=OFFICE)
def confirm_end(*, actor: Actor, now: datetime, part: UUID) -> SaleView:
    """End the sale, as another officer proposed: its rights are free, the lead venue stands for
    nothing any more, and is told that the part left. Refused once it has moved."""
    row = _led_elsewhere(part)
    events = rules.confirm_end(row.state())
    require_other_eyes(actor, [row.ending_by, *_people_of(row)])
    row.ended_by = actor.person
    let_go(row, events, actor=actor, now=now)
    take_out(row.part, row.ending_reason, now)
    return queries.view(row)


@action(power=OFFICE)
def drop_end(*, actor: Actor, now: datetime, part: UUID) -> SaleView:
    """Drop the proposal; the sale goes on. Whoever proposed it may drop it too."""
    row = _led_elsewhere(part)
    events = rules.drop_end(row.state())
    row.ending_by, row.ending_reason = None, ""
    save(row, events, now)
    return queries.view(row)


@action(power=None)
def end_with_project(*, actor: Actor, now: datetime, part: UUID) -> None:
    """The lead venue said that the project is over, and nothing of the part: so is its sale."""
    row = locked_or_none(part)
    if row is None or is_here(row.lead) or Status(row.status) not in LIVE:
        nothing_changed()
        return
    let_go(row, rules.end(row.state()), actor=actor, now=now)
    release(row.part, now)


def _led_elsewhere(part: UUID) -> PartSale:
    """A sale of another venue's deal; one of our own is ended as a deal is."""
    row = locked(part)
    if is_here(row.lead):
        raise Refused(Refusal.OWN_DEAL)
    return row


def _people_of(row: PartSale) -> list[UUID]:
    """Whoever acts for seller or buyer decides nothing about the sale for the venue (PA-5)."""
    return [one for side in (row.part.seller, row.buyer) for one in parties.people_of(side)]
