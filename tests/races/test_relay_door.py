"""
Bids at another venue through the hot door here: kept, sent, answered once, whatever dies (NE-4, AU-4).

    bidder ─► the relay's door ─► Between ─► the home venue's hot door
"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
import uvicorn
from django.db import connections

from hutong.auctions import queries as auctions
from hutong.auctions import token
from hutong.auctions.testing import Client, a_door, a_door_process, an_open_lot, bidders, free_port
from hutong.kit.ids import new_id
from hutong.network.trade import line, relay_desk, relay_token
from hutong.network.trade.models import Order, RelayedBid
from hutong.network.trade.relay_token import Seat
from hutong.node.founding import demo_rulebook, found
from hutong.node.hot import compose

THEIRS = b"the home venue's key, thirty-two"
OURS = b"the bidder's venue's key: 32 too"
FAR = 4_000_000_000


def play(story: Coroutine[Any, Any, None]) -> None:
    """Run `story`, whose database is this test's: a test before may have left its own to all loops."""

    async def played() -> None:
        with contextlib.suppress(AttributeError):
            del connections["default"]
        try:
            await story
        finally:
            connections.close_all()

    asyncio.run(played())


@pytest.fixture
def both(own_database):
    """One database for both venues; a clock that is the real one."""
    now = datetime.now(UTC)
    rulebook = demo_rulebook()
    rulebook["venue"]["demo"] = False
    found(rulebook=rulebook, now=now - timedelta(minutes=1))
    return own_database


def a_lot(paddles: int = 3) -> UUID:
    opens_at = datetime.now(UTC) - timedelta(seconds=1)
    return an_open_lot(opens_at=opens_at, now=opens_at, bidders=bidders(paddles))


def an_order(lot: UUID) -> UUID:
    now = datetime.now(UTC)
    row = Order.objects.create(
        id=new_id(),
        venue="SZTE",
        listing=new_id(),
        party=new_id(),
        opened_by=new_id(),
        stage="qualified",
        deposit="guaranteed",
        lot=lot,
        opened_at=now,
        changed_at=now,
    )
    return row.id


@dataclass
class Bidder:
    """A seat at a lot of the venue behind `port`, and the way to bid from it."""

    lot: UUID
    port: int
    venue: str = "SZTE"
    paddle: int = 1
    order: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        self.order = an_order(self.lot)

    def token(self, key: bytes = OURS, *, expires: int = FAR, **other: Any) -> str:
        seat = Seat(
            order=self.order,
            lot=self.lot,
            venue=self.venue,
            url=f"http://127.0.0.1:{self.port}",
            paddle_token=token.seal(THEIRS, lot=self.lot, paddle=self.paddle, expires=FAR),
            expires=expires,
        )
        return relay_token.seal(key, seat._replace(**other))

    async def bid(
        self, door: Client, id: UUID, amount_fen: int
    ) -> tuple[int, dict[str, str], dict[str, Any]]:
        body = json.dumps({"bid_id": str(id), "amount_fen": amount_fen}).encode()
        path = f"/live/orders/{self.order}/bids"
        return await door.request("POST", path, body, self.token())

    async def ask(self, door: Client, id: UUID) -> tuple[int, dict[str, Any]]:
        path = f"/live/orders/{self.order}/bids/{id}"
        status, _, answer = await door.request("GET", path, token=self.token())
        return status, answer


class Between:
    """The network between two venues: it may hold what is asked, or what is answered."""

    def __init__(self, home: int) -> None:
        self.home, self.port = home, free_port()
        self.asks_pass, self.answers_pass = asyncio.Event(), asyncio.Event()
        self.asks_pass.set()
        self.answers_pass.set()
        self.held = asyncio.Event()  # something was held
        self.loses = False  # what was held
        self.cuts = 0  # so many connections are cut when they are used again
        self.connections = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, here = await asyncio.open_connection("127.0.0.1", self.home)
        self.connections += 1
        back = asyncio.ensure_future(self._pass(there, writer, self.answers_pass))
        asked = 0
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                asked += 1
                if asked > 1 and self.cuts:
                    self.cuts -= 1
                    break
                if not self.asks_pass.is_set():
                    self.held.set()
                    await self.asks_pass.wait()
                    if self.loses:
                        break
                here.write(data)
        back.cancel()
        here.close()
        writer.close()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, may: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                if not may.is_set():
                    self.held.set()
                    await may.wait()
                writer.write(data)
        writer.close()

    @contextlib.asynccontextmanager
    async def open(self) -> "AsyncIterator[Between]":
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        try:
            yield self
        finally:
            self.asks_pass.set()
            self.answers_pass.set()
            server.close()


