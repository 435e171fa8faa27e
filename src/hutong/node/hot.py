"""The hot door, put together for this venue: bids, relayed bids and live streams on plain ASGI."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from hutong.auctions.door import create_app
from hutong.network.trade import relay_door
from hutong.network.trade.relay_door import RelayDoor
from hutong.transparency.queries import keyring


def hot_door() -> Any:
    return compose(
        database_url=settings.DATABASE_URL,
        token_key=keyring().token_key,
        keys_now=lambda: keyring().token_keys(datetime.now(UTC)),
    )


def compose(
    *, database_url: str, token_key: bytes, keys_now: Callable[[], Iterable[bytes]] = tuple
) -> Any:
    """One ASGI application of the door of our own lots and the one of those elsewhere."""
    bids = create_app(database_url=database_url, token_key=token_key, keys_now=keys_now)
    relays = RelayDoor(token_key=token_key, keys_now=keys_now, clock=bids.clock)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            async with relays.open():
                await bids(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(relay_door.PREFIX):
            await relays(scope, receive, send)
        else:
            await bids(scope, receive, send)

    return app
