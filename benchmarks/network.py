"""
Bench `network`: following another venue's log, two venues that trade (joined.py), ten on
one machine (ten.py), a network of a thousand (many.py).

    catch-up    a new mirror: tiles, entries and texts fetched, verified, kept, and made a picture
    back        a venue back after missing 100,000 entries is current again
    visible     from a checkpoint shown to the listing in the picture

In these the other venue's log is in this process's memory, so that what is measured is the mirror;
fetching over the network is not in it.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from benchmarks import joined, many, ten
from benchmarks.common import Case, main, percentile, venue_database

ENTRIES = 100_000
LISTINGS = 60
SHARE = 20  # one entry in so many is a listing with a text; the others are what a market is full of


def measure() -> Iterator[Case]:
    yield from _mirrors()
    yield from many.measure()
    yield from joined.measure()
    yield from ten.measure()


def _mirrors() -> Iterator[Case]:
    with venue_database():
        _found()
        log, mirror = _log()
        seconds = _follow(log, mirror)
        yield Case(
            bench="network",
            case=f"catch-up of a new mirror, {ENTRIES:,} entries with picture",
            unit="verified entries/s",
            ours=ENTRIES / seconds,
            durability="fsync, synchronous_commit",
        )
        _write(log, ENTRIES)
        log.sign()
        yield Case(
            bench="network",
            case=f"back after {ENTRIES:,} entries missed",
            unit="s",
            ours=_follow(log, mirror),
            durability="fsync, synchronous_commit",
            less_is_better=True,
        )
        waits = _visible(log, mirror)
        yield Case(
            bench="network",
            case="a listing visible, from the checkpoint shown",
            unit="ms, median",
            ours=percentile(waits, 50) * 1000,
            p99_ms=percentile(waits, 99) * 1000,
            durability="fsync, synchronous_commit",
            less_is_better=True,
        )


def _found() -> None:
    from hutong.node.founding import demo_rulebook, found
    from hutong.node.keys import make_keyring

    found(rulebook=demo_rulebook(), now=datetime(2022, 6, 20, 1, tzinfo=UTC))
    make_keyring()


def _log():
    from hutong.network.mirrors import actions
    from hutong.network.mirrors.testing import Log

    log = Log()
    _write(log, ENTRIES)
    log.sign()
    return log, actions.begin(code=log.code, origin=log.origin)


def _write(log, count: int) -> None:
    """What a busy venue writes: batches of bids, seals, deals' steps, and now and then a listing."""
    from hutong.network.mirrors.tests.histories import listed

    first = len(log.entries)
    for n in range(first, first + count):
        id = str(UUID(int=n))
        lot = str(UUID(int=n // 50))
        if n % SHARE == 0:
            listed(log, id, price_fen=n)
        elif n % 3 == 0:
            log.write("journal.Sealed", {"root": "00" * 32, "slots": 64})
        else:
            facts = {"lot": lot, "price_fen": n, "leader": 1, "last": n, "accepted": 3}
            log.write("auctions.BidsJudged", {**facts, "ends_at": "2022-06-20T01:00:00Z"})


def _follow(log, mirror: int) -> float:
    from hutong.network.mirrors import jobs, queries
    from hutong.network.mirrors.models import Mirror
    from hutong.network.mirrors.testing import Logs

    Mirror.objects.update(next_look_at=None)
    started = time.monotonic()
    jobs.follow(log.member(), mirror, Logs(log))
    seconds = time.monotonic() - started
    view = queries.mirror(log.code)
    assert view is not None
    assert view.held_size == log.signed, f"{view.held_size} of {log.signed}: {view.problem}"
    return seconds


def _visible(log, mirror: int) -> list[float]:
    from hutong.network.mirrors import queries
    from hutong.network.mirrors.tests.histories import listed

    waits = []
    for n in range(LISTINGS):
        id = UUID(int=10**9 + n)
        listed(log, str(id))
        log.sign()
        waits.append(_follow(log, mirror))
        assert queries.listing(log.code, id) is not None
    return waits


if __name__ == "__main__":
    main(measure)
