from dataclasses import replace
from datetime import date
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.money import MAX_AMOUNT
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.offers import (
    Bounds,
    LicenceMode,
    LicenceTerms,
    OfferKind,
    Payment,
    PriceMode,
    Scope,
    Terms,
    settled,
)
from hutong.listings.refusals import Refusal
from hutong.rights.grant_refusals import GrantRefusal

BOUNDS = Bounds(deposit_bp_default=1_000, deposit_bp_max=3_000, increment_bp_default=100)
TECHNOLOGY = UUID(int=1)
TERMS = Terms(
    title_zh="一种高温合金的制备方法",
    title_en="",
    technologies=(TECHNOLOGY,),
    offer_kind=OfferKind.TRANSFER,
    share=Fraction(1),
    licence_mode=None,
    price_mode=PriceMode.FLOOR,
    price_fen=80_000_000,
    deposit_fen=None,
    increment_fen=None,
    payment=Payment.LUMP_SUM,
    conditions="",
    scope=Scope.LOCAL,
)
CHINA = LicenceTerms(territory=("CN",), ends_on=date(2030, 12, 31))
SOLE = {"offer_kind": OfferKind.LICENCE, "share": None, "licence_mode": LicenceMode.SOLE}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"title_zh": "  "}, Refusal.TITLE_MISSING),
        ({"title_zh": "长" * 201}, CommonRefusal.TOO_LARGE),
        ({"conditions": "x" * 10_001}, CommonRefusal.TOO_LARGE),
        ({"technologies": ()}, Refusal.NOTHING_OFFERED),
        ({"technologies": (TECHNOLOGY, TECHNOLOGY)}, Refusal.TECHNOLOGY_TWICE),
        ({"technologies": tuple(UUID(int=n) for n in range(2_001))}, Refusal.TOO_MANY_OFFERED),
        ({"share": None}, Refusal.SHARE_MISSING),
        (
            {"offer_kind": OfferKind.LICENCE, "licence_mode": LicenceMode.SOLE},
            Refusal.SHARE_MISPLACED,
        ),
        ({"offer_kind": OfferKind.LICENCE, "share": None}, Refusal.LICENCE_TERMS_MISSING),
        (
            {"offer_kind": OfferKind.LICENCE, "share": None, "licence_mode": LicenceMode.SOLE},
            Refusal.LICENCE_TERMS_MISSING,
        ),
        ({"licence": CHINA}, Refusal.LICENCE_TERMS_MISPLACED),
        (
            {**SOLE, "licence": replace(CHINA, territory=("Atlantis",))},
            GrantRefusal.REGION_UNKNOWN,
        ),
        ({**SOLE, "licence": replace(CHINA, territory=())}, GrantRefusal.TERRITORY_EMPTY),
        ({**SOLE, "licence": replace(CHINA, ends_on=date.max)}, GrantRefusal.DAY_FAR_AWAY),
        ({"price_fen": None}, Refusal.PRICE_MISSING),
        ({"price_mode": PriceMode.FIXED, "price_fen": None}, Refusal.PRICE_MISSING),
        ({"price_fen": 0}, Refusal.PRICE_OUT_OF_RANGE),
        ({"price_fen": MAX_AMOUNT + 1}, Refusal.PRICE_OUT_OF_RANGE),
        ({"price_mode": PriceMode.NEGOTIABLE, "price_fen": None}, Refusal.DEPOSIT_MISSING),
        ({"deposit_fen": 24_000_001}, Refusal.DEPOSIT_OUT_OF_BOUNDS),
        ({"deposit_fen": 0}, Refusal.DEPOSIT_OUT_OF_BOUNDS),
        ({"increment_fen": 0}, Refusal.INCREMENT_OUT_OF_RANGE),
        ({"increment_fen": 80_000_001}, Refusal.INCREMENT_OUT_OF_RANGE),
    ],
)
def test_terms_that_do_not_hold_are_refused(change, refusal):
    with pytest.raises(Refused) as refused:
        settled(replace(TERMS, **change), BOUNDS)
    assert refused.value.reason is refusal


def test_deposit_and_increment_follow_the_rulebook_when_not_given():
    terms = settled(TERMS, BOUNDS)
    assert terms.deposit_fen == 8_000_000
    assert terms.increment_fen == 800_000


def test_a_fixed_price_has_no_increment():
    terms = settled(replace(TERMS, price_mode=PriceMode.FIXED, increment_fen=5), BOUNDS)
    assert terms.increment_fen is None


def test_a_negotiable_offer_needs_no_price():
    negotiable = replace(
        TERMS, price_mode=PriceMode.NEGOTIABLE, price_fen=None, deposit_fen=100_000
    )
    assert settled(negotiable, BOUNDS).deposit_fen == 100_000


@pytest.mark.parametrize(
    ("kind", "mode", "exclusive"),
    [
        (OfferKind.TRANSFER, None, True),
        (OfferKind.LICENCE, LicenceMode.EXCLUSIVE, True),
        (OfferKind.LICENCE, LicenceMode.SOLE, True),
        (OfferKind.LICENCE, LicenceMode.ORDINARY, False),
        (OfferKind.JOINT_DEVELOPMENT, None, False),
    ],
)
def test_an_offer_to_one_buyer_only_is_exclusive(kind, mode, exclusive):
    assert replace(TERMS, offer_kind=kind, licence_mode=mode).exclusive is exclusive


@given(st.integers(1, MAX_AMOUNT), st.integers(0, 10_000), st.integers(0, 10_000))
def test_every_price_has_a_deposit_within_the_bounds(price, default_bp, max_bp):
    bounds = Bounds(
        deposit_bp_default=default_bp, deposit_bp_max=max_bp, increment_bp_default=default_bp
    )
    terms = settled(replace(TERMS, price_fen=price), bounds)
    assert 1 <= terms.deposit_fen <= max(1, price)
    assert terms.deposit_fen * 10_000 <= max(10_000, price * max_bp + 5_000)
    assert 1 <= terms.increment_fen <= price
