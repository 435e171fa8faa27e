"""
Making the files of certificates anew: one at a time, or many that two officers agreed on (PA-5).

Locks: the reissue first, then certificates.
"""

from datetime import datetime
from uuid import UUID

from hutong.certificates import queries, reissues, rules
from hutong.certificates.actions import locking
from hutong.certificates.actions.issuing import ISSUE, make_files
from hutong.certificates.kinds import Kind
from hutong.certificates.models import Certificate, Reissue
from hutong.certificates.queries import CertificateView, ReissueView
from hutong.certificates.reissues import BATCH, ReissueDone, ReissueStatus
from hutong.certificates.rules import Refusal, Status
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused


@action(power="certificates.propose")
def reissue(
    *, actor: Actor, now: datetime, real_now: datetime, certificate: str, reason: str
) -> CertificateView:
    """Make the files anew: the same number and content, in the venue's words and keys of today.

    Files made before still verify. Refused while there are none yet, and once it is revoked.
    """
    row = locking.numbered(certificate)
    words = rules.check_reason(reason)
    if row.status == Status.REVOKED.value:
        raise Refused(Refusal.ALREADY_REVOKED, number=row.number)
    if row.status == Status.ISSUED.value:
        raise Refused(Refusal.NOT_READY, number=row.number)
    _anew(row, actor=actor, now=now, real_now=real_now, reason=words)
    return queries.view(row)


@action(power="certificates.propose")
def propose_reissue(
    *,
    actor: Actor,
    now: datetime,
    kind: Kind | None,
    made_before: datetime | None,
    older_words: bool,
    reason: str,
) -> ReissueView:
    """Propose to make the files of many certificates anew; another officer decides.

    Of one kind or of all; those made before `made_before` (now, where it is absent or later); only
    those in older words than today's with `older_words`. Revoked ones are left out.
    """
    row = Reissue(
        id=new_id(),
        kind=kind.value if kind else "",
        made_before=min(made_before or now, now),
        older_words=older_words,
        proposed_by=actor.person,
        proposed_at=now,
    )
    row.total = queries.to_reissue(row).count()
    event = reissues.propose(
        id=row.id,
        kind=row.kind,
        made_before=row.made_before,
        older_words=older_words,
        certificates=row.total,
        reason=reason,
    )
    row.reason = event.reason
    row.save(force_insert=True)
    record(_subject(row), event)
    return queries.reissue_view(row)


@action(power="certificates.approve")
def approve_reissue(*, actor: Actor, now: datetime, reissue: UUID) -> ReissueView:
    """Start a reissue that another officer proposed (PA-5). It goes on by itself."""
    row = _locked(reissue)
    event = reissues.approve(row.state(), actor=actor)
    row.status, row.decided_by, row.decided_at = ReissueStatus.RUNNING.value, actor.person, now
    row.save()
    record(_subject(row), event)
    return queries.reissue_view(row)


@action(power="certificates.approve")
def decline_reissue(*, actor: Actor, now: datetime, reissue: UUID) -> ReissueView:
    """Decide against a reissue that was proposed."""
    return _declined(_locked(reissue), actor=actor, now=now)


@action(power="certificates.propose")
def withdraw_reissue(*, actor: Actor, now: datetime, reissue: UUID) -> ReissueView:
    """Take back a reissue one proposed oneself."""
    row = _locked(reissue)
    if row.proposed_by != actor.person:
        actor.need("certificates.approve")  # then it is a decision
    return _declined(row, actor=actor, now=now)


def _declined(row: Reissue, *, actor: Actor, now: datetime) -> ReissueView:
    event = reissues.decline(row.state())
    row.status, row.decided_by, row.decided_at = ReissueStatus.DECLINED.value, actor.person, now
    row.save()
    record(_subject(row), event)
    return queries.reissue_view(row)


@action(power="certificates.approve")
def stop_reissue(*, actor: Actor, now: datetime, reissue: UUID) -> ReissueView:
    """Stop a reissue after the batch at work; what was made stays."""
    row = _locked(reissue)
    event = reissues.stop(row.state())
    row.status = ReissueStatus.STOPPED.value
    row.save()
    record(_subject(row), event)
    return queries.reissue_view(row)


@action(power="certificates.approve")
def resume_reissue(*, actor: Actor, now: datetime, reissue: UUID) -> ReissueView:
    """Let a stopped reissue go on from where it was."""
    row = _locked(reissue)
    event = reissues.resume(row.state())
    row.status = ReissueStatus.RUNNING.value
    row.save()
    record(_subject(row), event)
    return queries.reissue_view(row)


@action(power=ISSUE)
def advance_reissue(
    *, actor: Actor, now: datetime, real_now: datetime, reissue: UUID, after: UUID
) -> ReissueView:
    """Make one batch of a running reissue, those that follow the certificate `after`.

    Does nothing when it was stopped, or when another came further meanwhile.
    """
    row = _locked(reissue)
    if row.status != ReissueStatus.RUNNING.value or row.after != after:
        nothing_changed()
        return queries.reissue_view(row)
    batch = list(queries.to_reissue(row).filter(id__gt=after).order_by("id")[:BATCH])
    made = sum(_one_of_many(one.id, row, actor=actor, now=now, real_now=real_now) for one in batch)
    event = reissues.advance(row.state(), last=batch[-1].id if batch else None, made=made)
    if isinstance(event, ReissueDone):
        row.status, row.finished_at = ReissueStatus.DONE.value, now
    else:
        row.after, row.made = event.after, event.made
    row.save()
    record(_subject(row), event)
    return queries.reissue_view(row)


def _one_of_many(id: UUID, of: Reissue, *, actor: Actor, now: datetime, real_now: datetime) -> bool:
    row = locking.certificate(id)
    if row.status != Status.RENDERED.value:
        return False  # revoked since it was looked for
    _anew(row, actor=actor, now=now, real_now=real_now, reason=of.reason)
    return True


def _anew(
    row: Certificate, *, actor: Actor, now: datetime, real_now: datetime, reason: str
) -> None:
    row.template_version = queries.template_in_force(Kind(row.kind)).version
    row.edition += 1
    files = make_files(row, actor=actor, now=now, real_now=real_now)
    row.rendered_at = now
    row.save()
    record(
        subject("certificate", row.id),
        rules.Reissued(
            certificate=row.id,
            number=row.number,
            template_version=row.template_version,
            edition=row.edition,
            pdf_digest=files.pdf_digest,
            credential_digest=files.credential_digest,
            log_index=files.log_index,
            log_size=files.log_size,
            reason=reason,
        ),
    )


def _locked(id: UUID) -> Reissue:
    row = Reissue.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="reissue")
    return row


def _subject(row: Reissue) -> str:
    return subject("certificate_reissue", row.id)
