"""A venue's keys, and the hand that signs its log."""

from datetime import UTC, datetime

import pytest

from hutong.transparency.keys import Keyring
from hutong.transparency.venue_keys import Venue

MADE = datetime(2026, 1, 5, tzinfo=UTC)
VENUE = Venue(
    code="SHTE-DEMO", name_zh="上海技术交易所", name_en="Exchange", origin="shte-demo.example"
)


@pytest.fixture
def keyring(settings, tmp_path):
    settings.STATE = tmp_path
    return Keyring.create(tmp_path / "keys", "tests only", venue=VENUE, made_at=MADE)


@pytest.fixture
def signer(keyring):
    return keyring.checkpoint_signer
