"""
The life of a mirror.

    following ⇄ unreachable      the log, or its venue, does not answer; tried again for ever
        └─► frozen               it was rewritten: proven, kept, shown; nothing more is believed

Pure.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from hutong.kit.event import Event
from hutong.venues.relaying import slower

SHORTEST_PAUSE: Final = 1.0  # seconds between looks while looking finds news that nobody pushed
LONGEST_PAUSE: Final = 30.0  # ... and while all news is pushed, or there is none
LONGEST_AWAY: Final = timedelta(minutes=2)  # between tries of a log that does not answer


class MirrorState(StrEnum):
    FOLLOWING = "following"
    UNREACHABLE = "unreachable"
    FROZEN = "frozen"


@dataclass(frozen=True, kw_only=True)
class LogForked(Event, kind="network.LogForked"):
    """A venue signed two histories. Whoever has its key can check the proof, which we publish."""

    venue: str
    log: str
    smaller_size: int
    smaller_root: bytes
    larger_size: int
    larger_root: bytes
    root_within: bytes  # what the larger tree has at the smaller size


def next_pause(pause: float, *, found_news: bool, members: int = 0) -> float:
    """How long until the next look: soon while looking pays, later while it does not.

    Among many `members` later still: news comes by relays, and looking at each home is to cost a
    venue no more than in a small network.
    """
    longest = slower(LONGEST_PAUSE, members)
    return SHORTEST_PAUSE if found_news else min(longest, max(SHORTEST_PAUSE, pause * 2))


def away_pause(failures: int) -> timedelta:
    return min(timedelta(seconds=0.5) * 2 ** min(failures, 12), LONGEST_AWAY)
