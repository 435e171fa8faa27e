from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.listings.cutoff import Candidate, Outcome, decide
from hutong.listings.offers import PriceMode

NOON = datetime(2022, 7, 1, 4, tzinfo=UTC)


def candidate(n, minutes):
    return Candidate(
        intent=UUID(int=n), party=UUID(int=100 + n), deposited_at=NOON + timedelta(minutes=minutes)
    )


ONE = [candidate(1, 5)]
TWO = [candidate(1, 5), candidate(2, 3)]


@pytest.mark.parametrize(
    ("candidates", "price_mode", "exclusive", "extensions", "outcome", "chosen"),
    [
        ([], PriceMode.FLOOR, True, (0, 2), Outcome.EXTENDED, []),
        ([], PriceMode.FLOOR, True, (2, 2), Outcome.LAPSED, []),
        ([], PriceMode.NEGOTIABLE, True, (0, 0), Outcome.LAPSED, []),
        (ONE, PriceMode.FLOOR, True, (0, 2), Outcome.DEAL, [1]),
        (TWO, PriceMode.FLOOR, True, (0, 2), Outcome.AUCTION, [2, 1]),
        (TWO, PriceMode.FIXED, True, (0, 2), Outcome.DEAL, [2]),
        (ONE, PriceMode.NEGOTIABLE, True, (0, 2), Outcome.NEGOTIATION, [1]),
        (TWO, PriceMode.NEGOTIABLE, True, (0, 2), Outcome.NEGOTIATION, [2, 1]),
        (TWO, PriceMode.FIXED, False, (0, 2), Outcome.LICENCES, [2, 1]),
        (ONE, PriceMode.FLOOR, False, (0, 2), Outcome.LICENCES, [1]),
    ],
)
def test_the_count_decides(candidates, price_mode, exclusive, extensions, outcome, chosen):
    decided = decide(
        candidates,
        exclusive=exclusive,
        price_mode=price_mode,
        extensions_used=extensions[0],
        extensions_allowed=extensions[1],
    )
    assert decided.outcome is outcome
    assert [intent.int for intent in decided.chosen] == chosen


crowds = st.lists(st.integers(0, 20), max_size=12).map(
    lambda minutes: [candidate(n, minute) for n, minute in enumerate(minutes, start=1)]
)


@given(
    crowds,
    st.randoms(),
    st.sampled_from(PriceMode),
    st.booleans(),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_the_order_in_which_candidates_are_read_never_matters(
    crowd, random, price_mode, exclusive, used, allowed
):
    facts = {
        "exclusive": exclusive,
        "price_mode": price_mode,
        "extensions_used": used,
        "extensions_allowed": allowed,
    }
    decided = decide(crowd, **facts)
    shuffled = list(crowd)
    random.shuffle(shuffled)
    assert decide(shuffled, **facts) == decided
    # nobody is chosen who did not stand ready, and somebody is chosen whenever anybody did
    assert set(decided.chosen) <= {c.intent for c in crowd}
    assert bool(decided.chosen) == bool(crowd)
    assert (decided.outcome is Outcome.AUCTION) <= (len(crowd) >= 2)
    assert (decided.outcome is Outcome.EXTENDED) <= (used < allowed)
    if decided.outcome is Outcome.DEAL:
        first = min(crowd, key=lambda c: (c.deposited_at, c.intent))
        assert decided.chosen == (first.intent,)
