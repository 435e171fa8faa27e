"""
What can be asked of duplicates.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from hutong.journal import queries as journal
from hutong.kit.actor import Actor
from hutong.kit.audit import Discrepancy
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.claims.rules import DuplicateFound
from hutong.network.duplicates import rules
from hutong.network.duplicates.models import Duplicate
from hutong.network.duplicates.rules import Status
from hutong.venues import queries as venues

OPERATE: Final = "network.operate"


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateView:
    """One right, registered at `venue` and at `holding_venue`, whose claim stands."""

    claim: UUID
    number: str
    venue: str
    technology: UUID
    holding_venue: str
    holding_technology: UUID
    registrar: str
    status: Status
    statements: dict[str, str]
    upheld: str
    reasons: str
    begun_by: UUID | None
    found_at: datetime
    changed_at: datetime

    @property
    def is_ours_to_decide(self) -> bool:
        return self.registrar == venues.my_code()

    @property
    def concerns_us(self) -> bool:
        return venues.my_code() in (self.venue, self.holding_venue)

    @property
    def sides(self) -> tuple[tuple[str, UUID], ...]:
        return (
            (self.holding_venue, self.holding_technology),
            (self.venue, self.technology),
        )


def duplicates(actor: Actor, *statuses: Status, limit: int = 200) -> list[DuplicateView]:
    """Latest first, for officers of the network; all, or those in `statuses`."""
    actor.need(OPERATE)
    rows = Duplicate.objects.order_by("-changed_at", "claim")
    rows = rows.filter(status__in=[s.value for s in statuses]) if statuses else rows
    return [view(row) for row in rows[:limit]]


def duplicate(actor: Actor, claim: UUID) -> DuplicateView:
    actor.need(OPERATE)
    row = Duplicate.objects.filter(claim=claim).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="duplicate registration")
    return view(row)


def view(row: Duplicate) -> DuplicateView:
    return DuplicateView(
        claim=row.claim,
        number=row.number,
        venue=row.venue,
        technology=row.technology,
        holding_venue=row.holding_venue,
        holding_technology=row.holding_technology,
        registrar=row.registrar,
        status=Status(row.status),
        statements=dict(row.statements),
        upheld=row.upheld,
        reasons=row.reasons,
        begun_by=row.begun_by,
        found_at=row.found_at,
        changed_at=row.changed_at,
    )


def audit() -> Iterator[Discrepancy]:
    """Where each duplicate stands, re-derived from the journal."""
    kinds = [DuplicateFound.kind, rules.Opened.kind, rules.Proposed.kind, rules.Decided.kind]
    expected: dict[str, Status] = {}
    for entry in journal.of_kinds(kinds):
        claim = entry.facts["claim"]
        if entry.kind == rules.Decided.kind:
            expected[claim] = Status.DECIDED
        elif entry.kind == rules.Proposed.kind:
            expected[claim] = Status.PROPOSED
        else:
            expected.setdefault(claim, Status.OPEN)
    for row in Duplicate.objects.order_by("claim"):
        should = expected.get(str(row.claim))
        if should is None or row.status != should:
            place = f"network.duplicate {row.claim} status"
            yield Discrepancy(place, should.value if should else "none", row.status)
