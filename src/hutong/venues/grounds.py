"""
What the next list rests on beside the lists: what members hold of the registrar's log (NE-5).

Claims know it, which stand above; whoever lets lists be made brings it along.
"""

from collections.abc import Callable
from dataclasses import dataclass

from hutong.venues.lists import Held


@dataclass(frozen=True, slots=True)
class Grounds:
    """`are_final`: whether all our lists are, so that the next may change who counts.
    `holds`: whether we hold a log up to where a vote says its voter does."""

    are_final: Callable[[], bool]
    holds: Callable[[Held], bool]
