"""
The keyring of the venue this process serves.
"""

import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from hutong.due import queries as due
from hutong.rulebook import queries as rulebook
from hutong.transparency.keys import Keyring, Opened, find_passphrase, open_or_create
from hutong.transparency.venue_keys import Venue


def directory() -> Path:
    return Path(settings.STATE) / "keys"


def keyring() -> Keyring:
    """Open this venue's keyring (once a process). Raises KeysUnusable."""
    return _keyring(directory())


@cache
def _keyring(place: Path) -> Keyring:
    return Keyring(place, find_passphrase(place))


def make_keyring() -> Opened:
    """Open the keyring, or make it for a venue just founded."""
    rules = rulebook.in_force(due.venue_now(datetime.now(UTC))).rules.venue
    venue = Venue(
        code=rules.code,
        name_zh=rules.name_zh,
        name_en=rules.name_en,
        origin=_origin(rules.code),
    )
    return open_or_create(directory(), venue=venue, made_at=datetime.now(UTC))


def _origin(code: str) -> str:
    """The venue's stable name: HUTONG_LOG_NAME, its host, or on loopback one from its code."""
    if given := os.environ.get("HUTONG_LOG_NAME"):
        return given
    host = urlsplit(settings.ORIGIN).hostname or "localhost"
    return f"{code.lower()}.localhost" if settings.LOOPBACK else host
