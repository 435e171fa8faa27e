"""The hot door, put together for this venue: bids and live streams on plain ASGI."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from hutong.auctions.door import create_app
from hutong.transparency.queries import keyring


def hot_door() -> Any:
    return create_app(
        database_url=settings.DATABASE_URL,
        token_key=keyring().token_key,
        keys_now=lambda: keyring().token_keys(datetime.now(UTC)),
    )
