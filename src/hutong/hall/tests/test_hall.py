"""What the screens are given: everything public, nothing else, and no deal missed."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache

from hutong.auctions.testing import an_open_lot, bidders
from hutong.hall.provinces import ABROAD, HEIGHT, PROVINCES, WIDTH, province_of
from hutong.kit.moments import iso
from hutong.listings.testing import applied_intent, open_listing
from hutong.parties.testing import verified_party
from hutong.rights.testing import registered_technology
from hutong.settlement.testing import settled_deal
from hutong.ui.testing import browsing


@pytest.fixture(autouse=True)
def _gathered_anew() -> None:
    cache.clear()


def test_no_two_provinces_share_a_square() -> None:
    squares = [(p.x, p.y) for p in PROVINCES.values()]
    assert len(set(squares)) == len(squares) == 35
    assert len({p.letters for p in PROVINCES.values()}) == 35
    assert all(0 <= x < WIDTH and 0 <= y < HEIGHT for x, y in squares)


def test_an_organisation_is_where_its_number_says() -> None:
    assert province_of("CN", [("lei", "x"), ("uscc", "12310000425006117P")]) == "31"
    assert province_of("DE", [("lei", "529900D6BF99LW9R2E68")]) == ABROAD
    assert province_of("CN", []) is None


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/hall", "/hall/booth"])
def test_a_screen_comes_up_in_both_languages_before_anything_happened(
    venue: Any, path: str
) -> None:
    for language, word in (("en", "Latest deals"), ("zh-hans", "最新成交")):
        answer = browsing().get(path, language)
        assert answer.status_code == 200
        assert word in answer.content.decode()


@pytest.mark.django_db
def test_the_hall_knows_lots_board_deals_and_where_they_come_from(venue: Any) -> None:
    university = verified_party(now=venue.now)
    patent = registered_technology(university, now=venue.now)
    listing = open_listing(university, [patent.id], now=venue.now)
    buyer = verified_party("某科技公司", kind="enterprise", now=venue.now)
    applied_intent(listing, buyer, now=venue.now)
    deal, _ = settled_deal(seller=verified_party("某研究院"))
    lot = an_open_lot(opens_at=venue.now, bidders=bidders(2))
    answer = browsing().get("/hall/data")
    found = answer.json()
    assert [one["lot"] for one in found["lots"]] == [str(lot)]
    assert [item["id"] for item in found["board"]] == [str(listing.id)]
    assert [(d["id"], d["price_fen"]) for d in found["deals"]] == [(str(deal.id), deal.price_fen)]
    assert found["provinces"] == {"31": 1}
    figures = {figure["name"]: figure for figure in found["figures"]}
    assert figures["traded_fen"]["value"] == deal.price_fen
    assert figures["listings"]["by_day"][-1] == figures["listings"]["value"] == 1
    assert figures["technologies"]["by_day"][-1] == figures["technologies"]["value"]
    assert any(event["kind"] == "cut_off" for event in found["events"])
    assert "某科技公司" not in answer.content.decode()  # who applied stays hidden (LI-4)


@pytest.mark.django_db
def test_a_screen_that_was_away_gets_what_it_missed(venue: Any) -> None:
    deal, _ = settled_deal(seller=verified_party("某研究院"))

    def since(moment: str) -> Any:
        return browsing().get(f"/hall/data?since={moment}")

    missed = since(iso(venue.now - timedelta(hours=2))).json()["missed"]
    assert [one["id"] for one in missed] == [str(deal.id)]
    assert since(iso(venue.now + timedelta(days=90))).json()["missed"] == []
    for nonsense in ("yesterday", "2022-13-45T00:00:00Z", "2022-06-20T00:00:00"):
        assert since(nonsense).status_code == 422