@contextlib.asynccontextmanager
async def a_relay(
    url: str, keys_now: Callable[[], Iterable[bytes]] = tuple
) -> AsyncIterator[Client]:
    """The hot door of the bidder's venue, in this loop."""
    port = free_port()
    app = compose(database_url=url, token_key=OURS, keys_now=keys_now)
    config = uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:
            await asyncio.sleep(0.01)
            assert not serving.done(), "the door did not open"
        yield Client(port)
    finally:
        server.should_exit = True
        await serving


SERVE = """
import sys
import django
from hutong.node.loading import loading
with loading():
    django.setup()
    import uvicorn
    from hutong.node.hot import compose
url, key, port = sys.argv[1:]
app = compose(database_url=url, token_key=key.encode())
uvicorn.run(app, port=int(port), log_level="warning")
"""


def a_killable_relay(url: str) -> Any:
    """The same in a process of its own."""
    return a_door_process(SERVE, url, OURS.decode())


async def until(what: Callable[[], Any], seconds: float = 10) -> Any:
    """Ask the database, beside the loop, until it says so."""

    def asked() -> Any:
        try:
            return what()
        finally:
            connections.close_all()

    deadline = time.monotonic() + seconds
    while not (found := await asyncio.to_thread(asked)):
        assert time.monotonic() < deadline, "it never came"
        await asyncio.sleep(0.02)
    return found


def attempts(lot: UUID) -> int:
    return auctions.lot(lot, datetime.now(UTC)).attempts


def attempts_here(lot: UUID) -> int:
    """In a thread of its own."""
    try:
        return attempts(lot)
    finally:
        connections.close_all()


def receipt_kept(bid: UUID) -> dict[str, Any] | None:
    row = RelayedBid.objects.filter(bid=bid).first()
    return json.loads(row.receipt) if row and row.receipt else None


def test_the_home_venues_receipt_is_the_answer_and_stays_it(both) -> None:
    lot, id, low = a_lot(), uuid4(), uuid4()

    async def bid() -> None:
        async with a_door(both.app_url, THEIRS) as home:
            mine = Bidder(lot, home.port)
            async with a_relay(both.app_url) as door:
                status, fields, receipt = await mine.bid(door, id, 100_000)
                assert (status, receipt["accepted"], receipt["sequence"]) == (200, True, 1)
                assert fields["content-type"] == "application/json"
                theirs = token.seal(THEIRS, lot=lot, paddle=1, expires=FAR)
                path = f"/live/lots/{lot}/bids/{id}"
                assert (await home.request("GET", path, token=theirs))[2] == receipt
                status, _, refused = await mine.bid(door, low, 100_000)
                assert (status, refused["accepted"]) == (200, False)
                assert (await mine.bid(door, id, 100_000))[2] == receipt
                assert await mine.ask(door, id) == (200, receipt)
                status, unknown = await mine.ask(door, uuid4())
                assert (status, unknown["code"]) == (404, "auctions.not_received")
            async with a_relay(both.app_url) as door:  # another process, another memory
                assert await mine.ask(door, low) == (200, refused)
                assert (await mine.bid(door, low, 100_000))[2] == refused
        async with a_relay(both.app_url) as door:  # the home venue is away: what is kept is kept
            assert (await mine.bid(door, id, 100_000))[2] == receipt

    play(bid())
    assert attempts(lot) == 2
    assert RelayedBid.objects.filter(receipt__isnull=False).count() == 2


