"""English auction: AU-1, AU-2, AU-4, AU-12."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.auctions import rules
from hutong.auctions.rules import Lot, Refusal, Status, Terms, judge
from hutong.kit.refusal import Refused

S = rules.SECOND
OPENS = 1_000 * S
FREE_ENDS = OPENS + 60 * S
END = FREE_ENDS + 10 * S

TERMS = Terms(
    opening_fen=100_000,
    increment_fen=5_000,
    opens_at=OPENS,
    free_ends_at=FREE_ENDS,
    limited_us=10 * S,
    paddles=3,
)


def a_lot() -> Lot:
    return Lot.announced(TERMS)


def test_the_first_bid_may_be_the_opening_price() -> None:
    lot = a_lot()
    assert judge(lot, 1, 100_000, OPENS) is None
    assert (lot.price_fen, lot.leader, lot.sequence, lot.bids) == (100_000, 1, 1, 1)


def test_a_later_bid_exceeds_the_highest_by_an_increment() -> None:
    lot = a_lot()
    judge(lot, 1, 100_000, OPENS)
    assert judge(lot, 2, 105_000, OPENS) is None
    assert lot.least_next_fen == 110_000


def test_a_bid_may_jump_several_increments() -> None:
    lot = a_lot()
    assert judge(lot, 1, 100_000 + 7 * 5_000, OPENS) is None


def test_the_first_in_sequence_wins_a_tie() -> None:
    lot = a_lot()
    assert judge(lot, 1, 100_000, OPENS) is None
    assert judge(lot, 2, 100_000, OPENS) is Refusal.BELOW_MINIMUM
    assert lot.leader == 1


def test_a_bid_in_the_free_period_does_not_move_the_end() -> None:
    lot = a_lot()
    judge(lot, 1, 100_000, FREE_ENDS - 1)
    assert lot.ends_at == END


def test_a_late_bid_moves_the_close() -> None:
    lot = a_lot()
    judge(lot, 1, 100_000, END - 1)
    assert lot.ends_at == END - 1 + 10 * S


def test_a_refused_bid_does_not_move_the_close() -> None:
    lot = a_lot()
    judge(lot, 1, 99_999, END - 1)
    assert lot.ends_at == END


def test_a_bid_judged_out_of_order_never_moves_the_close_back() -> None:
    lot = a_lot()
    judge(lot, 1, 100_000, END - 1)
    judge(lot, 2, 105_000, FREE_ENDS)
    assert lot.ends_at == END - 1 + 10 * S


def test_a_bid_received_before_the_end_counts_however_long_it_waited() -> None:
    lot = a_lot()
    assert judge(lot, 1, 100_000, END - 1) is None


def test_a_bid_received_at_the_end_is_late() -> None:
    assert judge(a_lot(), 1, 100_000, END) is Refusal.CLOSED


@pytest.mark.parametrize(
    ("paddle", "amount_fen", "at", "refusal"),
    [
        (4, 1, OPENS - 1, Refusal.UNKNOWN_PADDLE),
        (0, 110_000, OPENS, Refusal.UNKNOWN_PADDLE),
        (1, 1, OPENS - 1, Refusal.NOT_OPEN),
        (1, 1, END, Refusal.CLOSED),
        (1, 1, OPENS, Refusal.OWN_BID_LEADS),
        (1, 110_000, OPENS, Refusal.OWN_BID_LEADS),
        (2, 10**15, OPENS, Refusal.ABSURD),
        (2, 2**63 - 1, OPENS, Refusal.ABSURD),
        (2, 99_999, OPENS, Refusal.BELOW_OPENING),
        (2, 100_000, OPENS, Refusal.BELOW_MINIMUM),
        (2, 104_999, OPENS, Refusal.BELOW_MINIMUM),
        (2, 105_001, OPENS, Refusal.OFF_GRID),
    ],
)
def test_refusals_come_in_their_order_and_change_nothing_but_the_count(
    paddle: int, amount_fen: int, at: int, refusal: Refusal
) -> None:
    lot = a_lot()
    judge(lot, 1, 100_000, OPENS)
    assert judge(lot, paddle, amount_fen, at) is refusal
    assert (lot.price_fen, lot.leader, lot.bids, lot.ends_at) == (100_000, 1, 1, END)
    assert lot.sequence == 2


def test_the_status_follows_the_clock() -> None:
    lot = a_lot()
    assert lot.status_at(OPENS - 1) is Status.ANNOUNCED
    assert lot.status_at(OPENS) is Status.FREE
    assert lot.status_at(FREE_ENDS) is Status.LIMITED
    assert lot.status_at(END + 1) is Status.LIMITED  # until the desk has closed it


# -- the close ------------------------------------------------------------------------------------


def test_a_lot_with_a_bid_is_sold() -> None:
    lot = a_lot()
    judge(lot, 2, 100_000, OPENS)
    assert rules.close(lot, at=END) is Status.SOLD


def test_a_lot_without_a_bid_is_unsold() -> None:
    assert rules.close(a_lot(), at=END) is Status.UNSOLD


def test_a_lot_is_not_closed_before_its_end() -> None:
    with pytest.raises(Refused) as refused:
        rules.close(a_lot(), at=END - 1)
    assert refused.value.reason is Refusal.NOT_OVER


def test_a_lot_is_closed_once() -> None:
    lot = a_lot()
    rules.close(lot, at=END)
    with pytest.raises(Refused) as refused:
        rules.close(lot, at=END)
    assert refused.value.reason is Refusal.CLOSED


def test_a_closed_lot_takes_no_bid_even_from_before_its_end() -> None:
    lot = a_lot()
    rules.close(lot, at=END)
    assert judge(lot, 1, 100_000, END - 1) is Refusal.CLOSED


# -- suspension (AU-12) -----------------------------------------------------------------------------


def test_a_resumed_lot_has_the_time_it_lost() -> None:
    lot = a_lot()
    rules.suspend(lot, at=FREE_ENDS + 4 * S)
    assert judge(lot, 1, 100_000, FREE_ENDS + 5 * S) is Refusal.SUSPENDED
    assert rules.resume(lot, at=FREE_ENDS + 104 * S) == 100 * S
    assert lot.ends_at == END + 100 * S
    assert lot.terms.free_ends_at == FREE_ENDS  # that had passed
    assert lot.status_at(END + 99 * S) is Status.LIMITED


def test_a_lot_suspended_before_its_opening_opens_later() -> None:
    lot = a_lot()
    rules.suspend(lot, at=OPENS - 1)
    rules.resume(lot, at=OPENS + 9)
    assert lot.terms.opens_at == OPENS + 10
    assert lot.ends_at - lot.terms.free_ends_at == 10 * S


def test_a_suspended_lot_is_not_closed() -> None:
    lot = a_lot()
    rules.suspend(lot, at=OPENS)
    with pytest.raises(Refused) as refused:
        rules.close(lot, at=END)
    assert refused.value.reason is Refusal.SUSPENDED


@pytest.mark.parametrize(
    ("down_since", "up_at", "hurt"),
    [
        (OPENS + 1, OPENS + 50 * S, False),  # long, but far from the end
        (FREE_ENDS + 2 * S, FREE_ENDS + 4 * S, False),  # short
        (FREE_ENDS + 2 * S, FREE_ENDS + 6 * S, True),  # long enough near the end
        (OPENS, FREE_ENDS + 4 * S, True),
        (END - 1, END, True),  # the end itself fell into it
        (END, END + 500 * S, False),  # it was over
        (0, OPENS, False),
    ],
)
def test_an_outage_hurts_near_the_end(down_since: int, up_at: int, hurt: bool) -> None:
    lot = a_lot()
    assert rules.was_not_served(lot, down_since=down_since, up_at=up_at, bound_us=3 * S) is hurt


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("opening_fen", 0),
        ("opening_fen", 10**15),
        ("increment_fen", 0),
        ("free_ends_at", OPENS - 1),
        ("limited_us", 0),
        ("paddles", 0),
        ("paddles", 401),
    ],
)
def test_terms_out_of_bounds_are_refused(field: str, value: int) -> None:
    values = {name: getattr(TERMS, name) for name in TERMS.__dataclass_fields__}
    problem = Terms(**{**values, field: value}).problem()
    assert problem is not None
    assert problem.reason is Refusal.TERMS_WRONG


def test_good_terms_have_no_problem() -> None:
    assert TERMS.problem() is None


# -- invariants -------------------------------------------------------------------------------------

BIDS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.one_of(
            st.integers(0, 40).map(lambda n: 100_000 + 5_000 * n), st.integers(-1, 2**63 - 1)
        ),
        st.integers(OPENS - 5 * S, END + 60 * S),
    ),
    max_size=60,
)


@given(BIDS)
def test_the_price_strictly_rises_and_the_end_never_moves_back(bids) -> None:
    lot = a_lot()
    for sequence, (paddle, amount_fen, at) in enumerate(bids, start=1):
        price, leader, end = lot.price_fen, lot.leader, lot.ends_at
        refusal = judge(lot, paddle, amount_fen, at)
        assert lot.sequence == sequence
        assert lot.ends_at >= end
        if refusal is None:
            assert lot.price_fen == amount_fen >= price + (TERMS.increment_fen if leader else 1)
            assert lot.leader == paddle != leader
            assert (amount_fen - TERMS.opening_fen) % TERMS.increment_fen == 0
            assert OPENS <= at < end
        else:
            assert (lot.price_fen, lot.leader, lot.ends_at) == (price, leader, end)


@given(BIDS)
def test_the_highest_accepted_bid_wins(bids) -> None:
    lot = a_lot()
    accepted = [(a, p) for p, a, at in bids if judge(lot, p, a, at) is None]
    outcome = rules.close(lot, at=lot.ends_at)
    if accepted:
        assert outcome is Status.SOLD
        assert (lot.price_fen, lot.leader) == max(accepted)
    else:
        assert outcome is Status.UNSOLD


@given(BIDS, st.integers(0, 60), st.integers(0, 10**9))
def test_a_pause_restores_exactly_what_it_took(bids, pause_after: int, lost: int) -> None:
    lot = a_lot()
    for paddle, amount_fen, at in bids[:pause_after]:
        judge(lot, paddle, amount_fen, at)
    left = lot.ends_at - OPENS
    rules.suspend(lot, at=OPENS)
    assert rules.resume(lot, at=OPENS + lost) == lost
    assert lot.ends_at - (OPENS + lost) == left
