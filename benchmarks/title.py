"""
Bench `title`: conflict decisions among many live licences, and titles from a large register.

    conflict   the whole decision on the locked title: core replay, candidates by index, rules
    pure       the rules alone, all licences in memory
    report     a title report of one technology among many
    bulk       one application of 1,152 technologies into the register

Peer of a conflict decision: the same question as a plain SQL query over the same rows without the
range index, in the same run; both name the first entry in the way. `HUTONG_BENCH_FULL=1` makes the
register of the reports a million technologies and three million entries (some minutes to make).
"""

import gc
import io
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path[:0] = [
    str(Path(__file__).resolve().parent.parent),
    str(Path(__file__).resolve().parent.parent / "src"),
]

from benchmarks import common  # noqa: E402
from benchmarks.common import Case, Database, percentile, venue_database  # noqa: E402

SIZES = (100, 1_000, 10_000, 100_000)
WARMED, ASKED, PEER_ASKED = 100, 1_000, 60
REGISTER = 1_000_000 if os.environ.get("HUTONG_BENCH_FULL") else 100_000
REPORTS = 600
BULK = 1_152
START = date(2022, 1, 1)
NOW = datetime(2022, 6, 20, 1, tzinfo=UTC)
OWNER = UUID(int=1)


def measure() -> Iterator[Case]:
    yield _pure()
    with venue_database() as venue:
        from hutong.node.founding import demo_rulebook, found

        found(rulebook=demo_rulebook(), now=NOW)
        yield from _bulk()
        for size in SIZES:
            yield from _conflict(venue, size)
        yield _report(venue)


# -- licences at random -----------------------------------------------------------------------------


def _licence(dice: random.Random, n: int) -> Any:
    """An ordinary licence of a city for some weeks; one in twenty exclusive, apart from all others."""
    from hutong.rights.acts import Licence, Mode
    from hutong.rights.scope import PROVINCES, Field, Scope, Term, Territory

    exclusive = n % 20 == 0
    city = f"{dice.choice(list(PROVINCES))}{dice.randrange(1, 60):02d}"
    if exclusive:  # a class of its own: a subgroup each, so that none meets another
        classes = [f"H04L{1 + n // 100_000}/{100_000 + n % 100_000}"]
        starts_on, days = START, 20_000
    else:
        classes = [dice.choice(["G06F", "G06N", "G06Q", "A61K", "C07D"])]
        starts_on, days = START + timedelta(days=dice.randrange(20_000)), dice.randrange(1, 60)
    return Licence(
        licensor=OWNER,
        licensee=UUID(int=10 + n),
        mode=Mode.EXCLUSIVE if exclusive else Mode.ORDINARY,
        scope=Scope(
            Territory.of([city]),
            Field.of(classes),
            Term.of(starts_on, starts_on + timedelta(days=days)),
        ),
    )


def _wanted(dice: random.Random, n: int) -> Any:
    """What is asked for: half ordinary, half exclusive, of a city or a province, up to a year."""
    from hutong.rights.acts import Licence, Mode
    from hutong.rights.scope import PROVINCES, Field, Scope, Term, Territory

    place = dice.choice(list(PROVINCES)) + dice.choice(["", f"{dice.randrange(1, 60):02d}"])
    classes = [[], ["G06F"], ["G06F16/33"], ["H04"], ["H04L1"]][n % 5]
    starts_on = START + timedelta(days=dice.randrange(20_000))
    return Licence(
        licensor=OWNER,
        licensee=UUID(int=5),
        mode=Mode.EXCLUSIVE if n % 2 else Mode.ORDINARY,
        scope=Scope(
            Territory.of([place]),
            Field.of(classes),
            Term.of(starts_on, starts_on + timedelta(days=dice.randrange(1, 365))),
        ),
    )


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = act()
    return (time.perf_counter() - began) * 1_000, result


def _in_the_way(act: Callable[[], Any]) -> str | None:
    """The number of the entry that refuses an act; None when it is possible."""
    from hutong.kit.refusal import Refused

    try:
        act()
    except Refused as refused:
        return str(refused.facts["entry"])
    return None


# -- the rules alone --------------------------------------------------------------------------------