@pytest.mark.parametrize("what", ["lost", "late"])
def test_killed_after_it_kept_a_bid_and_before_it_was_heard(both, what) -> None:
    lot, id = a_lot(), uuid4()

    async def story() -> None:
        async with a_door(both.app_url, THEIRS) as home, Between(home.port).open() as between:
            mine = Bidder(lot, between.port)
            between.asks_pass.clear()
            with a_killable_relay(both.app_url) as (door, process):
                asked = asyncio.ensure_future(mine.bid(door, id, 100_000))
                await between.held.wait()
                assert await until(lambda: RelayedBid.objects.filter(bid=id).exists())
                process.kill()
                with pytest.raises((OSError, ValueError, IndexError)):
                    await asked
            assert await asyncio.to_thread(attempts_here, lot) == 0
            between.loses = what == "lost"
            between.asks_pass.set()
            with a_killable_relay(both.app_url) as (door, _):
                status, _, receipt = await mine.bid(door, id, 100_000)
                assert (status, receipt["accepted"]) == (200, True)
                assert await mine.ask(door, id) == (200, receipt)

    play(story())
    assert attempts(lot) == 1
    assert RelayedBid.objects.count() == 1


def test_killed_after_it_sent_a_bid_and_before_the_receipt(both) -> None:
    lot, id = a_lot(), uuid4()

    async def story() -> None:
        async with a_door(both.app_url, THEIRS) as home, Between(home.port).open() as between:
            mine = Bidder(lot, between.port)
            between.answers_pass.clear()
            with a_killable_relay(both.app_url) as (door, process):
                asked = asyncio.ensure_future(mine.bid(door, id, 100_000))
                await until(lambda: attempts(lot) == 1)
                process.kill()
                with pytest.raises((OSError, ValueError, IndexError)):
                    await asked
            assert await until(lambda: RelayedBid.objects.get(bid=id).receipt is None)
            between.answers_pass.set()
            theirs = token.seal(THEIRS, lot=lot, paddle=1, expires=FAR)
            path = f"/live/lots/{lot}/bids/{id}"
            judged = (await home.request("GET", path, token=theirs))[2]
            with a_killable_relay(both.app_url) as (door, _):
                assert (await mine.bid(door, id, 100_000))[2] == judged
                assert await mine.ask(door, id) == (200, judged)

    play(story())
    assert attempts(lot) == 1
    assert receipt_kept(id) is not None


def test_racers_with_one_id_get_one_receipt(both) -> None:
    lot, id = a_lot(), uuid4()

    async def race() -> None:
        async with (
            a_door(both.app_url, THEIRS) as home,
            a_relay(both.app_url) as here,
            a_relay(both.app_url) as there,
        ):
            mine = Bidder(lot, home.port)
            answers = await asyncio.gather(
                *(mine.bid(door, id, 100_000) for door in (here, there) for _ in range(8))
            )
            assert {status for status, _, _ in answers} == {200}
            assert len({json.dumps(receipt) for _, _, receipt in answers}) == 1

    play(race())
    assert attempts(lot) == 1
    assert RelayedBid.objects.count() == 1


def test_an_id_stands_for_one_amount_on_its_way_and_after(both) -> None:
    lot, id = a_lot(), uuid4()

    async def bid() -> None:
        async with (
            a_door(both.app_url, THEIRS) as home,
            Between(home.port).open() as between,
            a_relay(both.app_url) as here,
            a_relay(both.app_url) as there,
        ):
            mine = Bidder(lot, between.port)
            between.answers_pass.clear()
            first = asyncio.ensure_future(mine.bid(here, id, 100_000))
            await between.held.wait()
            for door in (here, there):
                status, _, problem = await mine.bid(door, id, 900_000)
                assert (status, problem["code"]) == (422, "trade.bid_reused")
                assert problem["facts"]["amount_fen"] == 100_000
            between.answers_pass.set()
            assert (await first)[0] == 200
            assert (await mine.bid(here, id, 900_000))[0] == 422

    play(bid())
    assert attempts(lot) == 1


