"""
Who shows checkpoints to whom, so that a large network costs each of its members what there is news.

    home ─ its checkpoint ─► some members, the relays among them ─► who asks a relay: all the others

In a network in which everybody asks everybody to cosign there are no relays: all are shown all.
A relay is believed in nothing: what it tells is a note its log signed, and reads as if that log had
shown it. Which members are relays is settled by a hash, the same for all. Pure.
"""

import hashlib
from collections.abc import Iterable
from math import isqrt
from typing import Final

from hutong.venues.rules import MOST_WITNESSES

FEWEST_RELAYS: Final = 5
EVERYBODY: Final = MOST_WITNESSES + 1  # so many can all show their checkpoints to all others


def relays(network: str, codes: Iterable[str]) -> tuple[str, ...]:
    """The relays among the members in good standing; none in a network that needs none.

    As many as the root of the number of members: so many show to each, and so many ask each.
    `network` is the network's id, so that nobody can choose a code that makes it a relay in all.
    """
    members = list(codes)
    if len(members) <= EVERYBODY:
        return ()
    count = max(FEWEST_RELAYS, isqrt(len(members)))
    return tuple(sorted(members, key=lambda code: _hash(f"{network} {code}"))[:count])


def shown(mine: str, network: str, codes: Iterable[str]) -> list[str]:
    """To whom a member shows its checkpoints, and whom it asks to cosign them: 16, or all relays.

    The relays; and others by a hash of both codes: members spread over each other, and stay with
    those they have when others come or go.
    """
    members = list(codes)
    chosen = [code for code in relays(network, members) if code != mine]
    rest = [code for code in members if code != mine and code not in chosen]
    rest.sort(key=lambda code: _hash(f"{mine} {code}"))
    return [*chosen, *rest][: max(MOST_WITNESSES, len(chosen))]


def asked(mine: str, network: str, codes: Iterable[str]) -> tuple[str, ...]:
    """The relays a member asks for news, the first first; none for a relay, which is shown all."""
    known = relays(network, codes)
    if mine in known:
        return ()
    return tuple(sorted(known, key=lambda code: _hash(f"{mine} {code}")))


def slower(seconds: float, members: int) -> float:
    """A pause between questions to single members, so long that they cost no more among many."""
    return seconds * max(1.0, members / EVERYBODY)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
