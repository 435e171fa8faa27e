"""
What a listing offers, and on which terms (LI-1).

Pure. Terms are complete and within the rulebook's bounds, or they are refused with the field named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, Self
from uuid import UUID

from hutong.kit.money import MAX_AMOUNT, share_of
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.refusals import Refusal
from hutong.rights import scope as rights

MAX_TECHNOLOGIES = 2_000
MAX_TITLE = 200
MAX_TEXT = 10_000
# What a contract tells another exchange fits into one message with all else that it says.
MOST_TOLD = 1_400
MOST_TOLD_BYTES = 650_000
PER_THING = 160  # bytes of the words around a technology's titles, and around each number of it
PER_NUMBER = 40


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
class LicenceTerms:
    """What a licence on offer covers: territory × field of use until a day (RR-2).

    It begins when the deal is settled.
    """

    territory: tuple[str, ...]
    ends_on: date
    without: tuple[str, ...] = ()
    ipc: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    sublicensable: bool = False

    def scope(self, starts_on: date) -> rights.Scope:
        """The scope from a day on. Refuses unknown codes, an empty territory, a term that is over."""
        return rights.Scope(
            rights.Territory.of(self.territory, self.without),
            rights.Field.of(self.ipc, self.industries),
            rights.Term.of(starts_on, self.ends_on),
        )

    def facts(self) -> dict[str, Any]:
        return {
            "territory": list(self.territory),
            "without": list(self.without),
            "ipc": list(self.ipc),
            "industries": list(self.industries),
            "ends_on": self.ends_on.isoformat(),
            "sublicensable": self.sublicensable,
        }

    @classmethod
    def read(cls, facts: dict[str, Any]) -> Self:
        """Read what `facts` wrote."""
        return cls(
            territory=tuple(facts["territory"]),
            without=tuple(facts["without"]),
            ipc=tuple(facts["ipc"]),
            industries=tuple(facts["industries"]),
            ends_on=date.fromisoformat(facts["ends_on"]),
            sublicensable=facts["sublicensable"],
        )


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
    licence: LicenceTerms | None = None

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
        raise Refused(Refusal.PRICE_OUT_OF_RANGE, limit_fen=MAX_AMOUNT)
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
    licence = terms.offer_kind is OfferKind.LICENCE
    if licence and (terms.licence_mode is None or terms.licence is None):
        raise Refused(Refusal.LICENCE_TERMS_MISSING)
    if terms.licence is not None:
        if not licence:
            raise Refused(Refusal.LICENCE_TERMS_MISPLACED)
        terms.licence.scope(min(terms.licence.ends_on, rights.LAST_DAY))


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
        raise Refused(Refusal.DEPOSIT_OUT_OF_BOUNDS, limit_fen=limit)
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


def offer_facts(terms: Terms) -> dict[str, Any]:
    """An offer as plain JSON, but for deposit and increment, which are each venue's."""
    return {
        "title_zh": terms.title_zh,
        "title_en": terms.title_en,
        "technologies": [str(one) for one in terms.technologies],
        "offer_kind": terms.offer_kind.value,
        "share": str(terms.share) if terms.share is not None else None,
        "licence_mode": terms.licence_mode.value if terms.licence_mode else None,
        "licence": terms.licence.facts() if terms.licence else None,
        "price_mode": terms.price_mode.value,
        "price_fen": terms.price_fen,
        "payment": terms.payment.value,
        "conditions": terms.conditions,
        "scope": terms.scope.value,
    }


def read_offer(told: Mapping[str, Any]) -> Terms:
    """An offer from what `offer_facts` wrote. Raises Refused (NOT_MOVABLE) for what is none."""
    try:
        return Terms(
            title_zh=str(told["title_zh"]),
            title_en=str(told["title_en"]),
            technologies=tuple(UUID(one) for one in told["technologies"]),
            offer_kind=OfferKind(told["offer_kind"]),
            share=Fraction(told["share"]) if told["share"] is not None else None,
            licence_mode=LicenceMode(told["licence_mode"]) if told["licence_mode"] else None,
            licence=LicenceTerms.read(told["licence"]) if told["licence"] else None,
            price_mode=PriceMode(told["price_mode"]),
            price_fen=told["price_fen"],
            deposit_fen=None,
            increment_fen=None,
            payment=Payment(told["payment"]),
            conditions=str(told["conditions"]),
            scope=Scope(told["scope"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise Refused(Refusal.NOT_MOVABLE) from error


def told_bytes(things: Iterable[tuple[Iterable[str], Iterable[str]]], conditions: str = "") -> int:
    """At least what a contract over things, each by its titles and its numbers, has beside its own
    words, as a message to another exchange writes it."""
    each = (
        PER_THING
        + sum(map(_written, titles))
        + sum(PER_NUMBER + _written(number) for number in numbers)
        for titles, numbers in things
    )
    return sum(each) + _written(conditions) + 4 * conditions.count("\n")


def check_told(things: Sequence[tuple[Iterable[str], Iterable[str]]], conditions: str) -> None:
    """Refuse to offer in the network what no message could tell the buyer's exchange (NE-4)."""
    told = told_bytes(things, conditions)
    if len(things) > MOST_TOLD or told > MOST_TOLD_BYTES:
        raise Refused(
            Refusal.TOO_LONG_TO_TELL,
            technologies=MOST_TOLD,
            kilobytes=MOST_TOLD_BYTES // 1_000,
        )


def _written(words: str) -> int:
    """Bytes of words in a message: quotation marks, backslashes and line ends take two."""
    return len(words.encode()) + sum(words.count(sign) for sign in '"\\\n')
