"""What the market decided becomes a deal, told twice and still once (LI-5, AU-1)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from beginnings import beginning
from hutong.deals import jobs, queries
from hutong.deals.rules import How
from hutong.deals.testing import NOTICE, PRICE, listed
from hutong.due.models import Clock
from hutong.journal.queries import Recorded
from hutong.kit.event import Visibility
from hutong.kit.ids import new_id
from hutong.listings import queries as listings
from hutong.listings.testing import cut_off, deposited_intent
from hutong.parties.testing import verified_party

HAMMER = PRICE + 5_000_000


@beginning
def auctioned(venue):
    """A listing with two buyers at its cut-off, which sends them to an auction."""
    offer = listed(verified_party("上海某大学"), price_mode="floor")
    venue.later(days=NOTICE.days)
    intents = [
        deposited_intent(offer, verified_party(f"某科技公司{n}", kind="enterprise"), now=venue.now)
        for n in "甲乙"
    ]
    decided = cut_off(offer)
    assert decided.outcome.value == "auction"
    return decided, intents


def lot_closed(offer, winner=None) -> Recorded:
    """The entry `auctions.Closed` leaves."""
    lot = str(new_id())
    return Recorded(
        id=0,
        position=0,
        log_index=0,
        kind="auctions.Closed",
        version=1,
        visibility=Visibility.LOGGED,
        at=offer.ends_at,
        subject=f"lot:{lot}",
        facts={
            "lot": lot,
            "listing": str(offer.id),
            "outcome": "sold" if winner else "unsold",
            "price_fen": HAMMER if winner else None,
        },
        private={
            "winner_party": str(winner.party) if winner else None,
            "winner_intent": str(winner.id) if winner else None,
        },
    )


def test_the_winner_gets_one_deal_at_the_hammer_price(auctioned):
    offer, (_, winner) = auctioned
    entry = lot_closed(offer, winner)
    for _ in range(2):
        jobs.open_from_auction(entry)
    [deal] = queries.of_listing(offer.id)
    assert (deal.buyer, deal.price_fen, deal.how) == (winner.party, HAMMER, How.AUCTION)
    assert deal.source == entry.subject
    assert deal.intent == winner.id
    assert listings.listing(offer.id).ending.value == "sold"
    assert "网络竞价" in queries.contract_text(deal.id).decode()


def test_after_an_outage_the_time_to_sign_is_not_over_already(auctioned):
    """The lot closed, and the venue comes to read of it only a hundred days later."""
    offer, (_, winner) = auctioned
    read_at = offer.ends_at + timedelta(days=100)
    Clock.objects.update(offset=read_at - datetime.now(UTC))
    jobs.open_from_auction(lot_closed(offer, winner))
    [deal] = queries.of_listing(offer.id)
    assert deal.sign_by > read_at


def test_an_unsold_lot_closes_its_listing_and_opens_no_deal(auctioned):
    offer, _ = auctioned
    entry = lot_closed(offer)
    for _ in range(2):
        jobs.open_from_auction(entry)
        jobs.close_unsold(entry)
    assert queries.of_listing(offer.id) == []
    assert listings.listing(offer.id).ending.value == "lapsed"


def test_a_cut_off_that_needs_an_auction_opens_no_deal(auctioned, drain):
    offer, _ = auctioned
    drain()
    assert queries.of_listing(offer.id) == []


def test_an_erased_winner_cannot_be_given_a_deal_and_it_says_so(auctioned):
    offer, (_, winner) = auctioned
    entry = lot_closed(offer, winner)
    with pytest.raises(LookupError, match="erased"):
        jobs.open_from_auction(replace(entry, private=None))
