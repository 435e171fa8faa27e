"""What another venue may stand for is agreed venue by venue and currency by currency (SE-5)."""

from datetime import UTC, datetime

import pytest

from hutong.kit.refusal import Refused
from hutong.network.clearing import queries as clearing
from hutong.network.trade import actions
from hutong.network.trade.rules import Refusal
from hutong.parties.testing import officer
from hutong.rulebook import actions as rulebook
from hutong.rulebook import queries as rulebooks
from hutong.ui.testing import browsing
from hutong.venues.testing import join

pytestmark = pytest.mark.django_db
YUAN, DOLLARS = 10**10, 5_000_00


@pytest.fixture
def network(venue):
    from hutong.node.keys import make_keyring

    make_keyring()
    return join("SZTE", "SDTE", now=venue.now, at=datetime.now(UTC))


def agreed(venue, **network):
    """A rulebook with these limits, adopted by two officers."""
    data = rulebooks.in_force(venue.now).rules.model_dump(mode="json")
    data["network"] = {**data["network"], **network}
    one, other = (officer("administrator") for _ in range(2))
    made = rulebook.propose(actor=one, now=venue.now, data=data, note="limits")
    rulebook.adopt(actor=other, now=venue.now, version=made, effective_from=venue.now)


def within(venue, code, amount, currency):
    """None, or the limit that is reached."""
    try:
        actions.within_limit(code, amount, currency, venue.now)
    except Refused as refused:
        return refused.facts["limit"] if refused.reason is Refusal.LIMIT_REACHED else refused
    return None


def test_nothing_is_taken_in_a_currency_about_which_nothing_is_agreed(venue, network):
    assert within(venue, "SZTE", YUAN, "CNY") is None
    assert within(venue, "SZTE", 1, "USD") == "$0.00"

    agreed(venue, currency_exposures=[{"currency": "USD", "exposure_fen": DOLLARS}])

    assert within(venue, "SZTE", DOLLARS, "USD") is None
    assert within(venue, "SZTE", DOLLARS + 1, "USD") == "$5,000.00"
    assert within(venue, "SZTE", 1, "JPY") == "JP¥0"


def test_one_venue_differs_in_one_currency_alone(venue, network):
    agreed(
        venue,
        currency_exposures=[{"currency": "USD", "exposure_fen": DOLLARS}],
        exposures=[{"venue": "SZTE", "currency": "USD", "exposure_fen": 100}],
    )

    assert within(venue, "SZTE", 101, "USD") == "$1.00"
    assert within(venue, "SZTE", YUAN, "CNY") is None
    assert within(venue, "SDTE", DOLLARS, "USD") is None


def test_limits_are_shown_for_every_currency_that_is_agreed(venue, network):
    agreed(
        venue,
        currency_exposures=[{"currency": "USD", "exposure_fen": DOLLARS}],
        exposures=[{"venue": "SZTE", "currency": "JPY", "exposure_fen": 700}],
    )

    told = {(one.venue, one.currency): one.limit_fen for one in clearing.accounts(venue.now)}

    assert told == {
        ("SDTE", "CNY"): YUAN,
        ("SDTE", "USD"): DOLLARS,
        ("SZTE", "CNY"): YUAN,
        ("SZTE", "JPY"): 700,
        ("SZTE", "USD"): DOLLARS,
    }
    page = browsing(officer("settlement")).get("/desk/clearing").content.decode()
    assert "$5,000.00" in page
    assert "JP¥700" in page
