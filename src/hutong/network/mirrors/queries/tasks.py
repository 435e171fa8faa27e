"""
What a mirror has to do now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from hutong.network.mirrors import gaps as gaps_
from hutong.network.mirrors.following import Have
from hutong.network.mirrors.models import Mirror, MirrorText
from hutong.network.mirrors.picture import Standing
from hutong.network.mirrors.queries.trees import cut
from hutong.network.mirrors.states import MirrorState
from hutong.transparency.cosigning import queries as cosigning
from hutong.transparency.merkle import CompactRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a mirror has to do now: whichever of these there is."""

    mirror: int
    code: str
    origin: str
    have: Have
    gaps: gaps_.Gaps
    pushed: str  # a checkpoint its log showed us, not yet looked at
    look: bool  # it is time to ask for one
    texts: bool  # texts are wanted that may be tried again


def task(mirror: int, real_now: datetime) -> Task | None:
    """What is to be done for a mirror; None when it is frozen, or there is nothing."""
    row = Mirror.objects.get(id=mirror)
    if row.state == MirrorState.FROZEN:
        return None
    may_try = not row.failures or row.next_look_at is None or row.next_look_at <= real_now
    seen = cosigning.seen(row.origin)
    pushed = seen[1] if seen and seen[0] > row.size and may_try else ""
    gaps = gaps_.of_json(row.gaps) if may_try else ()
    look = row.next_look_at is None or row.next_look_at <= real_now
    texts = may_try and wanted_texts(mirror, real_now, limit=1) != []
    if not (pushed or gaps or look or texts):
        return None
    return _task(row, gaps=gaps, pushed=pushed, look=look, texts=texts)


def task_to_look(mirror: int) -> Task | None:
    """A mirror as a checkpoint seen elsewhere is read against; None when it is frozen."""
    row = Mirror.objects.get(id=mirror)
    if row.state == MirrorState.FROZEN:
        return None
    return _task(row, gaps=(), pushed="", look=False, texts=False)


def _task(row: Mirror, *, gaps: gaps_.Gaps, pushed: str, look: bool, texts: bool) -> Task:
    tree = CompactRange(row.size, tuple(cut(bytes(row.peaks))))
    return Task(
        mirror=row.id,
        code=row.code,
        origin=row.origin,
        have=Have(tree, row.note),
        gaps=gaps,
        pushed=pushed,
        look=look,
        texts=texts,
    )


def due(mirrors: Iterable[int], real_now: datetime) -> list[int]:
    """Those of `mirrors` for which something is to be done now."""
    rows = Mirror.objects.filter(id__in=list(mirrors)).exclude(state=MirrorState.FROZEN)
    found = []
    seen = cosigning.seen_sizes()
    wanted = set(_wanted(real_now).values_list("mirror_id", flat=True).distinct())
    for row in rows.only("id", "origin", "size", "gaps", "failures", "next_look_at"):
        look = row.next_look_at is None or row.next_look_at <= real_now
        news = seen.get(row.origin, 0) > row.size or bool(row.gaps) or row.id in wanted
        if look or (news and not row.failures):
            found.append(row.id)
    return found


def _wanted(real_now: datetime) -> QuerySet[MirrorText]:
    return MirrorText.objects.filter(standing=Standing.WANTED, next_try_at__lte=real_now)


def wanted_texts(mirror: int, real_now: datetime, limit: int) -> list[tuple[str, list[Any]]]:
    """Texts to try again, with who names them; newest first."""
    rows = _wanted(real_now).filter(mirror=mirror).order_by("-id")[:limit]
    return [(row.digest, row.uses) for row in rows]
