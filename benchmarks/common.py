"""
What the benches share: a durable venue database, pgbench, alternation, and one line of JSON a case.

    ours, peer and physical limit are measured in the same run, alternating, and medians are given
"""

import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One measured case. A ratio above one means that ours is better; None where there is none."""

    bench: str
    case: str
    unit: str
    ours: float
    peer: float | None = None
    peer_name: str | None = None
    limit: float | None = None
    limit_name: str | None = None
    p99_ms: float | None = None
    durability: str | None = None
    less_is_better: bool = False

    def line(self) -> str:
        """The case as `hutong bench --json` prints it."""
        body = {**asdict(self), "machine": machine()}
        better = body.pop("less_is_better")
        for name in ("peer", "limit"):
            other = body[name]
            ratio = None
            if other and self.ours:
                ratio = round(other / self.ours if better else self.ours / other, 3)
            body[f"ratio_{name}"] = ratio
        order = (
            "bench", "case", "unit", "ours", "peer", "peer_name", "limit", "limit_name",
            "ratio_peer", "ratio_limit", "p99_ms", "durability", "machine",
        )  # fmt: skip
        return json.dumps({name: _rounded(body[name]) for name in order}, ensure_ascii=False)


def _rounded(value: object) -> object:
    if not isinstance(value, float):
        return value
    return round(value, 1) if abs(value) >= 100 else round(value, 3)


def machine() -> str:
    """CPU count, processor, system and Python, in one short line."""
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return f"{os.cpu_count()} × {model}, {platform.system()}, Python {platform.python_version()}"


def main(measure: Callable[[], Iterable[Case]]) -> None:
    """Print each case of `measure` as a line of JSON, as soon as it is known, and nothing else."""
    said = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):  # what the house logs meanwhile
        for case in measure():
            print(case.line(), file=said, flush=True)


def alternate(
    first: Callable[[], float], second: Callable[[], float], rounds: int
) -> tuple[float, float]:
    """Run both in turn `rounds` times; return the median of each."""
    ones, others = [], []
    for _ in range(rounds):
        ones.append(first())
        others.append(second())
    return statistics.median(ones), statistics.median(others)


def percentile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


# -- a database of one's own ------------------------------------------------------------------------


@contextlib.contextmanager
def venue_database(name: str = "bench", *, durable: bool = True) -> Iterator["Database"]:
    """Serve a migrated, empty venue database from a temporary directory, and point Django at it.

    `durable`: every commit reaches the disk before it is answered, as in production.
    """
    with tempfile.TemporaryDirectory(prefix="hutong-bench-") as directory:
        state = Path(directory) / "state"
        state.mkdir()
        os.environ["HUTONG_STATE"] = str(state)
        os.environ.setdefault("HUTONG_SECRET_KEY", "benches-only-" + "k" * 40)
        os.environ.setdefault("HUTONG_PASSPHRASE", "benches only")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.node.settings")
        from hutong.node import postgres

        home = Path(directory) / "postgres"
        try:
            with postgres.running(home, durable=durable) as cluster:
                postgres.create_database(cluster, name)
                _migrate(cluster.owner_url(name))
                os.environ["HUTONG_DATABASE_URL"] = cluster.app_url(name)
                import django

                django.setup()
                yield Database(cluster, name)
                from django.db import connections

                connections.close_all()
        finally:
            postgres.discard(home)


class Database(NamedTuple):
    """A served database: `cluster` has urls by role and the path of PostgreSQL's programs."""

    cluster: "postgres.Cluster"  # noqa: F821
    name: str

    @property
    def app_url(self) -> str:
        return self.cluster.app_url(self.name)

    @property
    def owner_url(self) -> str:
        return self.cluster.owner_url(self.name)


def _migrate(owner_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hutong.node.cli", "manage", "migrate", "--skip-checks", "-v0"],
        env={**os.environ, "HUTONG_DATABASE_URL": owner_url, "PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the bench database could not be migrated:\n{done.stderr[-3000:]}")


# -- pgbench ----------------------------------------------------------------------------------------


class PgbenchResult(NamedTuple):
    clients: int
    per_second: float
    latency_ms: float


def pgbench(
    database: Database, script: str, *, clients: int, seconds: int, threads: int = 2
) -> PgbenchResult:
    """Run `script` (a pgbench custom script, one transaction) with prepared statements."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "script.sql"
        file.write_text(script)
        done = subprocess.run(
            [
                str(database.cluster.binaries / "pgbench"),
                "-n",
                "-M",
                "prepared",
                "-c",
                str(clients),
                "-j",
                str(min(threads, clients)),
                "-T",
                str(seconds),
                "-f",
                str(file),
                database.app_url,
            ],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    figures = {}
    for line in done.stdout.splitlines():
        if line.startswith("tps = "):
            figures["tps"] = float(line.split()[2])
        elif line.startswith("latency average = "):
            figures["latency"] = float(line.split()[3])
    if done.returncode or "tps" not in figures:
        raise RuntimeError(f"pgbench failed:\n{done.stdout}\n{done.stderr}")
    return PgbenchResult(clients, figures["tps"], figures["latency"])
