"""
Files handed in, as their party sees them: how far, and what became of each.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.kit.actor import READ, Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.technologies.models import ImportRun
from hutong.technologies.rules import RunStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """`faults` are told by `faults.retold`; `total` is 0 while it is not known."""

    id: UUID
    party: UUID
    person: UUID
    document: UUID
    file_name: str
    skip_faulty: bool
    instruction: UUID | None  # the paper on which an officer handed it in for the party
    status: RunStatus
    stage: str
    done: int
    total: int
    rows: int
    faults: tuple[dict[str, Any], ...]
    fault_count: int
    faulty_rows: UUID | None
    left_out: int
    entered: int
    refreshed: int
    unchanged: int
    refusal: dict[str, Any] | None
    batch: UUID | None
    handed_in_at: datetime
    ended_at: datetime | None

    @property
    def under_way(self) -> bool:
        return self.ended_at is None


def run(id: UUID, actor: Actor | None = None) -> RunView:
    """One run; with `actor`, refused as not found unless it is its party's."""
    row = ImportRun.objects.filter(id=id).first()
    own = row is not None and actor is not None and actor.party == row.party and actor.has(READ)
    seen = actor is None or own or (row is not None and _is_office(actor, row))
    if row is None or not seen:
        raise Refused(CommonRefusal.NOT_FOUND, what="import")
    return view(row)


def instructed_runs(*, limit: int = 20) -> list[RunView]:
    """The latest files that officers handed in for parties, newest first, without their faults."""
    rows = ImportRun.objects.filter(instruction__isnull=False).defer("faults").order_by("-id")
    return [view(row, faults=False) for row in rows[:limit]]


def _is_office(actor: Actor, row: ImportRun) -> bool:
    """Officers see what officers handed in for others; a party's own files are its own."""
    if row.instruction is None or not actor.second_factor:
        return False
    return actor.has("technologies.import_any") or actor.has("supervise.read")


def runs(party: UUID, *, limit: int = 20) -> list[RunView]:
    """A party's latest runs, newest first, without their faults."""
    rows = ImportRun.objects.filter(party=party).defer("faults").order_by("-id")[:limit]
    return [view(row, faults=False) for row in rows]


def view(row: ImportRun, *, faults: bool = True) -> RunView:
    return RunView(
        id=row.id,
        party=row.party,
        person=row.person,
        document=row.document,
        file_name=row.file_name,
        skip_faulty=row.skip_faulty,
        instruction=row.instruction,
        status=RunStatus(row.status),
        stage=row.stage,
        done=row.done,
        total=row.total,
        rows=row.rows,
        faults=tuple(row.faults) if faults else (),
        fault_count=row.fault_count,
        faulty_rows=row.faulty_rows,
        left_out=row.left_out,
        entered=row.entered,
        refreshed=row.refreshed,
        unchanged=row.unchanged,
        refusal=row.refusal,
        batch=row.batch,
        handed_in_at=row.handed_in_at,
        ended_at=row.ended_at,
    )
