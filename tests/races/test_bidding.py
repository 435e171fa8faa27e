"""
Bidding as a race: real desks, real commits, real sockets (AU-2, AU-4, AU-5, AU-9).
"""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
import uvicorn
from django.db import connections

from hutong.auctions import actions, queries, token
from hutong.auctions import record as records
from hutong.auctions.clock import VenueClock
from hutong.auctions.desk import Desk
from hutong.auctions.door import create_app
from hutong.auctions.record import Receipt
from hutong.auctions.rules import Refusal, Status
from hutong.auctions.testing import an_open_lot, bidders
from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import Refused
from hutong.node.founding import demo_rulebook, found

KEY = b"a key for tests, thirty-two byte"
FAR = 4_000_000_000


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


# -- through the door -------------------------------------------------------------------------------


class Client:
    """A keep-alive HTTP client of a few lines; the door is what is tested."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def request(
        self, method: str, path: str, body: bytes = b"", token: str = "", **headers: str
    ) -> tuple[int, dict[str, str], dict]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            lines = [f"{method} {path} HTTP/1.1", "host: x", f"content-length: {len(body)}"]
            lines += [f"{k.replace('_', '-')}: {v}" for k, v in headers.items()]
            lines += [f"authorization: Bearer {token}"] if token else []
            writer.write("\r\n".join([*lines, "connection: close", "", ""]).encode() + body)
            raw = await asyncio.wait_for(reader.read(), 10)
        finally:
            writer.close()
        head, _, answer = raw.partition(b"\r\n\r\n")
        first, *rest = head.decode().split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in rest)
        return int(first.split()[1]), fields, json.loads(answer)

    async def bid(self, lot: UUID, token: str, id: UUID, amount: object):
        body = json.dumps({"bid_id": str(id), "amount_fen": amount}).encode()
        return await self.request("POST", f"/live/lots/{lot}/bids", body, token)

    @contextlib.asynccontextmanager
    async def events(self, path: str, last_event_id: str = ""):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        header = f"last-event-id: {last_event_id}\r\n" if last_event_id else ""
        writer.write(f"GET {path} HTTP/1.1\r\nhost: x\r\n{header}\r\n".encode())
        try:
            yield Events(reader)
        finally:
            writer.close()


class Events:
    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def line(self, start: str) -> str:
        while True:
            raw = await asyncio.wait_for(self._reader.readline(), 10)
            if not raw:
                raise EOFError
            line = raw.decode().rstrip("\n")
            if line.startswith(start):
                return line

    async def next(self) -> tuple[str, dict]:
        id = (await self.line("id: "))[4:]
        return id, json.loads((await self.line("data: "))[6:])

    async def until(self, wanted) -> dict:
        while True:
            _, data = await self.next()
            if wanted(data):
                return data


@contextlib.asynccontextmanager
async def a_door(url: str) -> AsyncIterator[Client]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(
        create_app(database_url=url, token_key=KEY),
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:
            await asyncio.sleep(0.01)
            if serving.done():
                raise RuntimeError("the door did not open")
        yield Client(port)
    finally:
        server.should_exit = True
        await serving


def paddle_token(lot: UUID, paddle: int, expires: int = FAR) -> str:
    return token.seal(KEY, lot=lot, paddle=paddle, expires=expires)


def test_a_bid_through_the_door_and_its_receipt_again(live_venue) -> None:
    lot, id = a_lot(), uuid4()

    async def bid_and_ask() -> None:
        async with a_door(live_venue.app_url) as client:
            mine = paddle_token(lot, 1)
            status, _, receipt = await client.bid(lot, mine, id, 100_000)
            assert (status, receipt["accepted"], receipt["sequence"]) == (200, True, 1)
            path = f"/api/v1/lots/{lot}/bids/{id}"
            assert (await client.request("GET", path, token=mine))[2] == receipt
            assert (await client.bid(lot, mine, id, 100_000))[2] == receipt
            status, _, low = await client.bid(lot, paddle_token(lot, 2), uuid4(), 100_000)
            assert (status, low["accepted"], low["refusal"]["code"]) == (
                200,
                False,
                "auctions.below_minimum",
            )
        async with a_door(live_venue.app_url) as client:  # another process, another memory
            assert (await client.request("GET", path, token=mine))[2] == receipt
            assert (await client.bid(lot, mine, id, 100_000))[2] == receipt
            status, _, problem = await client.request(
                "GET", f"/live/lots/{lot}/bids/{uuid4()}", token=mine
            )
            assert (status, problem["code"]) == (404, "auctions.not_received")

    asyncio.run(bid_and_ask())


def test_what_is_wrong_with_a_bid_is_said(live_venue) -> None:
    lot, id = a_lot(), str(uuid4())
    good = json.dumps({"bid_id": id, "amount_fen": 100_000}).encode()
    bids = f"/live/lots/{lot}/bids"
    mine = paddle_token(lot, 1)
    cases = [
        ("POST", bids, good, "", 401, "not_signed_in"),
        ("POST", bids, good, "nonsense", 401, "auctions.token_invalid"),
        ("POST", bids, good, paddle_token(uuid4(), 1), 401, "auctions.token_invalid"),
        ("POST", bids, good, paddle_token(lot, 1, expires=1), 401, "auctions.token_expired"),
        ("POST", bids, b"", mine, 422, "invalid"),
        ("POST", bids, b"[]", mine, 422, "invalid"),
        ("POST", bids, b"[" * 900, mine, 422, "invalid"),
        ("POST", bids, b"\xff\xfe", mine, 422, "invalid"),
        ("POST", bids, b'{"bid_id": "x", "amount_fen": 1}', mine, 422, "invalid"),
        ("POST", bids, good.replace(b"100000", b"100000.5"), mine, 422, "invalid"),
        ("POST", bids, good.replace(b"100000", b"true"), mine, 422, "invalid"),
        ("POST", bids, good.replace(b"100000", b"-1"), mine, 422, "invalid"),
        ("POST", bids, good.replace(b"100000", b"1" + b"0" * 30), mine, 422, "invalid"),
        ("POST", bids, good.replace(b"100000", b'"100000"'), mine, 422, "invalid"),
        ("POST", bids, good[:-1] + b', "paddle": 2}', mine, 422, "invalid"),
        ("POST", bids, good + b" " * 2000, mine, 413, "too_large"),
        ("PUT", bids, good, mine, 405, "method_not_allowed"),
        ("GET", "/live/lots/nothing", b"", "", 404, "no_such_path"),
        ("GET", f"/live/lots/{uuid4()}", b"", "", 404, "not_found"),
        ("GET", f"{bids}/{id}", b"", "", 401, "not_signed_in"),
    ]

    async def ask_all() -> None:
        async with a_door(live_venue.app_url) as client:
            for method, path, body, bearer, status, code in cases:
                got, fields, problem = await client.request(method, path, body, bearer)
                assert (got, problem["code"]) == (status, code), (method, path, body, problem)
                assert fields["content-type"] == "application/problem+json"
            unknown = await client.bid(lot, paddle_token(lot, 9), uuid4(), 100_000)
            assert unknown[2]["refusal"]["code"] == "auctions.unknown_paddle"

    asyncio.run(ask_all())
    assert queries.lot(lot, datetime.now(UTC)).attempts == 1


def test_watchers_see_each_confirmed_state(live_venue) -> None:
    lot = a_lot()

    async def watch() -> None:
        async with (
            a_door(live_venue.app_url) as here,
            a_door(live_venue.app_url) as there,
            here.events(f"/live/lots/{lot}") as near,
            there.events(f"/live/lots/{lot}") as far,
            there.events("/live/board") as board,
        ):
            _, first = await near.next()
            assert (first["status"], first["price_fen"]) == ("free", None)
            await far.next()
            await board.next()
            await here.bid(lot, paddle_token(lot, 1), uuid4(), 100_000)
            await here.bid(lot, paddle_token(lot, 2), uuid4(), 105_000)
            for events in (near, far):
                state = await events.until(lambda s: s["sequence"] == 2)
                assert (state["price_fen"], state["leader"]) == (105_000, 2)
                assert [b["amount_fen"] for b in state["recent"]] == [105_000, 100_000]
            seen = await board.until(lambda b: b["lots"][0]["sequence"] == 2)
            assert seen["lots"][0]["price_fen"] == 105_000

    asyncio.run(watch())


def test_a_watcher_resumes_where_it_was(live_venue) -> None:
    lot = a_lot()

    async def resume() -> None:
        async with a_door(live_venue.app_url) as client:
            async with client.events(f"/live/lots/{lot}") as events:
                id, _ = await events.next()
            async with client.events(f"/live/lots/{lot}", last_event_id=id) as events:
                assert "server_time" in await events.line(": ")  # nothing new: only a heartbeat
                await client.bid(lot, paddle_token(lot, 1), uuid4(), 100_000)
                _, state = await events.next()
                assert state["sequence"] == 1

    asyncio.run(resume())


def test_watchers_see_the_phases_and_the_close(live_venue) -> None:
    opens_at = datetime.now(UTC) + timedelta(seconds=1)
    lot = an_open_lot(
        opens_at=opens_at, now=opens_at, bidders=bidders(2), free_seconds=1, limited_seconds=1
    )

    async def watch() -> list[str]:
        async with (
            a_door(live_venue.app_url) as client,
            client.events(f"/live/lots/{lot}") as events,
        ):
            seen = []
            while "unsold" not in seen:
                _, state = await events.next()
                seen.append(state["status"])
            return seen

    assert asyncio.run(watch()) == ["announced", "free", "limited", "unsold"]


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
