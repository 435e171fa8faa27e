"""
The register against brute force: random histories on a small world, where every scope is a set of
explicit points (place, day, class) and every decision is made anew by looking at all of them.

    the register   intervals, an index, incremental replay
    the oracle     sets of points, the whole list, no index; written from RR-1 … RR-8 alone
"""

import os
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

import pytest

from hutong.kit.refusal import Refused
from hutong.rights.acts import (
    Consent,
    FirstRegistration,
    Freeze,
    Licence,
    Lift,
    Mode,
    Pledge,
    Release,
    StruckOut,
    Surrender,
    Transfer,
)
from hutong.rights.register import EVER, Entry, History, replay
from hutong.rights.scope import Field, Scope, Term, Territory
from hutong.rights.shares import Holdings

PARTIES = [UUID(int=n) for n in range(1, 7)]
PLACES = {
    "310104": {1},
    "310105": {2},
    "310100": {1, 2, 3},
    "CN-SH": {1, 2, 3, 4},
    "CN": {1, 2, 3, 4, 5},
}
CLASSES = {"G06F": {1}, "G06N": {2}, "G06": {1, 2}, "A61K": {3}}
EVERY_PLACE, EVERY_CLASS = {1, 2, 3, 4, 5, 6}, {1, 2, 3, 4}
START, DAYS = date(2022, 1, 1), 8
NOON = datetime(2022, 1, 1, 4, tzinfo=UTC)
SHARES = [Fraction(1, 4), Fraction(1, 2), Fraction(1)]


# The oracle -----------------------------------------------------------------------------------


@dataclass
class OracleGrant:
    id: UUID
    act: Licence
    points: frozenset
    names: frozenset = frozenset()
    parent: "OracleGrant | None" = None


@dataclass
class Oracle:
    """A title as lists and sets; `apply` says whether an act is possible, and does it."""

    shares: dict = field(default_factory=dict)
    grants: list = field(default_factory=list)
    freezes: list = field(default_factory=list)
    pledges: list = field(default_factory=list)
    consents: list = field(default_factory=list)

    def apply(self, entry, names=frozenset()):
        act, on = entry.act, (entry.effective_on - START).days
        ids = {entry.id, *names}
        match act:
            case FirstRegistration(holdings=holdings):
                self.shares = dict(holdings.ownership)
                return True
            case Transfer():
                held = self.shares.get(act.giver, 0)
                if (
                    act.giver == act.taker
                    or act.share > held
                    or not self.free("transfer", on, act.taker)
                ):
                    return False
                self.shares[act.giver] = held - act.share
                self.shares[act.taker] = self.shares.get(act.taker, 0) + act.share
                self.shares = {p: s for p, s in self.shares.items() if s}
                return True
            case Freeze():
                self.freezes.append(ids)
                return True
            case Lift(freeze=frozen):
                left = [f for f in self.freezes if frozen not in f]
                lifted = len(left) < len(self.freezes)
                self.freezes = left
                return lifted
            case Pledge():
                everybody = set(self.shares) <= {act.pledgor, *act.joined}
                ranks = {pledge.rank for _, pledge in self.pledges}
                if self.freezes or act.rank in ranks or act.pledgor not in self.shares:
                    return False
                if not everybody or act.pledgor == act.pledgee:
                    return False
                self.pledges.append((ids, act))
                return True
            case Release(restriction=which, by=by):
                left = [p for p in self.pledges if which not in p[0] or p[1].pledgee != by]
                released = len(left) < len(self.pledges)
                self.pledges = left
                return released
            case Consent():
                mine = [p for p in self.pledges if act.restriction in p[0]]
                if not mine or mine[0][1].pledgee != act.by or (act.until - START).days < on:
                    return False
                self.consents.append(act)
                return True
            case Surrender(grant=which, licensee=licensee):
                return self.surrender(which, licensee, on)
            case Licence():
                return self.grant(entry, act, on, frozenset(names))
            case StruckOut():
                return True
        raise AssertionError(act)

    def free(self, kind, on, taker):
        if self.freezes:
            return False
        return all(
            any(
                consent.restriction in ids
                and kind in consent.kinds
                and on <= (consent.until - START).days
                and consent.taker in (None, taker)
                for consent in self.consents
            )
            for ids, _ in self.pledges
        )

    def known(self, which):
        return next((g for g in self.grants if which == g.id or which in g.names), None)

    def surrender(self, which, licensee, on):
        found = self.known(which)
        if found is None or found.act.licensee != licensee:
            return False
        later = {p for p in found.points if p[1] >= on}
        below = [g for g in self.grants if g.parent is found and any(p[1] >= on for p in g.points)]
        if not later or below:
            return False
        found.points = found.points - later
        return True

    def grant(self, entry, act, on, names):
        points, parent = points_of(act.scope), None
        if act.licensor == act.licensee:
            return False
        if act.parent is not None:
            parent = self.known(act.parent)
            if parent is None or parent.act.licensee != act.licensor:
                return False
            reach = [Mode.ORDINARY, Mode.SOLE, Mode.EXCLUSIVE]
            if reach.index(act.mode) > reach.index(parent.act.mode):
                return False
            if not parent.act.sublicensable or not points <= parent.points:
                return False
        else:
            if act.licensor not in self.shares or not self.free(act.mode.value, on, act.licensee):
                return False
            if act.mode is not Mode.ORDINARY and not set(self.shares) <= {
                act.licensor,
                *act.joined,
            }:
                return False
        accepted = [self.known(which) for which in act.accepted]
        for one in accepted:
            if one is None or one.act.mode is not Mode.ORDINARY or one.parent is not parent:
                return False
        if accepted and act.mode is Mode.ORDINARY:
            return False
        for other in self.grants:
            if other.parent is not parent or not (other.points & points):
                continue
            if act.mode is Mode.ORDINARY and other.act.mode is Mode.ORDINARY:
                continue
            if any(other is one for one in accepted) or not other.act.accepted.isdisjoint(names):
                continue
            return False
        self.grants.append(OracleGrant(entry.id, act, points, names, parent))
        return True


