"""
What a listing offers, and on which terms (LI-1).

Pure. Terms are complete and within the rulebook's bounds, or they are refused with the field named.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from hutong.kit.money import MAX_AMOUNT, share_of
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.refusals import Refusal

MAX_TECHNOLOGIES = 2_000
MAX_TITLE = 200
MAX_TEXT = 10_000


class OfferKind(StrEnum):
    TRANSFER = "transfer"
    LICENCE = "licence"
    EQUITY = "equity"  # 作价入股
    JOINT_DEVELOPMENT = "joint_development"
    INVESTMENT = "investment"


class LicenceMode(StrEnum):
    EXCLUSIVE = "exclusive"
    SOLE = "sole"
    ORDINARY = "ordinary"


class PriceMode(StrEnum):
    FIXED = "fixed"
    FLOOR = "floor"
    NEGOTIABLE = "negotiable"


class Payment(StrEnum):
    LUMP_SUM = "lump_sum"
    INSTALMENTS = "instalments"
    ROYALTY = "royalty"
    ENTRY_FEE_AND_ROYALTY = "entry_fee_and_royalty"


class Scope(StrEnum):
    LOCAL = "local"
    NETWORK = "network"


class ExportClass(StrEnum):
    """The officer's answer to CB-1; the catalogues come with the cross-border area."""

    FREE = "free"
    RESTRICTED = "restricted"
    PROHIBITED = "prohibited"


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The rulebook's figures that bound terms."""

    deposit_bp_default: int
    deposit_bp_max: int
    increment_bp_default: int


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A listing's whole offer. Money in fen; `share` is of the whole right."""

    title_zh: str
    title_en: str
    technologies: tuple[UUID, ...]
    offer_kind: OfferKind
    share: Fraction | None
    licence_mode: LicenceMode | None
    price_mode: PriceMode
    price_fen: int | None
    deposit_fen: int | None
    increment_fen: int | None
    payment: Payment
    conditions: str
    scope: Scope

    @property
    def exclusive(self) -> bool:
        """Whether the offer admits one buyer only, and so reserves the right (LI-2)."""
        if self.offer_kind is OfferKind.LICENCE:
            return self.licence_mode is not LicenceMode.ORDINARY
        return self.offer_kind is OfferKind.TRANSFER


def settled(terms: Terms, bounds: Bounds) -> Terms:
    """Return `terms` with defaults filled in from the rulebook; refuse what does not hold."""
    _require_texts(terms)
    _require_technologies(terms.technologies)
    _require_offer(terms)
    price = terms.price_fen
    if price is None and terms.price_mode is not PriceMode.NEGOTIABLE:
        raise Refused(Refusal.PRICE_MISSING)
    if price is not None and not 1 <= price <= MAX_AMOUNT:
        raise Refused(Refusal.PRICE_OUT_OF_RANGE, limit=MAX_AMOUNT)
    return replace(
        terms,
        deposit_fen=_deposit(terms, bounds),
        increment_fen=_increment(terms, bounds),
        title_zh=terms.title_zh.strip(),
        title_en=terms.title_en.strip(),
        conditions=terms.conditions.strip(),
    )


def _require_texts(terms: Terms) -> None:
    if not (terms.title_zh.strip() or terms.title_en.strip()):
        raise Refused(Refusal.TITLE_MISSING)
    limits = {"title_zh": MAX_TITLE, "title_en": MAX_TITLE, "conditions": MAX_TEXT}
    for what, limit in limits.items():
        if len(getattr(terms, what)) > limit:
            raise Refused(CommonRefusal.TOO_LARGE, what=what, limit=limit)


def _require_technologies(technologies: Sequence[UUID]) -> None:
    if not technologies:
        raise Refused(Refusal.NOTHING_OFFERED)
    if len(technologies) > MAX_TECHNOLOGIES:
        raise Refused(Refusal.TOO_MANY_OFFERED, limit=MAX_TECHNOLOGIES)
    seen = set()
    for technology in technologies:
        if technology in seen:
            raise Refused(Refusal.TECHNOLOGY_TWICE, technology=technology)
        seen.add(technology)


def _require_offer(terms: Terms) -> None:
    if terms.offer_kind is OfferKind.TRANSFER and terms.share is None:
        raise Refused(Refusal.SHARE_MISSING)
    if terms.offer_kind is not OfferKind.TRANSFER and terms.share is not None:
        raise Refused(Refusal.SHARE_MISPLACED)
    if terms.offer_kind is OfferKind.LICENCE and terms.licence_mode is None:
        raise Refused(Refusal.LICENCE_TERMS_MISSING)


def _deposit(terms: Terms, bounds: Bounds) -> int:
    price, deposit = terms.price_fen, terms.deposit_fen
    if price is None:
        if deposit is None:
            raise Refused(Refusal.DEPOSIT_MISSING)
        limit = MAX_AMOUNT
    else:
        # A price of a few fen still carries a deposit of one: nobody is deposited with nothing.
        limit = max(1, share_of(price, bounds.deposit_bp_max))
        if deposit is None:
            deposit = min(limit, max(1, share_of(price, bounds.deposit_bp_default)))
    if not 1 <= deposit <= limit:
        raise Refused(Refusal.DEPOSIT_OUT_OF_BOUNDS, limit=limit)
    return deposit


def _increment(terms: Terms, bounds: Bounds) -> int | None:
    if terms.price_mode is not PriceMode.FLOOR:
        return None
    price = terms.price_fen
    assert price is not None, "a floor price is given"
    increment = terms.increment_fen
    if increment is None:
        increment = max(1, share_of(price, bounds.increment_bp_default))
    if not 1 <= increment <= price:
        raise Refused(Refusal.INCREMENT_OUT_OF_RANGE)
    return increment