def test_a_venue_that_is_away_is_said_to_be_and_the_bid_is_kept(both) -> None:
    lot, id = a_lot(), uuid4()

    async def bid() -> None:
        mine = Bidder(lot, free_port())
        async with a_relay(both.app_url) as door:
            began = time.monotonic()
            status, _, problem = await mine.bid(door, id, 100_000)
            assert (status, problem["code"]) == (504, "trade.no_answer")
            assert time.monotonic() - began < 5
            async with a_door(both.app_url, THEIRS) as home:
                mine.port = home.port  # it is back
                assert (await mine.bid(door, id, 100_000))[0] == 200

    play(bid())
    assert (attempts(lot), RelayedBid.objects.count()) == (1, 1)


def test_a_slow_venue_holds_up_nobody_else_and_its_late_answer_is_kept(both, monkeypatch) -> None:
    slow, quick, id = a_lot(), a_lot(), uuid4()
    monkeypatch.setattr(relay_desk, "SECONDS", 1.0)
    monkeypatch.setattr(relay_desk, "MAX_WAITING", 60)

    async def bid() -> None:
        async with (
            a_door(both.app_url, THEIRS) as home,
            Between(home.port).open() as between,
            a_relay(both.app_url) as door,
        ):
            between.answers_pass.clear()
            crowd = [Bidder(slow, between.port, paddle=n) for n in (1, 2, 3)]
            mine = Bidder(quick, home.port, venue="SDTE")
            first = asyncio.ensure_future(crowd[0].bid(door, id, 100_000))
            await between.held.wait()
            rest = [
                asyncio.ensure_future(crowd[n % 3].bid(door, uuid4(), 100_000 + n))
                for n in range(80)
            ]
            await until(lambda: RelayedBid.objects.count() == 60)
            began = time.monotonic()
            assert (await mine.bid(door, uuid4(), 100_000))[0] == 200
            assert time.monotonic() - began < 0.8, "one slow venue is no other's matter"
            assert (await first)[0] == 504
            said = [answer[0] for answer in await asyncio.gather(*rest)]
            assert sorted(set(said)) == [429, 504]
            assert said.count(429) == 21, "no more than sixty wait for one venue"
            between.answers_pass.set()
            late = await until(lambda: receipt_kept(id))
            assert late["accepted"] is True
            assert await crowd[0].ask(door, id) == (200, late)

    play(bid())
    # A bid that found no connection in time was not sent: its bidder was told that it may ask again.
    assert attempts(slow) <= line.CONNECTIONS
    assert RelayedBid.objects.filter(receipt__isnull=True).exists()


def test_a_bid_that_could_not_be_kept_in_time_is_not_sent_afterwards(both, monkeypatch) -> None:
    lot, id = a_lot(), uuid4()
    monkeypatch.setattr(relay_desk, "SECONDS", 0.5)

    async def bid() -> None:
        async with a_door(both.app_url, THEIRS) as home, a_relay(both.app_url) as door:
            mine = Bidder(lot, home.port)
            with psycopg.connect(both.app_url) as other:
                other.execute("LOCK network_relayedbid IN SHARE MODE")
                assert (await mine.bid(door, id, 100_000))[0] == 504
            assert await until(lambda: RelayedBid.objects.filter(bid=id).exists())
            await asyncio.sleep(0.2)
            assert await asyncio.to_thread(attempts_here, lot) == 0
            monkeypatch.setattr(relay_desk, "SECONDS", 8.0)
            assert (await mine.bid(door, id, 100_000))[0] == 200, "asked again, it is sent"

    play(bid())
    assert attempts(lot) == 1


def test_one_order_cannot_fill_the_way_to_a_venue(both) -> None:
    lot = a_lot()

    async def bid() -> None:
        async with (
            a_door(both.app_url, THEIRS) as home,
            Between(home.port).open() as between,
            a_relay(both.app_url) as door,
        ):
            between.answers_pass.clear()
            greedy, other = Bidder(lot, between.port), Bidder(lot, between.port, paddle=2)
            bids = [
                asyncio.ensure_future(greedy.bid(door, uuid4(), 100_000 * n)) for n in range(1, 41)
            ]
            await until(lambda: RelayedBid.objects.count() == relay_desk.MAX_WAITING_PER_ORDER)
            refused = [bid for bid in bids if bid.done()]
            assert {bid.result()[2]["code"] for bid in refused} == {"trade.too_many_waiting"}
            waiting = asyncio.ensure_future(other.bid(door, uuid4(), 900_000_000))
            await asyncio.sleep(0.2)
            between.answers_pass.set()
            assert (await waiting)[0] == 200
            said = [answer[0] for answer in await asyncio.gather(*bids)]
            assert sorted(set(said)) == [200, 429]
            assert said.count(200) == relay_desk.MAX_WAITING_PER_ORDER

    play(bid())


