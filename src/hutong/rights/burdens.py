"""
Restrictions on a title: freeze, pledge, pre-emption, public funding; and consents to act beside
them (RR-6, Civil Code 444).

A freeze stops every disposal. A pledge lets through what its pledgee consented to; public funding
lets nothing go abroad without approval; a pre-emption is told of and stops nothing. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from hutong.kit.money import MAX_AMOUNT
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights.acts import (
    Consent,
    Origin,
    Pledge,
    PreEmption,
    Proceeds,
    Release,
    StateFunding,
)
from hutong.rights.grant_refusals import GrantRefusal
from hutong.rights.grants import require_all_join
from hutong.rights.refusals import Refusal
from hutong.rights.shares import Holdings

MAX_RANK = 100
CONSENT_KINDS = frozenset(
    {"transfer", "redistribution", "empowerment", "exclusive", "sole", "ordinary"}
)
ABROAD = frozenset({"transfer", "exclusive", "sole"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeInForce:
    entry: UUID
    number: str
    authority: str
    paper: str
    names: frozenset[UUID] = frozenset()

    def known_as(self, name: UUID) -> bool:
        return name == self.entry or name in self.names


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionInForce:
    """A pledge, pre-emption or funding duty that stands; `names` are the entries it corrects."""

    entry: UUID
    number: str
    since: date
    act: Pledge | PreEmption | StateFunding
    names: frozenset[UUID] = frozenset()

    def known_as(self, name: UUID) -> bool:
        return name == self.entry or name in self.names


def require_unfrozen(freezes: tuple[FreezeInForce, ...]) -> None:
    if freezes:
        first = freezes[0]
        raise Refused(
            Refusal.FROZEN, authority=first.authority, paper=first.paper, entry=first.number
        )


def require_consents(
    restrictions: Iterable[RestrictionInForce],
    consents: Iterable[Consent],
    *,
    kind: str,
    on: date | None,
    taker: UUID | None,
    abroad: bool,
) -> None:
    """Refuse a disposal to which somebody protected has not consented, naming the entry.

    `on` None: a consent counts for any day it covers. `taker` None: the buyer is not known yet, so
    only a consent to any taker counts.
    """
    given = _given(consents, kind=kind, on=on, taker=taker)
    for one in restrictions:
        needed = isinstance(one.act, Pledge) or (
            isinstance(one.act, StateFunding) and abroad and kind in ABROAD
        )
        if not needed or any(one.known_as(consent.restriction) for consent in given):
            continue
        if isinstance(one.act, Pledge):
            raise Refused(GrantRefusal.PLEDGED, entry=one.number, rank=one.act.rank)
        assert isinstance(one.act, StateFunding), "nothing else asks for approval"
        raise Refused(
            GrantRefusal.STATE_FUNDED_ABROAD, entry=one.number, programme=one.act.programme
        )


def proceeds_due(
    restrictions: Iterable[RestrictionInForce],
    consents: Iterable[Consent],
    *,
    kind: str,
    on: date,
    taker: UUID,
) -> list[tuple[RestrictionInForce, Pledge, Proceeds]]:
    """What becomes of the price of a disposal its pledgees consented to, by rank (Civil Code 444).

    Of several consents of one pledgee the last recorded counts.
    """
    given = _given(consents, kind=kind, on=on, taker=taker)
    found = []
    for one in restrictions:
        act = one.act
        last = next((c for c in reversed(given) if one.known_as(c.restriction)), None)
        if isinstance(act, Pledge) and last is not None:
            found.append((one, act, last.proceeds))
    return sorted(found, key=lambda due: due[1].rank)


def _given(
    consents: Iterable[Consent], *, kind: str, on: date | None, taker: UUID | None
) -> list[Consent]:
    return [
        consent
        for consent in consents
        if kind in consent.kinds
        and (on is None or on <= consent.until)
        and (consent.taker is None or consent.taker == taker)
    ]


def require_origin(origin: str) -> None:
    """Refuse a pre-emption that rests on nothing AU-8 knows."""
    if origin not in set(Origin):
        raise Refused(CommonRefusal.INVALID, field="origin", problem=origin[:40])


def require_pledgeable(
    act: Pledge, holdings: Holdings, restrictions: Iterable[RestrictionInForce]
) -> None:
    """Refuse a pledge that not all holders join, in a rank that is taken, for no amount."""
    if act.pledgor == act.pledgee:
        raise Refused(Refusal.SAME_PARTY)
    if not 1 <= act.rank <= MAX_RANK:
        raise Refused(GrantRefusal.RANK_OUT_OF_RANGE, limit=MAX_RANK)
    if not 1 <= act.secured_fen <= MAX_AMOUNT:
        raise Refused(GrantRefusal.AMOUNT_OUT_OF_RANGE)
    if act.pledgor not in holdings.disposal:
        raise Refused(Refusal.HOLDS_NOTHING, power="disposal")
    require_all_join(holdings, {act.pledgor, *act.joined})
    for one in restrictions:
        if isinstance(one.act, Pledge) and one.act.rank == act.rank:
            raise Refused(GrantRefusal.RANK_TAKEN, rank=act.rank, entry=one.number)


def next_rank(restrictions: Iterable[RestrictionInForce]) -> int:
    taken = {r.act.rank for r in restrictions if isinstance(r.act, Pledge)}
    return max(taken, default=0) + 1


def require_consentable(
    act: Consent, restrictions: Iterable[RestrictionInForce], *, on: date
) -> None:
    """Refuse a consent to nothing, of nobody protected, or over before it begins."""
    if not act.kinds or not act.kinds <= CONSENT_KINDS:
        raise Refused(GrantRefusal.CONSENT_TO_NOTHING)
    if act.until < on:
        raise Refused(GrantRefusal.CONSENT_OVER, until=act.until)
    one = _standing(act.restriction, restrictions)
    match one.act:
        case Pledge() if act.by is None:
            raise Refused(GrantRefusal.RESTRICTION_UNKNOWN)
        case Pledge(pledgee=pledgee) if act.by != pledgee:
            raise Refused(GrantRefusal.NOT_PLEDGEE, entry=one.number)
        case PreEmption():
            raise Refused(GrantRefusal.RESTRICTION_UNKNOWN)


def released(
    act: Release, restrictions: tuple[RestrictionInForce, ...]
) -> tuple[RestrictionInForce, ...]:
    """Return what is left after a release by who was protected, or on paper."""
    one = _standing(act.restriction, restrictions)
    protected: UUID | None = None
    match one.act:
        case Pledge(pledgee=party) | PreEmption(holder=party):
            protected = party
    if act.by is not None and act.by != protected:
        raise Refused(GrantRefusal.NOT_PLEDGEE, entry=one.number)
    return tuple(r for r in restrictions if r is not one)


def _standing(name: UUID, restrictions: Iterable[RestrictionInForce]) -> RestrictionInForce:
    for one in restrictions:
        if one.known_as(name):
            return one
    raise Refused(GrantRefusal.RESTRICTION_UNKNOWN)
