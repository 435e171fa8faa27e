"""
Imports as their party and officers see them.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hutong.kit.actor import READ, Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.technologies.models import Batch

IMPORT_ANY = "technologies.import_any"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    id: UUID
    format: str
    party: UUID | None
    file_name: str
    file_digest: str
    file_bytes: int
    rows: int
    entered: int
    refreshed: int
    unchanged: int
    left_out: int
    root: str
    imported_at: datetime


def batch(id: UUID, actor: Actor) -> BatchView:
    """One import, for its party's people, officers who import, and the supervisor."""
    row = Batch.objects.filter(id=id).first()
    if row is None or not _may_see(actor, row.party):
        raise Refused(CommonRefusal.NOT_FOUND, what="import")
    return _view(row)


def batches(party: UUID | None, *, limit: int = 50) -> list[BatchView]:
    """The latest imports for a party, newest first."""
    return [_view(row) for row in Batch.objects.filter(party=party).order_by("-id")[:limit]]


def _may_see(actor: Actor, party: UUID | None) -> bool:
    if actor.has(IMPORT_ANY) or actor.has("supervise.read"):
        return True
    return party is not None and actor.party == party and actor.has(READ)


def _view(row: Batch) -> BatchView:
    return BatchView(
        id=row.id,
        format=row.format,
        party=row.party,
        file_name=row.file_name,
        file_digest=row.file_digest,
        file_bytes=row.file_bytes,
        rows=row.rows,
        entered=row.entered,
        refreshed=row.refreshed,
        unchanged=row.unchanged,
        left_out=row.left_out,
        root=row.root,
        imported_at=row.imported_at,
    )
