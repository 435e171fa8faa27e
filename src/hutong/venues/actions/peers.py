"""
Whose logs a member watches, and whom it asks for cosignatures: everybody in good standing (LO-3),
in a large network only some (relaying.py).
"""

from hutong.transparency.cosigning.rules import PeerKind
from hutong.venues.relaying import shown
from hutong.venues.rolls import Roll

WITNESS = "/log/witness"


def peers_of(roll: Roll, mine: str) -> list[tuple[PeerKind, tuple[str, ...], str]]:
    """Kind, keys and address of the peers of the venue `mine`; none once it is not a member."""
    if not roll.is_good(mine):
        return []
    members = {member.code: member for member in roll.good}
    witnesses = [members[code] for code in shown(mine, roll.network, members)]
    return [
        *((PeerKind.LOG, member.log_keys, "") for code, member in members.items() if code != mine),
        *((PeerKind.WITNESS, one.witness_keys, one.url + WITNESS) for one in witnesses),
    ]
