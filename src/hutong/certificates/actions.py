"""
Issuing, rendering and revoking. Order of locks: the counter of a kind and year, then the certificate.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings

from hutong.certificates import content as contents
from hutong.certificates import credential, layout, queries, rendering, rules
from hutong.certificates.content import Matter, RightsRegistration, VenueFacts
from hutong.certificates.kinds import number
from hutong.certificates.models import Certificate, Counter
from hutong.certificates.queries import CertificateView
from hutong.certificates.rules import Status
from hutong.documents import actions as documents
from hutong.documents.rules import Access
from hutong.journal import queries as journal
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.canonical import new_salt
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rulebook import queries as rulebook
from hutong.transparency import queries as transparency
from hutong.transparency.proof import LogProof

ISSUE = "certificates.issue"  # held by nobody: certificates follow from what the venue recorded
CREDENTIAL_TYPE = "application/json"


@action(power=ISSUE)
def issue(
    *, actor: Actor, now: datetime, source: str, matter: Matter, technologies: Iterable[UUID]
) -> CertificateView:
    """Issue the certificate of a matter that `source` (a subject) led to.

    One source, one certificate of a kind: asked again, the same is returned. The content is frozen
    here; files follow once the log holds the entry.
    """
    issued_on = local_date(now)
    counter = _locked_counter(matter.kind.value, issued_on.year)
    known = queries.find(matter.kind, source)
    if known is not None:
        nothing_changed()
        return known
    venue = rulebook.in_force(now).rules.venue
    counter.last += 1
    counter.save(update_fields=["last"])
    given = number(venue.code, matter.kind, issued_on, counter.last)
    content = contents.freeze(
        matter,
        number=given,
        issued_on=issued_on,
        venue=VenueFacts(
            code=venue.code,
            name_zh=venue.name_zh,
            name_en=venue.name_en,
            origin=transparency.public_keys().venue.origin,
            demo=venue.demo,
        ),
        subject=source,
        salt=new_salt(),
    )
    id = new_id()
    parties = sorted(UUID(party) for party in contents.party_ids(content))
    event = rules.Issued(
        certificate=id,
        number=given,
        certificate_kind=matter.kind.value,
        issued_on=issued_on,
        content_digest=contents.content_digest(content),
        source=source,
        parties=parties,
    )
    (entry,) = record(subject("certificate", id), event)
    row = Certificate.objects.create(
        id=id,
        kind=matter.kind.value,
        number=given,
        year=issued_on.year,
        sequence=counter.last,
        source=source,
        content=content,
        content_digest=event.content_digest,
        title=matter.title(),
        issued_on=issued_on,
        issued_at=now,
        entry=entry,
        parties=parties,
        technologies=list(technologies),
        title_sequence=matter.sequence if isinstance(matter, RightsRegistration) else None,
    )
    _supersede(row)
    return queries.view(row)


@action(power=ISSUE)
def render(
    *, actor: Actor, now: datetime, real_now: datetime, certificate: UUID
) -> CertificateView:
    """Make the files of an issued certificate, each with its proof of the log.

    `real_now` is when it is signed (TI-2). Raises NotYetIncluded before a signed checkpoint covers
    the entry. Asked again, what there is stays.
    """
    row = _locked(certificate)
    if row.status != Status.ISSUED.value:
        nothing_changed()
        return queries.view(row)
    proof = _proof(row.entry)
    leaf = journal.leaf_at(proof.index)
    assert leaf is not None, "what is proven exists"
    keyring = transparency.keyring()
    made = credential.sign(
        credential.build(
            row.content,
            issuer=keyring.venue.issuer,
            valid_from=row.issued_at,
            leaf=leaf,
            log_proof=proof.text(),
        ),
        signer=keyring.credential_signer,
        issuer=keyring.venue.issuer,
        created=real_now,
    )
    size = proof.size()
    page = rendering.pdf(
        row.content,
        made,
        place=layout.Place(log_origin=keyring.venue.log_origin, index=proof.index, size=size),
        origin_url=settings.ORIGIN,
        fonts=settings.FONT_DIRECTORIES,
    )
    pdf = rendering.signed_pdf(page, row.content, hand=keyring.certificate_signer)
    text = json.dumps(made, ensure_ascii=False, indent=1).encode()
    stored_pdf, stored_credential = (
        documents.store(
            actor=actor,
            now=now,
            owner=subject("certificate", row.id),
            name=f"{row.number}.{ending}",
            media_type=media_type,
            data=data,
            access=Access.SECRET,
        )
        for ending, media_type, data in (
            ("pdf", "application/pdf", pdf),
            ("json", CREDENTIAL_TYPE, text),
        )
    )
    row.pdf, row.pdf_digest = stored_pdf.id, stored_pdf.digest
    row.credential, row.credential_digest = stored_credential.id, stored_credential.digest
    row.log_index, row.rendered_at, row.status = proof.index, now, Status.RENDERED.value
    row.save()
    record(
        subject("certificate", row.id),
        rules.Rendered(
            certificate=row.id,
            number=row.number,
            pdf_digest=row.pdf_digest,
            credential_digest=row.credential_digest,
            log_index=proof.index,
            log_size=size,
        ),
    )
    return queries.view(row)


@action(power="certificates.revoke")
def ask_revocation(
    *, actor: Actor, now: datetime, certificate: str, reason: str
) -> CertificateView:
    """Ask to revoke a certificate, with the reason that will be public; another officer decides."""
    row = _locked_number(certificate)
    event = rules.ask_revocation(row.state(), reason=reason)
    row.revocation_asked_by, row.revocation_reason = actor.person, event.reason
    row.save(update_fields=["revocation_asked_by", "revocation_reason"])
    record(subject("certificate", row.id), event)
    return queries.view(row)


@action(power="certificates.approve_revocation")
def approve_revocation(*, actor: Actor, now: datetime, certificate: str) -> CertificateView:
    """Revoke a certificate that another officer asked to revoke (PA-5). Public at once."""
    row = _locked_number(certificate)
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
    row = _locked_number(certificate)
    event = rules.dismiss_revocation(row.state(), actor=actor, reason=reason)
    row.revocation_asked_by, row.revocation_reason = None, ""
    row.save(update_fields=["revocation_asked_by", "revocation_reason"])
    record(subject("certificate", row.id), event)
    return queries.view(row)


def _supersede(row: Certificate) -> None:
    """Put a registration certificate into its place among those of its title.

    Register entries may be certified out of order, when one waited; the order is the register's.
    """
    if row.title_sequence is None:
        return
    title = Certificate.objects.filter(
        kind=row.kind, technologies=row.technologies, title_sequence__isnull=False
    )
    after = title.filter(title_sequence__gt=row.title_sequence).order_by("title_sequence").first()
    before = title.filter(title_sequence__lt=row.title_sequence).order_by("title_sequence").last()
    if after is not None:
        row.superseded_by = after.number
        row.save(update_fields=["superseded_by"])
    if before is not None:
        before.superseded_by = row.number
        before.save(update_fields=["superseded_by"])


def _proof(entry: int) -> LogProof:
    index = journal.log_index_of(entry)
    if index is None:
        raise transparency.NotYetIncluded(f"journal entry {entry} waits for the sequencer")
    return transparency.log_proof(index)


def _locked_counter(kind: str, year: int) -> Counter:
    """The counter, locked to the end of the transaction: who rolls back gives the number back."""
    Counter.objects.bulk_create([Counter(kind=kind, year=year)], ignore_conflicts=True)
    return Counter.objects.select_for_update().get(kind=kind, year=year)


def _locked(id: UUID) -> Certificate:
    row = Certificate.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="certificate")
    return row


def _locked_number(given: str) -> Certificate:
    return _locked(queries.certificate(given).id)
