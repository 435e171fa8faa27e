"""
Bench `bids`: 256 bidders who wait for their receipt and bid again, on one lot, durability on.

    desk core   the desk without HTTP, against pgbench running the textbook transaction
                (lock the lot's row, insert the bid, update the lot, commit)
    through HTTP  the hot door, against the textbook behind the same server and the same token check

A fifth of the load is refused; both sides write every attempt down. Every receipt of ours is
compared with the row it speaks of.
"""

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path[:0] = [
    str(Path(__file__).resolve().parent.parent),
    str(Path(__file__).resolve().parent.parent / "src"),
]

import psycopg  # noqa: E402
import uvloop  # noqa: E402
from benchmarks import common  # noqa: E402
from benchmarks.common import Case, Database, percentile, pgbench  # noqa: E402
from benchmarks.servers.bids import KEY  # noqa: E402

from hutong.kit.ids import new_id  # noqa: E402

BIDDERS = 256
ROUNDS = 3
SECONDS = 1.5
PGBENCH_SECONDS = 2
WARM_UP_SECONDS = 0.5
CLIENTS = (1, 8, 32, 64)
REFUSED_EVERY = 5
OPENING_FEN, INCREMENT_FEN, TOO_LITTLE_FEN = 100_000, 100, 1
DURABILITY = "fsync on, synchronous_commit on, full_page_writes on"

TEXTBOOK = """
CREATE TABLE textbook_lot (id uuid PRIMARY KEY, price_fen bigint NOT NULL, leader int NOT NULL,
    sequence bigint NOT NULL);
CREATE TABLE textbook_bid (lot uuid NOT NULL, sequence bigint NOT NULL, bid_id uuid NOT NULL,
    paddle int NOT NULL, amount_fen bigint NOT NULL, arrived_at timestamptz NOT NULL,
    refusal text NOT NULL, PRIMARY KEY (lot, sequence), UNIQUE (lot, bid_id));
GRANT SELECT, INSERT, UPDATE ON textbook_lot, textbook_bid TO hutong_app;
"""
TRANSACTION = """
\\set paddle random(1, 256)
\\set kind random(1, 5)
BEGIN;
SELECT price_fen AS price, sequence + 1 AS next FROM textbook_lot WHERE id = '{lot}' FOR UPDATE \\gset
\\if :kind = 1
INSERT INTO textbook_bid VALUES
    ('{lot}', :next, uuidv7(), :paddle, 1, clock_timestamp(), 'below_minimum');
UPDATE textbook_lot SET sequence = :next WHERE id = '{lot}';
\\else
INSERT INTO textbook_bid VALUES
    ('{lot}', :next, uuidv7(), :paddle, :price + 100, clock_timestamp(), '');
UPDATE textbook_lot SET price_fen = :price + 100, leader = :paddle, sequence = :next WHERE id = '{lot}';
\\endif
COMMIT;
"""


def measure() -> Iterator[Case]:
    with common.venue_database() as database:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        with psycopg.connect(database.owner_url, autocommit=True) as connection:
            connection.execute(TEXTBOOK)
        found_venue()
        yield from desk_core(database)
        yield through_http(database)


def found_venue() -> None:
    from hutong.node.founding import found, real_rulebook

    rulebook = real_rulebook(code="BENCH", name_zh="性能测试", name_en="Bench", region="CN-SH")
    found(rulebook=rulebook, now=datetime.now(UTC) - timedelta(hours=1))


# -- the desk core ----------------------------------------------------------------------------------