def _pure() -> Case:
    from hutong.rights.grants import GrantInForce, Grants
    from hutong.rights.register import TitleState, require_grantable
    from hutong.rights.shares import Holdings

    dice, count = random.Random(1), 10_000
    grants = Grants()
    for n in range(count):
        act = _licence(dice, n)
        grants = grants.put(
            GrantInForce(
                entry=UUID(int=1_000 + n),
                number=f"RR-{n}",
                order=n + 1,
                act=act,
                term=act.scope.term,
            )
        )
    state = TitleState(holdings=Holdings.of([(OWNER, Fraction(1))]), grants=grants)
    for n in range(50):
        _in_the_way(lambda n=n: require_grantable(state, _wanted(dice, n), on=START))
    gc.collect()
    gc.freeze()
    took, found = [], 0
    for n in range(2_000):
        act = _wanted(dice, n)
        ms, number = _timed(
            lambda a=act: _in_the_way(lambda: require_grantable(state, a, on=START))
        )
        took.append(ms)
        found += number is not None
    assert 200 < found < 1_800, f"{found} conflicts: the load is no mixture"
    return Case(
        bench="title",
        case=f"pure decision among {count:,} live licences",
        unit="ms",
        ours=statistics.median(took),
        limit=1.0,
        limit_name="the bound set for it",
        p99_ms=percentile(took, 99),
        less_is_better=True,
    )


# -- candidates and rules ---------------------------------------------------------------------------


def _conflict(venue: Database, size: int) -> Iterator[Case]:
    import psycopg
    from django.db import transaction

    from hutong.rights.actions.writing import require_possible
    from hutong.rights.queries.rivals import grants_beside

    technology, line = _title(venue, size)
    dice = random.Random(size)
    asked = [_wanted(dice, n) for n in range(ASKED)]

    def decide(act: Any) -> tuple[float, str | None]:
        """The decision, within the transaction of the act it is part of."""
        with transaction.atomic():
            decided = _timed(
                lambda: _in_the_way(
                    lambda: require_possible(technology, act, now=NOW, effective_on=START)
                )
            )
            transaction.set_rollback(True)
        return decided

    for act in asked[:WARMED]:
        decide(act)
    gc.collect()
    gc.freeze()  # what the bench itself has made is not the decision's to look through
    ours, answers = zip(*(decide(act) for act in asked), strict=True)
    with psycopg.connect(venue.owner_url, autocommit=True) as owner:
        found_by, peers = [], []
        for act, number in list(zip(asked, answers, strict=True))[:PEER_ASKED]:
            found_by.append(_timed(lambda a=act: grants_beside(line, technology, a))[0])
            ms, plain = _timed(lambda a=act: _plainly(owner, technology, a))
            peers.append(ms)
            assert plain == number, f"{act}: {number} by the index, {plain} without"
        owner.execute("DROP TABLE plain")
    found = sum(number is not None for number in answers)
    assert size < 10_000 or found > ASKED // 20, "nothing conflicts: the load is no mixture"
    yield Case(
        bench="title",
        case=f"first conflict found among {size:,} live licences",
        unit="ms",
        ours=statistics.median(found_by),
        peer=statistics.median(peers),
        peer_name="plain SQL without the range index",
        p99_ms=percentile(found_by, 99),
        less_is_better=True,
    )
    yield Case(
        bench="title",
        case=f"whole conflict decision against {size:,} live licences on one technology",
        unit="ms",
        ours=statistics.median(ours),
        limit=5.0 if size == 10_000 else None,
        limit_name="the bound of its p99" if size == 10_000 else None,
        p99_ms=percentile(ours, 99),
        less_is_better=True,
    )


