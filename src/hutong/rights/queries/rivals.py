"""
What a decision about one grant looks at, found by index: its parent, what it accepts, and the
first that could stand in its way (RR-3, RR-4).

A technology may have a hundred thousand licences; a decision loads a handful. The rows say where
each grant stands now, and the pure rules decide on them as they would on all.
"""

import json
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from hutong.rights.acts import Licence
from hutong.rights.acts_written import act_from
from hutong.rights.grants import NO_PARENT, GrantInForce, Grants
from hutong.rights.models import Entry, Grant
from hutong.rights.scope import Spans, Term
from hutong.rights.spans_field import multirange

MOST = 2**63 - 1
_ONE = "int8range({0}, {0}, '[]') && int8range(%s, %s, '[]')"
_RIVALS = f"""
    SELECT g.line, g.sequence, g.depth, g.in_force, g.names, e.id, e.number, e.kind, e.facts::text,
        (SELECT u.sequence FROM rights_grant u WHERE u.line = g.under_id),
        (SELECT x.number FROM rights_entry x WHERE x.id = g.ended_by_id)
    FROM (SELECT line, sequence, depth, in_force, names, entry_id, under_id, ended_by_id
    FROM rights_grant
    WHERE {_ONE.format("title_line")} AND {_ONE.format("coalesce(under_id, 0)")}
        AND territory && %s::int8multirange AND in_force && daterange(%s, %s, '[]')
        AND ipc && %s::int8multirange AND industry && %s::int8multirange
        {{closed}}
    ORDER BY sequence LIMIT 1) AS g
    JOIN rights_entry e ON e.id = g.entry_id
"""


def by_name(technology: UUID, names: Collection[UUID]) -> dict[UUID, Grant]:
    """Rows of a technology's grants by any entry they are known by."""
    if not names:
        return {}
    wanted = list(names)
    rows = _rows().filter(technology=technology)
    found: dict[UUID, Grant] = {}
    for row in rows.filter(Q(entry__in=wanted) | Q(names__overlap=wanted)):
        for name in (row.entry_id, *row.names):
            found[name] = row
    return found


def grants_beside(title_line: int, technology: UUID, act: Licence) -> Grants:
    """The parent, the accepted exceptions and the first rival of a grant like `act`."""
    named = by_name(technology, [*act.accepted, *([act.parent] if act.parent else [])])
    parent = named.get(act.parent) if act.parent else None
    beside = {row.line: in_force(row) for row in named.values()}
    accepted = [named[name] for name in act.accepted if name in named]
    return Grants.of((beside | _first_rival(title_line, act, parent, accepted)).values())


def of_title(technology: UUID) -> Any:
    """Rows of all grants of a technology, ended ones too, but for those struck out."""
    struck_out = Entry.objects.filter(corrects=OuterRef("entry"))
    return _rows().filter(~Exists(struck_out), technology=technology)


def grant_ending(technology: UUID, grant: UUID, *, on: date) -> Grants:
    """A grant about to end on `on`, and one sublicence that would run longer."""
    found = by_name(technology, [grant]).get(grant)
    if found is None:
        return Grants()
    longer = (
        _rows()
        .filter(under=found)
        .extra(  # `&&` of ranges with an index on `under`
            where=["rights_grant.in_force && daterange(%s, NULL)"], params=[on]
        )
    )
    return Grants.of(in_force(row) for row in (found, *longer.order_by("sequence")[:1]))


def in_force(row: Grant) -> GrantInForce:
    """A grant as its row says it stands now."""
    entry = row.entry
    act = act_from(entry.kind, entry.facts, None)
    assert isinstance(act, Licence), "a grant's entry holds a licence"
    return GrantInForce(
        entry=entry.id,
        number=entry.number,
        order=row.sequence,
        act=act,
        term=term_of(row.in_force),
        under=row.under.sequence if row.under else NO_PARENT,
        depth=row.depth,
        names=frozenset(row.names),
        ended_by=row.ended_by.number if row.ended_by else "",
    )


def term_of(days: Any) -> Term | None:
    return None if days.isempty else Term(days.lower, days.upper - timedelta(days=1))


def slot_of(act: Licence, line: int, accepted: Iterable[Grant]) -> Spans:
    """The numbers a grant takes: its own, or all but those it accepts."""
    if not act.closed:
        return Spans(((line, line + 1),))
    return Spans(((0, MOST),)).minus(Spans.of((row.line, row.line + 1) for row in accepted))


def _first_rival(
    title_line: int, act: Licence, parent: Grant | None, accepted: list[Grant]
) -> dict[int, GrantInForce]:
    """The earliest grant in the way, by its line; read whole at once, as many decisions are."""
    under = parent.line if parent else 0
    scope = act.scope
    params: list[Any] = [title_line, title_line, under, under]
    params += [multirange(scope.territory.spans), scope.term.starts_on, scope.term.ends_on]
    params += [multirange(scope.field.ipc_spans), multirange(scope.field.industry_spans)]
    if act.closed:
        closed = "AND slot && %s::int8multirange"
        params.append(multirange(slot_of(act, 0, accepted)))
    else:
        closed = "AND mode <> 'ordinary'"
    with connection.cursor() as cursor:
        cursor.execute(_RIVALS.format(closed=closed), params)
        first = cursor.fetchone()
    if first is None:
        return {}
    line, sequence, depth, days, names, entry, number, kind, facts, above, ended_by = first
    licence = act_from(kind, json.loads(facts), None)
    assert isinstance(licence, Licence), "a grant's entry holds a licence"
    rival = GrantInForce(
        entry=entry,
        number=number,
        order=sequence,
        act=licence,
        term=term_of(days),
        under=above or NO_PARENT,
        depth=depth,
        names=frozenset(names),
        ended_by=ended_by or "",
    )
    return {line: rival}


def _rows() -> Any:
    return Grant.objects.select_related("entry", "under", "ended_by")
