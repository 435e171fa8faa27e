"""
The venue's words on its certificates, version by version. They are public: every certificate shows
them.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from hutong.certificates import wording
from hutong.certificates.kinds import Kind
from hutong.certificates.models import Template
from hutong.certificates.rules import TemplateStatus
from hutong.certificates.wording import Wording
from hutong.kit.refusal import CommonRefusal, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateView:
    """A version of a kind's words. Version 0 came with the house and has no dates."""

    kind: Kind
    version: int
    status: TemplateStatus
    wording: Wording
    id: UUID | None = None
    note: str = ""
    proposed_by: UUID | None = None
    proposed_at: datetime | None = None
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    reason: str = ""


def template_in_force(kind: Kind) -> TemplateView:
    """The words certificates of a kind are issued with now."""
    rows = Template.objects.filter(kind=kind.value, status=TemplateStatus.ADOPTED.value)
    row = rows.order_by("-version").first()
    return template_view(row) if row else _zero(kind)


def versions_in_force() -> dict[Kind, int]:
    """Which version of the words each kind of certificate is issued with now."""
    rows = Template.objects.filter(status=TemplateStatus.ADOPTED.value).order_by()
    latest = dict(rows.values_list("kind").annotate(Max("version")))
    return {kind: latest.get(kind.value, 0) for kind in Kind}


def template(kind: Kind, version: int) -> TemplateView:
    """One version. Refused when there is none."""
    if version == 0:
        return _zero(kind)
    row = Template.objects.filter(kind=kind.value, version=version).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="template")
    return template_view(row)


def templates(kind: Kind) -> list[TemplateView]:
    """All versions of a kind's words, newest first."""
    rows = Template.objects.filter(kind=kind.value).order_by("-version")
    return [*(template_view(row) for row in rows), _zero(kind)]


def templates_proposed() -> list[TemplateView]:
    """Versions that wait for a decision, longest first."""
    rows = Template.objects.filter(status=TemplateStatus.PROPOSED.value)
    return [template_view(row) for row in rows.order_by("proposed_at", "id")]


def wording_of(kind: Kind, version: int) -> Wording:
    return template(kind, version).wording


def template_view(row: Template) -> TemplateView:
    kind = Kind(row.kind)
    return TemplateView(
        id=row.id,
        kind=kind,
        version=row.version,
        status=TemplateStatus(row.status),
        wording=wording.stored(kind, row.wording),
        note=row.note,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
    )


def _zero(kind: Kind) -> TemplateView:
    return TemplateView(
        kind=kind, version=0, status=TemplateStatus.ADOPTED, wording=wording.default(kind)
    )