def _title(venue: Database, size: int) -> tuple[UUID, int]:
    """A title with `size` live licences, by COPY; and the same rows without the range index."""
    import psycopg

    from hutong.rights.acts_written import act_facts
    from hutong.rights.queries.rivals import slot_of
    from hutong.rights.spans_field import multirange

    dice, technology = random.Random(size), UUID(int=(7 << 64) + size)
    known = NOW.isoformat()
    entries, grants = io.StringIO(), io.StringIO()
    with psycopg.connect(venue.cluster.superuser_url(venue.name)) as owner:
        [(base,)] = owner.execute("SELECT nextval('rights_line')").fetchall()
        owner.execute("SELECT setval('rights_line', %s)", [base + size + 1])
        first = UUID(int=technology.int << 1 | 1)
        for n in range(size):
            act, entry, line = _licence(dice, n), UUID(int=(technology.int + n) << 8), base + 1 + n
            facts = json.dumps(act_facts(act)).replace("\\", "\\\\")
            number = f"B-{size}-{n:06d}"
            entries.write(
                f"{entry}\t{number}\tlicence\t{technology}\t{n + 2}\t{START}\t{known}\t{facts}"
                f"\tbench\t1\t\tuse\n"
            )
            scope, term = act.scope, act.scope.term
            grants.write(
                f"{line}\t{base}\t{technology}\t{entry}\t{{}}\t{n + 2}\t0\t{act.mode}\tf\tf"
                f"\t{OWNER}\t{act.licensee}\t{multirange(slot_of(act, line, ()))}"
                f"\t{multirange(scope.territory.spans)}\t{multirange(scope.field.ipc_spans)}"
                f"\t{multirange(scope.field.industry_spans)}"
                f"\t[{term.starts_on},{term.ends_on + timedelta(days=1)})\n"
            )
        _register(owner, technology, first, base, size + 1)
        _copy(
            owner,
            "rights_entry (id, number, kind, technology, sequence, effective_on, known_at, facts,"
            " source, rulebook_version, salt, chapter)",
            entries,
        )
        _copy(
            owner,
            "rights_grant (line, title_line, technology, entry_id, names, sequence, depth, mode,"
            " long_term, sublicensable, licensor, licensee, slot, territory, ipc, industry,"
            " in_force)",
            grants,
        )
        owner.execute(
            "CREATE TABLE plain AS SELECT g.*, e.number FROM rights_grant g"
            " JOIN rights_entry e ON e.id = g.entry_id WHERE g.technology = %s",
            [technology],
        )
        owner.execute("CREATE INDEX ON plain (technology)")
        owner.execute(f"ALTER TABLE plain OWNER TO {_owner_of(owner)}")
        owner.commit()
        owner.autocommit = True
        owner.execute("ANALYZE")
    return technology, base


def _register(owner: Any, technology: UUID, entry: UUID, line: int, entries: int) -> None:
    owner.execute(
        "INSERT INTO rights_entry (id, number, kind, technology, sequence, effective_on, known_at,"
        " facts, source, rulebook_version, salt, chapter) VALUES (%s, %s, 'first_registration',"
        " %s, 1, %s, %s, '{}', 'bench', 1, '', 'title')",
        [entry, f"B-{entries}", technology, START, NOW],
    )
    for power in ("ownership", "disposal", "income"):
        owner.execute(
            "INSERT INTO rights_holding (entry_id, power, party, numerator, denominator)"
            " VALUES (%s, %s, %s, 1, 1)",
            [entry, power, OWNER],
        )
    owner.execute(
        "INSERT INTO rights_title (technology, entries, frozen, closed, line, last_on,"
        " last_known_at, registered_at, holdings_entry_id)"
        " VALUES (%s, %s, false, false, %s, %s, %s, %s, %s)",
        [technology, entries, line, START, NOW, NOW, entry],
    )


def _copy(owner: Any, into: str, rows: io.StringIO) -> None:
    with owner.cursor().copy(f"COPY {into} FROM STDIN") as copy:
        copy.write(rows.getvalue())


def _owner_of(owner: Any) -> str:
    [(name,)] = owner.execute(
        "SELECT tableowner FROM pg_tables WHERE tablename = 'rights_grant'"
    ).fetchall()
    return str(name)


def _plainly(owner: Any, technology: UUID, act: Any) -> str | None:
    from hutong.rights.spans_field import multirange

    scope, term = act.scope, act.scope.term
    row = owner.execute(
        "SELECT number FROM plain WHERE technology = %s AND (%s OR mode <> 'ordinary')"
        " AND territory && %s::int8multirange AND in_force && daterange(%s, %s, '[]')"
        " AND ipc && %s::int8multirange AND industry && %s::int8multirange"
        " ORDER BY sequence LIMIT 1",
        [
            technology,
            act.closed,
            multirange(scope.territory.spans),
            term.starts_on,
            term.ends_on,
            multirange(scope.field.ipc_spans),
            multirange(scope.field.industry_spans),
        ],
    ).fetchone()
    return row[0] if row else None


# -- reports and bulk -------------------------------------------------------------------------------


def _report(venue: Database) -> Case:
    import psycopg

    from hutong.rights import queries
    from hutong.rights.register import Disposal

    with psycopg.connect(venue.cluster.superuser_url(venue.name)) as owner:
        owner.execute("SET session_replication_role = replica")  # rows made whole, as they are read
        owner.execute("SET synchronous_commit = off")
        for sql in _REGISTER:
            owner.execute(sql, {"count": REGISTER})
        owner.commit()
        owner.autocommit = True
        owner.execute("ANALYZE")
    dice, took = random.Random(3), []
    for n in range(REPORTS):
        technology = UUID(int=(9 << 64) + dice.randrange(1, REGISTER + 1))
        proposal = Disposal(giver=UUID(int=2), share=Fraction(1, 2))
        ms, report = _timed(lambda t=technology, p=proposal: queries.title_report(t, proposal=p))
        assert report.possible, report.refused
        assert len(report.title.chain) == 3
        if n >= 30:
            took.append(ms)
    return Case(
        bench="title",
        case=f"title report among {REGISTER:,} technologies, {3 * REGISTER:,} entries",
        unit="ms",
        ours=statistics.median(took),
        limit=20.0,
        limit_name="the bound of its p99",
        p99_ms=percentile(took, 99),
        less_is_better=True,
    )


