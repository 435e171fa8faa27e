"""
Bench `log`: the public log, from hashing to what a mirror can check.

    append      tiles and a root per 500 leaves, against hashing the same leaves and nothing else
    sequence    a journal that waits → places, tiles, a signed checkpoint, all durable
    sustained   the same while two processes write the journal in batches
    single      the same with one record a transaction, eight clients and the venue's own worker
    inclusion   from commit to signed checkpoint at 1,000 entries a second, by the worker
    proof       an entry with its proof, by the API, server time
    mirror      a stranger reads tiles and entries and believes only the signed root
"""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from benchmarks.common import ROOT, SOURCES, Case, alternate, main, percentile, venue_database

ROUNDS = 5
LEAVES = 100_000
LEAF_BYTES = 400  # an ordinary entry
BACKLOG = 60_000
SECONDS = 8
BATCH = 1_000
WRITERS = 2
CLIENTS = 8
PER_SECOND = 1_000
PROOFS = 300
DURABLE = "fsync, synchronous_commit; the signer's memory flushed"


def measure() -> Iterator[Case]:
    yield _append()
    yield _mirror()
    with venue_database() as database:
        _found()
        yield _sequence()
        yield _sustained()
        with _worker(database.app_url):
            yield _single()
            yield _inclusion()
        yield _proof()


# -- hashing: one thread and no waiting, so that the CPU's time is the time -------------------------


def _append() -> Case:
    leaves = [os.urandom(LEAF_BYTES) for _ in range(LEAVES)]
    ours, limit = alternate(partial(_appended, leaves), partial(_hashed, leaves), ROUNDS)
    return Case(
        bench="log",
        case="append, tiles and a root per 500",
        unit="leaves/s",
        ours=ours,
        limit=limit,
        limit_name=f"hashing {LEAF_BYTES}-byte leaves, one thread",
    )


def _hashed(leaves: list[bytes]) -> float:
    from hutong.transparency.merkle import leaf_hash

    started = time.process_time()
    for leaf in leaves:
        leaf_hash(leaf)
    return len(leaves) / (time.process_time() - started)


def _appended(leaves: list[bytes]) -> float:
    from hutong.transparency import tiles
    from hutong.transparency.merkle import leaf_hash

    started = time.process_time()
    size, edge = 0, {}
    for first in range(0, len(leaves), 500):
        hashes = [leaf_hash(leaf) for leaf in leaves[first : first + 500]]
        growth = tiles.append(size, edge, hashes)
        size = growth.size
        edge = {tile: growth.tiles.get(tile) or edge[tile] for tile in tiles.edge_ids(size)}
        tiles.root_at_edge(size, edge)
    return len(leaves) / (time.process_time() - started)


def _mirror() -> Case:
    leaves = [os.urandom(LEAF_BYTES) for _ in range(LEAVES)]
    served = _served(leaves)
    ours, limit = alternate(partial(_followed, *served), partial(_hashed, leaves), ROUNDS)
    return Case(
        bench="log",
        case="mirror: tiles and entries verified",
        unit="entries/s",
        ours=ours,
        limit=limit,
        limit_name=f"hashing {LEAF_BYTES}-byte leaves, one thread",
    )


