"""
Researcher empowerment 赋权: what its file must hold before it may be applied for (RR-9).

An institution grants its inventors a share of ownership, or long-term use of at least the
rulebook's years. Those who kept the rules are protected (尽职免责), so the file proves that they did:
internal publicity 内部公示, collective decision 集体决策, price basis 定价依据; and it says how net
income is shared with all important contributors. Pure: no database, no clock.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final
from uuid import UUID

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights.procedure_words import Form, PriceBasis, Reward
from hutong.rights.refusals import Refusal
from hutong.rights.rules import require_words
from hutong.rights.shares import MAX_HOLDERS, WHOLE, Holdings, require_share

INDIVIDUAL: Final = "individual"
MAX_YEARS: Final = 50
# 国家设立的研究开发机构、高等院校: bound by the floor; firms agree freely.
STATE_FUNDED_KINDS: Final = frozenset({"university", "research_institute"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the rulebook demands of a file."""

    publicity_days: int
    use_years: int
    floor: Fraction  # of net income, for state-funded institutions


@dataclass(frozen=True, slots=True, kw_only=True)
class Diligence:
    """The evidence of due diligence; each step names its document."""

    published_from: date
    published_until: date
    published_where: str
    publicity_document: UUID
    decided_by: str
    decided_on: date
    decision_document: UUID
    price_basis: PriceBasis
    price_statement: str
    price_document: UUID

    def documents(self) -> tuple[UUID, UUID, UUID]:
        return self.publicity_document, self.decision_document, self.price_document


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One contributor's part of what all contributors get, and how it is given."""

    party: UUID
    part: Fraction
    reward: Reward


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`share` of net income goes to the contributors, in parts that total exactly 1."""

    share: Fraction
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What is given: shares of the whole of ownership, or use for `years`, to each beneficiary."""

    form: Form
    beneficiaries: tuple[tuple[UUID, Fraction | None], ...]
    years: int | None = None

    def parties(self) -> tuple[UUID, ...]:
        return tuple(party for party, _ in self.beneficiaries)

    def given(self) -> Fraction:
        return sum((share for _, share in self.beneficiaries if share), Fraction(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    grant: Grant
    diligence: Diligence
    plan: Plan

    def people(self) -> frozenset[UUID]:
        """Everybody named: beneficiaries and contributors."""
        return frozenset(self.grant.parties()) | {c.party for c in self.plan.contributions}


def is_state_funded(*, kind: str, state_owned: bool) -> bool:
    return state_owned and kind in STATE_FUNDED_KINDS


def require_file(
    file: File, *, terms: Terms, state_funded: bool, kinds: dict[UUID, str], today: date
) -> None:
    """Refuse a file that does not hold what RR-9 asks. `kinds`: the kinds of the parties named."""
    require_grant(file.grant, terms)
    _require_diligence(file.diligence, terms, today)
    require_plan(file.plan, floor=terms.floor if state_funded else Fraction(0))
    for party in sorted(file.people()):
        if party not in kinds:
            raise Refused(CommonRefusal.NOT_FOUND, what="party")
        if kinds[party] != INDIVIDUAL:
            raise Refused(Refusal.NOT_A_NATURAL_PERSON, party=party)
    contributors = {contribution.party for contribution in file.plan.contributions}
    for party in file.grant.parties():
        if party not in contributors:
            raise Refused(Refusal.BENEFICIARY_WITHOUT_PART, party=party)


def require_grant(grant: Grant, terms: Terms) -> None:
    if not grant.beneficiaries:
        raise Refused(Refusal.NOBODY_EMPOWERED)
    _require_once(grant.parties())
    if grant.form is Form.OWNERSHIP_SHARE:
        for _, share in grant.beneficiaries:
            require_share(share if share is not None else Fraction(0))
        if grant.given() > WHOLE:
            raise Refused(Refusal.SHARE_OUT_OF_RANGE, share=grant.given())
        return
    years = grant.years or 0
    if not terms.use_years <= years <= MAX_YEARS:
        raise Refused(Refusal.USE_TOO_SHORT, least=terms.use_years, most=MAX_YEARS)


def _require_diligence(diligence: Diligence, terms: Terms, today: date) -> None:
    shown = diligence.published_until - diligence.published_from
    if shown < timedelta(days=terms.publicity_days):
        raise Refused(Refusal.PUBLICITY_TOO_SHORT, days=terms.publicity_days)
    if diligence.published_until > today:
        raise Refused(Refusal.PUBLICITY_RUNNING, until=diligence.published_until)
    if diligence.decided_on > today:
        raise Refused(Refusal.DECISION_IN_FUTURE, on=diligence.decided_on)
    require_words("published_where", diligence.published_where, at_most=200)
    require_words("decided_by", diligence.decided_by, at_most=200)
    require_words("price_statement", diligence.price_statement)


def require_plan(plan: Plan, *, floor: Fraction) -> None:
    """Refuse a plan below the floor, or whose parts do not total exactly 1."""
    if not plan.contributions:
        raise Refused(Refusal.NOBODY_EMPOWERED)
    _require_once(contribution.party for contribution in plan.contributions)
    require_share(plan.share)
    if plan.share < floor:
        raise Refused(Refusal.BELOW_FLOOR, floor=floor, share=plan.share)
    for contribution in plan.contributions:
        require_share(contribution.part)
    total = sum((contribution.part for contribution in plan.contributions), Fraction(0))
    if total != WHOLE:
        raise Refused(Refusal.PARTS_NOT_WHOLE, total=total)


def _require_once(named: Iterable[UUID]) -> None:
    seen: set[UUID] = set()
    for party in named:
        if party in seen:
            raise Refused(Refusal.HOLDER_TWICE, party=party)
        seen.add(party)
        if len(seen) > MAX_HOLDERS:
            raise Refused(Refusal.TOO_MANY_HOLDERS, limit=MAX_HOLDERS)


def holdings_after(holdings: Holdings, *, giver: UUID, grant: Grant) -> Holdings:
    """Who holds what once the grant is registered. Refuses more than the giver holds (RR-3)."""
    if grant.form is Form.LONG_TERM_USE:
        return holdings
    for taker, share in grant.beneficiaries:
        assert share is not None, "checked by require_grant"
        holdings = holdings.transfer(giver, taker, share)
    return holdings


def use_until(effective_on: date, years: int) -> date:
    """The last day of long-term use that starts on `effective_on`."""
    try:
        anniversary = effective_on.replace(year=effective_on.year + years)
    except ValueError:  # 29 February
        anniversary = date(effective_on.year + years, 3, 1)
    return anniversary - timedelta(days=1)


def must_consent(
    *, applicant: UUID, holders: Collection[UUID], grant: Grant | None
) -> frozenset[UUID]:
    """Whose agreement an application needs: everybody it binds but the applicant (RR-1)."""
    bound = set(holders) | (set(grant.parties()) if grant else set())
    return frozenset(bound - {applicant})
