"""
Following the pictures: what changed since one looked.
"""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from hutong.network.mirrors.models import Mirror, MirroredThing
from hutong.network.mirrors.picture import ThingKind
from hutong.network.mirrors.queries.offered import BELIEVED, things


def changed(
    since: Mapping[str, int], limit: int
) -> tuple[list[tuple[str, str, UUID]], dict[str, int]]:
    """What changed in the pictures since: (venue, kind, thing), and up to where that is.

    Each mirror counts its changes under its row's lock, so none that commits late is missed.
    """
    found: list[tuple[str, str, UUID]] = []
    now = dict(since)
    for row in Mirror.objects.order_by("id").only("id", "code", "origin", "changes", "state"):
        have = since.get(row.origin, 0)
        if row.changes <= have or len(found) >= limit:
            continue
        rows = MirroredThing.objects.filter(mirror=row, change__gt=have).order_by("change", "id")
        part = list(rows.values_list("kind", "thing", "change")[: limit + 1])
        whole_step = len(part) <= limit
        last = row.changes if whole_step else part[-1][2] - 1
        if last == have:  # one step changed more than the limit
            last = part[-1][2]
            part = list(rows.filter(change=last).values_list("kind", "thing", "change"))
        found += [(row.code, kind, thing) for kind, thing, change in part if change <= last]
        now[row.origin] = max(last, have)
    return found, now


def ends() -> dict[str, int]:
    """How many changes each picture has had."""
    return dict(Mirror.objects.values_list("origin", "changes"))


def everything(kind: ThingKind, statuses: Sequence[str]) -> Iterator[tuple[str, UUID]]:
    """(venue, id) of every thing of a kind that others show."""
    rows = things(kind).filter(status__in=statuses, mirror__state__in=BELIEVED).order_by("id")
    yield from rows.values_list("mirror__code", "thing").iterator(chunk_size=5000)
