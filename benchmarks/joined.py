"""
Part of bench `network`: two venues in processes of their own, joined, one selling to the other.

    visible     a listing accepted at one venue is a page of the other
    local       bids of a member of the home venue, at its hot door
    relayed     bids of the other venue's member, at its own venue's hot door, the answer the home's
    CPU         what either costs each venue: its processes and its connections' in the database

Bids come at a fixed rate, whether the last one was answered or not; each is timed from the moment at
which it was due. Both kinds are bid at one lot, in turn, in the same run.
"""

import contextlib
import sys
import tempfile
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from benchmarks.common import Case, percentile

RATE = 100  # bids a second
SECONDS = 1
ROUNDS = 4
AT_ONCE = 24
LISTINGS = 30
STEP_FEN = 20_000_00
POSTS = ("registrar", "listing", "trading", "cashier", "controller", "compliance")


@dataclass
class Sale:
    """One lot at the home venue, and who may bid for it at either venue."""

    world: Any
    home: str
    abroad: str
    lot: str
    order: str
    price_fen: int

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def next_fen(self) -> int:
        with self._lock:
            self.price_fen += STEP_FEN
            return self.price_fen


def measure() -> Iterator[Case]:
    with _joined() as world:
        listing = _open(world)
        yield _visible(world)
        sale = _sale(world, listing)
        yield from _bids(sale)


@contextlib.contextmanager
def _joined() -> Iterator[Any]:
    from rich.console import Console

    from hutong.node import fleet
    from hutong.node.demo.narrator import Narrator
    from hutong.node.demo.network import joining
    from hutong.node.demo.network.venues import SHANGHAI, SHENZHEN
    from hutong.node.demo.network.world import World

    with (
        tempfile.TemporaryDirectory(prefix="hutong-bench-") as home,
        fleet.running(Path(home), (SHANGHAI, SHENZHEN), durable=True) as venues,
    ):
        tell = Narrator(base=venues.url(SHANGHAI.code))
        tell.console = Console(file=sys.stderr)
        world = World(venues, tell)
        joining.open_offices(world, dict.fromkeys(world.codes, POSTS))
        joining.join_all(world)
        yield world


def _open(world: Any) -> str:
    """Officers, a seller, a buyer at each venue, and one listing whose period runs."""
    from hutong.node.demo.network import trading

    home, abroad = world.codes
    trading.verify(world.cases[home], trading.SELLER, trading.LOCAL)
    trading.verify(world.cases[abroad], trading.ABROAD)
    trading.apply_at_home_for_registration(world, home)
    register(world.cases[home])
    return str(trading.list_at_home(world, home))


def register(case: Any) -> None:
    """Examine what was applied for, and sit the public notice out."""
    from hutong.node.demo.network import projects

    for application in case.waiting:
        projects.accept(case, application)
    projects.jump_until_registered(case, list(case.waiting))


def _visible(world: Any) -> Case:
    """From the answer that a listing was accepted to its page at the other venue."""
    from hutong.node.demo.case import accept_listing
    from hutong.node.demo.network import trading

    home, abroad = world.codes
    case, waits = world.cases[home], []
    officer, member = case.officers["listing"], case.members[trading.SELLER.key]
    looking = httpx.Client(base_url=world.fleet.url(abroad), timeout=30)
    for technology in case.technologies[trading.SELLER.key][1 : LISTINGS + 1]:
        listing = drafted(member, technology)
        accept_listing(officer, listing)
        accepted = time.monotonic()
        while looking.get(f"/network/venues/{home}/listings/{listing}").status_code != 200:
            if time.monotonic() - accepted > 60:
                raise TimeoutError("a listing was not seen at the other venue in a minute")
            time.sleep(0.02)
        waits.append(time.monotonic() - accepted)
    return Case(
        bench="network",
        case=f"a listing of one venue is a page of the other, {len(waits)} of them, median",
        unit="s",
        ours=percentile(waits, 50),
        limit=3.0,
        limit_name="goal, at p99",
        p99_ms=percentile(waits, 99) * 1000,
        durability="fsync, synchronous_commit",
        less_is_better=True,
    )


def drafted(member: Any, technology: str) -> str:
    listing = member.post(
        "/api/v1/listings",
        {
            "title_zh": "一项技术整体转让",
            "technologies": [technology],
            "offer_kind": "transfer",
            "share": "1",
            "price_mode": "floor",
            "price_fen": 100_000_00,
            "deposit_fen": 10_000_00,
            "increment_fen": 1_000_00,
            "payment": "lump_sum",
            "conditions": "依法设立的法人。",
            "scope": "network",
        },
    )["id"]
    member.post(f"/api/v1/listings/{listing}/submit")
    return str(listing)


