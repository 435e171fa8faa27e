"""
Freeze and its lifting (RR-6, RR-7): at once, on the paper of a court or authority.
"""

from datetime import datetime
from uuid import UUID

from hutong.documents import queries as documents
from hutong.journal.actions import action
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import Refused
from hutong.rights import register, rules
from hutong.rights.actions.writing import New, write
from hutong.rights.events import Frozen, Lifted
from hutong.rights.queries.titles import EntryView
from hutong.rights.queries.titles import entry as entry_view
from hutong.rights.refusals import Refusal
from hutong.rulebook import queries as rulebook


@action(power="rights.examine")
def freeze(
    *,
    actor: Actor,
    now: datetime,
    technology: UUID,
    authority: str,
    paper: str,
    document: UUID,
) -> EntryView:
    """Freeze a registered right: nothing of it can be disposed of until the freeze is lifted."""
    _require_paper(authority, paper, document)
    act = register.Freeze(authority=authority, paper=paper)
    [written] = write(
        [
            New(
                technology=technology,
                act=act,
                effective_on=local_date(now),
                source=subject("document", document),
                event=lambda common: Frozen(**common, authority=authority, paper=paper),
            )
        ],
        actor=actor,
        now=now,
        rulebook_version=rulebook.in_force(now).version,
    )
    return entry_view(written.id)


@action(power="rights.examine")
def lift(
    *, actor: Actor, now: datetime, freeze: UUID, authority: str, paper: str, document: UUID
) -> EntryView:
    """Lift a freeze, named by its entry, on the authority's paper."""
    _require_paper(authority, paper, document)
    technology = entry_view(freeze).technology
    [written] = write(
        [
            New(
                technology=technology,
                act=register.Lift(freeze=freeze, authority=authority, paper=paper),
                effective_on=local_date(now),
                source=subject("document", document),
                event=lambda common: Lifted(
                    **common, freeze=freeze, authority=authority, paper=paper
                ),
            )
        ],
        actor=actor,
        now=now,
        rulebook_version=rulebook.in_force(now).version,
    )
    return entry_view(written.id)


def _require_paper(authority: str, paper: str, document: UUID) -> None:
    rules.require_words("authority", authority, at_most=200)
    rules.require_words("paper", paper, at_most=200)
    if documents.find(document) is None:
        raise Refused(Refusal.EVIDENCE_UNKNOWN, document=document)
