"""
What deals and filings have bound, for its sides, the registrar and settlement.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Q

from hutong.doors.api import paged
from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights.acts import EntryKind
from hutong.rights.models import Disposal
from hutong.rights.queries.titles import outside_step_of
from hutong.rights.transfers import DisposalStatus


@dataclass(frozen=True, kw_only=True)
class DisposalView:
    """What a deal or a filing has bound; `entry` is the register entry it becomes. `outside_step` is
    one of not_due, missing, filed, effective (RR-11). A transfer has a share, others their terms."""

    entry: UUID
    kind: EntryKind
    technology: UUID
    deal: UUID | None
    filing: UUID | None
    giver: UUID
    taker: UUID
    share: Fraction | None
    terms: dict[str, Any]
    status: DisposalStatus
    outside_step: str
    filed_on: date | None
    effective_on: date | None
    office_number: str
    evidence: tuple[UUID, ...]
    prepared_at: datetime
    ended_at: datetime | None


def disposal(entry: UUID, actor: Actor | None = None) -> DisposalView:
    """One disposal; with `actor` only its parties, the registrar and the supervisor see it."""
    row = Disposal.objects.filter(id=entry).first()
    if row is None or (actor is not None and not _sees(actor, row)):
        raise Refused(CommonRefusal.NOT_FOUND, what="disposal")
    return view(row)


def disposals(
    actor: Actor, *, waiting: bool | None = None, cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """A page of disposals, newest first: officers see all, a party its own. `waiting`: those whose
    outside step is due and not yet in effect."""
    rows = Disposal.objects.all()
    if not sees_all_disposals(actor):
        mine = actor.acting_party()
        rows = rows.filter(Q(giver=mine) | Q(taker=mine))
    if waiting is not None:
        waits = Q(status=DisposalStatus.PREPARED, outside_step_due=True, effective_on=None)
        rows = rows.filter(waits if waiting else ~waits)
    return paged(rows, cursor, limit, out=view)


def disposals_of_deal(deal: UUID) -> list[DisposalView]:
    """The deal's transfers that were not cancelled, by technology."""
    rows = Disposal.objects.filter(deal=deal).exclude(status=DisposalStatus.CANCELLED)
    return [view(row) for row in rows.order_by("technology")]


def disposals_of_deals(deals: Iterable[UUID]) -> dict[UUID, list[DisposalView]]:
    """The transfers of many deals at once, without those cancelled."""
    rows = Disposal.objects.filter(deal__in=list(deals)).exclude(status=DisposalStatus.CANCELLED)
    found: dict[UUID, list[DisposalView]] = defaultdict(list)
    for row in rows.order_by("technology"):
        found[row.deal].append(view(row))
    return found


def view(row: Disposal) -> DisposalView:
    return DisposalView(
        entry=row.id,
        kind=EntryKind(row.kind),
        technology=row.technology,
        deal=row.deal,
        filing=row.filing_id,
        giver=row.giver,
        taker=row.taker,
        share=row.state().share,
        terms=row.terms,
        status=DisposalStatus(row.status),
        outside_step=outside_step_of(row),
        filed_on=row.filed_on,
        effective_on=row.effective_on,
        office_number=row.office_number,
        evidence=tuple(row.evidence),
        prepared_at=row.prepared_at,
        ended_at=row.ended_at,
    )


def _sees(actor: Actor, row: Disposal) -> bool:
    if sees_all_disposals(actor):
        return True
    return actor.party is not None and actor.party in (row.giver, row.taker)


def sees_all_disposals(actor: Actor) -> bool:
    powers = ("rights.record_outside_step", "supervise.read")
    return actor.is_system or (
        actor.second_factor and any(power in actor.powers for power in powers)
    )
