"""Double entry, as sentences and as random histories."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.money import MAX_AMOUNT
from hutong.kit.refusal import Refused
from hutong.ledger.rules import (
    HoldEnd,
    Leg,
    Position,
    Refusal,
    end_hold,
    free_hold,
    place_hold,
    post,
)

BANK, BUYER, SELLER, FEES = (UUID(int=n) for n in range(1, 5))


def books(buyer: int = 0, held: int = 0) -> dict[UUID, Position]:
    return {
        BANK: Position(currency="CNY", may_go_below_zero=True, posted_fen=-buyer),
        BUYER: Position(currency="CNY", posted_fen=buyer, held_fen=held),
        SELLER: Position(currency="CNY"),
        FEES: Position(currency="CNY"),
    }


def test_money_from_the_bank_stands_in_the_customers_favour():
    postings, after = post([Leg(BANK, -500), Leg(BUYER, 500)], books())
    assert after[BUYER].available_fen == 500
    assert after[BANK].posted_fen == -500
    assert [(p.number, p.balance_fen) for p in postings] == [(1, -500), (1, 500)]


def test_a_price_is_split_between_seller_and_fee_in_one_transfer():
    _, after = post([Leg(BUYER, -500), Leg(SELLER, 480), Leg(FEES, 20)], books(buyer=500))
    assert (after[BUYER].posted_fen, after[SELLER].posted_fen, after[FEES].posted_fen) == (
        0,
        480,
        20,
    )


REFUSED = [
    ("one leg", [Leg(BUYER, 5)], Refusal.TOO_FEW_LEGS),
    ("an account twice", [Leg(BUYER, -5), Leg(BUYER, 5)], Refusal.ACCOUNT_TWICE),
    ("nothing", [Leg(BUYER, 0), Leg(SELLER, 0)], Refusal.AMOUNT_IMPOSSIBLE),
    (
        "too much",
        [Leg(BANK, -MAX_AMOUNT - 1), Leg(BUYER, MAX_AMOUNT + 1)],
        Refusal.AMOUNT_IMPOSSIBLE,
    ),
    ("a fen lost", [Leg(BUYER, -5), Leg(SELLER, 4)], Refusal.UNBALANCED),
    ("more than there is", [Leg(BUYER, -101), Leg(SELLER, 101)], Refusal.INSUFFICIENT),
    ("what is held", [Leg(BUYER, -71), Leg(SELLER, 71)], Refusal.INSUFFICIENT),
]


@pytest.mark.parametrize(("_", "legs", "because"), REFUSED, ids=[r[0] for r in REFUSED])
def test_the_books_refuse(_, legs, because):
    with pytest.raises(Refused) as refused:
        post(legs, books(buyer=100, held=30))
    assert refused.value.reason is because


def test_two_currencies_balance_each_for_itself():
    euro = Position(currency="EUR", may_go_below_zero=True)
    with pytest.raises(Refused) as refused:
        post([Leg(BANK, -5), Leg(FEES, 5)], books() | {BANK: euro})
    assert refused.value.reason is Refusal.UNBALANCED


def test_a_hold_sets_money_aside_and_cannot_exceed_what_is_available():
    held = place_hold(Position(currency="CNY", posted_fen=100), 60)
    assert (held.available_fen, held.held_fen) == (40, 60)
    with pytest.raises(Refused):
        place_hold(held, 41)
    assert free_hold(held, 60).available_fen == 100


def test_not_even_the_bank_is_held_beyond_what_is_there():
    with pytest.raises(Refused):
        place_hold(Position(currency="CNY", may_go_below_zero=True, posted_fen=-5), 1)


def test_a_hold_ends_once_and_never_for_more():
    end_hold(None, held_fen=60, amount_fen=60)
    with pytest.raises(Refused) as refused:
        end_hold(HoldEnd.VOIDED, held_fen=60, amount_fen=0)
    assert refused.value.reason is Refusal.HOLD_ENDED
    with pytest.raises(Refused) as refused:
        end_hold(None, held_fen=60, amount_fen=61)
    assert refused.value.reason is Refusal.MORE_THAN_HELD


ACCOUNTS = st.sampled_from([BANK, BUYER, SELLER, FEES])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), ACCOUNTS, ACCOUNTS, st.integers(-50, 500)),
        st.tuples(st.just("hold"), ACCOUNTS, ACCOUNTS, st.integers(-50, 500)),
        st.tuples(st.just("post"), ACCOUNTS, ACCOUNTS, st.integers(0, 500)),
        st.tuples(st.just("void"), ACCOUNTS, ACCOUNTS, st.integers(0, 500)),
    ),
    max_size=40,
)


@given(STEPS)
def test_in_every_history_sums_are_zero_nothing_is_overdrawn_and_statements_add_up(steps):
    positions = books()
    statements: dict[UUID, list] = {account: [] for account in positions}
    holds: list[tuple[UUID, int]] = []
    for verb, one, other, amount in steps:
        try:
            after = dict(positions)
            if verb == "hold":
                after[one] = place_hold(positions[one], amount)
                holds.append((one, amount))
            elif verb in ("post", "void"):
                if not holds:
                    continue
                account, held = holds[amount % len(holds)]
                after[account] = free_hold(positions[account], held)
                if verb == "post":
                    part = amount % held + 1
                    end_hold(None, held_fen=held, amount_fen=part)
                    postings, after = post([Leg(account, -part), Leg(other, part)], after)
                    for p in postings:
                        statements[p.account].append(p)
                holds.remove((account, held))
            else:
                postings, after = post([Leg(one, -amount), Leg(other, amount)], positions)
                for p in postings:
                    statements[p.account].append(p)
        except Refused:
            continue
        positions = after

    assert sum(p.posted_fen for p in positions.values()) == 0
    for account, position in positions.items():
        assert position.held_fen >= 0
        assert position.held_fen == sum(held for owner, held in holds if owner == account)
        if account != BANK:
            assert position.available_fen >= 0
        running = 0
        for number, line in enumerate(statements[account], start=1):
            running += line.amount_fen
            assert (line.number, line.balance_fen) == (number, running)
        assert running == position.posted_fen
        assert len(statements[account]) == position.entries
