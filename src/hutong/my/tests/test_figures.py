"""Every page of a member costs the same few queries, however much stands on it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import hutong.notices.jobs  # noqa: F401 (registers the texts of notices)
from hutong.auctions.actions import Bidder
from hutong.auctions.testing import an_open_lot, bidders
from hutong.deals.testing import agreed_deal
from hutong.listings.testing import drafted_listing, open_listing, qualified_intent
from hutong.notices.actions import notify
from hutong.parties.membership import MandateRole
from hutong.parties.testing import let_in, member_of, person, verified_party
from hutong.rights.testing import registered_technologies
from hutong.settlement.testing import funded
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db
ROWS = 4  # of each thing: a query a row would go over the limit
MOST = 12
PAGES = (
    "/my",
    "/my/technologies",
    "/my/technologies/imports",
    "/my/listings",
    "/my/intents",
    "/my/bids",
    "/my/deals",
    "/my/money",
    "/my/money/statement",
    "/my/documents",
    "/my/party",
    "/my/people",
    "/my/notices",
    "/my/notices/settings",
    "/my/tokens",
)


def test_a_busy_partys_pages_cost_few_queries(venue: Any) -> None:
    me, seller = verified_party("上海某大学"), verified_party("北京某大学")
    rights = registered_technologies(me, ROWS, now=venue.now)
    details: list[str] = []
    for right in rights:
        draft = drafted_listing(me, [right.id])
        offer = open_listing(seller)
        intent = qualified_intent(offer, me)
        an_open_lot(
            listing=offer.id, bidders=[Bidder(me.id, intent.id), *bidders(1)], opens_at=venue.now
        )
        deal = agreed_deal(seller=seller, buyer=me)
        details = [f"/my/deals/{deal.id}", f"/my/listings/{draft.id}", f"/my/intents/{intent.id}"]
        let_in(me, person(now=venue.now).id, MandateRole.AGENT)
        funded(me.id, 100_00)
    actor = member_of(me)
    assert actor.person is not None
    notify(now=venue.now, to=[actor.person], kind="parties.verified", facts={}, link="/my")

    page, told = browsing(actor), {}
    page.get("/my")
    for path in (*PAGES, *details):
        with CaptureQueriesContext(connection) as asked:
            assert page.get(path).status_code == 200, path
        told[path] = len(asked)
    assert {path: count for path, count in told.items() if count > MOST} == {}