_TECHNOLOGY = "('00000000-0000-0009-0000-' || lpad(to_hex(n), 12, '0'))::uuid"
_ENTRY = "('00000000-0000-00{0}-0000-' || lpad(to_hex(n), 12, '0'))::uuid"
_FACTS = """
jsonb_build_object(
    'licensor', '00000000-0000-0000-0000-000000000002',
    'licensee', '00000000-0000-0000-0000-000000000003',
    'mode', 'ordinary', 'parent', null, 'accepted', '[]'::jsonb, 'joined', '[]'::jsonb,
    'sublicensable', false, 'abroad', false, 'scope', jsonb_build_object(
        'territory', '["CN"]'::jsonb, 'without', '[]'::jsonb, 'ipc', '[]'::jsonb,
        'industries', '[]'::jsonb, 'starts_on', '2022-02-01', 'ends_on', '2030-01-31'))
"""
_MADE = """
INSERT INTO rights_entry (id, number, kind, technology, sequence, effective_on, known_at, facts,
    source, rulebook_version, salt, chapter)
SELECT {entry}, 'M{sequence}-' || n, '{kind}', {technology}, {sequence}, date '2022-01-01',
    timestamptz '2022-01-01', {facts}, 'bench', 1, '', '{chapter}'
FROM generate_series(1, %(count)s) AS n
"""
_HELD = """
INSERT INTO rights_holding (entry_id, power, party, numerator, denominator)
SELECT {entry}, power, ('00000000-0000-0000-0000-00000000000' || party)::uuid, 1, {whole}
FROM generate_series(1, %(count)s) AS n, unnest(ARRAY['ownership', 'disposal', 'income']) AS power,
    generate_series(2, 1 + {whole}) AS party
"""
_TRANSFER = """
jsonb_build_object('giver', '00000000-0000-0000-0000-000000000002',
    'taker', '00000000-0000-0000-0000-000000000003', 'share', '1/2')
"""


def _made(sequence: int, kind: str, facts: str, chapter: str = "title") -> str:
    return _MADE.format(
        entry=_ENTRY.format(f"1{sequence}"),
        technology=_TECHNOLOGY,
        sequence=sequence,
        kind=kind,
        facts=facts,
        chapter=chapter,
    )


_REGISTER = (
    _made(1, "first_registration", "'{}'"),
    _made(2, "transfer", _TRANSFER),
    _made(3, "licence", _FACTS, "use"),
    _HELD.format(entry=_ENTRY.format("11"), whole=1),
    _HELD.format(entry=_ENTRY.format("12"), whole=2),
)


def _bulk() -> Iterator[Case]:
    """One application of the network's first joint listing's size, from draft to register."""
    from hutong.kit.actor import SYSTEM
    from hutong.parties.testing import verified_party
    from hutong.rights import actions, queries
    from hutong.rights.testing import a_technology, noticed_application

    university = verified_party("上海某大学", now=NOW)
    of = [a_technology(university, title_zh=f"一种方法之{n}", now=NOW).id for n in range(BULK)]

    def register() -> Any:
        noticed = noticed_application(university, of, now=NOW)
        return actions.close_notice(actor=SYSTEM, now=noticed.ends_at, application=noticed.id)

    worked = time.process_time()
    ms, done = _timed(register)
    worked = time.process_time() - worked
    assert done.status == "registered"
    assert queries.title(of[-1]).registered
    yield Case(
        bench="title",
        case=f"bulk registration of {BULK:,} technologies: CPU of the node's own process",
        unit="s",
        ours=worked,
        less_is_better=True,
    )
    yield Case(
        bench="title",
        case=f"bulk registration of {BULK:,} technologies, from draft to register",
        unit="s",
        ours=ms / 1_000,
        limit=5.0,
        limit_name="the bound set for it",
        durability="fsync",
        less_is_better=True,
    )


if __name__ == "__main__":
    common.main(measure)
