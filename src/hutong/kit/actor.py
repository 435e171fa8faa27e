"""
Who acts: a person, for a party, with powers, through a door (PA-2).

Every action takes an `Actor`. Doors build it; nothing below a door guesses it.

Powers are plain strings `area.verb` (officers) or `member.read|act|own` (for one's own party).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType
from uuid import UUID

from hutong.kit.refusal import CommonRefusal, Refused

PersonId = NewType("PersonId", UUID)
PartyId = NewType("PartyId", UUID)

# What a mandate lets a person do for the party (PA-2); officers' powers are the rulebook's data.
READ = "member.read"
ACT = "member.act"
OWN = "member.own"


class Door(StrEnum):
    API = "api"
    PAGE = "page"
    HOT = "hot"
    CLI = "cli"
    WORKER = "worker"
    NETWORK = "network"  # through another venue (NE-4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The one who acts. `person` is None for the venue's own machinery (timers, reactions)."""

    person: PersonId | None = None
    party: PartyId | None = None
    powers: frozenset[str] = frozenset()
    second_factor: bool = False
    door: Door = Door.API
    label: str = field(default="", compare=False)  # for the console and the journal's reader

    @property
    def is_system(self) -> bool:
        return self.person is None and self.door is Door.WORKER

    @property
    def is_anonymous(self) -> bool:
        return self.person is None and not self.is_system

    def has(self, power: str) -> bool:
        return self.is_system or power in self.powers

    def need(self, power: str) -> None:
        """Raise unless the actor has `power`: unsigned, powerless, or without second factor."""
        if self.is_system:
            return
        if self.is_anonymous:
            raise Refused(CommonRefusal.NOT_SIGNED_IN)
        if power not in self.powers:
            raise Refused(CommonRefusal.POWER_MISSING, power=power)
        if not power.startswith("member.") and not self.second_factor:
            raise Refused(CommonRefusal.SECOND_FACTOR_MISSING)

    def acting_party(self) -> PartyId:
        """Return the party acted for; refuse when the person acts for none."""
        if self.party is None:
            raise Refused(CommonRefusal.POWER_MISSING, power=ACT)
        return self.party


SYSTEM = Actor(door=Door.WORKER, label="venue")
ANONYMOUS = Actor()


def require_other_eyes(actor: Actor, entered_by: Iterable[PersonId | UUID | None]) -> None:
    """PA-5, four eyes: refuse when `actor` is among those who entered the thing."""
    if actor.person is not None and actor.person in set(entered_by):
        raise Refused(CommonRefusal.SAME_EYES)
