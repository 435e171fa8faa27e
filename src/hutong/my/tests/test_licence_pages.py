"""A licence over a pledged right: its terms and its proceeds on every page of the deal (RR-2, RR-6)."""

from datetime import date
from typing import Any

import pytest

from hutong.certificates.matters import transaction
from hutong.deals.testing import DEPOSIT, NOTICE, PRICE, agreed_deal
from hutong.listings.offers import LicenceTerms
from hutong.listings.testing import open_listing, qualified_intent
from hutong.parties.testing import NINE_IN_SHANGHAI, member_of, officer, verified_party
from hutong.rights import actions as register
from hutong.rights.acts import Proceeds
from hutong.rights.testing import pledged, registered_technology
from hutong.settlement.testing import deposited, settled_deal
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db
TERMS = LicenceTerms(territory=("CN",), without=("310000",), ends_on=date(2030, 12, 31))


def test_a_licences_terms_and_its_pledgees_proceeds_stand_on_the_pages(venue: Any) -> None:
    seller, bank = verified_party("上海某大学"), verified_party("某银行", kind="enterprise")
    patent, now = registered_technology(seller), NINE_IN_SHANGHAI + NOTICE
    register.consent_to_disposals(
        actor=member_of(bank),
        now=now,
        restriction=pledged(patent.id, seller, bank, now=now),
        kinds=["exclusive"],
        until=date(2099, 12, 31),
        proceeds=Proceeds.DEPOSIT,
    )
    offer = open_listing(
        seller,
        [patent.id],
        now=now,
        offer_kind="licence",
        share=None,
        licence_mode="exclusive",
        licence=TERMS,
        price_mode="fixed",
        price_fen=PRICE,
        deposit_fen=DEPOSIT,
    )
    buyer = verified_party("某科技公司", kind="enterprise")
    intent = qualified_intent(offer, buyer, now=now)
    deposited(intent)
    deal, _ = settled_deal(agreed_deal(intent=intent))
    places = {
        f"/listings/{offer.id}": None,
        f"/my/deals/{deal.id}": member_of(seller),
        f"/desk/listings/{offer.id}": officer("listing"),
        f"/desk/deals/{deal.id}": officer("settlement"),
    }
    for place, actor in places.items():
        page = browsing(actor).get(place).content.decode()
        for word in ("Exclusive licence", "China", "Shanghai", "every field", "2030-12-31"):
            assert word in page, (place, word)
        assert "100%" not in page or place.startswith("/desk/listings"), place  # the title's holder
        assert ("Held for the pledgee" in page) == ("/deals/" in place), place
    for party in (seller, bank):
        money = browsing(member_of(party)).get("/my/money").content.decode()
        assert "Held for the pledgee" in money
        assert "970,000.00" in money
    other = browsing(member_of(buyer)).get(f"/my/deals/{deal.id}").content.decode()
    assert "Held for" not in other
    matter, _ = transaction(deal.id, settled_on=deal.changed_at)
    assert (matter.share, matter.licence.mode) == (None, "exclusive")
    assert matter.licence.territory == ("中国 China", "（上海市 Shanghai除外 excepted）")
