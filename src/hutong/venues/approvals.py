"""
Whose approvals a change of the members needs, and which count (NE-1).

Every approval in a list must count: one that is forged, foreign, old or given twice spoils it. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hutong.kit.refusal import N_
from hutong.venues.lists import (
    Approval,
    Change,
    Kind,
    State,
)
from hutong.venues.rolls import ListInvalid, Roll, need


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """Whose approval a change needs: of the venue itself, and of so many others in `among`."""

    own: str | None
    others: int
    among: frozenset[str]

    def is_met(self, approved: Iterable[str]) -> bool:
        given = set(approved)
        return (self.own is None or self.own in given) and len(given & self.among) >= self.others

    def counts(self, venue: str) -> bool:
        return venue == self.own or venue in self.among


def needed(roll: Roll, change: Change) -> Needed:
    """Whose approval the change needs. Under an expired list too: else it could never be renewed."""
    good = frozenset(member.code for member in roll.good)
    others = good - {change.venue}
    if not others:
        others = frozenset({change.venue}) & good  # a venue alone decides for itself
    match change.kind:
        case Kind.RENEW:
            return Needed(own=None, others=0, among=frozenset())  # the registrar signs the list
        case Kind.LEAVE:
            return Needed(own=change.venue, others=0, among=frozenset())
        case Kind.REGISTRAR:
            return Needed(own=None, others=len(good) // 2 + 1, among=good)
        case Kind.REKEY | Kind.RELOCATE if not change.details.get("compromised"):
            return Needed(own=change.venue, others=min(1, len(others)), among=others)
        case _:
            return Needed(own=None, others=max(1, min(2, len(others))), among=others)


def need_approvals(
    roll: Roll,
    change: Change,
    approvals: Sequence[Approval],
    *,
    at: datetime,
) -> None:
    """Raise ListInvalid unless the approvals suffice for a list issued at `at`.

    Every one of them must count: one that is forged, foreign, old or given twice spoils the list.
    """
    wanted = needed(roll, change)
    seen: set[str] = set()
    for approval in approvals:
        need_approval(roll, change, approval, at=at)
        need(approval.venue not in seen, N_("{venue} approves twice"), venue=approval.venue)
        seen.add(approval.venue)
    need(wanted.is_met(seen), N_("{n} approvals do not suffice"), n=len(seen))


def need_approval(roll: Roll, change: Change, approval: Approval, *, at: datetime) -> None:
    """Raise ListInvalid unless this approval counts for the change at `at`."""
    need(
        approval.change == change.digest,
        N_("{venue} approved another change"),
        venue=approval.venue,
    )
    need(
        needed(roll, change).counts(approval.venue),
        N_("{venue} has no say in this"),
        venue=approval.venue,
    )
    member = roll.members.get(approval.venue)
    if member is None or member.state is State.LEFT:
        raise ListInvalid(N_("{venue} is not a member"), venue=approval.venue)
    need(
        approval.signed_by(member.message_keys),
        N_("{venue} did not sign its approval"),
        venue=approval.venue,
    )
    need(
        change.proposed_at <= approval.at <= at,
        N_("{venue} approved at another time"),
        venue=approval.venue,
    )
    if change.kind is Kind.REGISTRAR:
        origin = roll.members[roll.registrar].log_origin
        need(
            approval.held is not None and approval.held.origin == origin,
            N_("{venue} does not say what it holds of the registrar's log"),
            venue=approval.venue,
        )
    else:
        need(
            approval.held is None,
            N_("{venue} tells of a log nobody asked for"),
            venue=approval.venue,
        )


def approvals_for(
    roll: Roll, change: Change, approvals: Iterable[Approval], *, at: datetime
) -> tuple[Approval, ...] | None:
    """Those approvals that count, when they suffice for a list issued at `at`; otherwise None."""
    counting: dict[str, Approval] = {}
    for approval in sorted(approvals, key=lambda one: (one.at, one.venue)):
        try:
            need_approval(roll, change, approval, at=at)
        except ListInvalid:
            continue
        counting.setdefault(approval.venue, approval)
    if not needed(roll, change).is_met(counting):
        return None
    return tuple(counting.values())