def test_a_connection_that_ended_meanwhile_costs_no_bid(both) -> None:
    lot = a_lot()

    async def bid() -> None:
        async with (
            a_door(both.app_url, THEIRS) as home,
            Between(home.port).open() as between,
            a_relay(both.app_url) as door,
        ):
            mine = Bidder(lot, between.port)
            assert (await mine.bid(door, uuid4(), 100_000))[0] == 200
            between.cuts = 1
            assert (await mine.bid(door, uuid4(), 200_000))[0] == 200
            assert between.cuts == 0
            assert (await mine.bid(door, uuid4(), 300_000))[0] == 200
            assert between.connections == 2, "connections are kept open"

    play(bid())
    assert attempts(lot) == 3


def test_a_bidder_who_hangs_up_has_bid(both) -> None:
    lot, id = a_lot(), uuid4()

    async def bid() -> None:
        async with (
            a_door(both.app_url, THEIRS) as home,
            Between(home.port).open() as between,
            a_relay(both.app_url) as door,
        ):
            mine = Bidder(lot, between.port)
            between.asks_pass.clear()
            asked = asyncio.ensure_future(mine.bid(door, id, 100_000))
            await between.held.wait()
            asked.cancel()
            between.asks_pass.set()
            receipt = await until(lambda: receipt_kept(id))
            assert receipt["accepted"] is True
            assert await mine.ask(door, id) == (200, receipt)

    play(bid())
    assert attempts(lot) == 1


def test_a_door_that_is_told_to_stop_takes_in_what_is_on_its_way(both) -> None:
    lot, id = a_lot(), uuid4()

    async def stop() -> None:
        async with a_door(both.app_url, THEIRS) as home, Between(home.port).open() as between:
            mine = Bidder(lot, between.port)
            between.answers_pass.clear()
            async with a_relay(both.app_url) as door:
                asked = asyncio.ensure_future(mine.bid(door, id, 100_000))
                await between.held.wait()
                asyncio.get_running_loop().call_later(1.5, between.answers_pass.set)
            with contextlib.suppress(OSError, ValueError, IndexError):
                await asked

    play(stop())
    receipt = receipt_kept(id)
    assert receipt is not None, "whoever asks again is given it"
    assert receipt["accepted"] is True


def test_a_token_under_the_key_before_holds_and_under_one_given_up_does_not(both) -> None:
    lot, former = a_lot(), b"the key before this one, 32 bytes"

    async def bid() -> None:
        async with (
            a_door(both.app_url, THEIRS) as home,
            a_relay(both.app_url, keys_now=lambda: [OURS, former]) as door,
        ):
            mine = Bidder(lot, home.port)
            body = json.dumps({"bid_id": str(uuid4()), "amount_fen": 100_000}).encode()
            path = f"/live/orders/{mine.order}/bids"
            assert (await door.request("POST", path, body, mine.token(former)))[0] == 200
            given_up = await door.request("POST", path, body, mine.token(b"x" * 32))
            assert (given_up[0], given_up[2]["code"]) == (401, "trade.token_invalid")

    play(bid())