def points_of(scope):
    places = set().union(*(PLACES.get(as_written(c), EVERY_PLACE) for c in scope.territory.codes))
    classes = (
        set().union(*(CLASSES[c] for c in scope.field.ipc)) if scope.field.ipc else EVERY_CLASS
    )
    first, last = ((d - START).days for d in (scope.term.starts_on, scope.term.ends_on))
    return frozenset((p, d, c) for p in places for d in range(first, last + 1) for c in classes)


def as_written(code):
    return {"310000": "CN-SH"}.get(code, code)


def told(entries, *, on, known_at):
    """The oracle after every entry known then and effective by then; None where one cannot be."""
    known = [e for e in entries if e.known_at <= known_at]
    by_id = {e.id: e for e in known}
    gone = {e.corrects for e in known if e.corrects}

    def roots(entry):
        found = []
        while entry.corrects:
            found.append(entry.corrects)
            entry = by_id[entry.corrects]
        return found, entry.sequence

    oracle = Oracle()
    counting = [e for e in known if e.id not in gone and e.effective_on <= on]
    for entry in sorted(counting, key=lambda e: (e.effective_on, roots(e)[1], e.sequence)):
        if not oracle.apply(entry, roots(entry)[0]):
            return None
    return oracle


# Random histories -----------------------------------------------------------------------------


def some_scope(dice, within=None):
    if within is not None and dice.random() < 0.8:
        term = within.term
        start = term.starts_on + timedelta(
            days=dice.randrange((term.ends_on - term.starts_on).days + 1)
        )
        codes, ipc = within.territory.codes, within.field.ipc
    else:
        start = START + timedelta(days=dice.randrange(DAYS))
        codes, ipc = (
            [dice.choice([*PLACES, "WORLD"])],
            dice.choice([[], [], *([c] for c in CLASSES)]),
        )
    days = dice.randrange(1, DAYS)
    return Scope(
        Territory.of(codes), Field.of(ipc), Term.of(start, start + timedelta(days=days - 1))
    )


def some_act(dice, entries, state):
    grants = list(state.grants)
    ids = [e.id for e in entries]
    pledges = [r.entry for r in state.restrictions] or ids
    freezes = [f.entry for f in state.freezes] or ids
    owner = lambda: dice.choice([*list(state.holdings.ownership) * 4, *PARTIES])  # noqa: E731
    party = lambda: dice.choice(PARTIES)  # noqa: E731
    joined = frozenset(p for p in PARTIES if dice.random() < 0.7)
    kind = dice.choices(
        [
            "licence",
            "sublicence",
            "transfer",
            "surrender",
            "pledge",
            "release",
            "consent",
            "freeze",
            "lift",
        ],
        [20, 12, 6, 4, 1, 3, 4, 1, 4],
    )[0]
    match kind:
        case "licence":
            mode = dice.choices(list(Mode), [2, 1, 4])[0]
            near = [g.entry for g in grants if not g.act.closed]
            accepted = dice.sample(near, min(len(near), dice.choice([0, 0, 1, 2, 3])))
            return Licence(
                licensor=owner(),
                licensee=party(),
                mode=mode,
                scope=some_scope(dice),
                sublicensable=dice.random() < 0.7,
                accepted=frozenset(accepted) if mode is not Mode.ORDINARY else frozenset(),
                joined=joined,
            )
        case "sublicence" if grants:
            parent = dice.choice(grants)
            return Licence(
                licensor=parent.act.licensee if dice.random() < 0.9 else party(),
                licensee=party(),
                mode=dice.choice([parent.act.mode, Mode.ORDINARY, dice.choice(list(Mode))]),
                scope=some_scope(dice, parent.act.scope),
                sublicensable=dice.random() < 0.5,
                parent=dice.choice([parent.entry, *parent.names]),
            )
        case "transfer":
            return Transfer(giver=owner(), taker=party(), share=dice.choice(SHARES))
        case "surrender" if grants:
            grant = dice.choice(grants)
            return Surrender(grant=grant.entry, licensee=grant.act.licensee)
        case "pledge":
            return Pledge(
                pledgor=owner(),
                pledgee=party(),
                rank=dice.randrange(1, 3),
                secured_fen=1,
                joined=joined,
            )
        case "release":
            return Release(restriction=dice.choice(pledges), by=party())
        case "consent":
            return Consent(
                restriction=dice.choice(pledges),
                by=party(),
                kinds=frozenset(dice.sample(["transfer", "exclusive", "sole", "ordinary"], 2)),
                until=START + timedelta(days=dice.randrange(2 * DAYS)),
                taker=dice.choice([None, party()]),
            )
        case "freeze":
            return Freeze(authority="a court", paper="1")
    return Lift(freeze=dice.choice(freezes), authority="a court", paper="2")


