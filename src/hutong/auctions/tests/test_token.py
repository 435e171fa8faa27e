"""Paddle tokens (AU-3)."""

from uuid import UUID

import pytest

from hutong.auctions import token
from hutong.auctions.door import create_app
from hutong.auctions.rules import Refusal
from hutong.kit.refusal import Refused

KEY = b"k" * 32
LOT = UUID("0190f5a0-0000-7000-8000-000000000001")
SEALED = token.seal(KEY, lot=LOT, paddle=7, expires=2_000)


def refusal_of(key: bytes, text: str, at: float) -> Refusal:
    with pytest.raises(Refused) as refused:
        token.open_token(key, text, at=at)
    return refused.value.reason


def test_a_token_says_lot_paddle_and_expiry() -> None:
    assert token.open_token(KEY, SEALED, at=1_999) == (str(LOT), 7, 2_000)
    assert len(SEALED) == token.TOKEN_LENGTH


def test_a_token_expires() -> None:
    assert refusal_of(KEY, SEALED, 2_000) is Refusal.TOKEN_EXPIRED


def test_another_venue_s_token_is_not_ours() -> None:
    assert refusal_of(b"j" * 32, SEALED, 1) is Refusal.TOKEN_INVALID


@pytest.mark.parametrize("at", range(len(SEALED)))
def test_a_token_changed_anywhere_is_not_ours(at: int) -> None:
    changed = SEALED[:at] + ("A" if SEALED[at] != "A" else "B") + SEALED[at + 1 :]
    assert refusal_of(KEY, changed, 1) is Refusal.TOKEN_INVALID


@pytest.mark.parametrize("text", ["", "A", "AAAA", "é" * 52, "=" * 52, " " + SEALED, SEALED * 2])
def test_anything_else_is_not_ours(text: str) -> None:
    assert refusal_of(KEY, text, 1) is Refusal.TOKEN_INVALID


def test_a_door_takes_tokens_under_the_key_before_and_the_key_after_a_change() -> None:
    keys = [KEY]
    door = create_app(database_url="", token_key=KEY, keys_now=lambda: keys)
    lot = UUID(int=7)

    def paddle(key: bytes, expires: int = 2**32 - 1) -> int:
        sealed = token.seal(key, lot=lot, paddle=3, expires=expires)
        return door._paddle_of(str(lot), [(b"authorization", b"Bearer " + sealed.encode())])

    after = b"n" * 32
    assert paddle(KEY) == 3
    with pytest.raises(Refused):
        paddle(after)
    keys.insert(0, after)
    assert [paddle(KEY), paddle(after)] == [3, 3]
    with pytest.raises(Refused):
        paddle(after, expires=1)
