"""
Certificates that officers propose, for those who decide (PA-5).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from hutong.certificates.kinds import Kind
from hutong.certificates.models import Proposal
from hutong.certificates.queries.files import is_office
from hutong.certificates.rules import ProposalStatus
from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """A certificate proposed on evidence; `said` is exactly what would be issued."""

    id: UUID
    kind: Kind
    status: ProposalStatus
    said: dict[str, Any]
    title: str
    evidence: tuple[UUID, ...]
    proposed_by: UUID | None
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    reason: str
    certificate: str


def proposal(actor: Actor, id: UUID) -> ProposalView:
    """A proposal, for officers. Refused as not found for others."""
    row = Proposal.objects.filter(id=id).first() if is_office(actor) else None
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="proposal")
    return proposal_view(row)


def proposals(actor: Actor, status: ProposalStatus | None = None) -> QuerySet[Proposal]:
    """Rows of proposals, for paging, for officers; each becomes a view by `proposal_view`."""
    if not is_office(actor):
        actor.need("certificates.propose")
    rows = Proposal.objects.all()
    return rows.filter(status=status.value) if status else rows


def proposal_view(row: Proposal) -> ProposalView:
    return ProposalView(
        id=row.id,
        kind=Kind(row.kind),
        status=ProposalStatus(row.status),
        said=dict(row.said),
        title=row.title,
        evidence=tuple(row.evidence),
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
        certificate=row.certificate,
    )
