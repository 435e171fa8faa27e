"""
Certificates on the wire.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from hutong.certificates.kinds import Kind
from hutong.certificates.queries import CertificateView
from hutong.certificates.rules import Status

NUMBER = "SHTE-DEMO-DJ-2022-000001"


class CertificateOut(Schema):
    """A certificate as the public register shows it."""

    id: UUID
    number: str = Field(examples=[NUMBER])
    kind: Kind
    kind_zh: str = Field(examples=["技术权益登记证书"])
    kind_en: str = Field(examples=["Certificate of Technology Rights Registration"])
    status: Status
    title: str = Field(description="What it is about", examples=["一种磨抛加工方法及装置"])
    issued_on: date
    issued_at: datetime = Field(description="By the venue's clock")
    content_digest: str = Field(description="What the public log commits to")
    technologies: list[UUID]
    log_index: int | None = Field(description="Its place in the public log, once it has one")
    superseded_by: str = Field(
        description="Number of the later registration certificate of the same technology, or empty"
    )
    revoked_on: date | None
    revocation_reason: str = Field("", description="Public once revoked")

    @classmethod
    def of(cls, view: CertificateView) -> "CertificateOut":
        return cls(
            id=view.id,
            number=view.number,
            kind=view.kind,
            kind_zh=view.kind_zh,
            kind_en=view.kind_en,
            status=view.status,
            title=view.title,
            issued_on=view.issued_on,
            issued_at=view.issued_at,
            content_digest=view.content_digest,
            technologies=list(view.technologies),
            log_index=view.log_index,
            superseded_by=view.superseded_by,
            revoked_on=view.revoked_on,
            revocation_reason="" if view.stands else view.revocation_reason,
        )


class ContentOut(Schema):
    """Everything a certificate says, for those who may read it."""

    number: str = Field(examples=[NUMBER])
    check_code: str = Field(examples=["G58V-MM54-T8FS-W82C"])
    content: dict[str, Any]


class ReasonIn(Schema):
    reason: str = Field(
        min_length=1,
        max_length=2_000,
        description="Public once the certificate is revoked",
        examples=["The register entry was corrected; a new certificate was issued."],
    )


class StepOut(Schema):
    """One step of a verification."""

    name: str = Field(examples=["inclusion"])
    title: str = Field(examples=["Place in the public log"])
    outcome: str = Field(description="ok, failed or unknown", examples=["ok"])
    text: str = Field(examples=["The certificate is entry 1151 of the public log."])


class VerificationOut(Schema):
    """Whether a file is a genuine certificate of this venue, step by step."""

    verified: bool
    readable: bool
    form: str | None = Field(examples=["pdf"])
    number: str | None = Field(examples=[NUMBER])
    verdict: str = Field(examples=["The certificate is genuine and unchanged."])
    steps: list[StepOut]
