"""
What of the registrar's log is final: what a majority of its members hold (NE-5). Pure.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest


def majority(members: Collection[str]) -> int:
    return len(members) // 2 + 1


def held_by_majority(held: Mapping[str, int], members: Collection[str]) -> int:
    """How many entries of the registrar's log a majority of `members` hold."""
    sizes = sorted((held.get(member, 0) for member in members), reverse=True)
    return sizes[majority(members) - 1] if sizes else 0


@dataclass(frozen=True, slots=True)
class Roll:
    """The members by one list, and the entry of the registrar's log that says so."""

    index: int
    members: frozenset[str]


def final_size(held: Mapping[str, int], rolls: Sequence[Roll]) -> int:
    """How many entries of the registrar's log are final.

    `rolls`, oldest first: the list by which the term began (index -1), and those entered since. One
    decides what comes after its entry, from when that is final by the one before: else a few could
    change who counts while they are cut off.
    """
    final = 0
    for roll, following in zip_longest(rolls, rolls[1:]):
        here = held_by_majority(held, roll.members)
        if following is None or here <= following.index:
            return max(final, here)
        final = following.index + 1
    return final


def are_final(held: Mapping[str, int], rolls: Sequence[Roll]) -> bool:
    """Whether every list is final, so that the next may change who counts.

    The last one's entry is final by the one before, and a majority of its own members hold it too:
    so whoever votes over it, or over the next, shares a member with all that was final before.
    """
    last = rolls[-1]
    return min(final_size(held, rolls), held_by_majority(held, last.members)) > last.index
