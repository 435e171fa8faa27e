"""
Whose logs a member watches, and whom it asks for cosignatures: everybody in good standing (LO-3).

In a large network a venue asks only some, so that cosigning costs each as much however many there
are. Which is settled by a hash of both codes: venues spread over each other, and stay with those
they have when others come or go.
"""

import hashlib

from hutong.transparency.cosigning.rules import PeerKind
from hutong.venues.rolls import Roll
from hutong.venues.rules import MOST_WITNESSES

WITNESS = "/log/witness"


def peers_of(roll: Roll, mine: str) -> list[tuple[PeerKind, tuple[str, ...], str]]:
    """Kind, keys and address of the peers of the venue `mine`; none once it is not a member."""
    if not roll.is_good(mine):
        return []
    others = [member for member in roll.good if member.code != mine]
    others.sort(key=lambda member: hashlib.sha256(f"{mine} {member.code}".encode()).digest())
    watched = [(PeerKind.LOG, member.log_keys, "") for member in others]
    asked = [
        (PeerKind.WITNESS, member.witness_keys, member.url + WITNESS)
        for member in others[:MOST_WITNESSES]
    ]
    return [*watched, *asked]
