"""A licence is offered, dealt and effected with the money, as a transfer is (LI-5, RR-4, DL-2)."""

from datetime import date
from fractions import Fraction

import pytest

from hutong.deals import actions as deal_actions
from hutong.deals import queries as deals
from hutong.deals.rules import How
from hutong.deals.testing import agreed_deal, listed
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import Refused
from hutong.listings import actions as listing_actions
from hutong.listings import queries as listings
from hutong.listings.offers import LicenceTerms
from hutong.listings.testing import cut_off, deposited_intent, drafted_listing
from hutong.parties import queries as parties
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import actions as register
from hutong.rights import queries as rights
from hutong.rights.acts import Mode
from hutong.rights.grant_refusals import GrantRefusal
from hutong.rights.refusals import Refusal as RightsRefusal
from hutong.rights.scope import Field, Scope, Term, Territory
from hutong.rights.testing import a_document, filed_licence
from hutong.settlement import actions
from hutong.settlement.testing import deal_with_deposit, paid_deal, settled_deal

pytestmark = pytest.mark.usefixtures("venue")

CHINA = LicenceTerms(territory=("CN",), ends_on=date(2030, 12, 31), sublicensable=True)
EXCLUSIVE = {
    "offer_kind": "licence",
    "share": None,
    "licence_mode": "exclusive",
    "licence": CHINA,
}
ORDINARY = {**EXCLUSIVE, "licence_mode": "ordinary"}


def test_an_exclusive_licence_is_sold_and_stands_in_the_register_with_the_money():
    deal = deal_with_deposit(**EXCLUSIVE)
    text = deals.contract_text(deal.id).decode()
    assert "技术许可合同" in text
    assert "独占许可" in text
    assert "2030-12-31" in text
    settled, money = settled_deal(deal)
    [technology] = settled.technologies
    today = local_date(settled.changed_at)
    [grant] = rights.use_of(technology, today)
    assert grant.entry == settled.transfer_entries[0]
    assert (grant.mode, grant.licensee, grant.territory) == (Mode.EXCLUSIVE, deal.buyer, ("CN",))
    assert (grant.ends_on, grant.sublicensable) == (date(2030, 12, 31), True)
    assert rights.title(technology).ownership == {deal.seller: 1}
    assert money.to_seller_fen > 0
    assert list(rights.audit()) == []


def test_the_right_is_bound_at_signing_and_conflicts_are_decided_again_at_settlement():
    deal = paid_deal(**EXCLUSIVE)
    [technology] = deal.technologies
    [bound] = rights.title(technology).pending
    assert bound.kind == "licence"
    rival = verified_party("某竞争公司", kind="enterprise")
    with pytest.raises(Refused) as refused:
        register.prepare_grant(
            actor=SYSTEM,
            now=deal.changed_at,
            deal=new_id(),
            technology=technology,
            licensor=deal.seller,
            licensee=rival.id,
            mode=Mode.SOLE,
            scope=Scope(
                Territory.of(["US"]),
                Field.of(),
                Term.of(local_date(deal.changed_at), date(2025, 1, 1)),
            ),
        )
    assert refused.value.reason is GrantRefusal.RESERVED
    paper = officer("registrar")
    register.freeze(
        actor=paper,
        now=deal.changed_at,
        technology=technology,
        authority="某法院",
        paper="（2022）沪民初100号",
        document=a_document(paper),
    )
    with pytest.raises(Refused) as refused:
        actions.settle(actor=officer("settlement"), now=deal.changed_at, deal=deal.id)
    assert refused.value.reason is RightsRefusal.FROZEN
    assert deals.deal(deal.id).status == "paid"


def test_everybody_qualified_gets_an_ordinary_licence():
    seller = verified_party("上海某大学")
    firms = [verified_party(f"第{n}公司", kind="enterprise") for n in range(2)]
    offer = listed(seller, **ORDINARY)
    for firm in firms:
        deposited_intent(offer, firm, now=offer.listed_at)
    offer = cut_off(offer)
    assert offer.outcome == "licences"
    opened = [
        deal_actions.open_deal(
            actor=SYSTEM,
            now=offer.ends_at,
            listing=offer.id,
            seller=seller.id,
            buyer=firm.id,
            technologies=offer.technologies,
            share=Fraction(1),
            price_fen=offer.price_fen,
            how=How.SINGLE,
            source=subject("intent", new_id()),
            intent=None,
        )
        for firm in firms
    ]
    assert len({deal.id for deal in opened}) == 2
    assert listings.listing(offer.id).ending == "sold"


def test_what_is_licensed_exclusively_is_not_offered_again():
    settled, _ = settled_deal(**EXCLUSIVE)
    seller = parties.party(settled.seller)
    again = drafted_listing(seller, settled.technologies, **ORDINARY)
    with pytest.raises(Refused) as refused:
        listing_actions.submit(actor=member_of(seller.id), now=settled.changed_at, listing=again.id)
    assert refused.value.reason is GrantRefusal.EXCLUSIVE_STANDS


def test_what_is_on_exclusive_offer_is_reserved_until_the_deal_has_moved_or_ended():
    seller, bank = verified_party("上海某大学"), verified_party("某银行", kind="enterprise")
    offer = listed(seller, **EXCLUSIVE)
    [technology] = offer.technologies
    scope = CHINA.scope(local_date(offer.listed_at))

    def filed(now):
        return filed_licence(technology, seller, bank, scope=scope, now=now)

    with pytest.raises(Refused) as refused:
        filed(offer.listed_at)
    assert refused.value.reason is GrantRefusal.RESERVED
    buyer = verified_party("某科技公司", kind="enterprise")
    deal = agreed_deal(intent=deposited_intent(offer, buyer, now=offer.listed_at))
    with pytest.raises(Refused) as refused:
        filed(deal.opened_at)  # closed as a listing, kept for its deal
    assert refused.value.reason is GrantRefusal.RESERVED
    assert list(rights.audit()) == []
    first, second = officer("trading"), officer("trading")
    reason = {"now": deal.opened_at, "deal": deal.id}
    deal_actions.propose_termination(actor=first, reason="Both sides wish it.", **reason)
    deal_actions.confirm_ending(actor=second, **reason)
    filed(deal.opened_at)
    assert list(rights.audit()) == []
