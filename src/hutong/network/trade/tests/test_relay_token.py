"""Relay tokens: sealed, ours alone, for a while (NE-4, AU-3)."""

import base64
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.refusal import Refused
from hutong.network.trade.relay_token import LONGEST, Refusal, Seat, open_token, seal

KEY, OTHER = b"k" * 32, b"o" * 32
SEAT = Seat(
    order=UUID(int=1),
    lot=UUID(int=2),
    venue="SZTE",
    url="https://szte.example/market",
    paddle_token="AAAA-the-home-venue's-own-BBBB",
    expires=1_000,
)
TOKEN = seal(KEY, SEAT).encode()


def refusal(key: bytes, token: bytes, at: float = 999.9) -> Refusal:
    with pytest.raises(Refused) as refused:
        open_token(key, token, at=at)
    return refused.value.reason


def test_a_token_opens_to_its_seat_until_it_expires() -> None:
    assert open_token(KEY, TOKEN, at=999.9) == SEAT
    assert refusal(KEY, TOKEN, at=1_000) is Refusal.TOKEN_EXPIRED


def test_another_venues_key_does_not_open_it() -> None:
    assert refusal(OTHER, TOKEN) is Refusal.TOKEN_INVALID


def test_the_home_venues_token_is_not_to_be_read_in_it() -> None:
    raw = base64.urlsafe_b64decode(TOKEN)
    assert b"home-venue" not in raw
    assert b"szte" not in raw.lower()
    assert seal(KEY, SEAT).encode() != TOKEN, "the same seat looks different each time"


@given(st.integers(0, len(base64.urlsafe_b64decode(TOKEN)) * 8 - 1))
def test_no_bit_of_it_may_be_another(bit: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(TOKEN))
    raw[bit // 8] ^= 1 << bit % 8
    assert refusal(KEY, base64.urlsafe_b64encode(raw)) is Refusal.TOKEN_INVALID


@given(st.binary(max_size=200))
def test_what_is_no_token_is_refused(sent: bytes) -> None:
    assert refusal(KEY, sent) is Refusal.TOKEN_INVALID


def test_a_token_with_a_tail_or_without_end_is_refused() -> None:
    for sent in (TOKEN + b"A", TOKEN[:-4], TOKEN + TOKEN, b"A" * (LONGEST + 1), b""):
        assert refusal(KEY, sent) is Refusal.TOKEN_INVALID