def test_what_is_wrong_with_a_relayed_bid_is_said_and_nothing_is_kept(both) -> None:
    lot, id = a_lot(), str(uuid4())
    good = json.dumps({"bid_id": id, "amount_fen": 100_000}).encode()

    async def ask_all() -> None:
        async with a_door(both.app_url, THEIRS) as home, a_relay(both.app_url) as door:
            mine, other = Bidder(lot, home.port), Bidder(lot, home.port, paddle=2)
            bids, own = f"/live/orders/{mine.order}/bids", mine.token()
            nowhere = f"/live/orders/{uuid4()}/bids"
            paddle = token.seal(OURS, lot=lot, paddle=1, expires=FAR)
            mangled = own[:-6] + ("AAAAAA" if own[-6:] != "AAAAAA" else "BBBBBB")
            cases = [
                ("POST", bids, good, "", 401, "not_signed_in"),
                ("POST", bids, good, "nonsense", 401, "trade.token_invalid"),
                ("POST", bids, good, "A" * 5_000, 401, "trade.token_invalid"),
                ("POST", bids, good, mangled, 401, "trade.token_invalid"),
                ("POST", bids, good, paddle, 401, "trade.token_invalid"),
                ("POST", bids, good, mine.token(THEIRS), 401, "trade.token_invalid"),
                ("POST", bids, good, other.token(), 401, "trade.token_invalid"),
                ("POST", bids, good, mine.token(expires=1), 401, "trade.token_expired"),
                ("POST", nowhere, good, mine.token(order=UUID(nowhere[13:49])), 404, "not_found"),
                ("POST", bids, b"", own, 422, "invalid"),
                ("POST", bids, b"[" * 900, own, 422, "invalid"),
                ("POST", bids, b"\xff\xfe", own, 422, "invalid"),
                ("POST", bids, good.replace(b"100000", b"1.5"), own, 422, "invalid"),
                ("POST", bids, good.replace(b"100000", b"-1"), own, 422, "invalid"),
                ("POST", bids, good.replace(b"100000", b"1" + b"0" * 30), own, 422, "invalid"),
                ("POST", bids, good[:-1] + b', "lot": 2}', own, 422, "invalid"),
                ("POST", bids, good + b" " * 2_000, own, 413, "too_large"),
                ("POST", bids, b" " * 50_000, own, 413, "too_large"),
                ("PUT", bids, good, own, 405, "method_not_allowed"),
                ("GET", bids, b"", own, 405, "method_not_allowed"),
                ("GET", f"{bids}/{id}", b"", "", 401, "not_signed_in"),
                ("GET", f"{bids}/{id}", b"", other.token(), 401, "trade.token_invalid"),
                ("GET", "/live/orders/nothing/bids", b"", own, 404, "no_such_path"),
            ]
            for method, path, body, bearer, status, code in cases:
                got, fields, problem = await door.request(method, path, body, bearer)
                assert (got, problem["code"]) == (status, code), (method, path, body[:60], problem)
                assert fields["content-type"] == "application/problem+json"
            fields = {"accept_language": "zh-CN"}
            _, _, problem = await door.request("POST", bids, good, "x", **fields)
            assert not problem["title"].isascii()

    play(ask_all())
    assert not RelayedBid.objects.exists()
    assert attempts(lot) == 0


LIES = [
    (b"200 OK", b"text/html", b"<script>alert(1)</script>"),
    (b"200 OK", b"application/json", b'{"accepted":true,"sequence":1}'),
    (b"200 OK", b"application/json", b"[1]"),
    (b"200 OK", b"application/json", b"[" * 10_000),
    (b"200 OK", b"application/json", b'{"accepted":true}' + b" " * 1_000_000),
    (b"302 Found", b"application/problem+json", b'{"code":"x"}'),
    (b"502 Bad Gateway", b"text/html", b"<h1>Bad gateway</h1>"),
]


def test_what_is_no_receipt_of_this_bid_is_no_answer(both) -> None:
    lot = a_lot()

    async def story() -> None:
        lies = iter(LIES)

        async def lie(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            status, kind, body = next(lies)
            head = b"HTTP/1.1 %b\r\ncontent-type: %b\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
            writer.write(head % (status, kind, len(body)) + body)
            writer.close()

        port = free_port()
        server = await asyncio.start_server(lie, "127.0.0.1", port)
        async with a_relay(both.app_url) as door:
            mine = Bidder(lot, port)
            for lie_told in LIES:
                status, fields, problem = await mine.bid(door, uuid4(), 100_000)
                assert (status, problem["code"]) == (504, "trade.no_answer"), lie_told
                assert fields["content-type"] == "application/problem+json"
        server.close()

    play(story())
    assert RelayedBid.objects.count() == len(LIES)
    assert not RelayedBid.objects.filter(receipt__isnull=False).exists()
