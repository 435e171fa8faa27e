"""
For tests of pages and doors: a right of ours that another venue has registered, too.
"""

from datetime import datetime
from uuid import UUID

from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.canonical import digest
from hutong.kit.ids import new_id
from hutong.network.duplicates import actions
from hutong.venues import queries as venues


def found(technology: UUID, *, peer: str, now: datetime) -> UUID:
    """A duplicate, as we found it as registrar; the claim that stands is ours."""
    claim = new_id()
    told = {
        "claim": str(claim),
        "number": digest(claim.bytes),
        "technology": str(new_id()),
        "venue": peer,
        "claim_holding": str(new_id()),
        "technology_holding": str(technology),
        "venue_holding": venues.my_code(),
    }
    actions.note(actor=SYSTEM, now=now, registrar=venues.my_code(), found=told)
    return claim


def proposed(technology: UUID, *, clerk: Actor, peer: str, now: datetime) -> UUID:
    """One whose decision an officer has proposed."""
    claim = found(technology, peer=peer, now=now)
    actions.state(actor=clerk, now=now, claim=claim, statement="Registered here since 2019.")
    actions.propose(
        actor=clerk, now=now, claim=claim, upheld=venues.my_code(), reasons="It came first."
    )
    return claim
