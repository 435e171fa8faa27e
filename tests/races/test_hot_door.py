"""
The hot door as a bidder and a watcher meet it: sockets, receipts, streams, a kill (AU-4, AU-5, AU-9).
"""

import asyncio
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest

from hutong.auctions import queries, token
from hutong.auctions.testing import Client, a_door, a_door_process, an_open_lot, bidders
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


SERVE = """
import sys
import django
from hutong.node.loading import loading
with loading():
    django.setup()
    import uvicorn
    from hutong.auctions.bid_protocol import BidProtocol
    from hutong.auctions.door import create_app
url, key, port = sys.argv[1:]
door = create_app(database_url=url, token_key=key.encode())
uvicorn.run(door, port=int(port), http=BidProtocol, log_level="warning")
"""


def a_killable_door(url: str) -> Any:
    """A door in a process of its own."""
    return a_door_process(SERVE, url, KEY.decode())


def paddle_token(lot: UUID, paddle: int, expires: int = FAR) -> str:
    return token.seal(KEY, lot=lot, paddle=paddle, expires=expires)


def test_a_bid_through_the_door_and_its_receipt_again(live_venue) -> None:
    lot, id = a_lot(), uuid4()

    async def bid_and_ask() -> None:
        async with a_door(live_venue.app_url, KEY) as client:
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
        async with a_door(live_venue.app_url, KEY) as client:  # another process, another memory
            assert (await client.request("GET", path, token=mine))[2] == receipt
            assert (await client.bid(lot, mine, id, 100_000))[2] == receipt
            status, _, problem = await client.request(
                "GET", f"/live/lots/{lot}/bids/{uuid4()}", token=mine
            )
            assert (status, problem["code"]) == (404, "auctions.not_received")

    asyncio.run(bid_and_ask())


@pytest.mark.drill
def test_a_receipt_survives_the_kill_of_the_door(live_venue) -> None:
    lot = a_lot(20)
    receipts: dict[UUID, dict] = {}
    unanswered: set[UUID] = set()
    prices = count(100_000, 5_000)

    async def bid_until_killed(client: Client, process: "subprocess.Popen[bytes]") -> None:
        async def bidder(paddle: int) -> None:
            while True:
                id, amount = uuid4(), next(prices)
                unanswered.add(id)
                try:
                    _, _, receipt = await client.bid(lot, paddle_token(lot, paddle), id, amount)
                except (OSError, ValueError, IndexError):
                    return  # the door is gone
                unanswered.discard(id)
                receipts[id] = receipt
                if len(receipts) == 100:
                    process.kill()

        await asyncio.gather(*(bidder(paddle) for paddle in range(1, 21)))

    async def ask(client: Client, id: UUID, paddle: int) -> tuple[int, dict]:
        path = f"/live/lots/{lot}/bids/{id}"
        status, _, answer = await client.request("GET", path, token=paddle_token(lot, paddle))
        return status, answer

    async def ask_all(client: Client) -> None:
        for id, receipt in receipts.items():
            assert await ask(client, id, receipt["paddle"]) == (200, receipt)
        for id in unanswered:
            answers = [await ask(client, id, paddle) for paddle in range(1, 21)]
            found = [answer for status, answer in answers if status == 200]
            assert len(found) <= 1  # judged and lost on the way, or never received: it says which
            received.update(answer["sequence"] for answer in found)

    with a_killable_door(live_venue.app_url) as (client, process):
        asyncio.run(bid_until_killed(client, process))
    assert len(receipts) >= 100
    received = {receipt["sequence"] for receipt in receipts.values()}
    with a_killable_door(live_venue.app_url) as (client, _):
        asyncio.run(ask_all(client))
    assert received == set(range(1, queries.lot(lot, datetime.now(UTC)).attempts + 1))
    assert list(queries.audit()) == []


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
        async with a_door(live_venue.app_url, KEY) as client:
            for method, path, body, bearer, status, code in cases:
                got, fields, problem = await client.request(method, path, body, bearer)
                assert (got, problem["code"]) == (status, code), (method, path, body, problem)
                assert fields["content-type"] == "application/problem+json"
            unknown = await client.bid(lot, paddle_token(lot, 9), uuid4(), 100_000)
            assert unknown[2]["refusal"]["code"] == "auctions.unknown_paddle"

    asyncio.run(ask_all())
    assert queries.lot(lot, datetime.now(UTC)).attempts == 1


def test_however_a_bid_comes_it_is_answered_the_same(live_venue) -> None:
    """Whole, in pieces, after others on one connection, or the old way: one sequence, no bid twice."""
    lot = a_lot(3)

    def request(paddle: int, amount: int, *more: str, version: str = "1.1") -> bytes:
        body = json.dumps({"bid_id": str(uuid4()), "amount_fen": amount})
        head = [
            f"POST /live/lots/{lot}/bids HTTP/{version}",
            "host: x",
            f"authorization: Bearer {paddle_token(lot, paddle)}",
            f"content-length: {len(body)}",
            *more,
        ]
        return "\r\n".join([*head, "", body]).encode()

    async def bid_every_way() -> None:
        async with a_door(live_venue.app_url, KEY) as client:
            reader, writer = await asyncio.open_connection("127.0.0.1", client.port)

            async def answer() -> tuple[int, dict[str, Any]]:
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
                length = int(re.search(rb"content-length: (\d+)", head)[1])
                return int(head.split()[1]), json.loads(await reader.readexactly(length))

            async def receipt() -> int:
                status, told = await answer()
                assert status == 200, told
                assert told["accepted"], told
                return told["sequence"]

            writer.write(request(1, 100_000))
            assert await receipt() == 1
            in_pieces = request(2, 200_000)
            for piece in (in_pieces[:30], in_pieces[30:-20], in_pieces[-20:]):
                writer.write(piece)
                await asyncio.sleep(0.05)
            assert await receipt() == 2
            watch = f"GET /live/lots/{lot}/bids/{uuid4()} HTTP/1.1\r\nhost: x\r\n\r\n".encode()
            writer.write(request(1, 300_000) + request(2, 400_000) + watch + request(1, 500_000))
            assert await receipt() == 3
            assert await receipt() == 4
            assert (await answer())[0] == 401
            assert await receipt() == 5
            writer.write(request(2, 600_000, "expect: 100-continue"))
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            assert await receipt() == 6
            writer.write(request(1, 700_000, "connection: close"))
            assert await receipt() == 7
            assert await reader.read() == b""
            writer.close()

            reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
            writer.write(request(2, 800_000, version="1.0"))
            assert await receipt() == 8
            assert await reader.read() == b""
            writer.close()

            _, writer = await asyncio.open_connection("127.0.0.1", client.port)
            writer.write(request(1, 900_000))  # and hangs up before the answer: it counts
            writer.close()
            for _ in range(200):
                if queries.lot(lot, datetime.now(UTC)).attempts == 9:
                    return
                await asyncio.sleep(0.05)
            raise AssertionError("the last bid was not judged")

    asyncio.run(bid_every_way())


def test_watchers_see_each_confirmed_state(live_venue) -> None:
    lot = a_lot()

    async def watch() -> None:
        async with (
            a_door(live_venue.app_url, KEY) as here,
            a_door(live_venue.app_url, KEY) as there,
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
        async with a_door(live_venue.app_url, KEY) as client:
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
            a_door(live_venue.app_url, KEY) as client,
            client.events(f"/live/lots/{lot}") as events,
        ):
            seen = []
            while "unsold" not in seen:
                _, state = await events.next()
                seen.append(state["status"])
            return seen

    assert asyncio.run(watch()) == ["announced", "free", "limited", "unsold"]
