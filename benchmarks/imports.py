"""
Bench `import`: files of technologies, checked as a whole and entered with their proof, against a
plain COPY of the same rows into a table with the same indexes.

Each import runs in a process of its own, so that its memory is its own.
"""

import argparse
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path[:0] = [
    str(Path(__file__).resolve().parent.parent),
    str(Path(__file__).resolve().parent.parent / "src"),
]

from benchmarks import common  # noqa: E402
from benchmarks.common import Case, Database, venue_database  # noqa: E402

REAL = common.ROOT.parent / "shared" / "data" / "technologies" / "cn_patents_g06f.jsonl"
MANY = 100_000
TABLES = ("technologies_technology", "technologies_key", "technologies_batchrow")


def measure() -> Iterator[Case]:
    with (
        tempfile.TemporaryDirectory(prefix="hutong-bench-import-") as folder,
        venue_database() as venue,
    ):
        bench = _Bench(venue, Path(folder))
        if REAL.is_file():
            yield from bench.case("4,613 Chinese patents (JSON lines)", REAL, rounds=3)
        workbook = bench.made("workbook", MANY, "xlsx")
        yield from bench.case("100,000 generated technologies (workbook)", workbook, rounds=1)


class _Bench:
    """Imports into fresh clones of an empty venue, and copies the same rows beside it."""

    def __init__(self, venue: Database, folder: Path) -> None:
        self.venue, self.folder, self.clones = venue, folder, 0
        from django.db import connections

        connections.close_all()  # PostgreSQL copies only a database nobody is in

    def case(self, name: str, file: Path, *, rounds: int) -> Iterator[Case]:
        ours, peers, limits, memory = [], [], [], []
        for _ in range(rounds):
            with self._clone() as clone:
                done = self._child(clone, "import", str(file))
                ours.append(done["seconds"])
                memory.append(done["megabytes"])
                seconds, size = self._copied(clone)
                peers.append(seconds)
                limits.append(self._written(size))
        figures = {
            "unit": "s",
            "peer": statistics.median(peers),
            "peer_name": "plain COPY of the same rows, same indexes",
            "limit": statistics.median(limits),
            "limit_name": "the same bytes written and flushed to disk",
            "durability": "fsync",
            "less_is_better": True,
        }
        yield Case(bench="import", case=name, ours=statistics.median(ours), **figures)
        yield Case(
            bench="import",
            case=f"{name}: memory of the importing process",
            unit="MB",
            ours=max(memory),
            limit=500.0,
            limit_name="the bound set for it",
            less_is_better=True,
        )

    def made(self, kind: str, count: int, extension: str) -> Path:
        path = self.folder / f"{kind}.{extension}"
        self._child(self.venue, "make", str(path), str(count))
        return path

    @contextlib.contextmanager
    def _clone(self) -> Iterator[Database]:
        from hutong.node import postgres

        self.clones += 1
        clone = Database(self.venue.cluster, f"clone_{self.clones}")
        postgres.create_database(clone.cluster, clone.name, template=self.venue.name)
        try:
            yield clone
        finally:
            postgres.drop_database(clone.cluster, clone.name)

    def _child(self, database: Database, *what: str) -> dict[str, float]:
        done = subprocess.run(
            [sys.executable, __file__, "--child", *what],
            env={**os.environ, "HUTONG_DATABASE_URL": database.app_url},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{what}: {done.stderr[-3000:]}")
        return json.loads(done.stdout.splitlines()[-1])

    def _copied(self, clone: Database) -> tuple[float, int]:
        """Seconds of a plain COPY of what was imported, and its bytes."""
        import psycopg

        files = {}
        with psycopg.connect(clone.owner_url) as owner:
            for table in TABLES:
                path = self.folder / f"{table}.copy"
                with path.open("wb") as out, owner.cursor().copy(f"COPY {table} TO STDOUT") as copy:
                    for block in copy:
                        out.write(block)
                owner.execute(f"CREATE TABLE plain_{table} (LIKE {table} INCLUDING ALL)")
                files[table] = path
        began = time.perf_counter()
        with psycopg.connect(clone.owner_url) as owner:
            for table, path in files.items():
                statement = f"COPY plain_{table} FROM STDIN"
                with path.open("rb") as rows, owner.cursor().copy(statement) as copy:
                    while block := rows.read(1 << 20):
                        copy.write(block)
        seconds = time.perf_counter() - began
        return seconds, sum(path.stat().st_size for path in files.values())

    def _written(self, size: int) -> float:
        block = os.urandom(1 << 20)
        began = time.perf_counter()
        with (self.folder / "flushed").open("wb") as out:
            for _ in range(-(-size // len(block))):
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        return time.perf_counter() - began


def child(what: str, path: Path, count: int) -> None:
    """Runs in a process of its own: makes a file, or imports one and says what it took."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.node.settings")
    import django

    django.setup()
    if what == "make":
        from benchmarks.generated import technologies

        from hutong.technologies import exporting

        path.write_bytes(exporting.workbook(technologies(count)))
        print("{}")
        return
    from datetime import UTC, datetime

    from hutong.kit.actor import SYSTEM
    from hutong.technologies import importing

    now = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
    began = time.perf_counter()
    report = importing.run(path=path, party=None, actor=SYSTEM, now=now)
    seconds = time.perf_counter() - began
    if report.entered != report.rows:
        raise RuntimeError(str(report))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": megabytes, "entered": report.entered}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", nargs="+")
    options = parser.parse_args()
    if options.child:
        what, path, *rest = options.child
        child(what, Path(path), int(rest[0]) if rest else 0)
    else:
        common.main(measure)
