"""
Is membership what the lists say?
"""

from collections.abc import Iterator

from hutong.kit.audit import Discrepancy
from hutong.venues import chain
from hutong.venues.fields import DocumentInvalid
from hutong.venues.lists import SignedList
from hutong.venues.models import (
    Network,
)
from hutong.venues.queries.kept import read_chain, roll_of
from hutong.venues.rolls import ListInvalid


def audit() -> Iterator[Discrepancy]:
    """The chain kept, verified again from its anchor, and the members re-derived from it."""
    for network in Network.objects.order_by("anchor"):
        place = f"venues.network {network.anchor}"
        told = read_chain(network, 0, 2**31 - 1, None)
        try:
            roll = chain.chain([SignedList.read(one) for one in reversed(told)], network.anchor)
        except (ListInvalid, DocumentInvalid) as error:
            yield Discrepancy(
                place, "a chain of lists, each valid after the one before", str(error)
            )
            continue
        stored = roll_of(network)
        for name in ("term", "version", "digest", "registrar", "issued_at", "expires_at", "name"):
            if getattr(stored, name) != getattr(roll, name):
                expected, found = getattr(roll, name), getattr(stored, name)
                yield Discrepancy(f"{place} {name}", str(expected), str(found))
        for code in sorted(roll.members.keys() | stored.members.keys()):
            if roll.members.get(code) != stored.members.get(code):
                yield Discrepancy(f"{place} {code}", "as the lists have it", "otherwise")
