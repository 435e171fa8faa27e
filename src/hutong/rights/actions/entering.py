"""
From what was filed to the register: the entry of each kind of filing, and its event.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hutong.kit.actor import Actor
from hutong.kit.event import Event
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import local_date
from hutong.rights import register
from hutong.rights.actions.writing import New, Written, write
from hutong.rights.acts import (
    Act,
    Cancellation,
    Consent,
    Licence,
    Pledge,
    PreEmption,
    Redistribution,
    Release,
    StateFunding,
    Surrender,
    Termination,
)
from hutong.rights.acts_written import act_from
from hutong.rights.grant_events import (
    Corrected,
    DisposalConsented,
    GrantEnded,
    Licensed,
    Pledged,
    Redistributed,
    Released,
    Restricted,
    TitleCancelled,
)
from hutong.rights.models import Filing


def act_of(row: Filing) -> Act:
    """The act a filing asks for, as it was filed."""
    return act_from(row.terms["kind"], row.terms["facts"], None)


def terms_of(act: Act, *, corrects: bool = False) -> dict[str, Any]:
    return {
        "kind": register.kind_of(act).value,
        "facts": register.act_facts(act, corrects=corrects),
    }


def filing_subject(id: UUID) -> str:
    return subject("right_filing", id)


def write_filed(
    row: Filing,
    act: Act,
    *,
    actor: Actor,
    now: datetime,
    ids: dict[UUID, UUID],
    effective_on: dict[UUID, date],
) -> list[Written]:
    """Write the entries of a filing, one a technology; `ids` and dates of those that were bound."""
    return write(
        [
            New(
                id=ids.get(technology) or new_id(),
                technology=technology,
                act=act,
                effective_on=effective_on.get(technology) or local_date(now),
                source=filing_subject(row.id),
                event=event_of(act, filing=row.id, corrects=row.corrects),
                corrects=row.corrects,
            )
            for technology in row.technologies
        ],
        actor=actor,
        now=now,
        rulebook_version=row.rulebook_version,
    )


def licensed(
    act: Licence, *, deal: UUID | None = None, filing: UUID | None = None
) -> Callable[[dict[str, Any]], Event]:
    return lambda common: Licensed(
        **common,
        mode=act.mode,
        ends_on=act.scope.term.ends_on,
        deal=deal,
        filing=filing,
        parent=act.parent,
        licensor=act.licensor,
        licensee=act.licensee,
        scope=act.scope.facts(),
    )


def event_of(
    act: Act, *, filing: UUID, corrects: UUID | None = None
) -> Callable[[dict[str, Any]], Event]:
    """What the journal hears of an entry that was filed."""
    if corrects is not None:
        return lambda common: Corrected(**common, filing=filing, corrects=corrects)
    match act:
        case Licence():
            return licensed(act, filing=filing)
        case Surrender(grant=grant) | Termination(grant=grant):
            return lambda common: GrantEnded(**common, filing=filing, grant=grant)
        case Pledge():
            return lambda common: Pledged(
                **common,
                filing=filing,
                rank=act.rank,
                pledgor=act.pledgor,
                pledgee=act.pledgee,
                secured_fen=act.secured_fen,
                currency=act.currency,
            )
        case Consent():
            return lambda common: DisposalConsented(
                **common,
                filing=filing,
                restriction=act.restriction,
                until=act.until,
                disposals=sorted(act.kinds),
            )
        case PreEmption() | StateFunding():
            return lambda common: Restricted(**common, filing=filing)
        case Release(restriction=restriction):
            return lambda common: Released(**common, filing=filing, restriction=restriction)
        case Redistribution():
            return lambda common: Redistributed(**common, filing=filing)
        case Cancellation():
            return lambda common: TitleCancelled(**common, filing=filing)
    raise AssertionError(f"{type(act).__name__} is never filed")


def entry_ids(written: Sequence[Written]) -> list[UUID]:
    return [one.id for one in written]
