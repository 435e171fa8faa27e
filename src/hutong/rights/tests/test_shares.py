from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.refusal import Refused
from hutong.rights.refusals import Refusal
from hutong.rights.shares import (
    MAX_DENOMINATOR,
    MAX_HOLDERS,
    Holdings,
    Power,
    distribution,
    moved,
    parse_share,
    require_share,
)

A, B, C = (UUID(int=n) for n in (1, 2, 3))
THIRD = Fraction(1, 3)


@pytest.mark.parametrize(
    ("text", "share"), [("1", Fraction(1)), ("1/3", THIRD), ("2/6", THIRD), ("001/3", THIRD)]
)
def test_a_share_is_read_exactly(text, share):
    assert parse_share(text) == share


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", Refusal.SHARE_MALFORMED),
        ("a third", Refusal.SHARE_MALFORMED),
        ("0.5", Refusal.SHARE_MALFORMED),
        ("1/0", Refusal.SHARE_MALFORMED),
        ("-1/2", Refusal.SHARE_MALFORMED),
        ("1/" + "9" * 1000, Refusal.SHARE_MALFORMED),
        ("0", Refusal.SHARE_OUT_OF_RANGE),
        ("4/3", Refusal.SHARE_OUT_OF_RANGE),
        ("1/9999999999999", Refusal.SHARE_TOO_FINE),
    ],
)
def test_what_is_no_share_is_refused(text, refusal):
    with pytest.raises(Refused) as refused:
        parse_share(text)
    assert refused.value.reason is refusal


@pytest.mark.parametrize(
    ("holders", "refusal"),
    [
        ([], Refusal.SHARES_NOT_WHOLE),
        ([(A, Fraction(1, 2))], Refusal.SHARES_NOT_WHOLE),
        ([(A, Fraction(1)), (B, THIRD)], Refusal.SHARES_NOT_WHOLE),
        ([(A, THIRD), (A, Fraction(2, 3))], Refusal.HOLDER_TWICE),
        ([(A, Fraction(0)), (B, Fraction(1))], Refusal.SHARE_OUT_OF_RANGE),
        ([(A, Fraction(3, 2)), (B, Fraction(-1, 2))], Refusal.SHARE_OUT_OF_RANGE),
        (
            [(UUID(int=n), Fraction(1, 1000)) for n in range(1000)],
            Refusal.TOO_MANY_HOLDERS,
        ),
        (
            # three large primes: no common denominator a register should keep
            [(A, Fraction(1, 999_983)), (B, Fraction(1, 999_979)), (C, Fraction(1, 999_961))],
            Refusal.SHARE_TOO_FINE,
        ),
    ],
)
def test_shares_that_are_not_exactly_the_whole_are_refused(holders, refusal):
    with pytest.raises(Refused) as refused:
        distribution(Power.OWNERSHIP, holders)
    assert refused.value.reason is refusal


@pytest.mark.parametrize(
    ("giver", "taker", "share", "refusal"),
    [
        (A, A, Fraction(1, 4), Refusal.SAME_PARTY),
        (C, A, Fraction(1, 4), Refusal.HOLDS_NOTHING),
        (A, C, Fraction(3, 4), Refusal.HOLDS_LESS),
        (A, C, Fraction(0), Refusal.SHARE_OUT_OF_RANGE),
    ],
)
def test_nobody_gives_more_than_they_have(giver, taker, share, refusal):
    halves = {A: Fraction(1, 2), B: Fraction(1, 2)}
    with pytest.raises(Refused) as refused:
        moved(Power.OWNERSHIP, halves, giver, taker, share)
    assert refused.value.reason is refusal


def test_a_transfer_of_all_leaves_the_giver_nothing():
    whole = Holdings.of([(A, Fraction(1))])
    assert whole.transfer(A, B, Fraction(1)) == Holdings.of([(B, Fraction(1))])


def test_a_transfer_of_part_keeps_the_rest():
    after = Holdings.of([(A, Fraction(1))]).transfer(A, B, THIRD)
    assert after.ownership == {A: Fraction(2, 3), B: THIRD}
    assert after.disposal == after.income == after.ownership


def test_powers_can_be_held_apart():
    holdings = Holdings.of([(A, Fraction(1))], income=[(A, THIRD), (B, Fraction(2, 3))])
    assert holdings.parties() == {A, B}
    with pytest.raises(Refused) as refused:
        holdings.transfer(A, C, Fraction(1, 2))  # of income A holds only a third
    assert refused.value.reason is Refusal.HOLDS_LESS
    assert refused.value.facts["power"] is Power.INCOME


parties = st.integers(1, 6).map(lambda n: UUID(int=n))


@st.composite
def distributions(draw):
    weights = draw(st.dictionaries(parties, st.integers(1, 1000), min_size=1))
    total = sum(weights.values())
    return {party: Fraction(weight, total) for party, weight in weights.items()}


@given(distributions(), st.lists(st.tuples(parties, parties, st.fractions(0, 1)), max_size=30))
def test_any_history_of_transfers_keeps_the_total_at_exactly_one(start, wishes):
    holdings = Holdings.of(start.items())
    for giver, taker, share in wishes:
        before = holdings
        try:
            holdings = holdings.transfer(giver, taker, share)
        except Refused:
            assert holdings == before
            continue
        assert sum(holdings.ownership.values()) == 1
        assert before.ownership[giver] - share == holdings.ownership.get(giver, 0)
        assert before.ownership.get(taker, 0) + share == holdings.ownership[taker]


@given(distributions())
def test_what_is_stored_over_one_denominator_reads_back_the_same(start):
    holdings = Holdings.of(start.items())
    rows = holdings.rows()
    for power in Power:
        mine = [row for row in rows if row[0] is power]
        assert len({row[3] for row in mine}) == 1
        assert sum(row[2] for row in mine) == mine[0][3] <= MAX_DENOMINATOR
    assert Holdings.from_rows(rows) == holdings


def test_the_bounds_are_generous():
    equal = [(UUID(int=n), Fraction(1, MAX_HOLDERS)) for n in range(MAX_HOLDERS)]
    assert len(distribution(Power.INCOME, equal)) == MAX_HOLDERS
    require_share(Fraction(1, MAX_DENOMINATOR))
