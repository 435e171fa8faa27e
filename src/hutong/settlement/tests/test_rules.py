"""References, fees and the small decisions about money."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.settlement import references
from hutong.settlement.fees import Band, split_fee, total_fee
from hutong.settlement.refusals import Refusal
from hutong.settlement.rules import (
    BankAccount,
    Line,
    PayableStatus,
    applied_fen,
    check_bank_account,
    check_line,
    forfeited_fen,
    need,
    same_line,
)

YUAN = 100
RANDOM = st.integers(0, references.MANY - 1)
PURPOSES = st.sampled_from([references.DEPOSIT, references.PRICE])


def test_a_reference_is_found_however_the_bank_spaced_it():
    reference = references.make(references.DEPOSIT, 12_345_678_901_234_567)
    assert reference.startswith("RF")
    for memo in (
        reference,
        f"保证金 {references.spaced(reference)} 某某公司",
        f"/ref/{reference.lower()}/",
        f"x{reference}y",
    ):
        assert references.find(memo) == [reference]


def test_a_memo_without_a_reference_names_nothing():
    assert references.find("货款") == []
    assert references.find("") == []


@given(PURPOSES, RANDOM)
def test_what_was_made_is_found(purpose, random):
    reference = references.make(purpose, random)
    assert references.find(f"付款 {reference}。") == [reference]


@given(PURPOSES, RANDOM, st.integers(2, 21), st.sampled_from("0123456789"))
def test_a_slip_of_one_character_is_found(purpose, random, place, wrong):
    reference = references.make(purpose, random)
    slipped = reference[:place] + wrong + reference[place + 1 :]
    if slipped != reference:
        assert reference not in references.find(slipped)
        assert not references.is_valid(slipped)


@given(PURPOSES, RANDOM, st.integers(2, 20))
def test_a_swap_of_neighbours_is_found(purpose, random, place):
    reference = references.make(purpose, random)
    a, b = reference[place], reference[place + 1]
    swapped = reference[:place] + b + a + reference[place + 2 :]
    if a != b:
        assert not references.is_valid(swapped)


BANDS = (Band(1_000_000 * YUAN, 300), Band(10_000_000 * YUAN, 200), Band(None, 100))
FEES = [
    (0, 0),
    (1_000_000, 30_000),  # 10,000 yuan at 3 %
    (100_000_000, 3_000_000),  # 1 million yuan at 3 %
    (200_000_000, 5_000_000),  # the second million at 2 %
    (2_000_000_000, 3_000_000 + 18_000_000 + 10_000_000),
    (17, 1),  # 0.51 fen
    (16, 0),  # 0.48 fen
]


@pytest.mark.parametrize(("price", "fee"), FEES)
def test_the_fee_follows_the_bands(price, fee):
    assert total_fee(price, BANDS) == fee


@given(st.integers(0, 10**13), st.integers(1, 10**13))
def test_cutting_a_band_in_two_changes_no_fee(price, cut):
    assert total_fee(price, [Band(cut, 250), Band(None, 250)]) == total_fee(
        price, [Band(None, 250)]
    )


@given(st.integers(0, 10**13), st.integers(0, 10**6))
def test_a_higher_price_never_costs_a_lower_fee(price, more):
    assert total_fee(price, BANDS) <= total_fee(price + more, BANDS)


@given(st.integers(0, 10**12), st.sampled_from(["seller", "buyer", "both"]))
def test_the_parts_of_a_fee_are_the_fee(total, payer):
    fee = split_fee(total, payer)
    assert fee.total_fen == total
    assert fee.seller_fen >= 0
    assert fee.buyer_fen >= 0
    assert abs(fee.seller_fen - fee.buyer_fen) <= 1 or payer != "both"


def test_a_deposit_above_the_price_is_taken_only_to_the_price():
    assert applied_fen(deposit_fen=500, due_fen=300) == 300
    assert applied_fen(deposit_fen=300, due_fen=500) == 300


def test_a_default_costs_what_the_rulebook_says():
    assert forfeited_fen(deposit_fen=1_001, forfeit_bp=10_000) == 1_001
    assert forfeited_fen(deposit_fen=1_001, forfeit_bp=5_000) == 501
    assert forfeited_fen(deposit_fen=1, forfeit_bp=5_000) == 1


LINE = Line(
    bank_reference="B1", amount_fen=5, currency="CNY", value_date=date(2022, 6, 20), text="RF…"
)


def test_the_same_bank_line_with_other_figures_is_refused():
    same_line(LINE, LINE)
    for other in (
        Line(
            bank_reference="B1", amount_fen=6, currency="CNY", value_date=LINE.value_date, text=""
        ),
        Line(
            bank_reference="B1", amount_fen=5, currency="USD", value_date=LINE.value_date, text=""
        ),
        Line(
            bank_reference="B1", amount_fen=5, currency="CNY", value_date=date(2022, 6, 21), text=""
        ),
    ):
        with pytest.raises(Refused) as refused:
            same_line(LINE, other)
        assert refused.value.reason is Refusal.BANK_LINE_DIFFERS


def test_money_from_the_future_has_not_arrived():
    check_line(LINE, today=date(2022, 6, 20))
    with pytest.raises(Refused) as refused:
        check_line(LINE, today=date(2022, 6, 19))
    assert refused.value.reason is Refusal.VALUE_DATE_IN_FUTURE


@pytest.mark.parametrize("holder", ["上海某大学（东区）", "上海某大学(东区)", " 上海某大学 (东区)"])
def test_a_payee_is_known_by_its_name_whatever_the_brackets(holder):
    account = BankAccount(holder=holder, bank="某银行", number="6222 0000 1234")
    check_bank_account(account, names=("上海某大学（东区）", ""))


PAYEES = [
    (BankAccount(holder="别人", bank="某银行", number="622200001234"), Refusal.PAYEE_DIFFERS),
    (BankAccount(holder="", bank="某银行", number="622200001234"), Refusal.PAYEE_DIFFERS),
    (BankAccount(holder="某大学", bank="某银行", number="1234"), Refusal.ACCOUNT_NUMBER_WRONG),
    (BankAccount(holder="某大学", bank="某银行", number="六二二二"), Refusal.ACCOUNT_NUMBER_WRONG),
    (BankAccount(holder="某大学", bank=" ", number="622200001234"), CommonRefusal.INVALID),
]


@pytest.mark.parametrize(("account", "because"), PAYEES)
def test_money_goes_to_nobody_elses_account(account, because):
    with pytest.raises(Refused) as refused:
        check_bank_account(account, names=("某大学", ""))
    assert refused.value.reason is because


def test_a_step_out_of_order_is_refused():
    with pytest.raises(Refused) as refused:
        need(PayableStatus.RELEASED, PayableStatus.HELD)
    assert refused.value.reason is CommonRefusal.OUT_OF_STATE
