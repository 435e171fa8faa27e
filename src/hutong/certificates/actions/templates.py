"""
The venue's words on its certificates: one officer proposes a version, another adopts it (PA-5).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max

from hutong.certificates import queries, rules, wording
from hutong.certificates.kinds import Kind
from hutong.certificates.models import Template
from hutong.certificates.queries import TemplateView
from hutong.certificates.rules import Refusal, TemplateStatus
from hutong.journal.actions import action, record
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused


@action(power="certificates.propose_template")
def propose_template(
    *, actor: Actor, now: datetime, kind: Kind, data: Mapping[str, Any], note: str
) -> TemplateView:
    """Propose the next version of a kind's words; `note` says why, to whoever decides."""
    words = wording.read(kind, data)
    reason = rules.check_reason(note)
    rows = Template.objects.select_for_update().filter(kind=kind.value)
    if any(row.status == TemplateStatus.PROPOSED.value for row in rows):
        raise Refused(Refusal.TEMPLATE_PENDING, kind=kind.value)
    last = Template.objects.filter(kind=kind.value).aggregate(last=Max("version"))["last"] or 0
    row = Template.objects.create(
        id=new_id(),
        kind=kind.value,
        version=last + 1,
        wording=words.plain(),
        note=reason,
        proposed_by=actor.person,
        proposed_at=now,
    )
    record(
        subject("certificate_template", row.id),
        rules.TemplateProposed(
            template=row.id, certificate_kind=row.kind, template_version=row.version, note=reason
        ),
    )
    return queries.template_view(row)


@action(power="certificates.adopt_template")
def adopt_template(*, actor: Actor, now: datetime, kind: Kind, version: int) -> TemplateView:
    """Adopt a version another officer proposed: certificates issued from now on use it."""
    row = _proposed(kind, version, actor)
    row.status, row.decided_by, row.decided_at = TemplateStatus.ADOPTED.value, actor.person, now
    row.save()
    record(
        subject("certificate_template", row.id),
        rules.TemplateAdopted(
            template=row.id,
            certificate_kind=row.kind,
            template_version=row.version,
            wording=row.wording,
        ),
    )
    return queries.template_view(row)


@action(power="certificates.adopt_template")
def dismiss_template(
    *, actor: Actor, now: datetime, kind: Kind, version: int, reason: str
) -> TemplateView:
    """Decide against a version another officer proposed."""
    row = _proposed(kind, version, actor)
    row.reason = rules.check_reason(reason)
    row.status, row.decided_by, row.decided_at = TemplateStatus.DISMISSED.value, actor.person, now
    row.save()
    record(
        subject("certificate_template", row.id),
        rules.TemplateDismissed(
            template=row.id,
            certificate_kind=row.kind,
            template_version=row.version,
            reason=row.reason,
        ),
    )
    return queries.template_view(row)


def _proposed(kind: Kind, version: int, actor: Actor) -> Template:
    rows = Template.objects.select_for_update()
    row = rows.filter(kind=kind.value, version=version).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="template")
    if row.status != TemplateStatus.PROPOSED.value:
        raise Refused(Refusal.TEMPLATE_DECIDED, status=row.status)
    require_other_eyes(actor, [row.proposed_by])
    return row
