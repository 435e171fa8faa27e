"""
Part of bench `network`: ten venues in processes of their own on one machine, joined.

    up          from nothing: databases, schema, pages, workers, until all ten answer
    memory      of all their processes and their database together, each page counted once
    visible     a network listing accepted at one venue is a page of all nine others
    back        one is killed, its machine's supervisor starts it, and it holds all logs to their end
    together    1,152 technologies of four sellers at four venues, listed as one joint project, are
                shown at all ten
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from benchmarks import joined
from benchmarks.common import Case, percentile

POSTS = ("registrar", "listing", "second", "compliance")
PATIENCE_SECONDS = 120
DURABILITY = "fsync, synchronous_commit"


def measure() -> Iterator[Case]:
    with _ten() as (world, up, memory):
        yield Case(
            bench="network",
            case=f"{len(world.codes)} venues on one machine, up from nothing",
            unit="s",
            ours=up,
            limit=120.0,
            limit_name="goal",
            durability=DURABILITY,
            less_is_better=True,
        )
        yield Case(
            bench="network",
            case=f"memory of {len(world.codes)} venues and their database together",
            unit="GiB, PSS",
            ours=memory / 2**30,
            limit=12.0,
            limit_name="goal",
            less_is_better=True,
        )
        yield _visible(world)
        yield _back(world)
        yield _together(world)


@contextmanager
def _ten() -> Iterator[tuple[Any, float, int]]:
    """Ten venues joined, one of them with technologies registered; how soon they were up, and how
    many bytes they took then."""
    from rich.console import Console

    from hutong.node import fleet
    from hutong.node.demo.narrator import Narrator
    from hutong.node.demo.network import joining, projects, trading
    from hutong.node.demo.network.venues import VENUES
    from hutong.node.demo.network.world import World

    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="hutong-bench-") as home,
        fleet.running(Path(home), VENUES, durable=True) as venues,
    ):
        up, memory = time.monotonic() - began, _memory(home)
        tell = Narrator(base=venues.url(VENUES[0].code))
        tell.console = Console(file=sys.stderr)
        world = World(venues, tell)
        first = world.codes[0]
        joining.open_offices(world, dict.fromkeys(projects.SELLERS, POSTS))
        joining.join_all(world)
        trading.verify(world.cases[first], trading.SELLER)
        trading.apply_at_home_for_registration(world, first)
        joined.register(world.cases[first])
        yield world, up, memory


def _memory(home: str) -> int:
    """Bytes of all processes of the fleet in `home`; what several share counts once (PSS)."""
    children: dict[int, list[int]] = {}
    left = []
    for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
        try:
            said = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended meanwhile
        children.setdefault(int(stat[1]), []).append(pid)
        if b"hutong.node.fleet" in said and home.encode() in said:
            left.append(pid)
    total = 0
    while left:
        pid = left.pop()
        left += children.get(pid, [])
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def _visible(world: Any) -> Case:
    """From the answer that a listing was accepted to its page at the last of the nine."""
    from hutong.node.demo.case import accept_listing
    from hutong.node.demo.network import trading

    home, *others = world.codes
    case, waits = world.cases[home], []
    officer, member = case.officers["listing"], case.members[trading.SELLER.key]
    looking = {code: httpx.Client(base_url=world.fleet.url(code), timeout=30) for code in others}

    def seen(code: str, path: str, since: float) -> float:
        while looking[code].get(path).status_code != 200:
            if time.monotonic() - since > PATIENCE_SECONDS:
                raise TimeoutError(f"{path} was not seen at {code}")
            time.sleep(0.05)
        return time.monotonic() - since

    with ThreadPoolExecutor(len(others)) as pool:
        for technology in case.technologies[trading.SELLER.key]:
            listing = joined.drafted(member, technology)
            accept_listing(officer, listing)
            path, accepted = f"/network/venues/{home}/listings/{listing}", time.monotonic()
            waits.append(max(pool.map(lambda code: seen(code, path, accepted), others)))  # noqa: B023
    return Case(
        bench="network",
        case=f"a listing of one venue is a page of {len(others)} others, {len(waits)} of them, median",
        unit="s",
        ours=percentile(waits, 50),
        limit=3.0,
        limit_name="goal, at p99",
        p99_ms=percentile(waits, 99) * 1000,
        durability=DURABILITY,
        less_is_better=True,
    )


def _together(world: Any) -> Case:
    """From the moment its listing is examined until every venue shows project and technologies."""
    from hutong.node.demo.network import projects
    from hutong.node.demo.network.projects import CD, SD, SH, SZ, Plan

    plan = Plan("联合", "Together", "G06F16/36", ((SH, 380), (SZ, 310), (SD, 312), (CD, 150)))
    projects.offer_together(world, [plan], projects.register(world, [plan]))
    return Case(
        bench="network",
        case=f"one joint project of {plan.count:,} technologies shown at {len(world.codes)} venues",
        unit="s",
        ours=world.narrator.summary["joint_everywhere_seconds"],
        limit=30.0,
        limit_name="goal",
        durability=DURABILITY,
        less_is_better=True,
    )


def _back(world: Any) -> Case:
    """From the kill to when the venue answers and its mirrors are what their homes have."""
    from hutong.node.demo.network import checking
    from hutong.node.presence import who_runs

    victim = world.codes[-1]
    before, killed = who_runs(world.fleet.state(victim)), time.monotonic()
    world.fleet.kill(victim)
    while who_runs(world.fleet.state(victim)) in (before, None):
        time.sleep(0.05)
    world.fleet.wait_ready(PATIENCE_SECONDS)
    while not checking.are_current(world, [victim]):
        if time.monotonic() - killed > PATIENCE_SECONDS:
            raise TimeoutError(f"{victim} did not come back")
        time.sleep(0.1)
    return Case(
        bench="network",
        case=f"one of {len(world.codes)} venues killed, current again",
        unit="s",
        ours=time.monotonic() - killed,
        durability=DURABILITY,
        less_is_better=True,
    )
