"""
Approving a change, with what this venue holds of the registrar's log where that is asked for (NE-5).
"""

from datetime import datetime

from hutong.journal.actions import action
from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.claims import queries as claims
from hutong.network.mirrors import queries as mirrors
from hutong.transparency import queries as log
from hutong.transparency.merkle import EMPTY_ROOT
from hutong.venues import actions, queries
from hutong.venues.lists import Held, Kind


@action(power="network.operate")
def approve(*, actor: Actor, now: datetime, real_now: datetime, change: str) -> None:
    """Approve a change for this venue (PA-5). A vote on the registrar tells what we hold of its log.

    Nothing of that log may be acknowledged between the telling and the vote: both are one
    transaction, and acknowledging asks `venues.queries.withholds_from` under the same lock.
    """
    found = queries.change(change)
    if found is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="change")
    held = None
    if found.kind is Kind.REGISTRAR:
        claims.stand_still()
        held = held_of_registrar()
    actions.approve(actor=actor, now=now, real_now=real_now, change=change, held=held)


def held_of_registrar() -> Held | None:
    """The largest state of the registrar's log that we hold; of our own, what we signed."""
    registrar = queries.registrar()
    if registrar is None:
        return None
    if registrar.code == queries.my_code():
        signed = log.checkpoint()
        size, root = (signed.size, signed.root) if signed else (0, EMPTY_ROOT)
    else:
        size, root = mirrors.held(registrar.code) or (0, EMPTY_ROOT)
    return Held(origin=registrar.log_origin, size=size, root=root.hex())