def _served(leaves: list[bytes]):
    from hutong.transparency import tiles
    from hutong.transparency.bundles import Address, pack
    from hutong.transparency.merkle import leaf_hash, root_of
    from hutong.transparency.note import Checkpoint

    hashes = [leaf_hash(leaf) for leaf in leaves]
    files = {
        tile.path(len(data) // 32): data for tile, data in tiles.append(0, {}, hashes).tiles.items()
    }
    for first in range(0, len(leaves), 256):
        part = leaves[first : first + 256]
        files[Address(None, first // 256, len(part)).path] = pack(part)
    return Checkpoint("bench.example/log", len(leaves), root_of(hashes)), files


def _followed(checkpoint, files) -> float:
    from hutong.transparency import mirror
    from hutong.transparency.merkle import CompactRange

    started = time.process_time()
    new = mirror.grown(CompactRange(), checkpoint, files.__getitem__)
    count = sum(1 for _ in mirror.entries(new, files.__getitem__))
    assert count == checkpoint.size
    return count / (time.process_time() - started)


# -- journal → signed checkpoint --------------------------------------------------------------------


def _found() -> None:
    from hutong.node.founding import demo_rulebook, found
    from hutong.node.keys import make_keyring

    found(rulebook=demo_rulebook(), now=datetime.now(UTC))
    make_keyring()


def _recorder() -> Callable[[int], None]:
    """Return a function that writes so many entries in one transaction."""
    from hutong.journal.actions import Recording, action, record_many
    from hutong.kit.actor import SYSTEM
    from hutong.kit.event import Event, Private

    @dataclass(frozen=True, kw_only=True)
    class Noted(Event, kind="bench.Noted"):
        price_fen: int
        buyer: Private[str]

    @action(power=None, batch=True)
    def note(*, now: datetime, count: int) -> None:
        record_many(
            [
                Recording(f"thing:{n}", Noted(price_fen=n, buyer="a university"), SYSTEM, now)
                for n in range(count)
            ]
        )

    return lambda count: note(now=datetime.now(UTC), count=count)


def _signed() -> int:
    from hutong.transparency import queries

    latest = queries.checkpoint()
    return latest.size if latest else 0


def _sequence() -> Case:
    from hutong.node.log import sequence

    record = _recorder()
    rates = []
    for _ in range(3):
        for _ in range(BACKLOG // BATCH):
            record(BATCH)
        before, started = _signed(), time.perf_counter()
        while sequence():
            pass
        rates.append((_signed() - before) / (time.perf_counter() - started))
    return Case(
        bench="log",
        case=f"sequence: {BACKLOG} journal entries to signed checkpoints",
        unit="entries/s",
        ours=sorted(rates)[1],
        durability=DURABLE,
    )


def _sustained() -> Case:
    from hutong.node.log import sequence

    def keep_up(writers: list["subprocess.Popen[str]"]) -> None:
        while any(writer.poll() is None for writer in writers):
            if not sequence():
                time.sleep(0.002)
        while sequence():
            pass

    return Case(
        bench="log",
        case=f"sustained: records in batches of {BATCH}, {WRITERS} writers, signed as they come",
        unit="entries/s",
        ours=_written_and_signed("write_batches", keep_up),
        durability=DURABLE,
    )


def _written_and_signed(
    function: str, until_signed: "Callable[[list[subprocess.Popen[str]]], None]"
) -> float:
    """Let writers run beside; the rate from the first record to the last signature."""
    writers = [_beside(function) for _ in range(WRITERS)]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    before, started = _signed(), time.perf_counter()
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    until_signed(writers)
    return (_signed() - before) / (time.perf_counter() - started)


def write_batches() -> None:
    """Run as a process of its own, beside the sequencer."""
    record = _ready()
    until = time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        record(BATCH)


def write_singles() -> None:
    """Run as a process of its own: several clients, each one record a transaction."""
    from django.db import connection

    record = _ready()
    until = time.perf_counter() + SECONDS

    def client() -> None:
        while time.perf_counter() < until:
            record(1)
        connection.close()

    clients = [threading.Thread(target=client) for _ in range(CLIENTS // WRITERS)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()


def _ready() -> Callable[[int], None]:
    import django

    django.setup()
    record = _recorder()
    record(1)
    print("ready", flush=True)
    sys.stdin.readline()
    return record


def _beside(function: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", f"from benchmarks import log; log.{function}()"],
        env={**os.environ, "PYTHONPATH": f"{SOURCES}:{ROOT}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@contextlib.contextmanager
def _worker(url: str) -> Iterator[None]:
    """The venue's own worker: sequencer, reactions, files and all."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hutong.node.worker"],
        env={**os.environ, "HUTONG_DATABASE_URL": url, "PYTHONPATH": str(SOURCES)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        while "ready" not in process.stdout.readline():
            assert process.poll() is None, "the worker did not start"
        yield
    finally:
        process.terminate()
        process.wait()


def _single() -> Case:
    def worker_catches_up(writers: list["subprocess.Popen[str]"]) -> None:
        from hutong.journal import queries as journal

        for writer in writers:
            writer.wait()
        while journal.pending_count() or _unsigned():
            time.sleep(0.01)

    return Case(
        bench="log",
        case=f"single: one record a transaction, {CLIENTS} clients, signed by the worker",
        unit="entries/s",
        ours=_written_and_signed("write_singles", worker_catches_up),
        durability=DURABLE,
    )


def _unsigned() -> int:
    from hutong.transparency import queries

    return queries.tree_size() - _signed()


def _inclusion() -> Case:
    record, at_once = _recorder(), 10
    first = _signed()
    committed: list[float] = []
    signed: list[tuple[float, int]] = []
    over = threading.Event()

    def watch() -> None:
        from django.db import connection

        while not over.is_set():
            size = _signed()
            signed.append((time.perf_counter(), size))
            time.sleep(0.005)
        connection.close()

    watcher = threading.Thread(target=watch)
    watcher.start()
    started = time.perf_counter()
    for n in range(SECONDS * PER_SECOND // at_once):
        time.sleep(max(0.0, started + n * at_once / PER_SECOND - time.perf_counter()))
        record(at_once)
        committed.append(time.perf_counter())
    reached = time.perf_counter()
    while _signed() < first + len(committed) * at_once:
        time.sleep(0.01)
    time.sleep(0.1)
    over.set()
    watcher.join()
    waits, seen = [], iter(signed)
    when, size = next(seen)
    for n, done in enumerate(committed, 1):
        while size < first + n * at_once:
            when, size = next(seen)
        waits += [max(0.0, when - done) * 1000] * at_once
    return Case(
        bench="log",
        case=f"inclusion: commit to signed checkpoint at {PER_SECOND} entries/s, median",
        unit="ms",
        ours=percentile(waits, 50),
        p99_ms=percentile(waits, 99),
        peer=len(waits) / (reached - started),
        peer_name="entries/s reached",
        durability=DURABLE,
    )


def _proof() -> Case:
    import random

    from django.test import Client

    client, size, times = Client(), _signed(), []
    draw = random.Random(1)
    for _ in range(PROOFS):
        index = draw.randrange(size)
        started = time.perf_counter()
        answer = client.get(f"/api/v1/log/entries/{index}")
        times.append((time.perf_counter() - started) * 1000)
        assert answer.json()["proof"]
    return Case(
        bench="log",
        case=f"proof: an entry of {size} with its proof, server time, median",
        unit="ms",
        ours=percentile(times, 50),
        p99_ms=percentile(times, 99),
        less_is_better=True,
    )


if __name__ == "__main__":
    main(measure)
