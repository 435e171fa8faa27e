"""Through the door: the board, the listing's way to it, buyers unseen (LI-1..LI-5)."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from beginnings import beginning
from hutong.kit.actor import SYSTEM
from hutong.listings import actions, queries
from hutong.listings.testing import deposited_intent, open_listing
from hutong.parties import actions as parties
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights.testing import registered_technologies, registered_technology

pytestmark = pytest.mark.django_db


def token_of(actor):
    return parties.issue_token(
        actor=actor, now=datetime(2022, 6, 20, 1, tzinfo=UTC), label="test", party=actor.party
    ).secret


def call(method, path, body=None, *, actor=None, language="en"):
    headers = {"Idempotency-Key": uuid4().hex, "Accept-Language": language}
    if actor is not None:
        headers["Authorization"] = f"Bearer {token_of(actor)}"
    data = b"" if body is None else json.dumps(body).encode()
    return Client().generic(
        method, f"/api/v1{path}", data, content_type="application/json", headers=headers
    )


@beginning
def seller(venue):
    return verified_party("上海某大学")


def terms(technology, **given):
    return {
        "title_zh": "高温合金制备方法专利权转让",
        "technologies": [str(technology)],
        "price_fen": 80_000_000,
        **given,
    }


def test_a_listing_from_draft_to_the_board_and_its_first_intent(venue, seller):
    member, listing_officer = member_of(seller), officer("listing")
    technology = registered_technology(seller).id
    drafted = call("POST", "/listings", terms(technology), actor=member)
    assert drafted.status_code == 201, drafted.content
    listing = drafted.json()
    assert (listing["share"], listing["deposit_fen"]) == ("1", 8_000_000)
    path = f"/listings/{listing['id']}"
    assert call("GET", path).status_code == 404
    revised = call("POST", f"{path}/revise", terms(technology, deposit_fen=4_000_000), actor=member)
    assert revised.json()["deposit_fen"] == 4_000_000
    assert call("POST", f"{path}/submit", actor=member).json()["status"] == "submitted"
    accepted = call(
        "POST",
        f"{path}/examine",
        {
            "decision": "accept",
            "checklist": {"title": True, "completeness": True, "pre_emption": True},
            "export_class": "free",
            "findings": "Title clear.",
        },
        actor=listing_officer,
    )
    assert accepted.json()["status"] == "listed", accepted.content
    [shown] = call("GET", "/board").json()["items"]
    assert (shown["id"], shown["seller_zh"]) == (listing["id"], "上海某大学")
    assert call("GET", path).json()["count"] is None
    assert call("GET", f"{path}/file").status_code == 404
    assert call("GET", f"{path}/file", actor=member).json()["findings"] == "Title clear."

    buyer = member_of(verified_party("某公司", kind="enterprise"))
    applied = call("POST", f"{path}/intents", {"accepts_conditions": True}, actor=buyer)
    assert (applied.status_code, applied.json()["status"]) == (201, "applied")
    intent = f"/intents/{applied.json()['id']}"
    waiting = call("GET", "/intents?waiting=true", actor=listing_officer).json()["items"]
    assert [i["id"] for i in waiting] == [applied.json()["id"]]
    assert call("GET", intent, actor=member).status_code == 404
    assert call("GET", f"{path}/intents", actor=member).json() == []
    assert call("GET", f"{path}/intents").json() == []
    assert call("GET", "/intents?waiting=true", actor=member).status_code == 403
    qualified = call(
        "POST",
        f"{intent}/qualify",
        {"decision": "qualify", "findings": "Meets the conditions."},
        actor=listing_officer,
    )
    assert qualified.json()["status"] == "qualified"
    assert call("GET", "/intents", actor=buyer).json()["items"][0]["status"] == "qualified"
    assert call("POST", f"{intent}/withdraw", actor=buyer).json()["status"] == "withdrawn"


def test_refusals_speak_the_readers_language(venue, seller):
    listing = open_listing(seller)
    path = f"/listings/{listing.id}/intents"
    body = {"accepts_conditions": False}
    buyer = member_of(verified_party("某公司", kind="enterprise"))
    english = call("POST", path, body, actor=buyer).json()
    chinese = call("POST", path, body, actor=buyer, language="zh-hans").json()
    assert english["code"] == chinese["code"] == "listings.conditions_not_accepted"
    assert english["title"] == "An intent accepts the listing's conditions as they stand."
    assert chinese["title"] == "提出受让意向须接受挂牌所列条件。"


def test_a_refusal_tells_the_time_as_people_read_it(venue, seller):
    listing = open_listing(seller)
    early = call("POST", f"/listings/{listing.id}/cut-off", actor=officer("listing")).json()
    assert early["title"] == "The listing period runs until 18 July 2022 17:00."
    assert early["facts"]["ends_at"] == "2022-07-18T09:00:00.000000Z"


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"price_fen": None}, {"listings.price_missing"}),
        ({"price_fen": 0}, {"malformed"}),
        ({"price_fen": 10**18}, {"malformed"}),
        ({"price_fen": 1.5}, {"malformed"}),
        ({"deposit_fen": 80_000_000}, {"listings.deposit_out_of_bounds"}),
        ({"share": "2"}, {"rights.share_out_of_range"}),
        ({"share": "one"}, {"rights.share_malformed"}),
        ({"technologies": []}, {"listings.nothing_offered"}),
        ({"technologies": ["x"]}, {"malformed"}),
        ({"title_zh": "a\x00b"}, {"malformed"}),
        ({"title_zh": " "}, {"listings.title_missing"}),
        ({"offer_kind": "gift"}, {"malformed"}),
    ],
)
def test_malformed_terms_are_refused_by_field(venue, seller, given, codes):
    answer = call("POST", "/listings", terms(uuid4(), **given), actor=member_of(seller))
    assert answer.status_code == 422
    assert answer.json()["code"] in codes
    assert call("GET", "/listings", actor=member_of(seller)).json()["items"] == []


def test_the_board_filters_sorts_and_pages(venue, seller):
    patents = [technology.id for technology in registered_technologies(seller, 4)]
    secret = registered_technology(seller, kind="know_how", title_zh="一种配方").id
    prices = (30, 10, 20, 40)
    listed = [
        open_listing(seller, [id], price_fen=price * 1_000_000, now=venue.later(minutes=1))
        for id, price in zip(patents, prices, strict=True)
    ]
    know_how = open_listing(
        seller, [secret], price_mode="fixed", price_fen=5_000_000, now=venue.later(minutes=1)
    )

    def ids(path):
        return [item["id"] for item in call("GET", path).json()["items"]]

    newest = [str(listing.id) for listing in reversed([*listed, know_how])]
    assert ids("/board") == newest
    first = call("GET", "/board?limit=2").json()
    second = call("GET", f"/board?limit=2&cursor={first['next']}").json()
    third = call("GET", f"/board?limit=2&cursor={second['next']}").json()
    assert [i["id"] for page in (first, second, third) for i in page["items"]] == newest
    assert third["next"] is None
    by_price = [str(listed[n].id) for n in (1, 2, 0, 3)]
    assert ids("/board?order=cheapest&kind=patent") == by_price
    assert ids("/board?order=dearest&kind=patent") == by_price[::-1]
    assert ids("/board?kind=know_how") == [str(know_how.id)]
    assert ids("/board?price_mode=fixed") == [str(know_how.id)]
    assert set(ids("/board?price_from_fen=15000000&price_to_fen=30000000")) == {
        str(listed[0].id),
        str(listed[2].id),
    }
    assert ids(f"/board?seller={uuid4()}") == []
    assert ids("/board?status=closed") == []
    assert call("GET", "/board?kind=%00").status_code == 422
    assert call("GET", "/board?cursor=nonsense").status_code == 422


def test_a_page_of_the_board_costs_the_same_whatever_its_length(venue, seller):
    for technology in registered_technologies(seller, 6):
        open_listing(seller, [technology.id])

    def queries_for(limit):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert len(queries.board(limit=limit)["items"]) == limit
        return len(captured)

    assert queries_for(6) == queries_for(1) <= 4


def test_after_the_cut_off_the_count_is_public_and_names_are_not(venue, seller):
    listing = open_listing(seller)
    buyers = [verified_party(f"第{n}公司", kind="enterprise") for n in "一二"]
    for n, buyer in enumerate(buyers):
        deposited_intent(listing, buyer, now=venue.now + timedelta(minutes=n))
    actions.cut_off(actor=SYSTEM, now=listing.ends_at, listing=listing.id)
    public = call("GET", f"/listings/{listing.id}")
    assert (public.json()["outcome"], public.json()["count"]) == ("auction", 2)
    assert not any(str(buyer.id) in public.content.decode() for buyer in buyers)
    assert call("GET", f"/listings/{listing.id}/intents").json() == []
    seen = call("GET", f"/listings/{listing.id}/intents", actor=member_of(seller)).json()
    assert {i["party"] for i in seen} == {str(buyer.id) for buyer in buyers}
    one = call("GET", f"/listings/{listing.id}/intents", actor=member_of(buyers[0])).json()
    assert [i["party"] for i in one] == [str(buyers[0].id)]