def _sale(world: Any, listing: str) -> Sale:
    """The auction of the listing, free to be bid at, with a bidder of each venue."""
    from hutong.node.demo.client import wait_for
    from hutong.node.demo.network import trading

    home, abroad = world.codes
    order = trading.apply_abroad(world, home, abroad, trading.ABROAD, listing)["id"]
    trading.apply_at_home(world, home, listing)
    case = world.cases[home]
    case.jump_until(
        "the cut-off",
        lambda: case.public.get(f"/api/v1/listings/{listing}")["outcome"] is not None,
    )
    firm = world.cases[abroad].members[trading.ABROAD.key]
    lot = wait_for("the lot", lambda: firm.get(f"/api/v1/orders/{order}")["lot"])
    wait_for("the opening", lambda: case.public.get(f"/api/v1/lots/{lot}")["status"] == "free")
    return Sale(world, home, abroad, lot, order, trading.PRICE_FEN)


def _bids(sale: Sale) -> Iterator[Case]:
    from hutong.node.demo.network import trading

    world = sale.world
    member = world.cases[sale.home].members[trading.LOCAL.key]
    seat = member.post(f"/api/v1/lots/{sale.lot}/paddle-token")["token"]
    firm = world.cases[sale.abroad].members[trading.ABROAD.key]
    seat_abroad = firm.post(f"/api/v1/orders/{sale.order}/relay-token")["token"]
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    home = httpx.Client(base_url=world.fleet.url(sale.home), timeout=30, limits=limits)
    abroad = httpx.Client(base_url=world.fleet.url(sale.abroad), timeout=30, limits=limits)

    def local() -> bool:
        return _bid(home, f"/live/lots/{sale.lot}/bids", seat, sale.next_fen())

    def relayed() -> bool:
        return _bid(abroad, f"/live/orders/{sale.order}/bids", seat_abroad, sale.next_fen())

    _at_rate(local, 1)  # connections, tokens and code are there before it counts
    _at_rate(relayed, 1)
    waits: dict[str, list[float]] = {"local": [], "relayed": []}
    spent: defaultdict[tuple[str, str], float] = defaultdict(float)
    for _ in range(ROUNDS):
        for name, bid in (("local", local), ("relayed", relayed)):
            before = {code: _cpu_seconds(world, code) for code in world.codes}
            waits[name] += _at_rate(bid, SECONDS)
            for code in world.codes:
                spent[name, code] += _cpu_seconds(world, code) - before[code]
    p99 = {name: percentile(each, 99) * 1000 for name, each in waits.items()}
    for name, each in waits.items():
        yield Case(
            bench="network",
            case=f"{name} bids, {RATE} a second, {len(each)} of them, median",
            unit="ms",
            ours=percentile(each, 50) * 1000,
            p99_ms=p99[name],
            durability="fsync, synchronous_commit",
            less_is_better=True,
        )
    of = {sale.home: "home", sale.abroad: "bidder's"}
    for (name, code), seconds in sorted(spent.items()):
        yield Case(
            bench="network",
            case=f"CPU of the {of[code]} venue for each of {RATE} {name} bids a second",
            unit="ms",
            ours=seconds * 1000 / len(waits[name]),
            durability="fsync, synchronous_commit",
            less_is_better=True,
        )
    yield Case(
        bench="network",
        case=f"relayed bids above local ones, {RATE} a second, at p99",
        unit="ms",
        ours=p99["relayed"] - p99["local"],
        limit=50.0,
        limit_name="goal",
        durability="fsync, synchronous_commit",
        less_is_better=True,
    )


def _cpu_seconds(world: Any, code: str) -> float:
    """What a venue's processes have used so far, and those of the database that serve it."""
    from hutong.node.presence import who_runs

    running = who_runs(world.fleet.state(code))
    assert running is not None
    theirs = psutil.Process(running.pid).children(recursive=True)
    database = next(venue.database for venue in world.fleet.venues if venue.code == code)
    serving = [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == "postgres"
        and database in " ".join(process.info["cmdline"] or ()).split()
    ]
    total = 0.0
    for process in (*theirs, *serving):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def _bid(client: httpx.Client, path: str, token: str, amount_fen: int) -> bool:
    answer = client.post(
        path,
        headers={"Authorization": f"Bearer {token}"},
        json={"bid_id": str(uuid.uuid4()), "amount_fen": amount_fen},
    )
    if answer.status_code != 200:
        raise RuntimeError(f"{path} → {answer.status_code} {answer.text[:300]}")
    return bool(answer.json()["accepted"])


def _at_rate(bid: Callable[[], bool], seconds: float) -> list[float]:
    """Seconds from when each bid was due to its receipt."""
    count, began = int(RATE * seconds), time.monotonic() + 0.05

    def one(n: int) -> float:
        due = began + n / RATE
        time.sleep(max(0.0, due - time.monotonic()))
        bid()
        return time.monotonic() - due

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(count)))
