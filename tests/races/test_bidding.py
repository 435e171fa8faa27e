"""
Bidding as a race: real desks, real commits, real losses (AU-2, AU-4, AU-9).
"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connections

from hutong.auctions import actions, queries
from hutong.auctions import record as records
from hutong.auctions.clock import VenueClock
from hutong.auctions.desk import Desk
from hutong.auctions.record import Receipt
from hutong.auctions.rules import Refusal, Status
from hutong.auctions.testing import an_open_lot, bidders
from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import Refused
from hutong.node.founding import demo_rulebook, found


@pytest.fixture
def live_venue(own_database):
    """A venue whose clock is the real one, so that auctions run in real seconds."""
    now = datetime.now(UTC)
    rulebook = demo_rulebook()
    rulebook["venue"]["demo"] = False
    found(rulebook=rulebook, now=now - timedelta(minutes=1))
    return own_database


def a_lot(paddles: int = 3, **terms) -> UUID:
    opens_at = datetime.now(UTC) - timedelta(seconds=1)
    return an_open_lot(opens_at=opens_at, now=opens_at, bidders=bidders(paddles), **terms)


@contextlib.asynccontextmanager
async def a_desk(name: str = "one", *, keep_time: bool = False) -> AsyncIterator[Desk]:
    desk = Desk(name=name, clock=VenueClock())
    await desk.start(keep_time=keep_time)
    try:
        yield desk
    finally:
        await desk.stop()


def bid(desk: Desk, lot: UUID, paddle: int, amount_fen: int, id: UUID | None = None):
    """Bid; returns a future of the receipt or refusal."""
    future = asyncio.get_running_loop().create_future()
    desk.submit(lot, str(id or uuid4()), paddle, amount_fen, future.set_result)
    return future


def refused_for(outcome: Receipt | Refused) -> Refusal | None:
    return outcome.reason if isinstance(outcome, Refused) else None


# -- the desk ---------------------------------------------------------------------------------------


def test_two_hundred_bidders_at_once_give_one_order(live_venue) -> None:
    lot = a_lot(200)

    async def race() -> list[Receipt]:
        async with a_desk() as desk:
            return await asyncio.gather(
                *(
                    bid(desk, lot, paddle, 100_000 + 5_000 * (paddle % 7))
                    for paddle in range(1, 201)
                )
            )

    receipts = asyncio.run(race())
    assert sorted(r.sequence for r in receipts) == list(range(1, 201))
    view = queries.lot(lot, datetime.now(UTC))
    assert view.price_fen == max(r.amount_fen for r in receipts if not r.refusal)
    assert view.bids == sum(not r.refusal for r in receipts)
    assert list(queries.audit()) == []


def test_two_desks_on_one_lot_keep_one_sequence(live_venue) -> None:
    lot = a_lot(2)

    async def race() -> list[Receipt]:
        async with a_desk("one") as one, a_desk("two") as two:
            outcomes = []
            for step in range(60):
                amount = 100_000 + 5_000 * step
                outcomes += await asyncio.gather(bid(one, lot, 1, amount), bid(two, lot, 2, amount))
            return outcomes

    receipts = asyncio.run(race())
    assert sorted(r.sequence for r in receipts) == list(range(1, 121))
    accepted = sorted((r.sequence, r.amount_fen) for r in receipts if not r.refusal)
    amounts = [amount for _, amount in accepted]
    assert amounts == sorted(set(amounts))  # at most one winner of every price, ever rising
    assert list(queries.audit()) == []


def test_a_bid_sent_twice_gets_one_receipt(live_venue) -> None:
    lot, id = a_lot(), uuid4()

    async def repeat() -> list[Receipt | Refused]:
        async with a_desk("one") as one, a_desk("two") as two:
            together = await asyncio.gather(
                bid(one, lot, 1, 100_000, id), bid(one, lot, 1, 100_000, id)
            )
            later = await bid(one, lot, 1, 100_000, id)
            elsewhere = await bid(two, lot, 1, 100_000, id)
            return [*together, later, elsewhere]

    receipts = asyncio.run(repeat())
    assert {(r.sequence, r.chain) for r in receipts} == {(1, receipts[0].chain)}


def test_a_bid_id_used_for_another_bid_is_refused(live_venue) -> None:
    lot, id = a_lot(), uuid4()

    async def reuse() -> list[Receipt | Refused]:
        async with a_desk("one") as one, a_desk("two") as two:
            await bid(one, lot, 1, 100_000, id)
            # In one batch with a fresh one, at a desk that does not know the first.
            return await asyncio.gather(
                bid(one, lot, 1, 105_000, id),
                bid(two, lot, 2, 105_000, id),
                bid(two, lot, 3, 110_000),
            )

    mine, theirs, fresh = asyncio.run(reuse())
    assert refused_for(mine) is refused_for(theirs) is Refusal.BID_ID_REUSED
    assert (fresh.sequence, fresh.refusal) == (2, "")


def test_bids_fail_plainly_while_the_database_is_away_and_go_on_after(live_venue) -> None:
    lot = a_lot()

    async def interrupted() -> list[Receipt | Refused]:
        async with a_desk() as desk:
            before = await bid(desk, lot, 1, 100_000)
            _end_sessions(live_venue)
            during = await bid(desk, lot, 2, 105_000)
            after = await bid(desk, lot, 2, 105_000)
            return [before, during, after]

    before, during, after = asyncio.run(interrupted())
    connections.close_all()  # this thread's own session was ended too
    assert refused_for(during) is Refusal.NOT_JUDGED
    assert (before.sequence, after.sequence, after.refusal) == (1, 2, "")
    assert list(queries.audit()) == []


def _end_sessions(database) -> None:
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_not_received_is_not_said_while_a_batch_is_on_its_way_to_disk(live_venue) -> None:
    lot, id = a_lot(), uuid4()
    with (
        ThreadPoolExecutor(1) as asking,
        psycopg.connect(live_venue.app_url) as dying,
    ):
        dying.execute("SELECT id FROM auctions_lot WHERE id = %s FOR UPDATE", [lot])
        dying.execute(
            "INSERT INTO auctions_attempt VALUES (%s, 1, %s, 1, 100000, now(), '', '')", [lot, id]
        )
        answer = asking.submit(_ask, lot, id)
        with pytest.raises(TimeoutError):
            answer.result(timeout=0.3)
        dying.commit()
        assert answer.result(timeout=10).sequence == 1


def _ask(lot: UUID, id: UUID) -> Receipt:
    try:
        return queries.receipt(lot, id, 1)
    finally:
        connections.close_all()


def test_one_paddle_cannot_crowd_out_the_others(live_venue) -> None:
    lot = a_lot()

    async def crowd() -> tuple[list[Receipt | Refused], Receipt | Refused]:
        async with a_desk() as desk:
            many = [bid(desk, lot, 1, 1) for _ in range(100)]
            other = bid(desk, lot, 2, 100_000)
            return await asyncio.gather(*many), await other

    many, other = asyncio.run(crowd())
    assert sum(refused_for(o) is Refusal.TOO_MANY_WAITING for o in many) == 100 - 32
    assert other.refusal == ""


def test_a_desk_that_stops_judges_what_it_took(live_venue) -> None:
    lot = a_lot()

    async def stop_at_once() -> Receipt | Refused:
        async with a_desk() as desk:
            future = bid(desk, lot, 1, 100_000)
        return future.result()

    assert asyncio.run(stop_at_once()).sequence == 1


def test_the_desk_closes_the_lot_at_its_moved_end(live_venue) -> None:
    lot = a_lot(free_seconds=1, limited_seconds=1)

    async def until_closed() -> tuple[float, float]:
        async with a_desk(keep_time=True) as desk:
            await asyncio.sleep(0.3)
            receipt = await bid(desk, lot, 1, 100_000)  # in the limited period
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                view = await asyncio.to_thread(queries.lot, lot, datetime.now(UTC))
                if view.is_over:
                    break
                await asyncio.sleep(0.05)
            late = await bid(desk, lot, 2, 105_000)
            assert refused_for(late) is Refusal.CLOSED
            return receipt.arrived_at, view.ends_at.timestamp() * 1e6

    arrived, ended = asyncio.run(until_closed())
    assert round(ended - arrived) == 1_000_000
    view = queries.lot(lot, datetime.now(UTC))
    assert (view.status, view.leader) == (Status.SOLD, 1)
    assert view.closed_at >= view.ends_at
    assert list(queries.audit()) == []


def test_a_lot_whose_end_passed_while_no_desk_lived_gets_its_time_back(live_venue) -> None:
    lot = a_lot(free_seconds=1, limited_seconds=1)

    async def serve(seconds: float) -> None:
        async with a_desk(keep_time=True):
            await asyncio.sleep(seconds)

    asyncio.run(serve(0.1))
    ends_at = queries.lot(lot, datetime.now(UTC)).ends_at
    time.sleep(max(0.0, ends_at.timestamp() - time.time()) + 0.2)
    asyncio.run(serve(0.1))
    view = queries.lot(lot, datetime.now(UTC))
    assert view.status is Status.LIMITED
    assert view.ends_at > ends_at
    asyncio.run(serve(2.5))
    assert queries.lot(lot, datetime.now(UTC)).status is Status.UNSOLD
    assert list(queries.audit()) == []


# -- what doctor finds ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "amount_fen = amount_fen + 5000",
        "paddle = 3",
        "arrived_at = arrived_at - interval '1 microsecond'",
        "refusal = 'off_grid'",
        "bid_id = gen_random_uuid()",
        "chain = decode('00', 'hex')",
    ],
)
def test_a_bid_changed_by_a_superuser_is_named(live_venue, change: str) -> None:
    lot = a_lot()

    async def three() -> None:
        async with a_desk() as desk:
            for paddle, amount in ((1, 100_000), (2, 105_000), (1, 110_000)):
                await bid(desk, lot, paddle, amount)

    asyncio.run(three())
    assert list(queries.audit()) == []
    with psycopg.connect(live_venue.superuser_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # past every trigger
        connection.execute(f"UPDATE auctions_attempt SET {change} WHERE sequence = 2")
    [found] = queries.audit()
    assert f"lot {lot} sequence 2" in found.place


def test_a_price_changed_by_a_superuser_is_named(live_venue) -> None:
    lot = a_lot()

    async def one() -> None:
        async with a_desk() as desk:
            await bid(desk, lot, 1, 100_000)

    asyncio.run(one())
    with psycopg.connect(live_venue.superuser_url, autocommit=True) as connection:
        connection.execute("UPDATE auctions_lot SET price_fen = 999999")
    [found] = queries.audit()
    assert found.place == f"auctions.lot {lot} price_fen"


# -- the record --------------------------------------------------------------------------------------


def test_a_published_record_verifies_against_the_log(live_venue) -> None:
    lot = a_lot(50, free_seconds=60)

    async def race() -> None:
        async with a_desk() as desk:
            for round in range(4):
                await asyncio.gather(
                    *(
                        bid(desk, lot, p, 100_000 + 5_000 * (round * 9 + p % 9))
                        for p in range(1, 51)
                    )
                )

    asyncio.run(race())
    end = queries.lot(lot, datetime.now(UTC)).ends_at
    actions.close_lot(actor=SYSTEM, now=end, lot=lot)
    published = json.loads(json.dumps(queries.bidding_record(lot)))
    chains = {entry["last"]: entry["chain"] for entry in published["log"]}
    assert max(chains) == 200
    assert records.verify(published["record"], chains).outcome is Status.SOLD
