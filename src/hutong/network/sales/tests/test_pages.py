"""Pages and API of a joint sale: the seller accepts at its own exchange, officers see where parts stand."""

import re

import pytest

from hutong.deals import queries as deals
from hutong.deals.parts import PartStatus
from hutong.network.messages.rules import Answer
from hutong.network.sales import queries
from hutong.network.sales.rules import Status
from hutong.network.sales.tests.selling import (
    decided,
    in_order,
    signed_here,
)
from hutong.network.sales.tests.test_leading import Szte, part_of, ready, sale, silent
from hutong.network.trade.answering import KINDS as TRADE
from hutong.parties.testing import member_of, officer
from hutong.ui.testing import browsing

__all__ = ["Szte", "ready", "sale", "silent"]
FROZEN = Answer(said=None, refused="rights.frozen", facts={})


def press(browser, path, act, **fields):
    page = browser.get(path).content.decode()
    assert f'value="{act}"' in page, page
    once = re.search(r'name="_once" value="([^"]+)"', page)[1]
    answer = browser.post(path, {"act": act, "_once": once, **fields})
    assert answer.status_code == 302, answer.content.decode()


@pytest.mark.django_db
def test_a_seller_reads_the_contract_of_the_whole_and_accepts_it_on_its_own_page(sold_here):
    deal, seller, other, part = sold_here
    member = browsing(member_of(other))
    path = f"/my/project-parts/{part.id}"
    assert path in member.get("/my").content.decode(), "it waits for the seller"
    page = member.get(path).content.decode()
    assert "6,000,000" not in page
    assert "60,000.00" in page, "its part of the price, in yuan"
    text = member.get(f"{path}/contract.txt").content.decode()
    assert text == deals.contract_text(deal.id).decode()
    press(member, path, "accept", digest=deal.contract_digest)
    assert queries.of_part(part.id).status is Status.SIGNED
    office = browsing(officer("listing")).get(f"/desk/project-parts/{part.id}").content.decode()
    assert f"/desk/deals/{deal.id}" in office
    stranger = browsing(member_of(seller))
    assert stranger.get(f"{path}/contract.txt").status_code == 404


@pytest.mark.django_db
def test_a_seller_accepts_by_the_api_what_it_read_there(sold_here):
    deal, seller, other, part = sold_here
    member, path = browsing(member_of(other)), f"/api/v1/project-parts/{part.id}"
    told = member.get(f"{path}/sale").json()
    assert (told["status"], told["amount_fen"]) == ("awarded", 6_000_000)
    digest = member.get(f"{path}/contract")["Digest"]
    assert digest == told["contract_digest"] == deal.contract_digest
    done = member.client.post(
        f"{path}/acceptance",
        {"digest": digest},
        content_type="application/json",
        headers={"Idempotency-Key": "accept"},
    )
    assert (done.status_code, done.json()["status"]) == (201, "signed")
    stranger = browsing(member_of(seller))
    assert stranger.get(f"{path}/sale").status_code == 404


@pytest.mark.django_db
def test_officers_see_each_part_and_give_up_by_two_what_cannot_move(ready, drain):
    deal, szte = ready
    decided(deal, drain)
    szte.answers("sales.move", FROZEN)
    path = f"/desk/deals/{deal.id}"
    queue = browsing(officer("settlement")).get("/desk").content.decode()
    assert path in queue
    settler = browsing(officer("settlement"))
    press(settler, path, "again", part=str(szte.part))
    assert szte.count("sales.move") == 2
    szte.answers("sales.move", FROZEN)
    press(browsing(officer("trading")), path, "return", part=str(szte.part), reason="Frozen.")
    press(browsing(officer("trading")), path, "returned", part=str(szte.part))
    drain()
    assert part_of(deal).status is PartStatus.RETURNED
    page = browsing(officer("listing")).get(f"/desk/projects/{project_of(szte)}").content.decode()
    assert deal.number in page
    in_order()


@pytest.mark.django_db
def test_an_officer_takes_from_its_log_what_a_silent_exchange_does_not_say(silent, drain):
    deal, szte = silent
    settler, path = browsing(officer("settlement")), f"/desk/deals/{deal.id}"
    page = settler.get(path).content.decode()
    assert 'value="again"' not in page, "it refused nothing"
    assert 'value="return"' not in browsing(officer("trading")).get(path).content.decode()
    szte.logs("network.SaleMoved", deal, amount_fen=part_of(deal).amount_fen, entries=[])
    press(settler, path, "log", part=str(szte.part))
    drain()
    assert part_of(deal).status is PartStatus.MOVED
    assert 'value="log"' not in settler.get(path).content.decode()
    in_order()


@pytest.mark.django_db
def test_officers_read_that_the_buyers_exchange_refused_the_contract(sale):
    deal, _, szte = sale
    award = szte.paper.message("trade.awarded", {"deal": str(deal.id), "order": str(deal.id)})
    refused = Answer(said=None, refused="trade.other_text", facts={})
    TRADE["trade.awarded"].on_answer(award, refused, deal.opened_at)
    office, path = browsing(officer("trading")), f"/desk/deals/{deal.id}"
    assert path in office.get("/desk").content.decode()
    assert 'role="status"' in office.get(path).content.decode()
    told = office.get(f"/api/v1/deals/{deal.id}").json()
    assert told["contract_refused"] == {"code": "trade.other_text"}


@pytest.mark.django_db
def test_buyer_and_lead_seller_see_the_parts_of_their_deal(sold_here):
    deal, seller, _, _ = sold_here
    signed_here(deal, seller)
    for party in (deal.buyer, seller.id):
        page = browsing(member_of(party)).get(f"/my/deals/{deal.id}").content.decode()
        assert all(one.seller_zh in page for one in deal.parts)


def project_of(szte):
    return szte.told("sales.award").body["project"]
