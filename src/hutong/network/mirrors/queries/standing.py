"""
How far we are with each venue's log, and whose was rewritten.
"""

from dataclasses import dataclass
from datetime import datetime

from hutong.network.mirrors import gaps as gaps_
from hutong.network.mirrors.forks import Fork
from hutong.network.mirrors.models import Mirror, MirrorFork
from hutong.network.mirrors.states import MirrorState
from hutong.transparency.merkle import Hash
from hutong.venues import queries as venues


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorView:
    """How far we are with another venue's log. Times are real."""

    id: int
    code: str
    origin: str
    state: MirrorState
    size: int
    root: Hash
    missing: int  # entries known of and not held yet
    held_size: int
    held_root: Hash
    note: str
    verified_at: datetime | None
    grew_at: datetime | None
    behind_since: datetime | None
    unreadable: int
    problem: str
    changes: int

    def delay_seconds(self, real_now: datetime) -> int:
        """For how long something it has published has not been here; 0 while we are current."""
        if self.behind_since is None:
            return 0
        return max(0, int((real_now - self.behind_since).total_seconds()))


def mirrors(*, grown_since: datetime | None = None) -> list[MirrorView]:
    """Every mirror, or those that grew since a moment (real time), by code; of a venue that changed
    its log also the one before."""
    rows = Mirror.objects.order_by("code", "id")
    if grown_since is not None:
        rows = rows.filter(grew_at__gte=grown_since)
    return [_view(row) for row in rows]


def mirror(code: str) -> MirrorView | None:
    """The mirror of a venue's log, the one it has now."""
    row = row_of(code)
    return _view(row) if row else None


def held(code: str) -> tuple[int, Hash] | None:
    """(size, root) up to which we hold every entry of a venue's log; None: we hold nothing yet."""
    row = row_of(code)
    return (row.held_size, bytes(row.held_root)) if row and row.held_size else None


def is_frozen(code: str) -> bool:
    """Whether the venue was proven to have rewritten its log."""
    return Mirror.objects.filter(code=code, state=MirrorState.FROZEN).exists()


def row_of(code: str) -> Mirror | None:
    """The mirror of a venue's log, the one it has now."""
    rows = list(Mirror.objects.filter(code=code).order_by("-id"))
    if len(rows) > 1 and (member := venues.find(code)):
        return next((row for row in rows if row.origin == member.log_origin), rows[0])
    return rows[0] if rows else None


def _view(row: Mirror) -> MirrorView:
    return MirrorView(
        id=row.id,
        code=row.code,
        origin=row.origin,
        state=MirrorState(row.state),
        size=row.size,
        root=bytes(row.root),
        missing=gaps_.missing(gaps_.of_json(row.gaps)),
        held_size=row.held_size,
        held_root=bytes(row.held_root),
        note=row.note,
        verified_at=row.verified_at,
        grew_at=row.grew_at,
        behind_since=row.behind_since,
        unreadable=row.unreadable,
        problem=row.problem,
        changes=row.changes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkView:
    """Proof that a venue rewrote its log."""

    code: str
    origin: str
    fork: Fork
    smaller_size: int
    larger_size: int
    shown_by: str
    found_at: datetime


def forks(code: str | None = None) -> list[ForkView]:
    """Every proof kept, latest first."""
    rows = MirrorFork.objects.select_related("mirror").order_by("-id")
    if code is not None:
        rows = rows.filter(mirror__code=code)
    return [
        ForkView(
            code=row.mirror.code,
            origin=row.mirror.origin,
            fork=Fork.parse(row.proof),
            smaller_size=row.smaller_size,
            larger_size=row.larger_size,
            shown_by=row.shown_by,
            found_at=row.found_at,
        )
        for row in rows
    ]
