"""
Who belongs together (PA-7).

Two parties are affiliated when they are the same, when one controls the other in any depth, or when
somebody controls both. A common government owner alone does not affiliate: state-owned enterprises
are not related merely because the state controls them (Company Law art. 265).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Q

from hutong.parties.models import Control
from hutong.parties.rules import Kind

# UNION removes what was reached before, so that crossed holdings end too.
_LIVE = "c.since <= coalesce(%(on)s, 'infinity'::date) AND (c.until IS NULL OR c.until >= %(on)s)"
_UPWARD = f"""
    up (start, id) AS (
        SELECT s, s FROM unnest(%(starts)s::uuid[]) s
        UNION
        SELECT up.start, c.controller_id
        FROM up JOIN parties_control c ON c.controlled_id = up.id AND {_LIVE}
    )
"""
_AFFILIATED = f"""
    WITH RECURSIVE {_UPWARD}
    SELECT EXISTS (
        SELECT FROM up x JOIN up y ON x.id = y.id JOIN parties_party p ON p.id = x.id
        WHERE x.start = %(a)s AND y.start = %(b)s
          AND (p.kind <> %(government)s OR p.id IN (%(a)s, %(b)s))
    )
"""
_AFFILIATES = f"""
    WITH RECURSIVE {_UPWARD},
    down (id) AS (
        SELECT up.id FROM up JOIN parties_party p ON p.id = up.id
        WHERE p.kind <> %(government)s OR p.id = %(a)s
        UNION
        SELECT c.controlled_id
        FROM down JOIN parties_control c ON c.controller_id = down.id AND {_LIVE}
    )
    SELECT id FROM up UNION SELECT id FROM down
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlView:
    id: UUID
    controller: UUID
    controlled: UUID
    share_bp: int | None
    since: date
    until: date | None


def are_affiliated(a: UUID, b: UUID, *, on: date | None = None) -> bool:
    """Whether `a` and `b` belong together on a day; `on` None: by records not ended."""
    if a == b:
        return True
    return bool(_ask(_AFFILIATED, [a, b], a=a, b=b, on=on)[0][0])


def affiliates(party: UUID, *, on: date | None = None) -> frozenset[UUID]:
    """All parties affiliated with `party`, itself among them."""
    return frozenset(row[0] for row in _ask(_AFFILIATES, [party], a=party, on=on)) | {party}


def controls_of(party: UUID) -> list[ControlView]:
    """Records in which the party controls or is controlled, latest first, ended ones too."""
    rows = Control.objects.filter(Q(controller_id=party) | Q(controlled_id=party))
    return [
        ControlView(
            id=c.id,
            controller=c.controller_id,
            controlled=c.controlled_id,
            share_bp=c.share_bp,
            since=c.since,
            until=c.until,
        )
        for c in rows.order_by("-since", "id")
    ]


def _ask(sql: str, starts: Iterable[UUID], **parameters: object) -> list[tuple]:
    values = {"starts": list(starts), "government": Kind.GOVERNMENT.value, **parameters}
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