def one_history(dice, wishes):
    """Write a random history; every decision, and every answer after, agrees with the oracle."""
    history, entries = History(), []

    def write(act, on, corrects=None):
        n = len(entries) + 1
        entry = Entry(
            id=UUID(int=10_000 + n),
            number=f"RR-{n}",
            technology=UUID(int=7),
            sequence=n,
            act=act,
            effective_on=on,
            known_at=NOON + timedelta(hours=n),
            corrects=corrects,
        )
        expected = told([*entries, entry], on=EVER, known_at=entry.known_at) is not None
        try:
            state = history.write(entry)
        except Refused as why:
            if expected:
                raise AssertionError(f"refused though possible: {entry}") from why
            return False
        assert expected, f"written though impossible: {entry}"
        assert sum(state.holdings.ownership.values()) == 1
        entries.append(entry)
        return True

    owners = [(PARTIES[0], Fraction(1, 2)), (PARTIES[1], Fraction(1, 2))]
    holders = [(PARTIES[0], Fraction(1))] if dice.random() < 0.6 else owners
    write(FirstRegistration(holdings=Holdings.of(holders)), START)
    for _ in range(wishes):
        latest = max(e.effective_on for e in entries)
        on = latest + timedelta(days=dice.random() < 0.1)
        if dice.random() < 0.15:
            on = START + timedelta(days=dice.randrange(DAYS))
        if len(entries) > 2 and dice.random() < 0.1:
            wrong = dice.choice(entries[1:])
            if any(e.corrects == wrong.id for e in entries) or isinstance(wrong.act, StruckOut):
                continue
            if isinstance(wrong.act, Licence) and dice.random() < 0.7:
                right = replace(wrong.act, scope=some_scope(dice, wrong.act.scope))
            else:
                right = StruckOut(reason="a slip")
            write(right, wrong.effective_on, wrong.id)
        else:
            write(some_act(dice, entries, history.state), on)
    return entries


def compare_at_every_point(dice, entries, samples):
    moments = dice.sample(entries, min(len(entries), samples))
    for known in [e.known_at for e in moments]:
        on = START + timedelta(days=dice.randrange(DAYS + 2))
        oracle = told(entries, on=on, known_at=known)
        assert oracle is not None, "what stands was possible"
        state = replay(entries, on=on, known_at=known)
        shares = dict(state.holdings.ownership) if state.holdings else {}
        assert shares == oracle.shares
        assert len(state.freezes) == len(oracle.freezes)
        assert sorted(r.act.rank for r in state.restrictions) == sorted(
            pledge.rank for _, pledge in oracle.pledges
        )
        found = {g.entry: points_of(g.scope) if g.scope else frozenset() for g in state.grants}
        assert found == {g.id: g.points for g in oracle.grants}
        no_two_exclude_each_other(oracle)


def no_two_exclude_each_other(oracle):
    """RR-4, point by point: who may use at a point is one chain of licences, or ordinary ones."""
    for n, one in enumerate(oracle.grants):
        for other in oracle.grants[n + 1 :]:
            if one.parent is other.parent and one.points & other.points:
                closed = [g for g in (one, other) if g.act.mode is not Mode.ORDINARY]
                names = {one.id, other.id, *one.names, *other.names}
                assert len(closed) < 2
                assert not closed or closed[0].act.accepted & names
        if one.parent is not None:
            assert one.points <= one.parent.points, "a sublicence lies inside its parent"


def test_random_histories_agree_with_brute_force():
    written = 0
    for seed in range(25):
        dice = random.Random(seed)
        entries = one_history(dice, 60)
        compare_at_every_point(dice, entries, 8)
        written += len(entries)
    assert written > 300, "histories in which nothing happens prove nothing"


@pytest.mark.drill
def test_thousands_of_entries_agree_with_brute_force():
    first = int(os.environ.get("HUTONG_DRILL_SEED", "1")) * 1_000
    written = 0
    for seed in range(first, first + 120):
        dice = random.Random(seed)
        entries = one_history(dice, 200)
        compare_at_every_point(dice, entries, 30)
        written += len(entries)
    assert written > 3_000, written
