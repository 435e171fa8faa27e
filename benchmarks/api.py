"""
Bench `api`: server time of lists and records, with 100,000 technologies and 10,000 listings.

Every request goes through all of Django (middleware, parsing, the query, the answer as JSON) in this
process; what is left out is the socket. Each case asks different pages and different values.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path[:0] = [
    str(Path(__file__).resolve().parents[1]),
    str(Path(__file__).resolve().parents[1] / "src"),
]

from benchmarks import common  # noqa: E402
from benchmarks.common import Case, Database, percentile, venue_database  # noqa: E402

TECHNOLOGIES, LISTINGS = 100_000, 10_000
REQUESTS = 200
BOUND_MS = 50.0
NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
SUBCLASSES = ("G06F", "H01B", "A01H", "B21G", "C09K")


def measure() -> Iterator[Case]:
    with venue_database() as venue:
        from hutong.node.founding import demo_rulebook, found

        found(rulebook=demo_rulebook(), now=NOW)
        ids = _technologies(venue)
        yield from _technology_cases(venue, ids)
        yield from _listing_cases(_listings(venue))


# -- what is there ----------------------------------------------------------------------------------


def _technologies(venue: Database) -> list[str]:
    """Import 100,000 technologies for eleven parties' worth of feeds; returns some of their ids."""
    import psycopg
    from benchmarks.generated import technologies

    from hutong.kit.actor import SYSTEM
    from hutong.technologies import actions, reading

    records = (reading.read(said).record for said in technologies(TECHNOLOGIES))
    facts = actions.FileFacts(name="generated", digest="sha256:" + "0" * 64, size=0, format="bench")
    actions.import_records(
        actor=SYSTEM,
        now=NOW,
        party=None,
        file=facts,
        records=(record for record in records if record is not None),
        rows=TECHNOLOGIES,
    )
    with psycopg.connect(venue.owner_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
        rows = owner.execute("SELECT id FROM technologies_technology ORDER BY random() LIMIT 2000")
        return [str(id) for (id,) in rows]


def _listings(venue: Database) -> list[str]:
    """List one technology through the real actions, then 9,999 more like it by plain SQL."""
    import psycopg

    from hutong.listings.testing import open_listing
    from hutong.parties.testing import verified_party

    first = open_listing(verified_party("上海某大学", now=NOW), now=NOW)
    with psycopg.connect(venue.owner_url, autocommit=True) as owner:
        owner.execute(_MORE_LISTINGS, {"first": first.id, "more": LISTINGS - 1})
        owner.execute(_MORE_OFFERED, {"first": first.id})
        owner.execute("VACUUM ANALYZE")
        rows = owner.execute("SELECT id FROM listings_listing ORDER BY random() LIMIT 2000")
        return [str(id) for (id,) in rows]


_MORE_LISTINGS = """
INSERT INTO listings_listing
SELECT (jsonb_populate_record(first, jsonb_build_object(
    'id', gen_random_uuid(),
    'number', first.number || '-' || n,
    'title_zh', first.title_zh || n,
    'price_fen', 1000000 + n * 7919 %% 99000000,
    'status', CASE WHEN n %% 4 = 0 THEN 'closed' ELSE 'listed' END,
    'kinds', CASE WHEN n %% 10 = 0 THEN '["know_how"]'::jsonb ELSE '["patent"]'::jsonb END,
    'listed_at', first.listed_at - n * interval '13 minutes',
    'ends_at', first.ends_at + n * interval '1 minute'
))).*
FROM listings_listing first, generate_series(1, %(more)s) n
WHERE first.id = %(first)s
"""
_MORE_OFFERED = """
INSERT INTO listings_offered (listing_id, position, technology, named, "right", reserved)
SELECT id, 0, gen_random_uuid(), true, true, false FROM listings_listing WHERE id <> %(first)s
"""


# -- cases ------------------------------------------------------------------------------------------


def _technology_cases(venue: Database, ids: list[str]) -> Iterator[Case]:
    import psycopg

    from hutong.technologies.numbers import check_digit

    dice = random.Random(7)
    get = _client()
    record = "/api/v1/technologies/"

    def number() -> str:
        serial = dice.randrange(1, TECHNOLOGIES)
        serial += serial % 20 == 0
        digits = f"{2005 + serial % 17}1{serial // 17:07d}"
        return f"{digits}.{check_digit(digits)}"

    lists: dict[str, Callable[[], dict[str, Any]]] = {
        "newest": dict,
        "by title": lambda: {"order": "title"},
        "in force": lambda: {"legal_status": "in_force"},
        "lapsed patents": lambda: {"legal_status": "lapsed", "kind": "patent"},
        "know-how": lambda: {"kind": "know_how"},
        "IPC section": lambda: {"ipc": dice.choice("ABCDEFGH")},
        "IPC subclass": lambda: {"ipc": dice.choice(SUBCLASSES)},
        "IPC group": lambda: {"ipc": f"{dice.choice(SUBCLASSES)}{dice.randint(1, 40)}"},
        "readiness 7–9 in a subclass": lambda: {"trl_from": 7, "ipc": dice.choice(SUBCLASSES)},
        "industry, unknown status": lambda: {"industry": "C39", "legal_status": "unknown"},
        "nothing found": lambda: {"status": "retired", "trl_from": 9},
        "by number": lambda: {"number": number()},
    }
    with psycopg.connect(venue.app_url, autocommit=True) as plain:
        for name, query in lists.items():
            yield _case(f"technologies: {name}", lambda q=query: get("/api/v1/technologies", q()))
        yield _case("technologies: pages in a row", _walk(get))
        one = "SELECT * FROM technologies_technology WHERE id = %s"
        yield _case(
            "technology: one record",
            lambda: get(record + dice.choice(ids), {}),
            peer=lambda: plain.execute(one, [dice.choice(ids)]).fetchone(),
            peer_name="the same row by plain SQL",
        )


def _listing_cases(ids: list[str]) -> Iterator[Case]:
    dice = random.Random(8)
    get = _client()
    boards: dict[str, dict[str, Any]] = {
        "newest": {},
        "ending first": {"order": "ending"},
        "cheapest first": {"order": "cheapest"},
        "closed": {"status": "closed"},
        "know-how": {"kind": "know_how"},
        "a price range": {"price_from_fen": 5_000_000, "price_to_fen": 6_000_000},
    }
    for name, query in boards.items():
        yield _case(f"board: {name}", lambda q=query: get("/api/v1/board", q))
    yield _case("listing: one record", lambda: get(f"/api/v1/listings/{dice.choice(ids)}", {}))


def _case(
    name: str,
    ask: Callable[[], Any],
    *,
    peer: Callable[[], Any] | None = None,
    peer_name: str | None = None,
) -> Case:
    for _ in range(5):
        ask()
    ours, others = [], []
    for _ in range(REQUESTS):
        ours.append(_milliseconds(ask))
        if peer is not None:
            others.append(_milliseconds(peer))
    return Case(
        bench="api",
        case=name,
        unit="ms p95",
        ours=percentile(ours, 95),
        peer=percentile(others, 95) if others else None,
        peer_name=peer_name,
        limit=BOUND_MS,
        limit_name=f"the bound set for it; median {statistics.median(ours):.1f} ms",
        p99_ms=percentile(ours, 99),
        less_is_better=True,
    )


def _milliseconds(ask: Callable[[], Any]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def _client() -> Callable[[str, dict[str, Any]], Any]:
    from django.test import Client

    client = Client()

    def get(path: str, query: dict[str, Any]) -> Any:
        response = client.get(path, query)
        if response.status_code != 200:
            raise RuntimeError(f"{path} {query}: {response.status_code} {response.content[:500]!r}")
        return response.json()

    return get


def _walk(get: Callable[[str, dict[str, Any]], Any]) -> Callable[[], Any]:
    """Each call asks for the page after the one before: depth must not cost."""
    place: dict[str, Any] = {}

    def ask() -> Any:
        page = get("/api/v1/technologies", {"limit": 200, **place})
        place.clear()
        if page["next"]:
            place["cursor"] = page["next"]
        return page

    return ask


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.parse_args()
    common.main(measure)
