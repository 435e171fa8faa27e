"""
Builders for other areas' tests, through real actions.

    listing = open_listing(university)                       a patent, registered, on the board
    listing = open_listing(university, price_mode="fixed", price_fen=5_000_000)
    intent  = applied_intent(listing, firm)
    intent  = deposited_intent(listing, firm)                qualified, its deposit marked as held
    listing = cut_off(listing)                               at the end of its period
"""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.kit.actor import SYSTEM
from hutong.listings import actions, intents, queries
from hutong.listings.offers import (
    ExportClass,
    LicenceMode,
    OfferKind,
    Payment,
    PriceMode,
    Scope,
    Terms,
)
from hutong.listings.queries import IntentView, ListingView
from hutong.listings.rules import Decision
from hutong.parties.queries import PartyView
from hutong.parties.testing import NINE_IN_SHANGHAI, member_of, staff
from hutong.rights.testing import registered_technology

ALL_YES = {"title": True, "completeness": True, "pre_emption": True}
PRICE_FEN = 80_000_000


def some_terms(technologies: Sequence[UUID], **given: Any) -> Terms:
    """Terms of a transfer of the whole at a floor price, changed by `given`."""
    facts: dict[str, Any] = {
        "title_zh": "高温合金制备方法专利权转让",
        "title_en": "",
        "technologies": tuple(technologies),
        "offer_kind": OfferKind.TRANSFER,
        "share": Fraction(1),
        "licence_mode": None,
        "price_mode": PriceMode.FLOOR,
        "price_fen": PRICE_FEN,
        "deposit_fen": None,
        "increment_fen": None,
        "payment": Payment.LUMP_SUM,
        "conditions": "",
        "scope": Scope.LOCAL,
        **given,
    }
    for name, kind in {
        "offer_kind": OfferKind,
        "price_mode": PriceMode,
        "payment": Payment,
        "scope": Scope,
    }.items():
        facts[name] = kind(facts[name])
    if facts["licence_mode"] is not None:
        facts["licence_mode"] = LicenceMode(facts["licence_mode"])
    return Terms(**facts)


def drafted_listing(
    seller: PartyView,
    technologies: Sequence[UUID] | None = None,
    *,
    now: datetime = NINE_IN_SHANGHAI,
    **given: Any,
) -> ListingView:
    """A draft; without `technologies` over a new patent registered to the seller."""
    if technologies is None:
        technologies = [registered_technology(seller, now=now).id]
    return actions.draft(actor=member_of(seller), now=now, terms=some_terms(technologies, **given))


def submitted_listing(
    seller: PartyView,
    technologies: Sequence[UUID] | None = None,
    *,
    now: datetime = NINE_IN_SHANGHAI,
    **given: Any,
) -> ListingView:
    drafted = drafted_listing(seller, technologies, now=now, **given)
    return actions.submit(actor=member_of(seller), now=now, listing=drafted.id)


def open_listing(
    seller: PartyView,
    technologies: Sequence[UUID] | None = None,
    *,
    now: datetime = NINE_IN_SHANGHAI,
    export_class: ExportClass = ExportClass.FREE,
    **given: Any,
) -> ListingView:
    """A listing on the board since `now`."""
    submitted = submitted_listing(seller, technologies, now=now, **given)
    return actions.examine(
        actor=staff("listing", now=now),
        now=now,
        listing=submitted.id,
        decision=Decision.ACCEPT,
        checklist=ALL_YES,
        export_class=export_class,
        findings="Title clear, terms complete.",
    )


def applied_intent(
    listing: ListingView, buyer: PartyView, *, now: datetime = NINE_IN_SHANGHAI
) -> IntentView:
    return actions.apply_intent(
        actor=member_of(buyer), now=now, listing=listing.id, accepts_conditions=True
    )


def qualified_intent(
    listing: ListingView, buyer: PartyView, *, now: datetime = NINE_IN_SHANGHAI
) -> IntentView:
    applied = applied_intent(listing, buyer, now=now)
    return actions.qualify(
        actor=staff("listing", now=now),
        now=now,
        intent=applied.id,
        decision=intents.Decision.QUALIFY,
        findings="Meets the conditions.",
    )


def deposited_intent(
    listing: ListingView, buyer: PartyView, *, now: datetime = NINE_IN_SHANGHAI
) -> IntentView:
    """An intent that stands ready. The deposit is marked, not booked: settlement has builders for
    real money."""
    qualified = qualified_intent(listing, buyer, now=now)
    return actions.mark_deposited(actor=SYSTEM, now=now, intent=qualified.id)


def cut_off(listing: ListingView) -> ListingView:
    """The listing after the end of its period, decided by the venue."""
    current = queries.listing(listing.id)
    assert current.ends_at is not None
    return actions.cut_off(actor=SYSTEM, now=current.ends_at, listing=listing.id)
