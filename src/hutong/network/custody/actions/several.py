"""
The same step for several technologies at once: a bundle's, or an owner's (NE-8).

Each is its own move with its own proof: what one is refused for is named, and leaves the others.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from hutong.journal.actions import action, nothing_changed
from hutong.kit.actor import ACT, Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.custody import queries
from hutong.network.custody.actions import new_venue, old_venue
from hutong.network.custody.actions.moves import OPERATE
from hutong.network.custody.queries import MoveView
from hutong.network.custody.rules import Direction, Refusal

MOST_AT_ONCE: Final = 200  # a dossier each; the act is one transaction


class Step(StrEnum):
    TAKE_UP = "take_up"
    OFFER = "offer"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Several:
    """What came of each: the moves as they stand now, and by id why nothing was done about others."""

    done: list[MoveView]
    refused: list[tuple[UUID, Refused]]


@action(power=ACT)
def wish_several(
    *, actor: Actor, now: datetime, technologies: Collection[UUID], to: str, reason: str
) -> Several:
    """Ask for several of one's technologies to be in another venue's custody."""
    nothing_changed()  # where each of them is refused
    given: dict[str, Any] = {"actor": actor, "now": now, "to": to, "reason": reason}
    return _each(technologies, lambda one: old_venue.wish(**given, technology=one))


@action(power=OPERATE)
def propose_several(
    *, actor: Actor, now: datetime, technologies: Collection[UUID], to: str, reason: str
) -> Several:
    """Propose to give custody of several technologies; a second officer offers them (PA-5)."""
    nothing_changed()
    given: dict[str, Any] = {"actor": actor, "now": now, "to": to, "reason": reason}
    return _each(technologies, lambda one: old_venue.propose(**given, technology=one))


@action(power=OPERATE)
def step_several(*, actor: Actor, now: datetime, step: Step, moves: Collection[UUID]) -> Several:
    """Take up, offer or accept several moves, each as it would be alone (PA-5)."""
    nothing_changed()

    def one(id: UUID) -> MoveView:
        given: dict[str, Any] = {"actor": actor, "now": now, "move": id}
        going = queries.move(actor, id).direction is Direction.GOING
        match step:
            case Step.TAKE_UP if going:
                old_venue.take_up_wish(**given)
            case Step.TAKE_UP:
                new_venue.take_up(**given)
            case Step.OFFER:
                old_venue.offer(**given)
            case Step.ACCEPT:
                new_venue.accept(**given)
        return queries.move(actor, id)

    return _each(moves, one)


def _each(ids: Collection[UUID], act: Callable[[UUID], MoveView]) -> Several:
    """Do one after another, always in the same order, so that nobody waits for each other."""
    chosen = sorted(set(ids))
    if not chosen:
        raise Refused(Refusal.NONE_CHOSEN)
    if len(chosen) > MOST_AT_ONCE:
        raise Refused(CommonRefusal.TOO_LARGE, what="list", limit=str(MOST_AT_ONCE))
    found = Several([], [])
    for id in chosen:
        try:
            found.done.append(act(id))  # an action of its own: what is refused leaves nothing
        except Refused as refused:
            found.refused.append((id, refused))
    return found
