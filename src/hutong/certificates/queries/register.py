"""
The register of certificates: what is public of each, and what a party may find of its own.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Max, QuerySet

from hutong.certificates.kinds import KINDS, Kind
from hutong.certificates.models import Certificate
from hutong.certificates.rules import Status
from hutong.kit.actor import READ, Actor
from hutong.kit.refusal import CommonRefusal, Refused


class Standing(StrEnum):
    """What a certificate is worth today; expiry is the reader's to see."""

    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    ISSUED = "issued"  # its files are being made


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
    supersedes: str
    suspended_on: date | None
    valid_until: date | None
    template_version: int
    edition: int

    @property
    def standing(self) -> Standing:
        if self.status is Status.REVOKED:
            return Standing.REVOKED
        if self.suspended_on is not None:
            return Standing.SUSPENDED
        if self.superseded_by:
            return Standing.SUPERSEDED
        return Standing.ISSUED if self.status is Status.ISSUED else Standing.IN_FORCE

    @property
    def kind_zh(self) -> str:
        return KINDS[self.kind].title_zh

    @property
    def kind_en(self) -> str:
        return KINDS[self.kind].title_en

    @property
    def about(self) -> str:
        """What it is about; empty where only its kind is public."""
        return "" if self.title == f"{self.kind_zh} {self.kind_en}" else self.title

    @property
    def stands(self) -> bool:
        return self.status is not Status.REVOKED


def certificate(number: str) -> CertificateView:
    """A certificate by its number, with the one it replaces. Refused when there is none."""
    row = row_of(number)
    if not row.thread:
        return view(row)
    before = Certificate.objects.filter(thread=row.thread, superseded_by=row.number)
    return replace(view(row), supersedes=before.values_list("number", flat=True).first() or "")


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
    *,
    kind: Kind | None = None,
    number: str = "",
    technology: UUID | None = None,
    year: int | None = None,
    standing: Standing | None = None,
) -> QuerySet[Certificate]:
    """Rows of the public register, for paging; each becomes a `CertificateView` by `view`."""
    rows = Certificate.objects.all()
    if technology is not None:
        rows = rows.filter(technologies__contains=[technology])
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    if year is not None:
        rows = rows.filter(year=year)
    if standing is not None:
        rows = _with_standing(rows, standing)
    return rows.filter(number__startswith=written(number)) if number.strip() else rows


def _with_standing(rows: QuerySet[Certificate], standing: Standing) -> QuerySet[Certificate]:
    if standing is Standing.REVOKED:
        return rows.filter(status=Status.REVOKED.value)
    rows = rows.exclude(status=Status.REVOKED.value)
    if standing is Standing.SUSPENDED:
        return rows.filter(suspended_on__isnull=False)
    rows = rows.filter(suspended_on__isnull=True)
    if standing is Standing.SUPERSEDED:
        return rows.exclude(superseded_by="")
    status = Status.ISSUED if standing is Standing.ISSUED else Status.RENDERED
    return rows.filter(superseded_by="", status=status.value)


def years() -> list[int]:
    """Years in which certificates were issued, latest first."""
    found = Certificate.objects.order_by("-year").values_list("year", flat=True)
    return list(found.distinct())


def mine(actor: Actor) -> QuerySet[Certificate]:
    """Rows of the certificates that name the party acted for (PA-2). Needs `member.read`."""
    actor.need(READ)
    return of_party(actor.acting_party())


def of_party(party: UUID) -> QuerySet[Certificate]:
    """Rows of the certificates that name a party, for paging."""
    return Certificate.objects.filter(parties__contains=[party])


def latest_of_thread(thread: str) -> CertificateView | None:
    """The certificate of a thread that no later one supersedes."""
    row = Certificate.objects.filter(thread=thread).order_by("-thread_sequence").first()
    return view(row) if row else None


def next_in_thread(thread: str) -> int:
    """The sequence of the next certificate of a thread that counts its own."""
    last = Certificate.objects.filter(thread=thread).aggregate(last=Max("thread_sequence"))["last"]
    return int(last or 0) + 1


def revocations_asked() -> list[CertificateView]:
    """Certificates whose revocation waits for another officer, longest first."""
    rows = Certificate.objects.filter(revocation_asked_by__isnull=False).exclude(status="revoked")
    return [view(row) for row in rows.order_by("id")]


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
        supersedes="",
        suspended_on=row.suspended_on,
        valid_until=row.valid_until,
        template_version=row.template_version,
        edition=row.edition,
    )


def written(number: str) -> str:
    """A number as it is written, whatever was typed; the database knows no NUL."""
    return number.replace("\x00", " ").strip().upper()


def row_of(number: str) -> Certificate:
    row = Certificate.objects.filter(number=written(number)).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="certificate")
    return row
