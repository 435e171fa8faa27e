"""
What officers file on paper (RR-6, RR-8): corrections, cancellations, terminations, notes.

One officer files with the court's, authority's or office's paper; another approves (PA-5). A freeze
alone is at once (`restrictions`). The paper stays with the filing as its evidence.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from hutong.journal.actions import action
from hutong.kit.actor import Actor
from hutong.rights import rules
from hutong.rights.actions.filing_steps import file_act
from hutong.rights.acts import (
    Act,
    Cancellation,
    Consent,
    PreEmption,
    Release,
    StateFunding,
    StruckOut,
    Termination,
)
from hutong.rights.grant_words import FilingKind
from hutong.rights.queries.filings import FilingView
from hutong.rights.queries.titles import entry as entry_view


@action(power="rights.examine")
def propose_correction(
    *,
    actor: Actor,
    now: datetime,
    entry: UUID,
    right: Act | None,
    reason: str,
    effective_on: date | None = None,
    evidence: Sequence[UUID],
) -> FilingView:
    """Propose an entry in the place of a wrong one, or (`right` None) to strike it out (RR-8).

    Refused when a later entry would lose its ground; it is named. Nothing is edited: what was
    known before stays known as it was.
    """
    rules.require_words("reason", reason)
    wrong = entry_view(entry)
    act = right if right is not None else StruckOut(reason=reason)
    return _officers(
        actor,
        now,
        FilingKind.CORRECTION,
        act,
        wrong.technology,
        evidence,
        corrects=entry,
        effective_on=effective_on or wrong.effective_on,
        reason=reason,
    )


@action(power="rights.examine")
def propose_cancellation(
    *,
    actor: Actor,
    now: datetime,
    technology: UUID,
    authority: str,
    paper: str,
    evidence: Sequence[UUID],
) -> FilingView:
    """Propose to close a title whose right has ended: invalidated, given up, expired (注销)."""
    _require_paper(authority, paper)
    act = Cancellation(authority=authority, paper=paper)
    return _officers(actor, now, FilingKind.CANCELLATION, act, technology, evidence)


@action(power="rights.examine")
def propose_termination(
    *,
    actor: Actor,
    now: datetime,
    grant: UUID,
    authority: str,
    paper: str,
    evidence: Sequence[UUID],
) -> FilingView:
    """Propose to end a licence before its term, on a judgment or both sides' agreement."""
    _require_paper(authority, paper)
    act = Termination(grant=grant, authority=authority, paper=paper)
    return _officers(
        actor, now, FilingKind.TERMINATION, act, entry_view(grant).technology, evidence
    )


@action(power="rights.examine")
def propose_pre_emption(
    *,
    actor: Actor,
    now: datetime,
    technology: UUID,
    holder: UUID,
    origin: str,
    words: str = "",
    evidence: Sequence[UUID],
) -> FilingView:
    """Propose to note a pre-emption by contract or law (AU-8); its holder is told of sales."""
    act = PreEmption(holder=holder, origin=origin, words=words)
    return _officers(actor, now, FilingKind.RESTRICTION, act, technology, evidence)


@action(power="rights.examine")
def propose_state_funding(
    *,
    actor: Actor,
    now: datetime,
    technology: UUID,
    programme: str,
    authority: str,
    paper: str,
    evidence: Sequence[UUID],
) -> FilingView:
    """Propose to note that public funds made the technology, and the duties that follow."""
    rules.require_words("programme", programme, at_most=200)
    _require_paper(authority, paper)
    act = StateFunding(programme=programme, authority=authority, paper=paper)
    return _officers(actor, now, FilingKind.RESTRICTION, act, technology, evidence)


@action(power="rights.examine")
def propose_approval_abroad(
    *,
    actor: Actor,
    now: datetime,
    restriction: UUID,
    kinds: frozenset[str],
    until: date,
    taker: UUID | None = None,
    evidence: Sequence[UUID],
) -> FilingView:
    """Propose to record the funding authority's approval of disposals abroad, on its paper."""
    act = Consent(restriction=restriction, by=None, kinds=kinds, until=until, taker=taker)
    return _officers(
        actor, now, FilingKind.RESTRICTION, act, entry_view(restriction).technology, evidence
    )


@action(power="rights.examine")
def propose_release(
    *,
    actor: Actor,
    now: datetime,
    restriction: UUID,
    authority: str,
    paper: str,
    evidence: Sequence[UUID],
) -> FilingView:
    """Propose to release a restriction on paper: the debt is paid, the duty has ended."""
    _require_paper(authority, paper)
    act = Release(restriction=restriction, authority=authority, paper=paper)
    return _officers(
        actor, now, FilingKind.RESTRICTION, act, entry_view(restriction).technology, evidence
    )


def _officers(
    actor: Actor,
    now: datetime,
    kind: FilingKind,
    act: Act,
    technology: UUID,
    evidence: Sequence[UUID],
    *,
    corrects: UUID | None = None,
    effective_on: date | None = None,
    reason: str = "",
) -> FilingView:
    return file_act(
        actor,
        now,
        kind,
        act,
        technologies=[technology],
        evidence=evidence,
        applicant=False,
        corrects=corrects,
        effective_on=effective_on,
        reason=reason,
    )


def _require_paper(authority: str, paper: str) -> None:
    rules.require_words("authority", authority, at_most=200)
    rules.require_words("paper", paper, at_most=200)
