"""
Filing for the register outside a deal (RR-7): licences, pledges, consents, surrenders, new shares.

    the holder files → everybody it needs agrees → (the registrar examines) → (the office) → entered

Each decision is made on the locked title: when it is filed, when it is submitted, when it is
entered. What an officer files is in `corrections`. Lock order: filing, titles, disposals.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

from hutong.journal.actions import action
from hutong.kit.actor import ACT, Actor, require_other_eyes
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights import filing as procedure
from hutong.rights.actions.filing_steps import (
    file_act,
    holders_with,
    involved_in_filing,
    is_abroad,
    locked_filing,
    require_within_life,
    save,
)
from hutong.rights.acts import (
    Consent,
    Licence,
    Mode,
    Pledge,
    Proceeds,
    Redistribution,
    Release,
    Surrender,
)
from hutong.rights.burdens import next_rank
from hutong.rights.grant_words import FilingKind
from hutong.rights.queries.filings import FilingView, view
from hutong.rights.queries.titles import current_states
from hutong.rights.queries.titles import entry as entry_view
from hutong.rights.scope import Scope
from hutong.rights.shares import Holdings

FILING = "RF"
MAX_TECHNOLOGIES = 100
MAX_EVIDENCE = 100


@action(power=ACT)
def file_licence(
    *,
    actor: Actor,
    now: datetime,
    technology: UUID,
    licensee: UUID,
    mode: Mode,
    scope: Scope,
    sublicensable: bool = False,
    parent: UUID | None = None,
    accepted: Sequence[UUID] = (),
    evidence: Sequence[UUID],
) -> FilingView:
    """File a licence, or a sublicence of `parent`, that the actor's party grants.

    The licensee agrees to it, and every co-owner to an exclusive or sole one; an ordinary licence
    is then entered at once, others are examined. Refused with the entry it conflicts with.
    """
    licensor = actor.acting_party()
    joined: frozenset[UUID] = frozenset()
    if parent is None:
        holders = holders_with(licensor, [technology])
        joined = holders - {licensor} if mode is not Mode.ORDINARY else joined
    act = Licence(
        licensor=licensor,
        licensee=licensee,
        mode=mode,
        scope=scope,
        sublicensable=sublicensable,
        parent=parent,
        accepted=frozenset(accepted),
        joined=joined,
        abroad=is_abroad(licensee, now),
    )
    require_within_life(technology, scope)
    return file_act(
        actor,
        now,
        FilingKind.LICENCE,
        act,
        technologies=[technology],
        needs={licensee} | joined,
        evidence=evidence,
    )


@action(power=ACT)
def surrender(
    *, actor: Actor, now: datetime, grant: UUID, evidence: Sequence[UUID] = ()
) -> FilingView:
    """Give a licence back, from today; only its licensee can, and while no sublicence rests on it."""
    technology = entry_view(grant).technology
    act = Surrender(grant=grant, licensee=actor.acting_party())
    return file_act(
        actor, now, FilingKind.SURRENDER, act, technologies=[technology], evidence=evidence
    )


@action(power=ACT)
def file_pledge(
    *,
    actor: Actor,
    now: datetime,
    technologies: Sequence[UUID],
    pledgee: UUID,
    secured_fen: int,
    currency: str = "CNY",
    debt_due_on: date | None = None,
    rank: int | None = None,
    evidence: Sequence[UUID],
) -> FilingView:
    """File a pledge of whole rights for a debt, in the next free rank unless one is named.

    The pledgee and every co-holder agree; the registrar examines; a statutory right is pledged by
    the office's entry (RR-11). At most one disposal of a right is pending at a time (RR-7).
    """
    pledgor = actor.acting_party()
    if rank is None:
        states = current_states(technologies).values()
        rank = max((next_rank(state.restrictions) for state in states), default=1)
    joined = holders_with(pledgor, technologies) - {pledgor}
    act = Pledge(
        pledgor=pledgor,
        pledgee=pledgee,
        rank=rank,
        secured_fen=secured_fen,
        currency=currency,
        debt_due_on=debt_due_on,
        joined=joined,
    )
    return file_act(
        actor,
        now,
        FilingKind.PLEDGE,
        act,
        technologies=technologies,
        needs={pledgee} | joined,
        evidence=evidence,
    )


@action(power=ACT)
def consent_to_disposals(
    *,
    actor: Actor,
    now: datetime,
    restriction: UUID,
    kinds: Iterable[str],
    until: date,
    taker: UUID | None = None,
    proceeds: Proceeds = Proceeds.PREPAY,
    evidence: Sequence[UUID] = (),
) -> FilingView:
    """Consent, as pledgee, to disposals of some kinds until a day (Civil Code 444); at once."""
    technology = entry_view(restriction).technology
    act = Consent(
        restriction=restriction,
        by=actor.acting_party(),
        kinds=frozenset(kinds),
        until=until,
        taker=taker,
        proceeds=proceeds,
    )
    return file_act(
        actor, now, FilingKind.CONSENT, act, technologies=[technology], evidence=evidence
    )


@action(power=ACT)
def release(
    *,
    actor: Actor,
    now: datetime,
    restriction: UUID,
    evidence: Sequence[UUID] = (),
) -> FilingView:
    """Release a pledge or a pre-emption that protects the actor's party; at once."""
    technology = entry_view(restriction).technology
    act = Release(restriction=restriction, by=actor.acting_party())
    return file_act(
        actor, now, FilingKind.RELEASE, act, technologies=[technology], evidence=evidence
    )


