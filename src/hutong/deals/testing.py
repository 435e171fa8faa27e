"""
Builders for other areas' tests, through real actions.

    offer  = listed(university, patent, now=now)          on the board
    intent = qualified_intent(offer, firm, now=now)       … no deposit yet
    deal   = agreed_deal(now=…)                            sold to the one who deposited, contract drafted
    deal   = signed_deal(now=…)                            … and accepted by both sides
"""

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from uuid import UUID

from hutong.deals import actions, queries
from hutong.deals.queries import DealView
from hutong.deals.rules import How
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.listings import actions as listings
from hutong.listings import queries as listed_queries
from hutong.listings.intents import Decision as IntentDecision
from hutong.listings.offers import ExportClass, OfferKind, Payment, PriceMode, Scope, Terms
from hutong.listings.queries import IntentView, ListingView
from hutong.listings.rules import CHECKS, Decision
from hutong.parties.queries import PartyView
from hutong.parties.testing import NINE_IN_SHANGHAI, member_of, officer, verified_party
from hutong.rights.testing import registered_technology

PRICE = 100_000_000  # one million yuan
DEPOSIT = 10_000_000
NOTICE = timedelta(days=16)  # a right applied for at `now` is registered by then
TERMS = Terms(
    title_zh="高温合金制备技术转让",
    title_en="Transfer of a high-temperature alloy process",
    technologies=(),
    offer_kind=OfferKind.TRANSFER,
    share=Fraction(1),
    licence_mode=None,
    price_mode=PriceMode.FIXED,
    price_fen=PRICE,
    deposit_fen=DEPOSIT,
    increment_fen=None,
    payment=Payment.LUMP_SUM,
    conditions="受让方须具备产业化能力。",
    scope=Scope.LOCAL,
)


def listed(
    seller: PartyView,
    technologies: tuple[UUID, ...] | None = None,
    *,
    now: datetime = NINE_IN_SHANGHAI,
    **terms: object,
) -> ListingView:
    """A listing of the seller on the board since 16 days after `now`, when its right is registered."""
    if technologies is None:
        technologies = (registered_technology(seller, now=now).id,)
    day = now + NOTICE
    drafted = listings.draft(
        actor=member_of(seller),
        now=day,
        terms=replace(TERMS, technologies=technologies, **terms),  # type: ignore[arg-type]
    )
    listings.submit(actor=member_of(seller), now=day, listing=drafted.id)
    return listings.examine(
        actor=officer("listing", now=day),
        now=day,
        listing=drafted.id,
        decision=Decision.ACCEPT,
        checklist=dict.fromkeys(CHECKS, True),
        export_class=ExportClass.FREE,
        findings="Complete.",
    )


def qualified_intent(
    listing: ListingView, buyer: PartyView, *, now: datetime | None = None
) -> IntentView:
    """A buyer's intent that an officer has qualified; its deposit is still to come."""
    at = now or listing.listed_at
    assert at is not None
    applied = listings.apply_intent(
        actor=member_of(buyer), now=at, listing=listing.id, accepts_conditions=True
    )
    return listings.qualify(
        actor=officer("listing", now=at),
        now=at,
        intent=applied.id,
        decision=IntentDecision.QUALIFY,
        findings="Able to pay.",
    )


def cut_off(listing: ListingView) -> ListingView:
    """The listing after its period's end was decided."""
    assert listing.ends_at is not None
    return listings.cut_off(actor=SYSTEM, now=listing.ends_at, listing=listing.id)


def agreed_deal(
    *,
    now: datetime = NINE_IN_SHANGHAI,
    seller: PartyView | None = None,
    buyer: PartyView | None = None,
    intent: IntentView | None = None,
    **terms: object,
) -> DealView:
    """A deal from a listing with one buyer. Without `intent`, the deposit is only marked, not paid."""
    if intent is None:
        seller = seller or verified_party("上海某大学")
        buyer = buyer or verified_party("某科技公司", kind="enterprise")
        intent = qualified_intent(listed(seller, now=now, **terms), buyer)
        listings.mark_deposited(actor=SYSTEM, now=intent.applied_at, intent=intent.id)
    offer = cut_off(listed_queries.listing(intent.listing))
    assert offer.price_fen is not None
    assert offer.share is not None
    assert offer.ends_at is not None
    return actions.open_deal(
        actor=SYSTEM,
        now=offer.ends_at,
        listing=offer.id,
        seller=offer.seller,
        buyer=intent.party,
        technologies=offer.technologies,
        share=offer.share,
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


def signed_deal(deal: DealView | None = None, **how: object) -> DealView:
    """A deal both sides have signed."""
    deal = deal or agreed_deal(**how)  # type: ignore[arg-type]
    accepted_by(deal, deal.seller)
    accepted_by(deal, deal.buyer)
    return queries.deal(deal.id)
