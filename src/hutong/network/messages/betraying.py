"""
Refusals that no honest venue earns: what was signed speaks against its sender (docs/network.md).

An honest venue may be late, or think otherwise than we do; it does not show a credential that does
not hold, speak for another's party, guarantee one deposit twice, or declare its own debt settled.
Officers look at each (`/desk/network/messages`); what it means for the venue is theirs to say.

Pure.
"""

from collections.abc import Mapping
from typing import Final

CREDENTIALS: Final = frozenset({"recognition.credential_wrong", "recognition.other_venues_party"})
BETRAYING: Final[Mapping[str, frozenset[str]]] = {
    "recognition.show": CREDENTIALS,
    "recognition.accredit": CREDENTIALS,
    "trade.intend": CREDENTIALS,
    "trade.guarantee": frozenset({"trade.guaranteed_twice"}),
    "clearing.received": frozenset({"clearing.not_ours_to_pay"}),
}
"""Kind of message → codes. A contradiction is one whatever its kind."""


def betrays(kind: str, code: str) -> bool:
    """Whether a message of this kind that was refused with this code speaks against its sender."""
    return code in BETRAYING.get(kind, frozenset())
