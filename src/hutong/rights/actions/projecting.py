"""
Where grants and restrictions stand now, kept in step with the register by whatever writes it.

    an act at the end of time     the one row it concerns
    a correction, a late entry    every row of the title, compared with the replay
"""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from hutong.rights import register
from hutong.rights.acts import (
    Cancellation,
    Licence,
    Pledge,
    PreEmption,
    Release,
    StateFunding,
    Surrender,
    Termination,
)
from hutong.rights.burdens import RestrictionInForce
from hutong.rights.grants import GrantInForce
from hutong.rights.models import Grant, Restriction, Title
from hutong.rights.queries.rivals import by_name, slot_of
from hutong.rights.scope import Term

_GUARDS = "rights_grant_no_conflict, rights_grant_derives"


def step(title: Title, entry: register.Entry, state: register.TitleState) -> None:
    """Follow one entry that takes effect after all that stands."""
    match entry.act:
        case Licence():
            granted = state.grants.get(entry.id)
            assert granted is not None, "what was granted stands"
            _insert(title, granted, granted.term)
        case Surrender(grant=grant) | Termination(grant=grant):
            ended = state.grants.get(grant)
            assert ended is not None, "what has ended was there"
            Grant.objects.filter(entry=ended.entry).update(
                in_force=days_of(ended.term), ended_by=entry.id
            )
        case Pledge() | PreEmption() | StateFunding():
            _restrict(entry.technology, [r for r in state.restrictions if r.entry == entry.id])
        case Release():
            standing = [r.entry for r in state.restrictions]
            rows = Restriction.objects.filter(technology=entry.technology, live=True)
            rows.exclude(entry__in=standing).update(live=False)
        case Cancellation():
            _cut(entry.technology, entry.effective_on)
            Restriction.objects.filter(technology=entry.technology).update(live=False)


def rebuild(title: Title, state: register.TitleState) -> None:
    """Bring every row of a title in line with its replay."""
    rows = {row.entry_id: row for row in Grant.objects.filter(technology=title.technology)}
    known = {name: row for row in rows.values() for name in (row.entry_id, *row.names)}
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {_GUARDS} DEFERRED")
    left = set(known)
    for grant in state.grants:
        row = next((known[name] for name in (grant.entry, *grant.names) if name in known), None)
        term = _until_closed(grant.term, state)
        if row is None:
            _insert(title, grant, term)
            continue
        left -= {row.entry_id, *row.names}
        _update(row, title, grant, term)
    Grant.objects.filter(entry__in=left).update(in_force=days_of(None))
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {_GUARDS} IMMEDIATE")
    live = {} if state.closed_by else {r.entry: r for r in state.restrictions}
    mine = Restriction.objects.filter(technology=title.technology)
    mine.exclude(entry__in=live).update(live=False)
    there = set(mine.values_list("entry", flat=True))
    mine.filter(entry__in=live).update(live=True)
    _restrict(title.technology, [r for id, r in live.items() if id not in there])


def _cut(technology: UUID, on: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE rights_grant SET in_force = in_force * daterange(NULL, %s)"
            " WHERE technology = %s",
            [on, technology],
        )


def _insert(title: Title, grant: GrantInForce, term: Term | None) -> None:
    row = Grant(line=_next_line(), sequence=grant.order)
    _fill(row, title, grant, term)
    row.save(force_insert=True)


def _update(row: Grant, title: Title, grant: GrantInForce, term: Term | None) -> None:
    _fill(row, title, grant, term)
    row.save(force_update=True)


def _fill(row: Grant, title: Title, grant: GrantInForce, term: Term | None) -> None:
    act = grant.act
    named = by_name(title.technology, [*act.accepted, *([act.parent] if act.parent else [])])
    row.title_line, row.technology = title.line, title.technology
    row.entry_id, row.names = grant.entry, sorted(grant.names)
    row.under = named[act.parent] if act.parent else None
    row.depth = grant.depth
    row.mode, row.long_term = act.mode.value, act.long_term
    row.sublicensable = act.sublicensable
    row.licensor, row.licensee = act.licensor, act.licensee
    row.slot = slot_of(act, row.line, (named[name] for name in act.accepted))
    row.territory = act.scope.territory.spans
    row.ipc, row.industry = act.scope.field.ipc_spans, act.scope.field.industry_spans
    row.in_force = days_of(term)


def _restrict(technology: UUID, fresh: Iterable[RestrictionInForce]) -> None:
    Restriction.objects.bulk_create(
        Restriction(
            entry_id=one.entry,
            technology=technology,
            kind=register.kind_of(one.act).value,
            party=_protected(one),
            rank=one.act.rank if isinstance(one.act, Pledge) else None,
        )
        for one in fresh
    )


def _protected(one: RestrictionInForce) -> UUID | None:
    match one.act:
        case Pledge(pledgee=party) | PreEmption(holder=party):
            return party
    return None


def _until_closed(term: Term | None, state: register.TitleState) -> Term | None:
    if term is None or state.closed_on is None:
        return term
    return term.until(state.closed_on)


def days_of(term: Term | None) -> DateRange:
    if term is None:
        return DateRange(empty=True)
    return DateRange(term.starts_on, term.ends_on + timedelta(days=1))


def _next_line() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('rights_line')")
        return int(cursor.fetchone()[0])
