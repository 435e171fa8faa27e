"""Bids at another venue: kept before they are sent, and one bid under one id (NE-4, AU-4)."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.trade import queries, relay
from hutong.network.trade.models import Order, RelayedBid
from hutong.node.keys import make_keyring
from hutong.parties import testing as people
from hutong.ui.testing import browsing
from hutong.venues.testing import join

pytestmark = pytest.mark.django_db
HOME = "SZTE"


class There(httpx.BaseTransport):
    """The home venue's doors: what it is asked, and how it answers."""

    def __init__(self):
        self.asked, self.away = [], True

    def handle_request(self, request):
        if request.url.path == relay.PATH:
            self.asked.append(json.loads(request.content)["person"]["id"])
            return httpx.Response(200, json={"token": "t", "paddle": 1, "expires": 4_000_000_000})
        if self.away:
            raise httpx.ReadTimeout("no answer came")
        if "/bids" in request.url.path:
            return httpx.Response(200, json={"accepted": True, "sequence": 1})
        return httpx.Response(404)


@pytest.fixture
def there(monkeypatch):
    there = There()
    monkeypatch.setattr(relay, "_tokens", {})
    client = httpx.Client(transport=there)
    monkeypatch.setattr(relay, "_clients", {f"https://{HOME.lower()}.test": client})
    monkeypatch.setattr(relay.venues, "url_of", lambda code: f"https://{code.lower()}.test")
    return there


@pytest.fixture
def member(venue):
    make_keyring()
    join(HOME, "SDTE", now=venue.now, at=datetime.now(UTC))
    return people.member_of(people.verified_party("某科技公司", kind="enterprise"))


@pytest.fixture
def order(venue, member):
    row = Order.objects.create(
        id=new_id(),
        venue=HOME,
        listing=new_id(),
        party=member.party,
        opened_by=member.person,
        stage="qualified",
        deposit="guaranteed",
        lot=new_id(),
        opened_at=venue.now,
        changed_at=venue.now,
    )
    return row.id


def bid(browser, order, **typed):
    return browser.post(f"/my/orders/{order}/bids", typed)


def test_a_bid_that_is_not_answered_is_kept_and_sent_again_under_its_id(there, member, order):
    browser, id = browsing(member), str(uuid4())

    answer = bid(browser, order, bid_id=id, amount_fen="10000")

    assert answer.status_code == 504
    assert RelayedBid.objects.get().receipt is None, "kept although nobody answered"
    assert f'value="{id}"' in answer.content.decode(), "pressed again it is the same bid"
    there.away = False
    assert bid(browser, order, bid_id=id, amount_fen="10000").status_code == 302
    kept = RelayedBid.objects.get()
    assert json.loads(bytes(kept.receipt))["accepted"] is True
    assert bid(browser, order, bid_id=id, amount_fen="10000").status_code == 302
    assert RelayedBid.objects.count() == 1


def test_an_id_stands_for_one_amount(there, member, order):
    browser, id = browsing(member), str(uuid4())
    bid(browser, order, bid_id=id, amount_fen="10000")

    answer = bid(browser, order, bid_id=id, amount_fen="20000")

    assert answer.status_code == 422
    assert RelayedBid.objects.get().amount_fen == 1_000_000


def test_the_api_keeps_a_bid_before_it_sends_it_too(there, member, order):
    body = json.dumps({"bid_id": str(uuid4()), "amount_fen": 100})

    answer = browsing(member).client.post(
        f"/api/v1/orders/{order}/bids", data=body, content_type="application/json"
    )

    assert answer.status_code == 504, answer.content
    assert RelayedBid.objects.count() == 1


def test_the_home_venue_hears_who_bids_by_a_name_that_means_nothing_elsewhere(
    there, venue, member, order
):
    there.away = False
    agent = people.member_of(member.party, "agent", now=venue.now)
    for who in (member, agent):
        assert bid(browsing(who), order, bid_id=str(uuid4()), amount_fen="1").status_code == 302

    assert len(set(there.asked)) == 2
    assert not {str(member.person), str(agent.person)} & set(there.asked)


def test_an_office_that_sees_an_order_neither_bids_in_it_nor_reads_its_receipts(
    there, venue, member, order
):
    other = people.member_of(people.verified_party("某研究所", kind="university"))
    officer = replace(other, powers=other.powers | {queries.SEE}, second_factor=True)
    seen, id = queries.order_seen_by(officer, order), uuid4()

    with pytest.raises(Refused) as placed:
        relay.place(seen, actor=officer, bid=id, amount_fen=100, now=venue.now)
    with pytest.raises(Refused) as read:
        relay.receipt(seen, actor=officer, bid=id, now=venue.now)

    assert (placed.value.reason, read.value.reason) == (CommonRefusal.NOT_FOUND,) * 2
    assert not RelayedBid.objects.exists()
    assert there.asked == []
