"""
Reissues of many certificates, for the officers who decide on them (PA-5).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from hutong.certificates.kinds import Kind
from hutong.certificates.models import Certificate, Reissue
from hutong.certificates.queries.files import is_office
from hutong.certificates.queries.templates import template_in_force
from hutong.certificates.reissues import ReissueStatus
from hutong.certificates.rules import Status
from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class ReissueView:
    """A reissue and how far it is; `total` was counted when it was proposed."""

    id: UUID
    kind: Kind | None
    made_before: datetime
    older_words: bool
    reason: str
    status: ReissueStatus
    total: int
    made: int
    proposed_by: UUID | None
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    finished_at: datetime | None


def reissue(actor: Actor, id: UUID) -> ReissueView:
    """A reissue, for officers. Refused as not found for others."""
    row = Reissue.objects.filter(id=id).first() if is_office(actor) else None
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="reissue")
    return reissue_view(row)


def reissues(actor: Actor, status: ReissueStatus | None = None) -> QuerySet[Reissue]:
    """Rows of reissues, for paging, for officers; each becomes a view by `reissue_view`."""
    if not is_office(actor):
        actor.need("certificates.propose")
    rows = Reissue.objects.all()
    return rows.filter(status=status.value) if status else rows


def to_reissue(of: Reissue) -> QuerySet[Certificate]:
    """The certificates a reissue is about; those made anew meanwhile are later than it asks for."""
    rows = Certificate.objects.filter(status=Status.RENDERED.value, rendered_at__lte=of.made_before)
    if of.kind:
        rows = rows.filter(kind=of.kind)
    if of.older_words:
        older = Q()
        for kind in [Kind(of.kind)] if of.kind else Kind:
            version = template_in_force(kind).version
            older |= Q(kind=kind.value, template_version__lt=version)
        rows = rows.filter(older)
    return rows


def reissue_view(row: Reissue) -> ReissueView:
    return ReissueView(
        id=row.id,
        kind=Kind(row.kind) if row.kind else None,
        made_before=row.made_before,
        older_words=row.older_words,
        reason=row.reason,
        status=ReissueStatus(row.status),
        total=max(row.total, row.made),  # one may have been made since it was counted
        made=row.made,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        finished_at=row.finished_at,
    )
