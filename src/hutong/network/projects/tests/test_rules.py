"""The split of a joint project's price, and what is refused before anything is written (TE-4)."""

from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.refusal import Refused
from hutong.listings.joint import split
from hutong.network.projects import rules
from hutong.network.projects.rules import Refusal, Words

PART = [UUID(int=n) for n in range(1, 9)]
asks = st.lists(st.integers(1, 10**15), min_size=2, max_size=8)


@given(asks, st.integers(0, 10**15), st.data())
def test_no_fen_of_the_price_is_lost_and_every_seller_gets_what_it_asks(asked, above, data):
    of = dict(zip(PART, asked, strict=False))
    lead = data.draw(st.sampled_from(sorted(of)))
    price = sum(asked) + above

    shares = rules.split(of)
    paid = split(price, shares, lead=lead)

    assert sum(shares.values()) == 1
    assert sum(paid.values()) == price
    assert all(paid[part] >= fen for part, fen in of.items())


def test_one_part_is_no_joint_project():
    with pytest.raises(Refused) as refused:
        rules.split({PART[0]: 100})
    assert refused.value.reason is Refusal.TOO_FEW_PARTS


def test_the_split_is_exact():
    assert rules.split({PART[0]: 100, PART[1]: 200}) == {
        PART[0]: Fraction(1, 3),
        PART[1]: Fraction(2, 3),
    }


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        (["SZTE", "SZTE"], Refusal.VENUE_TWICE),
        (["XXTE"], Refusal.NOT_A_MEMBER),
        ([f"V{n}" for n in range(rules.MOST_VENUES + 1)], Refusal.TOO_MANY),
    ],
)
def test_venues_are_members_of_the_network_each_once(named, reason):
    with pytest.raises(Refused) as refused:
        rules.check_venues(named, {"SZTE", "SDTE"})
    assert refused.value.reason is reason


def test_a_project_has_a_title_in_one_language_at_least():
    with pytest.raises(Refused) as refused:
        Words(title_zh="  ", title_en="", summary="x", conditions="").checked()
    assert refused.value.reason is Refusal.TITLE_MISSING


def test_what_was_sent_is_compared_with_the_log_field_by_field():
    rules.compare({"bundle": "a", "more": 1}, {"bundle": "a"})
    with pytest.raises(Refused) as refused:
        rules.compare({"bundle": "a", "technologies": 3}, {"bundle": "a", "technologies": 2})
    assert refused.value.reason is Refusal.DIFFERS_FROM_LOG
    assert refused.value.facts["field"] == "technologies"
