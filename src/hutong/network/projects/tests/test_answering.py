"""A lead venue's word of shares is read as it is, or not at all (TE-4)."""

from fractions import Fraction
from uuid import UUID

import pytest

from hutong.kit.refusal import Refused
from hutong.network.bodies import Body
from hutong.network.projects.answering import _shares

PART = "0197a000-0000-7000-8000-000000000001"


def test_a_share_is_exact():
    assert _shares(Body({"shares": {PART: "1/3"}})) == {UUID(PART): Fraction(1, 3)}


@pytest.mark.parametrize(
    "shares",
    [
        None,
        [],
        {PART: "0"},
        {PART: "-1/2"},
        {PART: "3/2"},
        {PART: "1/0"},
        {PART: "half"},
        {PART: f"1/{2**63}"},
        {"no id": "1/2"},
    ],
)
def test_a_share_that_is_none_is_refused_and_breaks_nothing(shares):
    with pytest.raises(Refused) as refused:
        _shares(Body({"shares": shares}))
    assert refused.value.facts == {"field": "shares"}
