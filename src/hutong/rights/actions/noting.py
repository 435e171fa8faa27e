"""
What members ask the register to note or put right (RR-6, RR-8): a pre-emption, a wrong entry.

Everybody it touches agrees, then the registrar examines it as any other filing. What officers file on
paper, without their agreement, is in `corrections`.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from hutong.journal.actions import action
from hutong.kit.actor import ACT, Actor
from hutong.kit.refusal import Refused
from hutong.rights import rules
from hutong.rights.actions.filing_steps import file_act
from hutong.rights.acts import Act, PreEmption, StruckOut, parties_named
from hutong.rights.acts_written import act_from
from hutong.rights.grant_refusals import GrantRefusal
from hutong.rights.grant_words import FilingKind
from hutong.rights.queries.filings import FilingView
from hutong.rights.queries.titles import current_states
from hutong.rights.queries.titles import entry as entry_view


@action(power=ACT)
def file_pre_emption(
    *,
    actor: Actor,
    now: datetime,
    technology: UUID,
    holder: UUID,
    origin: str,
    words: str = "",
    evidence: Sequence[UUID],
) -> FilingView:
    """File a pre-emption by contract or law, as who has it or as who holds the right (AU-8).

    The other side agrees, every co-holder too; the registrar examines.
    """
    party = actor.acting_party()
    concerned = _holders(technology) | {holder}
    if party not in concerned:
        raise Refused(GrantRefusal.NOT_CONCERNED)
    return file_act(
        actor,
        now,
        FilingKind.RESTRICTION,
        PreEmption(holder=holder, origin=origin, words=words),
        technologies=[technology],
        needs=concerned - {party},
        evidence=evidence,
    )


@action(power=ACT)
def file_correction(
    *,
    actor: Actor,
    now: datetime,
    entry: UUID,
    right: Act | None,
    reason: str,
    effective_on: date | None = None,
    evidence: Sequence[UUID],
) -> FilingView:
    """Ask for an entry in the place of a wrong one, or (`right` None) that it be struck out (RR-8).

    By whom the entry names, or a holder of the title; all the others of them agree, and whoever the
    right entry names. The registrar examines.
    """
    rules.require_words("reason", reason)
    wrong = entry_view(entry)
    party = actor.acting_party()
    stood = act_from(wrong.kind, wrong.facts, wrong.holdings)
    concerned = _holders(wrong.technology) | parties_named(stood)
    if party not in concerned:
        raise Refused(GrantRefusal.NOT_CONCERNED)
    act = right if right is not None else StruckOut(reason=reason)
    return file_act(
        actor,
        now,
        FilingKind.CORRECTION,
        act,
        technologies=[wrong.technology],
        needs=(concerned | parties_named(act)) - {party},
        evidence=evidence,
        corrects=entry,
        effective_on=effective_on or wrong.effective_on,
        reason=reason,
    )


def _holders(technology: UUID) -> frozenset[UUID]:
    state = current_states([technology])[technology]
    return state.holdings.parties() if state.holdings else frozenset()
