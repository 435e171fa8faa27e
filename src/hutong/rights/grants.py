"""
Grants of use that stand on a title, and whether one more may be given (RR-1 … RR-5, RR-9).

    exclusive | sole   admits no other licensee in its scope, except what derives from it and the
                       earlier ordinary licences it accepted by name
    ordinary           stands beside other ordinary ones

A grant competes only with its siblings, those of the same grantor's right: a sublicence lies inside
its parent, so what overlaps the sublicence overlaps the parent too and is settled there.

`Grants` is an index: immutable, so that a title before and after an act are two values, and fast
among a hundred thousand. It is a log-structured forest: every level is a packed tree over boxes,
a newer level hides what it changes in an older one. Pure.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import count
from typing import Self
from uuid import UUID

from hutong.kit.refusal import Refused
from hutong.rights.acts import Licence, Mode, reaches_beyond
from hutong.rights.grant_refusals import GrantRefusal as Refusal
from hutong.rights.scope import (
    ALL_FIELDS,
    EVERYWHERE,
    FIRST_DAY,
    LAST_DAY,
    Scope,
    Term,
    years_after,
)
from hutong.rights.shares import Holdings

MAX_DEPTH = 10
MAX_ACCEPTED = 500
LONG_TERM_YEARS = 10
NO_PARENT = 0

# What a search compares: (from, up to) of parent, mode, territory, IPC, industry and term in a row.
Box = tuple[int, int, int, int, int, int, int, int, int, int, int, int]
_LEAF = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantInForce:
    """A grant as it stands: `term` is None when it ended before it began.

    `names` are the entries it is known by: its own, and those it corrects. `order` is the number of
    its entry among the title's; `under` the parent's, 0 for a grant from the owner.
    """

    entry: UUID
    number: str
    order: int
    act: Licence
    term: Term | None
    under: int = NO_PARENT
    depth: int = 0
    names: frozenset[UUID] = frozenset()
    ended_by: str = ""

    @property
    def scope(self) -> Scope | None:
        return replace(self.act.scope, term=self.term) if self.term else None


@dataclass(frozen=True, slots=True)
class _Node:
    box: Box
    first: int  # the least order below
    nodes: "tuple[_Node, ...]"
    grants: tuple[tuple[Box, GrantInForce], ...]


class _Level:
    """Grants by name, and a packed tree over their boxes, built when it is first asked."""

    def __init__(self, by_name: dict[UUID, GrantInForce]) -> None:
        self.by_name = by_name

    @cached_property
    def root(self) -> _Node | None:
        distinct = {grant.entry: grant for grant in self.by_name.values()}
        boxed = [(_box(grant), grant) for grant in distinct.values() if grant.term is not None]
        return _packed(boxed, 0) if boxed else None


def _packed(boxed: list[tuple[Box, GrantInForce]], axis: int) -> _Node:
    columns = list(zip(*(box for box, _ in boxed), strict=True))
    box = tuple(max(c) if n % 2 else min(c) for n, c in enumerate(columns))
    first = min(grant.order for _, grant in boxed)
    if len(boxed) <= _LEAF:
        return _Node(box, first, (), tuple(boxed))
    for _ in range(6):  # an axis on which all are alike divides nothing
        if min(columns[axis]) != max(columns[axis]):
            break
        axis = (axis + 2) % 12
    boxed.sort(key=lambda one: one[0][axis])
    half, following = len(boxed) // 2, (axis + 2) % 12
    nodes = (_packed(boxed[:half], following), _packed(boxed[half:], following))
    return _Node(box, first, nodes, ())


def _box(grant: GrantInForce) -> Box:
    assert grant.term is not None, "only a grant with a term has a box"
    return _boxed(
        grant.under, int(grant.act.closed), int(grant.act.closed), grant.act.scope, grant.term
    )


def _boxed(under: int, least: int, most: int, scope: Scope, term: Term) -> Box:
    territory, classes, industries, _ = scope.bounds
    return (under, under + 1, least, most + 1, *territory, *classes, *industries, *term.span)


def _meet(one: Box, other: Box) -> bool:
    return (
        one[10] < other[11]
        and other[10] < one[11]
        and one[4] < other[5]
        and other[4] < one[5]
        and one[6] < other[7]
        and other[6] < one[7]
        and one[8] < other[9]
        and other[8] < one[9]
        and one[0] < other[1]
        and other[0] < one[1]
        and one[2] < other[3]
        and other[2] < one[3]
    )


@dataclass(frozen=True, slots=True)
class Grants:
    """Every grant of a title, found by name, by box, or in order."""

    levels: tuple[_Level, ...] = field(default=())

    @classmethod
    def of(cls, grants: Iterable[GrantInForce]) -> Self:
        by_name = {name: grant for grant in grants for name in _names(grant)}
        return cls((_Level(by_name),) if by_name else ())

    def get(self, name: UUID) -> GrantInForce | None:
        for level in reversed(self.levels):
            if (found := level.by_name.get(name)) is not None:
                return found
        return None

    def put(self, grant: GrantInForce) -> "Grants":
        """Return the grants with one more, or with this one as it stands now."""
        newest = dict.fromkeys(_names(grant), grant)
        levels = list(self.levels)
        while levels and len(levels[-1].by_name) <= 2 * len(newest):
            newest = {**levels.pop().by_name, **newest}
        return Grants((*levels, _Level(newest)))

    def __iter__(self) -> Iterator[GrantInForce]:
        """All of them, ended ones too, in order of their entries."""
        found: dict[UUID, GrantInForce] = {}
        for level in self.levels:
            found.update(level.by_name)
        return iter(sorted({g.entry: g for g in found.values()}.values(), key=lambda g: g.order))

    def within(self, box: Box) -> Iterator[GrantInForce]:
        """Those whose bounds meet the box, the earliest entry first; as lazily as possible."""
        turn = count()
        waiting: list[tuple[int, int, _Node | GrantInForce]] = []
        for level in self.levels:
            if level.root is not None and _meet(level.root.box, box):
                heapq.heappush(waiting, (level.root.first, next(turn), level.root))
        while waiting:
            _, _, one = heapq.heappop(waiting)
            if isinstance(one, GrantInForce):
                if self.get(one.entry) is one:
                    yield one
                continue
            for node in one.nodes:
                if _meet(node.box, box):
                    heapq.heappush(waiting, (node.first, next(turn), node))
            for boxed, grant in one.grants:
                if _meet(boxed, box):
                    heapq.heappush(waiting, (grant.order, next(turn), grant))

    def rivals(self, act: Licence, under: int) -> Iterator[GrantInForce]:
        """Siblings that a grant like `act` cannot stand beside unless accepted, earliest first."""
        box = _boxed(under, 0 if act.closed else 1, 1, act.scope, act.scope.term)
        for grant in self.within(box):
            if grant.scope is not None and grant.scope.overlaps(act.scope):
                yield grant

    def derived(self, parent: GrantInForce, *, since: date = FIRST_DAY) -> Iterator[GrantInForce]:
        """Sublicences of a grant that are in force on `since` or later."""
        everywhere = Scope(EVERYWHERE, ALL_FIELDS, Term(since, LAST_DAY))
        return self.within(_boxed(parent.order, 0, 1, everywhere, everywhere.term))


def _names(grant: GrantInForce) -> frozenset[UUID]:
    return grant.names | {grant.entry}


# Decisions ------------------------------------------------------------------------------------


def require_grantor(act: Licence, holdings: Holdings, grants: Grants) -> GrantInForce | None:
    """Refuse a grant its grantor has no right to give; return the parent it derives from (RR-3)."""
    if act.parent is None:
        _require_owners(act, holdings)
        return None
    parent = grants.get(act.parent)
    if parent is None:
        raise Refused(Refusal.GRANT_UNKNOWN, grant=act.parent)
    if parent.act.licensee != act.licensor:
        raise Refused(Refusal.NOT_LICENSEE, entry=parent.number)
    scope = parent.scope
    if scope is None:
        raise Refused(Refusal.GRANT_ENDED, entry=parent.number, term=str(parent.act.scope.term))
    if not parent.act.sublicensable:
        raise Refused(Refusal.NOT_SUBLICENSABLE, entry=parent.number)
    if reaches_beyond(act.mode, parent.act.mode):
        raise Refused(
            Refusal.MODE_BEYOND_PARENT,
            entry=parent.number,
            held=parent.act.mode,
            wanted=act.mode,
        )
    if axis := act.scope.outside(scope):
        raise Refused(Refusal.BEYOND_SCOPE, axis=axis, entry=parent.number, scope=str(scope))
    if parent.depth + 1 > MAX_DEPTH:
        raise Refused(Refusal.TOO_DEEP, limit=MAX_DEPTH)
    return parent


def _require_owners(act: Licence, holdings: Holdings) -> None:
    if act.licensor not in holdings.ownership and act.licensor not in holdings.disposal:
        raise Refused(Refusal.NOT_OWNER)
    if act.closed:
        require_all_join(holdings, {act.licensor, *act.joined})


def require_all_join(holdings: Holdings, joined: Iterable[UUID]) -> None:
    """Refuse what co-owners do only together, while one is missing (Patent Law, art. 14)."""
    needed = frozenset(holdings.ownership) | frozenset(holdings.disposal)
    if missing := needed - frozenset(joined):
        raise Refused(
            Refusal.CO_OWNERS_MUST_JOIN,
            missing=len(missing),
            needed=len(needed),
            parties=sorted(str(party) for party in missing),
        )


def require_no_rival(
    act: Licence, grants: Grants, parent: GrantInForce | None, names: frozenset[UUID]
) -> None:
    """Refuse a grant that cannot stand beside another; name the first such (RR-4).

    `names`: the entries it corrects, by which another may have accepted it.
    """
    under = parent.order if parent else NO_PARENT
    if len(act.accepted) > MAX_ACCEPTED:
        raise Refused(Refusal.TOO_MANY_EXCEPTIONS, limit=MAX_ACCEPTED)
    for name in sorted(act.accepted):
        accepted = grants.get(name)
        if accepted is None:
            raise Refused(Refusal.GRANT_UNKNOWN, grant=name)
        if accepted.act.closed or accepted.under != under or not act.closed:
            raise Refused(Refusal.NOT_AN_EXCEPTION, entry=accepted.number)
    for rival in grants.rivals(act, under):
        if not act.accepted.isdisjoint(_names(rival)):
            continue
        if not act.closed and not rival.act.accepted.isdisjoint(names):
            continue
        stands = Refusal.EXCLUSIVE_STANDS if rival.act.closed else Refusal.LICENCE_STANDS
        raise Refused(stands, entry=rival.number, mode=rival.act.mode, scope=str(rival.scope))


def require_long_enough(act: Licence) -> None:
    """Long-term use lasts at least ten years, and is ordinary (RR-9)."""
    if not act.long_term:
        return
    term = act.scope.term
    least = years_after(term.starts_on, LONG_TERM_YEARS) - timedelta(days=1)
    if act.mode is not Mode.ORDINARY or term.ends_on < least:
        raise Refused(Refusal.USE_TOO_SHORT, years=LONG_TERM_YEARS)


def ended(grants: Grants, grant: UUID, *, on: date, by: str) -> GrantInForce:
    """Return a grant as it stands when it ends on `on`, that day no longer included.

    Refuses what has ended before, and a grant on which a longer sublicence rests.
    """
    found = grants.get(grant)
    if found is None:
        raise Refused(Refusal.GRANT_UNKNOWN, grant=grant)
    if found.term is None or found.term.ends_on < on:
        raise Refused(Refusal.GRANT_ENDED, entry=found.number, term=str(found.term or ""))
    for sublicence in grants.derived(found, since=on):
        raise Refused(Refusal.SUBLICENCE_STANDS, entry=sublicence.number)
    return replace(found, term=found.term.until(on), ended_by=by)
