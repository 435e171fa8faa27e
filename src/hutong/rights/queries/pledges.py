"""
What pledgees have of the price of what was disposed of with their consent (RR-6, Civil Code 444).
"""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from hutong.kit.refusal import Refused
from hutong.rights.acts import Licence, Pledge, Proceeds, Transfer
from hutong.rights.acts_written import act_from
from hutong.rights.burdens import (
    next_rank,
    proceeds_due,
    require_pledgeable,
    require_unfrozen,
)
from hutong.rights.queries.titles import current_states, entry, pending_on
from hutong.rights.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProceedsDue:
    """A pledge that the proceeds of a disposal are bound to.

    `debt` is the same for all the rights pledged together: they secure one sum.
    """

    technology: UUID
    pledge: UUID
    debt: str
    pledgee: UUID
    rank: int
    secured_fen: int
    currency: str
    proceeds: Proceeds


def proceeds_of_entry(id: UUID) -> list[ProceedsDue]:
    """The pledges that bind the proceeds of a registered transfer or licence, by rank.

    What a licensee sublicenses is the licensee's own: no pledge of the owner binds it.
    """
    line = entry(id)
    match act_from(line.kind, line.facts, line.holdings):
        case Transfer(taker=party):
            kind, taker = "transfer", party
        case Licence(licensee=party, mode=mode, parent=None):
            kind, taker = mode.value, party
        case _:
            return []
    state = current_states([line.technology])[line.technology]
    bound = proceeds_due(
        state.restrictions, state.consents, kind=kind, on=line.effective_on, taker=taker
    )
    return [
        ProceedsDue(
            technology=line.technology,
            pledge=one.entry,
            debt=entry(one.entry).source,
            pledgee=pledge.pledgee,
            rank=pledge.rank,
            secured_fen=pledge.secured_fen,
            currency=pledge.currency,
            proceeds=proceeds,
        )
        for one, pledge, proceeds in bound
    ]


def why_not_pledge(
    technology: UUID, act: Pledge, *, on: date, joined_by_all: bool = False
) -> Refused | None:
    """Why a right cannot be pledged so, as things stand; None when it can (RR-10).

    Rank 0 asks for the next free one; `joined_by_all`: as if every co-holder joined.
    """
    state = current_states([technology])[technology]
    try:
        held = state.held()
        asked = replace(
            act,
            rank=act.rank or next_rank(state.restrictions),
            joined=frozenset(held.disposal) | act.joined if joined_by_all else act.joined,
        )
        require_unfrozen(state.freezes)
        require_pledgeable(asked, held, state.restrictions)
        if pending_on(technology):
            raise Refused(Refusal.DISPOSAL_PENDING)
    except Refused as refused:
        return refused
    return None


def pledges_standing(technology: UUID) -> frozenset[UUID]:
    """The pledges in force on a title, by every name they have had."""
    state = current_states([technology])[technology]
    return frozenset(name for one in state.restrictions for name in (one.entry, *one.names))


def pledge_standing(technology: UUID, pledge: UUID) -> Pledge | None:
    """The terms of a pledge in force, by any name its entry has had; None when it has ended."""
    state = current_states([technology])[technology]
    for one in state.restrictions:
        if one.known_as(pledge) and isinstance(one.act, Pledge):
            return one.act
    return None
