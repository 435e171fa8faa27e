"""
What other venues may tell us, and who takes in what they answer: the one table of all kinds of
messages (NE-2; docs/network.md).

A kind's name is `area.verb`; it and its versions are part of the protocol.
"""

from hutong.network.messages.kinds import Kind
from hutong.network.trade import answering as trade

KINDS: dict[str, Kind] = {
    **trade.KINDS,
}
