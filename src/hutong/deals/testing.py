"""
Builders for other areas' tests, through real actions.

    deal = agreed_deal(now=…)      sold to the one who deposited, its contract drafted
    deal = signed_deal(now=…)      … and accepted by both sides
"""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.deals import actions, queries
from hutong.deals.queries import DealView
from hutong.deals.rules import How, Side
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.listings import queries as listing_queries
from hutong.listings import testing as listings
from hutong.listings.queries import IntentView, ListingView
from hutong.listings.testing import cut_off
from hutong.parties.queries import PartyView
from hutong.parties.testing import NINE_IN_SHANGHAI, member_of, officer, verified_party
from hutong.rights.testing import registered_technology

PRICE = 100_000_000  # one million yuan
DEPOSIT = 10_000_000
NOTICE = timedelta(days=16)  # a right applied for at `now` is registered by then


def listed(seller: PartyView, *, now: datetime = NINE_IN_SHANGHAI, **terms: Any) -> ListingView:
    """A listing at a fixed price of a new patent, registered, on the board 16 days after `now`."""
    patent = registered_technology(seller, now=now)
    given = {"price_mode": "fixed", "price_fen": PRICE, "deposit_fen": DEPOSIT, **terms}
    return listings.open_listing(seller, [patent.id], now=now + NOTICE, **given)


def agreed_deal(
    *,
    now: datetime = NINE_IN_SHANGHAI,
    seller: PartyView | None = None,
    buyer: PartyView | None = None,
    intent: IntentView | None = None,
    **terms: Any,
) -> DealView:
    """A deal from a listing with one buyer. Without `intent`, the deposit is only marked, not paid."""
    if intent is None:
        seller = seller or verified_party("上海某大学")
        buyer = buyer or verified_party("某科技公司", kind="enterprise")
        offer = listed(seller, now=now, **terms)
        intent = listings.deposited_intent(offer, buyer, now=now + NOTICE)
    offer = cut_off(listing_queries.listing(intent.listing))
    assert offer.price_fen is not None
    assert offer.ends_at is not None
    return actions.open_deal(
        actor=SYSTEM,
        now=offer.ends_at,
        listing=offer.id,
        seller=offer.seller,
        buyer=intent.party,
        technologies=offer.technologies,
        share=offer.share or Fraction(1),
        price_fen=offer.price_fen,
        how=How.SINGLE,
        source=subject("listing", offer.id),
        intent=intent.id,
    )


def accepted_by(deal: DealView, party: UUID, *, now: datetime | None = None) -> DealView:
    """The deal after an owner of `party` accepted its contract."""
    return actions.accept_contract(
        actor=member_of(party),
        now=now or deal.opened_at,
        deal=deal.id,
        text_digest=deal.contract_digest,
    )


def signed_deal(deal: DealView | None = None, **how: Any) -> DealView:
    """A deal both sides have signed."""
    deal = deal or agreed_deal(**how)
    accepted_by(deal, deal.seller)
    accepted_by(deal, deal.buyer)
    return queries.deal(deal.id)


def ended(
    deal: UUID, side: Side | None = None, *, now: datetime, reason: str = "Silent."
) -> DealView:
    """The deal after two officers ended it: by a side's default, or with no side by termination."""
    first, second = officer("trading"), officer("trading")
    if side is None:
        actions.propose_termination(actor=first, now=now, deal=deal, reason=reason)
    else:
        actions.propose_default(actor=first, now=now, deal=deal, side=side, reason=reason)
    return actions.confirm_ending(actor=second, now=now, deal=deal)
