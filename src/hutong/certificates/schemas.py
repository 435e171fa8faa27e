"""
Certificates on the wire.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime

from hutong.certificates.fields import Type
from hutong.certificates.kinds import KINDS, Kind
from hutong.certificates.queries import (
    CertificateView,
    ProposalView,
    ReissueView,
    Standing,
    TemplateView,
)
from hutong.certificates.reissues import ReissueStatus
from hutong.certificates.rules import ProposalStatus, Status, TemplateStatus
from hutong.doors.text import Text

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
    standing: Standing = Field(description="What it is worth today; `issued`: its files are made")
    superseded_by: str = Field(description="Number of the later certificate in its place, or empty")
    suspended_on: date | None
    valid_until: date | None = Field(description="The last day it holds, where it expires")
    template_version: int = Field(description="Version of the venue's words it is set in")
    edition: int = Field(description="1, and one more for each time it was reissued")
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
            standing=view.standing,
            superseded_by=view.superseded_by,
            suspended_on=view.suspended_on,
            valid_until=view.valid_until,
            template_version=view.template_version,
            edition=view.edition,
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


class FieldOut(Schema):
    """One thing a kind of certificate says."""

    name: str = Field(description="Its dotted place in the content", examples=["contract.name"])
    label_zh: str = Field(examples=["合同名称"])
    label_en: str = Field(examples=["Contract"])
    type: Type = Field(
        description="Amounts are integers of the minor unit, days ISO 8601; a party is proposed by its"
        " id or identifier, a technology by its id",
        examples=["text"],
    )
    required: bool
    choices: list[str] = Field(description="Codes, where it is a choice")


class KindOut(Schema):
    """A kind of certificate: what it is called, and what it says."""

    kind: Kind
    code: str = Field(description="In the number", examples=["HT"])
    title_zh: str = Field(examples=["技术合同登记证明"])
    title_en: str = Field(examples=["Certificate of Technology Contract Registration"])
    on_evidence: bool = Field(
        description="Issued by officers on evidence; others follow from what the venue recorded"
    )
    fields: list[FieldOut]

    @classmethod
    def of(cls, kind: Kind) -> "KindOut":
        of = KINDS[kind]
        return cls(
            kind=kind,
            code=of.code,
            title_zh=of.title_zh,
            title_en=of.title_en,
            on_evidence=of.on_evidence,
            fields=[
                FieldOut(
                    name=one.name,
                    label_zh=one.label.zh,
                    label_en=one.label.en,
                    type=one.type,
                    required=one.required,
                    choices=list(one.choices),
                )
                for one in of.fields
            ],
        )


SAID = {
    "person": {"name": "学员一"},
    "training": {
        "course": "技术经理人初级研修班",
        "hours": 48,
        "starts_on": "2022-06-01",
        "ends_on": "2022-06-15",
        "result": "passed",
    },
    "trainer": "91310000607311573J",
}


class ProposalIn(Schema):
    kind: Kind = Field(examples=["training"])
    said: dict[str, Any] = Field(
        description="What it is to say, by the kind's fields (`GET /certificate-kinds`)",
        examples=[SAID],
    )
    evidence: list[UUID] = Field(
        max_length=50,
        description="Documents it rests on, stored before (`POST /documents`)",
        examples=[["0190a000-0000-7000-8000-000000000009"]],
    )


class ProposalOut(Schema):
    """A certificate one officer proposes and another decides on (PA-5)."""

    id: UUID
    kind: Kind
    status: ProposalStatus
    title: str = Field(description="What the public register would show", examples=["培训"])
    said: dict[str, Any] = Field(description="Exactly what would be issued")
    evidence: list[UUID]
    proposed_by: UUID | None
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    reason: str = Field(description="Why it was refused")
    certificate: str = Field(description="Its number, once issued", examples=[NUMBER])

    @classmethod
    def of(cls, view: ProposalView) -> "ProposalOut":
        return cls(**{name: getattr(view, name) for name in cls.model_fields})


class WordingIo(Schema):
    """The venue's words on a kind of certificate; pairs are Chinese, English."""

    heading: tuple[str, str] = Field(
        description="Above the venue's name; may be empty", examples=[["", ""]]
    )
    statement: tuple[str, str] = Field(examples=[["特发此证。", "Hereby certified."]])
    note: tuple[str, str] = Field(description="At the foot; may be empty", examples=[["", ""]])
    seal: str = Field(description="One to four characters", examples=["鉴证"])
    order: list[str] = Field(
        description="Every field of the kind that stands as a row, in the order of the page",
        examples=[["training.course"]],
    )


class TemplateIn(WordingIo):
    reason: str = Field(
        min_length=1, max_length=2_000, description="Why, for whoever decides", examples=["New act"]
    )


class TemplateOut(Schema):
    """A version of the venue's words on a kind; version 0 came with the house."""

    kind: Kind
    version: int
    status: TemplateStatus
    wording: WordingIo
    proposed_at: datetime | None
    decided_at: datetime | None

    @classmethod
    def of(cls, view: TemplateView) -> "TemplateOut":
        return cls(
            kind=view.kind,
            version=view.version,
            status=view.status,
            wording=WordingIo(**view.wording.plain()),
            proposed_at=view.proposed_at,
            decided_at=view.decided_at,
        )


class ReissueIn(Schema):
    """Which certificates are to be made anew: all that answer to every line given."""

    kind: Kind | None = Field(None, description="Absent: of every kind", examples=["transaction"])
    made_before: AwareDatetime | None = Field(
        None,
        description="Files made until then, in venue time; absent: all that there are",
        examples=["2022-06-20T09:00:00+08:00"],
    )
    older_words: bool = Field(
        False, description="Only those in older words than are in force", examples=[False]
    )
    reason: Text = Field(
        min_length=1,
        max_length=2_000,
        description="Why, for whoever decides",
        examples=["The signing key was declared compromised."],
    )


class ReissueOut(Schema):
    """Many certificates made anew together, and how far it is (PA-5)."""

    id: UUID
    kind: Kind | None = Field(examples=["transaction"])
    made_before: datetime
    older_words: bool
    reason: str = Field(examples=["The signing key was declared compromised."])
    status: ReissueStatus = Field(examples=["running"])
    total: int = Field(description="How many there were when it was proposed", examples=[1200])
    made: int = Field(description="How many were made anew", examples=[340])
    proposed_by: UUID | None
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, view: ReissueView) -> "ReissueOut":
        return cls(**{name: getattr(view, name) for name in cls.model_fields})


class StepOut(Schema):
    """One step of a verification."""

    name: str = Field(examples=["inclusion"])
    title: str = Field(examples=["Place in the public log"])
    outcome: str = Field(description="ok, failed, unknown, or note", examples=["ok"])
    text: str = Field(examples=["The certificate is entry 1151 of the public log."])


class CountersignedOut(Schema):
    """Another venue's word for the certificate, as it was checked."""

    venue: str | None = Field(description="Its code, where it can be read", examples=["SZTE"])
    holds: bool | None = Field(description="null: its keys are not known here", examples=[True])
    log_index: int | None = Field(description="Of its entry in that venue's log", examples=[204])
    text: str = Field(examples=["Countersigned by SZTE: entry 204 of its public log."])


class VerificationOut(Schema):
    """Whether a file is a genuine certificate of this venue or of a member of its network, step by
    step."""

    verified: bool
    readable: bool
    form: str | None = Field(examples=["pdf"])
    number: str | None = Field(examples=[NUMBER])
    verdict: str = Field(examples=["The certificate is genuine and unchanged."])
    steps: list[StepOut]
    countersignatures: list[CountersignedOut]
