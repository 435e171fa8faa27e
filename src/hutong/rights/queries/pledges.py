"""
What pledgees have of the price of what was disposed of with their consent (RR-6, Civil Code 444).
"""

from dataclasses import dataclass
from uuid import UUID

from hutong.rights.acts import Licence, Proceeds, Transfer
from hutong.rights.acts_written import act_from
from hutong.rights.burdens import proceeds_due
from hutong.rights.queries.titles import current_states, entry


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


def pledges_standing(technology: UUID) -> frozenset[UUID]:
    """The pledges in force on a title, by every name they have had."""
    state = current_states([technology])[technology]
    return frozenset(name for one in state.restrictions for name in (one.entry, *one.names))