@action(power=ACT)
def file_redistribution(
    *,
    actor: Actor,
    now: datetime,
    technology: UUID,
    ownership: Sequence[tuple[UUID, Fraction]],
    disposal: Sequence[tuple[UUID, Fraction]] | None = None,
    income: Sequence[tuple[UUID, Fraction]] | None = None,
    evidence: Sequence[UUID],
) -> FilingView:
    """File new shares that all holders, before and after, agree on (RR-1)."""
    party = actor.acting_party()
    holdings = Holdings.of(ownership, disposal, income)
    before = holders_with(party, [technology])
    everybody = before | holdings.parties()
    act = Redistribution(holdings=holdings, joined=everybody)
    return file_act(
        actor,
        now,
        FilingKind.REDISTRIBUTION,
        act,
        technologies=[technology],
        needs=everybody - {party},
        evidence=evidence,
    )


@action(power=ACT)
def agree(*, actor: Actor, now: datetime, filing: UUID) -> FilingView:
    """Agree to a filing for the actor's party; the last agreement submits it, or enters it."""
    row = locked_filing(filing)
    party = actor.acting_party()
    state = row.state()
    events = procedure.agree(state, party=party)
    row.agreements.filter(party=party).update(agreed_at=now, agreed_by=actor.person)
    save(row, state, events, actor=actor, now=now)
    return view(row)


@action(power=ACT)
def decline(*, actor: Actor, now: datetime, filing: UUID, reason: str) -> FilingView:
    """Refuse the agreement a filing needs, with a reason; that ends it."""
    row = locked_filing(filing)
    state = row.state()
    events = procedure.decline(state, party=actor.acting_party(), reason=reason)
    save(row, state, events, actor=actor, now=now, because=reason)
    return view(row)


@action(power=ACT)
def withdraw_filing(*, actor: Actor, now: datetime, filing: UUID, reason: str) -> FilingView:
    """Withdraw what one's party has filed, until it is entered."""
    row = locked_filing(filing)
    if row.applicant is None or row.applicant != actor.acting_party():
        raise Refused(CommonRefusal.NOT_FOUND, what="filing")
    state = row.state()
    events = procedure.withdraw(state, reason=reason)
    save(row, state, events, actor=actor, now=now, because=reason)
    return view(row)


@action(power="rights.examine")
def approve_filing(*, actor: Actor, now: datetime, filing: UUID, findings: str) -> FilingView:
    """Approve a filing that was examined; by nobody who filed it or acts for a side of it (PA-5).

    It is entered now, or when the office's step is recorded where one is due (RR-11).
    """
    row = locked_filing(filing)
    require_other_eyes(actor, involved_in_filing(row))
    state = row.state()
    events = procedure.approve(state, findings=findings)
    row.examined_by, row.examined_at, row.findings = actor.person, now, findings
    save(row, state, events, actor=actor, now=now)
    return view(row)


@action(power="rights.examine")
def reject_filing(*, actor: Actor, now: datetime, filing: UUID, findings: str) -> FilingView:
    """Reject a filing with the findings of its examination (PA-5)."""
    row = locked_filing(filing)
    require_other_eyes(actor, involved_in_filing(row))
    state = row.state()
    events = procedure.reject(state, findings=findings)
    row.examined_by, row.examined_at, row.findings = actor.person, now, findings
    save(row, state, events, actor=actor, now=now, because=findings)
    return view(row)
