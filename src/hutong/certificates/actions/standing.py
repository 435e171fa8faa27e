"""
Whether a certificate stands: revoked by two officers, suspended while its party is (CE-2, PA-5).
"""

from datetime import datetime
from uuid import UUID

from hutong.certificates import queries, rules
from hutong.certificates.actions import locking
from hutong.certificates.actions.issuing import ISSUE
from hutong.certificates.queries import CertificateView
from hutong.certificates.rules import Status
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.moments import local_date


@action(power="certificates.revoke")
def ask_revocation(
    *, actor: Actor, now: datetime, certificate: str, reason: str
) -> CertificateView:
    """Ask to revoke a certificate, with the reason that will be public; another officer decides."""
    row = locking.numbered(certificate)
    event = rules.ask_revocation(row.state(), reason=reason)
    row.revocation_asked_by, row.revocation_reason = actor.person, event.reason
    row.save(update_fields=["revocation_asked_by", "revocation_reason"])
    record(subject("certificate", row.id), event)
    return queries.view(row)


@action(power="certificates.approve_revocation")
def approve_revocation(*, actor: Actor, now: datetime, certificate: str) -> CertificateView:
    """Revoke a certificate that another officer asked to revoke (PA-5). Public at once."""
    row = locking.numbered(certificate)
    event = rules.revoke(row.state(), actor=actor, on=local_date(now))
    row.status, row.revoked_on = Status.REVOKED.value, event.revoked_on
    row.revoked_by = actor.person
    row.save(update_fields=["status", "revoked_on", "revoked_by"])
    record(subject("certificate", row.id), event)
    return queries.view(row)


@action(power="certificates.approve_revocation")
def dismiss_revocation(
    *, actor: Actor, now: datetime, certificate: str, reason: str
) -> CertificateView:
    """Decide against a revocation that another officer asked for (PA-5)."""
    row = locking.numbered(certificate)
    event = rules.dismiss_revocation(row.state(), actor=actor, reason=reason)
    row.revocation_asked_by, row.revocation_reason = None, ""
    row.save(update_fields=["revocation_asked_by", "revocation_reason"])
    record(subject("certificate", row.id), event)
    return queries.view(row)


@action(power=ISSUE)
def suspend(*, actor: Actor, now: datetime, certificate: UUID) -> CertificateView:
    """Suspend a certificate while what it rests on is in doubt. Public at once."""
    row = locking.certificate(certificate)
    if row.suspended_on is not None or row.status == Status.REVOKED.value:
        nothing_changed()
        return queries.view(row)
    row.suspended_on = local_date(now)
    row.save(update_fields=["suspended_on"])
    event = rules.Suspended(
        certificate=row.id,
        number=row.number,
        content_digest=row.content_digest,
        suspended_on=row.suspended_on,
    )
    record(subject("certificate", row.id), event)
    return queries.view(row)


@action(power=ISSUE)
def resume(*, actor: Actor, now: datetime, certificate: UUID) -> CertificateView:
    """End a suspension: the certificate stands again."""
    row = locking.certificate(certificate)
    if row.suspended_on is None:
        nothing_changed()
        return queries.view(row)
    row.suspended_on = None
    row.save(update_fields=["suspended_on"])
    event = rules.Resumed(certificate=row.id, number=row.number, content_digest=row.content_digest)
    record(subject("certificate", row.id), event)
    return queries.view(row)
