"""
Issuing certificates and making their files.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from hutong.certificates import content as contents
from hutong.certificates import credential, layout, pem, queries, rendering, rules, status_list
from hutong.certificates.actions import locking
from hutong.certificates.content import Matter, VenueFacts
from hutong.certificates.kinds import KINDS, Kind, number
from hutong.certificates.models import Certificate
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
from hutong.rulebook import queries as rulebook
from hutong.transparency import queries as transparency
from hutong.transparency.cosigning import queries as cosigning
from hutong.transparency.proof import LogProof

if TYPE_CHECKING:
    from hutong.certificates import pades

ISSUE = "certificates.issue"  # held by nobody: certificates follow from what the venue recorded
CREDENTIAL_TYPE = "application/json"


class Files(NamedTuple):
    """A certificate's files as stored, and the state of the log their proof is for."""

    pdf: UUID
    pdf_digest: str
    credential: UUID
    credential_digest: str
    log_index: int
    log_size: int


@action(power=ISSUE)
def issue(
    *, actor: Actor, now: datetime, source: str, matter: Matter, technologies: Iterable[UUID]
) -> CertificateView:
    """Issue the certificate of a matter that `source` (a subject) led to.

    One source, one certificate of a kind: asked again, the same is returned. The content is frozen
    here; files follow once the log holds the entry.
    """
    return write(now=now, source=source, matter=matter, technologies=technologies)


@action(power=ISSUE)
def render(
    *, actor: Actor, now: datetime, real_now: datetime, certificate: UUID
) -> CertificateView:
    """Make the files of an issued certificate, each with its proof of the log.

    `real_now` is when it is signed (TI-2). Raises NotYetIncluded before a signed checkpoint covers
    the entry. Asked again, what there is stays.
    """
    row = locking.certificate(certificate)
    if row.status != Status.ISSUED.value:
        nothing_changed()
        return queries.view(row)
    files = make_files(row, actor=actor, now=now, real_now=real_now)
    row.rendered_at, row.status = now, Status.RENDERED.value
    row.save()
    record(
        subject("certificate", row.id),
        rules.Rendered(
            certificate=row.id,
            number=row.number,
            template_version=row.template_version,
            pdf_digest=files.pdf_digest,
            credential_digest=files.credential_digest,
            log_index=files.log_index,
            log_size=files.log_size,
        ),
    )
    return queries.view(row)


def write(
    *, now: datetime, source: str, matter: Matter, technologies: Iterable[UUID]
) -> CertificateView:
    """Number, freeze and record a certificate, inside an action and by its actor."""
    issued_on = local_date(now)
    counter = locking.counter(matter.kind.value, issued_on.year)
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
    thread = matter.thread
    row = Certificate.objects.create(
        id=id,
        kind=matter.kind.value,
        number=given,
        year=issued_on.year,
        sequence=counter.last,
        source=source,
        content=content,
        content_digest=event.content_digest,
        title=getattr(matter, "public_title", "") or contents.title(content),
        issued_on=issued_on,
        issued_at=now,
        entry=entry,
        parties=parties,
        technologies=list(technologies),
        thread=thread.name if thread else "",
        thread_sequence=thread.sequence if thread else None,
        status_index=_next_status_index(),
        valid_until=_valid_until(content),
        template_version=queries.template_in_force(matter.kind).version,
    )
    _supersede(row)
    return queries.view(row)


def make_files(row: Certificate, *, actor: Actor, now: datetime, real_now: datetime) -> Files:
    """Make, sign and store both files, and point the row at them."""
    proof = _proof(row.entry)
    leaf = journal.leaf_at(proof.index)
    assert leaf is not None, "what is proven exists"
    keyring = transparency.keyring()
    issuer = keyring.venue.issuer
    made = credential.sign(
        credential.build(
            row.content,
            issuer=issuer,
            valid_from=row.issued_at,
            valid_until=row.valid_until,
            status=status_list.entries(issuer, row.status_index),
            leaf=leaf,
            log_proof=proof.text(),
        ),
        signer=keyring.credential_signer,
        issuer=issuer,
        created=real_now,
    )
    page = rendering.pdf(
        row.content,
        made,
        wording=queries.wording_of(Kind(row.kind), row.template_version),
        place=layout.Place(
            log_origin=keyring.venue.log_origin, index=proof.index, size=proof.size()
        ),
        origin_url=settings.ORIGIN,
        fonts=settings.FONT_DIRECTORIES,
    )
    pdf = rendering.signed_pdf(
        page,
        row.content,
        hand=keyring.certificate_signer,
        timestamps=_timestamps(),
        revocation_lists=list(transparency.revocation_lists(real_now).values()),
    )
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
    row.log_index = proof.index
    return Files(
        pdf=stored_pdf.id,
        pdf_digest=stored_pdf.digest,
        credential=stored_credential.id,
        credential_digest=stored_credential.digest,
        log_index=proof.index,
        log_size=proof.size(),
    )


def _timestamps() -> "pades.TimestampAuthority | None":
    """The venue's timestamp authority and its certificates, where one is configured."""
    from hutong.certificates import pades  # pyHanko takes long to load

    if not settings.TIMESTAMP_URL:
        return None
    known = settings.TIMESTAMP_AUTHORITIES
    return pades.TimestampAuthority(
        settings.TIMESTAMP_URL,
        tuple(pem.certificates_in(known)),
        tuple(pem.revocation_lists_in(known)),
    )


def _supersede(row: Certificate) -> None:
    """Put a certificate into its place in its thread: the later stands instead of the earlier.

    Register entries may be certified out of order, when one waited; the order is the register's.
    """
    if not row.thread:
        return
    thread = Certificate.objects.filter(thread=row.thread)
    after = thread.filter(thread_sequence__gt=row.thread_sequence)
    before = thread.filter(thread_sequence__lt=row.thread_sequence)
    if next := after.order_by("thread_sequence").first():
        row.superseded_by = next.number
        row.save(update_fields=["superseded_by"])
    if previous := before.order_by("thread_sequence").last():
        previous.superseded_by = row.number
        previous.save(update_fields=["superseded_by"])


def _valid_until(content: dict[str, object]) -> date | None:
    of = KINDS[Kind(str(content["kind"]))]
    day = next((one.of(content) for one in of.fields if one.name == of.valid_until), None)
    return date.fromisoformat(day) if day else None


def _next_status_index() -> int:
    """A place in the status lists; never waits for others, and gaps are fine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('certificates_status_index')")
        return int(cursor.fetchone()[0])


def _proof(entry: int) -> LogProof:
    index = journal.log_index_of(entry)
    if index is None:
        raise transparency.NotYetIncluded(f"journal entry {entry} waits for the sequencer")
    return cosigning.witnessed_proof(index)
