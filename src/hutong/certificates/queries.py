"""
What can be asked about certificates, and by whom.

The public register shows number, kind, date, what it is about and whether it stands. The files
name parties, prices and shares: they are open to the parties named, to officers, and to whoever
has the check code printed on the certificate (the QR carries it). The code is derived from a salt
the public log does not give away.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, QuerySet

from hutong.certificates import bounded, verification
from hutong.certificates.content import check_code, content_digest, read_code
from hutong.certificates.kinds import KINDS, Kind
from hutong.certificates.models import Certificate, Counter
from hutong.certificates.rules import Issued, Refusal, Rendered, Revoked, Status
from hutong.documents import queries as documents
from hutong.documents.storage import Missing
from hutong.journal import queries as journal
from hutong.kit.actor import READ, Actor
from hutong.kit.audit import Discrepancy
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.transparency import queries as transparency


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateView:
    """A certificate as the public register shows it, and `parties` for who may open its files."""

    id: UUID
    number: str
    kind: Kind
    status: Status
    title: str
    source: str
    issued_on: date
    issued_at: datetime
    content_digest: str
    technologies: tuple[UUID, ...]
    parties: tuple[UUID, ...]
    log_index: int | None
    rendered_at: datetime | None
    pdf: UUID | None
    credential: UUID | None
    revocation_asked_by: UUID | None
    revocation_reason: str
    revoked_on: date | None
    superseded_by: str

    @property
    def kind_zh(self) -> str:
        return KINDS[self.kind].title_zh

    @property
    def kind_en(self) -> str:
        return KINDS[self.kind].title_en

    @property
    def stands(self) -> bool:
        return self.status is not Status.REVOKED


def certificate(number: str) -> CertificateView:
    """A certificate by its number. Refused when there is none."""
    return view(_row(number))


def find(kind: Kind, source: str) -> CertificateView | None:
    """The certificate of `kind` that `source` (a subject) led to."""
    row = Certificate.objects.filter(kind=kind.value, source=source).first()
    return view(row) if row else None


def by_id(id: UUID) -> CertificateView:
    row = Certificate.objects.filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="certificate")
    return view(row)


def by_subject(source: str) -> list[CertificateView]:
    """Certificates that `source` led to."""
    return [view(row) for row in Certificate.objects.filter(source=source).order_by("id")]


def of_technology(technology: UUID) -> list[CertificateView]:
    """Certificates about a technology, newest first."""
    rows = Certificate.objects.filter(technologies__contains=[technology])
    return [view(row) for row in rows.order_by("-issued_at", "-id")]


def register(
    *, kind: Kind | None = None, number: str = "", technology: UUID | None = None
) -> QuerySet[Certificate]:
    """Rows of the public register, for paging; each becomes a `CertificateView` by `view`."""
    rows = Certificate.objects.all()
    if technology is not None:
        rows = rows.filter(technologies__contains=[technology])
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    return rows.filter(number__startswith=_written(number)) if number.strip() else rows


def of_party(party: UUID) -> QuerySet[Certificate]:
    """Rows of the certificates that name a party, for paging."""
    return Certificate.objects.filter(parties__contains=[party])


def revocations_asked() -> list[CertificateView]:
    """Certificates whose revocation waits for another officer, longest first."""
    rows = Certificate.objects.filter(revocation_asked_by__isnull=False).exclude(status="revoked")
    return [view(row) for row in rows.order_by("id")]


def may_open(actor: Actor, certificate: CertificateView, code: str = "") -> bool:
    """Whether `actor`, or whoever has `code`, may read the files of a certificate."""
    if actor.is_system or (
        actor.second_factor and any(not power.startswith("member.") for power in actor.powers)
    ):
        return True
    if actor.party in certificate.parties and actor.has(READ):
        return True
    return bool(code) and read_code(code) == check_code(_row(certificate.number).content)


def content(actor: Actor, number: str, code: str = "") -> dict[str, Any]:
    """The whole content. Refused as not found for who may not open it."""
    row = _row(number)
    if not may_open(actor, view(row), code):
        raise Refused(CommonRefusal.NOT_FOUND, what="certificate")
    return dict(row.content)


def file(actor: Actor, number: str, form: str, code: str = "") -> tuple[str, bytes]:
    """The bytes of a certificate's file: form `pdf` or `json`. Returns media type and bytes.

    Refused as not found for who may not open it; NOT_READY until it is rendered.
    """
    found = certificate(number)
    if not may_open(actor, found, code):
        raise Refused(CommonRefusal.NOT_FOUND, what="certificate")
    document = found.pdf if form == "pdf" else found.credential
    if document is None:
        raise Refused(Refusal.NOT_READY, number=number)
    return documents.document(document).media_type, documents.read_bytes(document)


def printed_code(number: str) -> str:
    """The check code printed on a certificate; for those who may open it."""
    return check_code(_row(number).content)


def verify(data: bytes, *, now: datetime) -> verification.Report:
    """Verify a file against this venue's keys, with revocations as of `now`.

    Runs in a process of its own with little memory and time. Nothing is kept.
    """
    return bounded.verify(data, transparency.public_keys(), revocations(now))


def revocations(now: datetime) -> verification.Revocations:
    """All revoked certificates, as of `now` (venue time)."""
    rows = Certificate.objects.filter(status="revoked").values_list("number", "revoked_on")
    return verification.Revocations(
        as_of=now.date().isoformat(), revoked={number: str(on) for number, on in rows}
    )


def view(row: Certificate) -> CertificateView:
    return CertificateView(
        id=row.id,
        number=row.number,
        kind=Kind(row.kind),
        status=Status(row.status),
        title=row.title,
        source=row.source,
        issued_on=row.issued_on,
        issued_at=row.issued_at,
        content_digest=row.content_digest,
        technologies=tuple(row.technologies),
        parties=tuple(row.parties),
        log_index=row.log_index,
        rendered_at=row.rendered_at,
        pdf=row.pdf,
        credential=row.credential,
        revocation_asked_by=row.revocation_asked_by,
        revocation_reason=row.revocation_reason,
        revoked_on=row.revoked_on,
        superseded_by=row.superseded_by,
    )


def _written(number: str) -> str:
    """A number as it is written, whatever was typed; the database knows no NUL."""
    return number.replace("\x00", " ").strip().upper()


def _row(number: str) -> Certificate:
    row = Certificate.objects.filter(number=_written(number)).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="certificate")
    return row


# -- audit ------------------------------------------------------------------------------------------


def audit() -> Iterator[Discrepancy]:
    """Each certificate against the journal, each file against its digest, numbers without gaps."""
    issued = {e.facts["certificate"]: e.facts for e in journal.of_kinds([Issued.kind])}
    rendered = {e.facts["certificate"]: e.facts for e in journal.of_kinds([Rendered.kind])}
    revoked = {e.facts["certificate"]: e.facts for e in journal.of_kinds([Revoked.kind])}
    for row in Certificate.objects.order_by("id").iterator(chunk_size=200):
        id = str(row.id)
        facts = issued.pop(id, None)
        if facts is None:
            yield Discrepancy(_place(row), "an entry of its issue", "none")
            continue
        yield from _audit_content(row, facts)
        yield from _audit_status(row, id in rendered, id in revoked)
        if id in rendered:
            yield from _audit_files(row, rendered[id])
    for facts in issued.values():
        yield Discrepancy(f"certificates.certificate {facts['number']}", "a row", "none")
    yield from _audit_numbers()
    yield from _audit_superseded()


def _audit_superseded() -> Iterator[Discrepancy]:
    """A registration certificate is superseded by that of the next entry of its title."""
    later: dict[UUID, str] = {}
    rows = Certificate.objects.filter(title_sequence__isnull=False)
    for row in rows.order_by("-title_sequence", "id").iterator(chunk_size=500):
        expected = later.get(row.technologies[0], "")
        if row.superseded_by != expected:
            yield Discrepancy(f"{_place(row)} superseded_by", expected or "none", row.superseded_by)
        later[row.technologies[0]] = row.number


def _audit_content(row: Certificate, facts: dict[str, Any]) -> Iterator[Discrepancy]:
    try:
        found = content_digest(row.content)
    except (ValueError, TypeError) as error:
        found = f"no content ({error})"
    if found != facts["content_digest"]:
        yield Discrepancy(f"{_place(row)} content", facts["content_digest"], found)
    columns = {
        "number": row.number,
        "certificate_kind": row.kind,
        "source": row.source,
        "issued_on": row.issued_on.isoformat(),
        "content_digest": row.content_digest,
    }
    for name, value in columns.items():
        if facts[name] != value:
            yield Discrepancy(f"{_place(row)} {name}", str(facts[name]), str(value))


def _audit_status(row: Certificate, rendered: bool, revoked: bool) -> Iterator[Discrepancy]:
    expected = Status.REVOKED if revoked else Status.RENDERED if rendered else Status.ISSUED
    if row.status != expected.value:
        yield Discrepancy(f"{_place(row)} status", expected.value, row.status)


def _audit_files(row: Certificate, facts: dict[str, Any]) -> Iterator[Discrepancy]:
    for name, document in (("pdf", row.pdf), ("credential", row.credential)):
        place = f"{_place(row)} {name}"
        expected = facts[f"{name}_digest"]
        if getattr(row, f"{name}_digest") != expected:
            yield Discrepancy(f"{place}_digest", expected, getattr(row, f"{name}_digest"))
        try:
            data = documents.read_bytes(document) if document else b""
            found = "sha256:" + hashlib.sha256(data).hexdigest()
        except (Refused, Missing) as error:
            found = f"no file ({error})"
        if found != expected:
            yield Discrepancy(f"{place} file", expected, found)


def _audit_numbers() -> Iterator[Discrepancy]:
    counted = {(c.kind, c.year): c.last for c in Counter.objects.all()}
    groups = Certificate.objects.values("kind", "year").annotate(last=Max("sequence"))
    for group in groups.order_by("kind", "year"):
        key = (group["kind"], group["year"])
        place = f"certificates.counter {key[0]} {key[1]}"
        given = set(
            Certificate.objects.filter(kind=key[0], year=key[1]).values_list("sequence", flat=True)
        )
        last = counted.pop(key, 0)
        if group["last"] != last:
            yield Discrepancy(place, str(group["last"]), str(last))
        for gap in sorted(set(range(1, group["last"] + 1)) - given)[:10]:
            yield Discrepancy(place, f"a certificate with sequence {gap}", "none")
    for (kind, year), last in counted.items():
        if last:
            yield Discrepancy(f"certificates.counter {kind} {year}", "0", str(last))


def _place(row: Certificate) -> str:
    return f"certificates.certificate {row.number}"
