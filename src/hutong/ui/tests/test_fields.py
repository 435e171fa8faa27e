"""What people type in the trade's units."""

from fractions import Fraction

import pytest
from django import forms

from hutong.ui.fields import ShareField, YuanField


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("1,280,000.50", 128_000_050), ("¥ 100", 10_000), ("0.01", 1), ("１00", 10_000)],
)
def test_yuan_become_fen(typed: str, fen: int) -> None:
    assert YuanField().clean(typed) == fen


@pytest.mark.parametrize("typed", ["1.234", "-1", "0", "abc", "NaN", "Infinity", "1e30", ""])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        YuanField().clean(typed)


@pytest.mark.parametrize(
    ("typed", "share"),
    [
        ("1/3", Fraction(1, 3)),
        ("50%", Fraction(1, 2)),
        ("0.25", Fraction(1, 4)),
        ("100％", Fraction(1)),
        ("１／３", Fraction(1, 3)),
    ],
)
def test_shares_are_exact(typed: str, share: Fraction) -> None:
    assert ShareField().clean(typed) == share


@pytest.mark.parametrize(
    "typed", ["0", "101%", "4/3", "1/0", "one", "9" * 50, "1e999999999", "1e-999999999"]
)
def test_what_is_no_share_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        ShareField().clean(typed)
