"""
Taking a case on, handing it over, letting it go.

A case is named by its page at the desk (`deals/01a1…`), which is what colleagues would open. It is
let go by itself after `HOURS`, so that nothing waits for somebody who went home.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hutong.kit.event import Event, Private, Visibility
from hutong.kit.refusal import N_, Reason, Refused, reason

HOURS = 4


class Refusal(Reason):
    TAKEN = reason("casework.taken", "PA-5", N_("{name} works on this case until {until}."))
    NOT_YOURS = reason("casework.not_yours", "PA-5", N_("You do not work on this case."))
    CANNOT_DECIDE = reason(
        "casework.cannot_decide", "PA-5", N_("{name} has no office that decides such cases."), 422
    )


@dataclass(frozen=True, kw_only=True)
class Taken(Event, kind="casework.Taken", visibility=Visibility.JOURNALLED):
    until: datetime
    officer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class HandedOver(Event, kind="casework.HandedOver", visibility=Visibility.JOURNALLED):
    until: datetime
    officer: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class LetGo(Event, kind="casework.LetGo", visibility=Visibility.JOURNALLED):
    officer: Private[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That `person` works on a case, until then."""

    person: UUID
    until: datetime

    def holds(self, now: datetime) -> bool:
        return now < self.until


def take(
    claim: Claim | None, *, person: UUID, name_of_holder: str, over: bool, now: datetime
) -> list[Event]:
    """Take a case on; one that a colleague works on only knowingly (`over`)."""
    others = claim is not None and claim.holds(now) and claim.person != person
    if others and not over:
        raise Refused(Refusal.TAKEN, name=name_of_holder, until=claim.until if claim else now)
    return [Taken(until=ends(now), officer=person)]


def hand_over(*, to: UUID, name: str, may_decide: bool, now: datetime) -> list[Event]:
    """Give a case to a colleague who can decide it."""
    if not may_decide:
        raise Refused(Refusal.CANNOT_DECIDE, name=name)
    return [HandedOver(until=ends(now), officer=to)]


def let_go(claim: Claim | None, *, person: UUID, now: datetime) -> list[Event]:
    """Let a case go that one works on oneself."""
    if claim is None or not claim.holds(now) or claim.person != person:
        raise Refused(Refusal.NOT_YOURS)
    return [LetGo(officer=person)]


def ends(now: datetime) -> datetime:
    return now + timedelta(hours=HOURS)
