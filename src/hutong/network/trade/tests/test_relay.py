"""Bids at another venue: kept before they are sent, and one bid under one id (NE-4, AU-4)."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from django.test import Client

from beginnings import beginning
from hutong.kit.canonical import canonical
from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.messages import signing
from hutong.network.messages.signing import Request
from hutong.network.recognition.rules import pseudonym
from hutong.network.trade import paddles, queries, relay, relay_token
from hutong.network.trade.models import Order, RelayedBid
from hutong.node.keys import make_keyring
from hutong.parties import testing as people
from hutong.transparency.queries import keyring
from hutong.ui.testing import browsing
from hutong.venues.testing import join, venues

pytestmark = pytest.mark.django_db
HOME = "SZTE"
LOT = {
    "status": "free",
    "opens_at": "2022-06-20T00:00:00Z",
    "ends_at": "2022-06-20T02:00:00Z",
    "price_fen": None,
    "least_next_fen": 1_000_000,
}
PROBLEM = {"Content-Type": "application/problem+json"}


class There(httpx.BaseTransport):
    """The home venue's doors: what it is asked, and how it answers."""

    def __init__(self):
        self.asked, self.away, self.spent, self.gives = [], True, set(), {}

    def handle_request(self, request):
        if request.url.path == paddles.PATH:
            self.asked.append(json.loads(request.content)["person"]["id"])
            given = {"token": f"t{len(self.asked)}", "paddle": 1, "expires": 4_000_000_000}
            return httpx.Response(200, json={**given, **self.gives})
        if self.away:
            raise httpx.ReadTimeout("no answer came")
        if request.headers.get("authorization") in self.spent:
            return httpx.Response(401, headers=PROBLEM, json={"code": "auctions.token_invalid"})
        if request.method == "POST" and request.url.path.endswith("/bids"):
            receipt = {"lot": request.url.path.split("/")[3], "accepted": True, "sequence": 1}
            return httpx.Response(200, json={**receipt, **json.loads(request.content)})
        if request.url.path.startswith("/api/v1/lots/"):
            return httpx.Response(200, json=LOT)
        return httpx.Response(404, headers=PROBLEM, json={"code": "auctions.not_received"})


@pytest.fixture
def there(monkeypatch):
    there = There()
    monkeypatch.setattr(relay, "_asked", {})
    client = httpx.Client(transport=there)
    monkeypatch.setattr(relay, "_clients", {f"https://{HOME.lower()}.test": client})
    monkeypatch.setattr(relay.venues, "url_of", lambda code: f"https://{code.lower()}.test")
    return there


@beginning
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


def relay_token_for(member, order):
    return browsing(member).client.post(
        f"/api/v1/orders/{order}/relay-token", content_type="application/json"
    )


def test_a_relay_token_is_a_seat_at_the_home_venues_lot_for_a_quarter_of_an_hour(
    there, member, order
):
    answer = relay_token_for(member, order)

    assert answer.status_code == 201, answer.content
    given = answer.json()
    assert given["bid_at"] == f"/live/orders/{order}/bids"
    seat = relay_token.open_token(keyring().token_key, given["token"].encode(), at=time.time())
    lot = Order.objects.get().lot
    assert (seat.order, seat.lot, seat.venue, seat.paddle_token) == (order, lot, HOME, "t1")
    assert seat.url == f"https://{HOME.lower()}.test"
    assert 800 < seat.expires - time.time() <= relay.TOKEN_SECONDS


def test_the_home_venue_is_not_asked_for_each_relay_token_nor_shown_an_old_one(
    there, member, order, monkeypatch
):
    for _ in range(3):
        assert relay_token_for(member, order).status_code == 201
    assert len(there.asked) == 1
    monkeypatch.setattr(relay, "NEW_SECONDS", 0)  # a minute later

    assert relay_token_for(member, order).status_code == 201
    assert len(there.asked) == 2


@pytest.mark.parametrize(
    "gives", [{"token": "t\r\nX: 1"}, {"token": 7}, {"token": "t" * 5_000}, {"expires": "soon"}]
)
def test_a_paddle_token_that_could_not_be_sent_is_none(there, member, order, gives):
    there.gives = gives
    assert relay_token_for(member, order).json()["code"] == "trade.no_answer"


def test_who_may_not_bid_gets_no_relay_token(there, venue, member, order):
    stranger = people.member_of(people.verified_party("某研究所", kind="university"))
    viewer = people.member_of(member.party, "viewer", now=venue.now)
    assert relay_token_for(stranger, order).status_code == 404
    assert relay_token_for(viewer, order).status_code == 403
    Order.objects.update(lot=None)
    assert relay_token_for(member, order).json()["code"] == "trade.no_lot"
    assert there.asked == []


def test_a_paddle_token_that_is_spent_is_asked_for_anew(there, member, order):
    there.away, there.spent = False, {"Bearer t1"}
    spent = paddles.PaddleToken("t1", 4_000_000_000)
    who = str(pseudonym(member.party, HOME, member.person))
    relay._asked[order, who] = relay.Asked(spent, time.monotonic() - 300)
    there.asked.append("the first")

    assert bid(browsing(member), order, bid_id=str(uuid4()), amount_fen="1").status_code == 302
    assert len(there.asked) == 2


@pytest.mark.parametrize(("stage", "quick"), [("free", True), ("sold", False)])
def test_the_page_of_an_order_bids_by_the_hot_door_while_there_is_something_to_bid_for(
    there, member, order, monkeypatch, stage, quick
):
    there.away = False
    monkeypatch.setitem(LOT, "status", stage)

    page = browsing(member).get(f"/my/orders/{order}").content.decode()

    assert (f'data-relay="/live/orders/{order}/bids"' in page) is quick
    assert (f'data-token="/api/v1/orders/{order}/relay-token"' in page) is quick
    assert ("my/relayed" in page) is quick
    assert ("trade.token_expired" in page) is quick, "the script has words for every refusal"


# -- at the home venue --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "signer", "code"),
    [
        (None, HOME, "trade.unknown_order"),  # for us, by a member: only the order is missing
        ("SDTE", HOME, "network.message_not_for_us"),
        (None, "SDTE", "network.message_unsigned"),
    ],
)
def test_a_paddle_token_is_given_for_an_order_of_who_signed_and_asked_us(venue, to, signer, code):
    make_keyring()
    others = {one.code: one for one in venues(HOME, "SDTE")}
    join(now=venue.now, at=datetime.now(UTC), others=list(others.values()))
    told = {"order": str(uuid4()), "lot": str(uuid4()), "person": {"id": str(uuid4())}}
    headers = {
        "content-type": "application/json",
        "hutong-from": HOME,
        "hutong-to": to or keyring().venue.code,
    }
    asked = signing.sign_post(
        Request(headers, canonical(told), path=paddles.PATH),
        HOME,
        others[signer].message,
        datetime.now(UTC),
        paddles.TAG,
        paddles.COVERS,
    )

    answer = Client().post(
        paddles.PATH, asked.body, content_type="application/json", headers=asked.headers
    )

    assert answer.json()["code"] == code, answer.content
    assert answer.status_code >= 400
