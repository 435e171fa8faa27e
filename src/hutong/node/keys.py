"""
Making the keyring of a venue just founded; opening it is `transparency.queries.keyring`.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from hutong.due import queries as due
from hutong.rulebook import queries as rulebook
from hutong.transparency.keeping.actions import settle
from hutong.transparency.keys import Opened, open_or_create
from hutong.transparency.venue_keys import Venue


def make_keyring() -> Opened:
    """Open the keyring, or make it for a venue just founded; it follows what the journal decided."""
    rules = rulebook.in_force(due.venue_now(datetime.now(UTC))).rules.venue
    venue = Venue(
        code=rules.code,
        name_zh=rules.name_zh,
        name_en=rules.name_en,
        origin=_origin(rules.code),
    )
    directory = Path(settings.STATE) / "keys"
    opened = open_or_create(directory, venue=venue, made_at=datetime.now(UTC))
    settle()
    return opened


def _origin(code: str) -> str:
    """The venue's stable name: HUTONG_LOG_NAME, its host, or on loopback one from its code."""
    if given := os.environ.get("HUTONG_LOG_NAME"):
        return given
    host = urlsplit(settings.ORIGIN).hostname or "localhost"
    return f"{code.lower()}.localhost" if settings.LOOPBACK else host