def desk_core(database: Database) -> Iterator[Case]:
    ours, waits, copies = [], [], []
    peers: dict[int, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        rate, latencies = run_desk()
        ours.append(rate)
        waits += latencies
        copies.append(plain_copies(database))
        for clients in CLIENTS:
            script = TRANSACTION.format(lot=a_textbook_lot(database))
            peers[clients].append(
                pgbench(database, script, clients=clients, seconds=PGBENCH_SECONDS).per_second
            )
    medians = {clients: statistics.median(rates) for clients, rates in peers.items()}
    best = max(medians, key=lambda clients: medians[clients])
    common_part = {
        "bench": "bids",
        "unit": "bids/s",
        "ours": statistics.median(ours),
        "limit": statistics.median(copies),
        "limit_name": f"COPY of the same rows by {BIDDERS}, each committed, one connection",
        "p99_ms": percentile(waits, 99) * 1000,
        "durability": DURABILITY,
    }
    yield Case(
        case=f"desk core, {BIDDERS} bidders; peer at its best",
        peer=medians[best],
        peer_name=f"pgbench textbook transaction, {best} clients (best of 1, 8, 32, 64)",
        **common_part,
    )
    yield Case(
        case=f"desk core, {BIDDERS} bidders; peer at 64",
        peer=medians[64],
        peer_name="pgbench textbook transaction, 64 clients",
        **common_part,
    )


def run_desk() -> tuple[float, list[float]]:
    """Let 256 bidders bid at a desk for a while; return bids a second and waits in seconds."""
    from hutong.auctions.clock import VenueClock
    from hutong.auctions.desk import Desk
    from hutong.auctions.door import tune_process

    lot = a_lot()
    bidding = Bidding()

    async def bid() -> float:
        desk = Desk(name="bench", clock=VenueClock())
        await desk.start(keep_time=False)
        tune_process()  # as the door does
        bidding.begin(asyncio.get_running_loop().create_future())
        for paddle in range(1, BIDDERS + 1):
            bidding.bidder(desk, lot, paddle)()
        started = time.perf_counter()
        await bidding.done
        seconds = time.perf_counter() - started
        await desk.stop()
        return seconds

    seconds = uvloop.run(bid())
    reconcile(lot, {r.sequence: (r.bid_id, r.paddle, r.refusal) for r in bidding.receipts})
    return len(bidding.receipts) / seconds, bidding.waits


class Bidding:
    """Bidders in a closed loop: each waits for its receipt, then bids again."""

    def __init__(self) -> None:
        self.receipts: list[Any] = []
        self.waits: list[float] = []
        self._ids = many_ids(400_000)
        self._number = 0

    def begin(self, done: "asyncio.Future[None]") -> None:
        self.done, self._left = done, BIDDERS
        self.until = time.perf_counter() + SECONDS

    def bidder(self, desk: Any, lot: UUID, paddle: int) -> Callable[[], None]:
        clock, submit, ids = time.perf_counter, desk.submit, self._ids
        keep, kept = self.waits.append, self.receipts.append
        sent = 0.0

        def answer(receipt: Any) -> None:
            now = clock()
            keep(now - sent)
            kept(receipt)
            if now < self.until:
                bid()
            else:
                self._left -= 1
                if not self._left:
                    self.done.set_result(None)

        def bid() -> None:
            nonlocal sent
            self._number = number = self._number + 1
            amount = (
                OPENING_FEN + INCREMENT_FEN * number if number % REFUSED_EVERY else TOO_LITTLE_FEN
            )
            sent = clock()
            submit(lot, ids[number], paddle, amount, answer)

        return bid


def many_ids(count: int) -> list[str]:
    """Ids as bidders would choose them: version 7, so that later ones sort later."""
    beginning = str(new_id())[:24]
    return [f"{beginning}{number:012x}" for number in range(count)]


def a_lot() -> UUID:
    from hutong.auctions.testing import an_open_lot, bidders

    now = datetime.now(UTC)
    return an_open_lot(
        opens_at=now - timedelta(seconds=1),
        now=now - timedelta(seconds=1),
        bidders=bidders(BIDDERS),
        opening_fen=OPENING_FEN,
        increment_fen=INCREMENT_FEN,
        free_seconds=24 * 3600,
        limited_seconds=300,
    )


def reconcile(lot: UUID, receipts: dict[int, tuple[str, int, str]]) -> None:
    """Every receipt has its row and every row its receipt, or the figures mean nothing."""
    from hutong.auctions import queries

    rows = {a.sequence: (a.bid_id, a.paddle, a.refusal) for a in queries.attempts_of(lot)}
    if rows != receipts:
        wrong = sorted(s for s in rows.keys() | receipts.keys() if rows.get(s) != receipts.get(s))
        raise SystemExit(f"receipts and rows differ at {wrong[:5]} of {len(rows)} rows")
    refused = sum(bool(refusal) for _, _, refusal in rows.values())
    print(f"reconciled {len(rows)} receipts, {refused} of them refused", file=sys.stderr)


def a_textbook_lot(database: Database) -> UUID:
    lot = new_id()
    with psycopg.connect(database.app_url, autocommit=True) as connection:
        connection.execute("INSERT INTO textbook_lot VALUES (%s, %s, 0, 0)", [lot, OPENING_FEN])
    return lot


def plain_copies(database: Database) -> float:
    """Write rows like ours, 256 at a time, each batch committed: nothing judged, locked or logged."""
    lot, rows = new_id(), 0
    with psycopg.connect(database.app_url) as connection, connection.cursor() as cursor:
        prepared = [
            "".join(
                f"{lot}\t{batch * BIDDERS + i}\t{new_id()}\t{i}\t100000\t2022-06-20 09:00+08\t\n"
                for i in range(BIDDERS)
            )
            for batch in range(800)
        ]
        started = time.perf_counter()
        for batch in prepared:  # a second, or less on a machine that is through sooner
            with cursor.copy("COPY textbook_bid FROM STDIN") as copy:
                copy.write(batch)
            connection.commit()
            rows += BIDDERS
            if time.perf_counter() - started > 1.0:
                break
        return rows / (time.perf_counter() - started)


# -- through HTTP -----------------------------------------------------------------------------------


def through_http(database: Database) -> Case:
    with (
        served("ours", database) as ours,
        served("textbook", database) as textbook,
        served("echo", database) as echo,
    ):
        results: dict[str, list[float]] = defaultdict(list)
        waits: list[float] = []
        for _ in range(ROUNDS):
            lot = a_lot()
            load = Load(ours, lot)
            results["ours"].append(load.run())
            waits += load.waits
            reconcile(lot, load.receipts())
            results["textbook"].append(Load(textbook, a_textbook_lot(database)).run())
            results["echo"].append(Load(echo, lot).run())
    median = {name: statistics.median(rates) for name, rates in results.items()}
    return Case(
        bench="bids",
        case=f"through HTTP, {BIDDERS} bidders",
        unit="bids/s",
        ours=median["ours"],
        peer=median["textbook"],
        peer_name="textbook transaction over the same server and token check, pool of 8",
        limit=median["echo"],
        limit_name="the same server echoing the same body",
        p99_ms=percentile(waits, 99) * 1000,
        durability=DURABILITY,
    )


@contextmanager
def served(name: str, database: Database) -> Iterator[int]:
    """Serve one of benchmarks/servers/bids.py in a process of its own; yields the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable, "-m", "uvicorn", "--factory", f"benchmarks.servers.bids:{name}",
            "--port", str(port), "--loop", "uvloop",
            "--http", "hutong.auctions.bid_protocol:BidProtocol",
            "--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "2",
        ],
        cwd=common.ROOT,
        env={
            **os.environ,
            "HUTONG_DATABASE_URL": database.app_url,
            "PYTHONPATH": f"{common.ROOT}:{common.SOURCES}",
        },
    )  # fmt: skip
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(15)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("a bench server did not start")


class Load:
    """256 keep-alive connections; each sends its next bid when its receipt has come."""

    def __init__(self, port: int, lot: UUID) -> None:
        from hutong.auctions import token

        self._port, self._lot = port, str(lot)
        expires = int(time.time()) + 3600
        self._heads = [
            f"POST /live/lots/{lot}/bids HTTP/1.1\r\nhost: bench\r\n"
            f"authorization: Bearer {token.seal(KEY, lot=lot, paddle=paddle, expires=expires)}\r\n"
            f"content-type: application/json\r\ncontent-length: "
            for paddle in range(1, BIDDERS + 1)
        ]
        self._ids = many_ids(200_000)
        self.answers: list[bytes] = []
        self.waits: list[float] = []
        self.number = 0

    def run(self) -> float:
        return uvloop.run(self._run())

    async def _run(self) -> float:
        loop = asyncio.get_running_loop()
        self.done = loop.create_future()
        self.left = BIDDERS
        self.until = float("inf")
        bidders = [
            (await loop.create_connection(lambda h=head: Bidder(self, h), "127.0.0.1", self._port))[
                1
            ]
            for head in self._heads
        ]
        for bidder in bidders:
            bidder.bid()
        await asyncio.sleep(WARM_UP_SECONDS)
        counted, started = len(self.answers), time.perf_counter()
        self.waits.clear()
        await asyncio.sleep(SECONDS)
        counted, seconds = len(self.answers) - counted, time.perf_counter() - started
        self.until = 0.0
        await self.done
        for bidder in bidders:
            bidder.close()
        return counted / seconds

    def next_body(self) -> str:
        self.number = number = self.number + 1
        amount = OPENING_FEN + INCREMENT_FEN * number if number % REFUSED_EVERY else TOO_LITTLE_FEN
        return f'{{"bid_id":"{self._ids[number]}","amount_fen":{amount}}}'

    def receipts(self) -> dict[int, tuple[str, int, str]]:
        """Receipts by sequence, as `reconcile` compares them."""
        found = {}
        for answer in self.answers:
            receipt = json.loads(answer[answer.index(b"\r\n\r\n") + 4 :])
            refusal = receipt["refusal"]["code"].partition(".")[2] if receipt["refusal"] else ""
            found[receipt["sequence"]] = (receipt["bid_id"], receipt["paddle"], refusal)
        if len(found) != len(self.answers):
            raise SystemExit("two receipts have the same sequence")
        return found


class Bidder(asyncio.Protocol):
    """One connection. Receipts are small and come whole; a partial one is put together."""

    def __init__(self, load: Load, head: str) -> None:
        self._load, self._head, self._rest = load, head, b""

    def connection_made(self, transport: Any) -> None:
        self._write, self.close = transport.write, transport.close

    def bid(self) -> None:
        body = self._load.next_body()
        self._sent = time.perf_counter()
        self._write(f"{self._head}{len(body)}\r\n\r\n{body}".encode())

    def data_received(self, data: bytes) -> None:
        load = self._load
        data = self._rest + data
        if not data.endswith(b"}"):
            self._rest = data
            return
        self._rest = b""
        now = time.perf_counter()
        load.waits.append(now - self._sent)
        load.answers.append(data)
        if not data.startswith(b"HTTP/1.1 200"):
            load.done.set_exception(SystemExit(f"not a receipt: {data!r}"))
        elif now < load.until:
            self.bid()
        else:
            load.left -= 1
            if not load.left:
                load.done.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._load.done.done():
            self._load.done.set_exception(SystemExit(f"the server hung up: {error}"))


if __name__ == "__main__":
    common.main(measure)
