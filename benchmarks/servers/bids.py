"""
Three ASGI applications for bench `bids`, served by the same uvicorn with the same options.

    ours       the hot door as it is
    textbook   the same request and token check, then one transaction per bid that locks the lot's row
    echo       the same request answered with its own body: what the server itself can do
"""

import json
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

from hutong.auctions import token, wire

KEY = b"benches only, a key of 32 bytes."
POOL = 8
App = Callable[[Any, Any, Any], Awaitable[None]]

LOCK = "SELECT price_fen, leader, sequence FROM textbook_lot WHERE id = %s FOR UPDATE"
INSERT = (
    "INSERT INTO textbook_bid (lot, sequence, bid_id, paddle, amount_fen, arrived_at, refusal)"
    " VALUES (%s, %s, %s, %s, %s, clock_timestamp(), %s)"
)
UPDATE = "UPDATE textbook_lot SET price_fen = %s, leader = %s, sequence = %s WHERE id = %s"
COUNT = "UPDATE textbook_lot SET sequence = %s WHERE id = %s"


def ours() -> App:
    import django

    django.setup()
    from hutong.auctions.door import create_app

    return create_app(database_url=os.environ["HUTONG_DATABASE_URL"], token_key=KEY)


def textbook() -> App:
    from psycopg_pool import AsyncConnectionPool

    pool = AsyncConnectionPool(
        os.environ["HUTONG_DATABASE_URL"], min_size=POOL, max_size=POOL, open=False, timeout=60
    )

    async def place(lot: str, bid_id: str, paddle: int, amount_fen: int) -> tuple[int, str]:
        async with pool.connection() as connection, connection.cursor() as cursor:
            await cursor.execute(LOCK, [lot], prepare=True)
            price, leader, sequence = await cursor.fetchone()
            sequence += 1
            refusal = ""
            if paddle == leader:
                refusal = "own_bid_leads"
            elif amount_fen <= price:
                refusal = "below_minimum"
            values = [lot, sequence, bid_id, paddle, amount_fen, refusal]
            await cursor.execute(INSERT, values, prepare=True)
            if refusal:
                await cursor.execute(COUNT, [sequence, lot], prepare=True)
            else:
                await cursor.execute(UPDATE, [amount_fen, paddle, sequence, lot], prepare=True)
            return sequence, refusal

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await pool.open(wait=True)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await pool.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        bearer = next(v for k, v in scope["headers"] if k == b"authorization")
        opened = token.open_token(KEY, bearer[7:], at=time.time())
        bid_id, amount_fen = wire.read_bid((await receive())["body"])
        sequence, refusal = await place(opened.lot, bid_id, opened.paddle, amount_fen)
        receipt = {
            "lot": opened.lot,
            "bid_id": bid_id,
            "paddle": opened.paddle,
            "amount_fen": amount_fen,
            "accepted": not refusal,
            "sequence": sequence,
            "refusal": refusal or None,
        }
        await _answer(send, json.dumps(receipt).encode())

    return app


def echo() -> App:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await _answer(send, (await receive())["body"])

    return app


async def _answer(send: Any, body: bytes) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
