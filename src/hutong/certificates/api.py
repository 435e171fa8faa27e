"""
Certificates through the API: the public register, files, verification; and for officers what they
issue, revoke, reissue, and the venue's words.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import ninja
from django.http import HttpResponse
from ninja import Query, Router

from hutong.certificates import actions, queries
from hutong.certificates.kinds import Kind
from hutong.certificates.reissue_api import router as reissues
from hutong.certificates.rules import ProposalStatus
from hutong.certificates.schemas import (
    CertificateOut,
    ContentOut,
    KindOut,
    ProposalIn,
    ProposalOut,
    ReasonIn,
    TemplateIn,
    TemplateOut,
)
from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page, paged

router = Router(tags=["certificates"])
router.add_router("", reissues)

CODE = Query("", max_length=40, description="The check code printed on the certificate")


@router.get(
    "/certificates",
    response={200: Page[CertificateOut], **PROBLEMS},
    summary="The public register of certificates",
)
def certificates(
    request: DoorRequest,
    kind: Kind | None = None,
    number: str = Query("", max_length=60, description="Beginning of the number"),
    technology: UUID | None = Query(None, description="Only those about this technology"),
    year: int | None = Query(None, ge=2000, le=9999, description="Year of issue"),
    standing: queries.Standing | None = None,
    mine: bool = Query(False, description="Only those that name the party acted for"),
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Newest first: number, kind, date, what it is about, whether it stands. Open to everybody;
    `mine` needs `member.read` for a party, and takes no other filter (CE-1)."""
    if mine:
        rows = queries.mine(request.actor)
    else:
        rows = queries.register(
            kind=kind,
            number=number,
            technology=technology,
            year=year,
            standing=standing,
        )
    return paged(
        rows,
        cursor,
        limit,
        key=("-issued_at", "-id"),
        out=lambda row: CertificateOut.of(queries.view(row)),
    )


@router.get(
    "/certificates/{number}",
    response={200: CertificateOut, **PROBLEMS},
    summary="One certificate, as the public register shows it",
)
def certificate(request: DoorRequest, number: str) -> CertificateOut:
    """Open to everybody (CE-2: revocation is public)."""
    return CertificateOut.of(queries.certificate(number))


@router.get(
    "/certificates/{number}/content",
    response={200: ContentOut, **PROBLEMS},
    summary="Everything a certificate says",
)
def content(request: DoorRequest, number: str, code: str = CODE) -> ContentOut:
    """For the parties it names, officers, and whoever has its check code. Others: not found."""
    said = queries.content(request.actor, number, code)
    return ContentOut(number=said["number"], check_code=queries.printed_code(number), content=said)


@router.get(
    "/certificates/{number}/pdf",
    response={200: None, **PROBLEMS},
    summary="The signed PDF",
    openapi_extra={"responses": {200: {"content": {"application/pdf": {}}}}},
)
def pdf(request: DoorRequest, number: str, code: str = CODE) -> HttpResponse:
    """PDF/A-3 with a PAdES signature and the credential attached. For the parties it names,
    officers, and whoever has its check code."""
    return _file(request, number, "pdf", code)


@router.get(
    "/certificates/{number}/credential",
    response={200: None, **PROBLEMS},
    summary="The Verifiable Credential",
    openapi_extra={"responses": {200: {"content": {"application/json": {}}}}},
)
def credential(request: DoorRequest, number: str, code: str = CODE) -> HttpResponse:
    """W3C Verifiable Credential 2.0, eddsa-jcs-2022, with proof of the public log. For the parties
    it names, officers, and whoever has its check code."""
    return _file(request, number, "json", code)


@router.post(
    "/certificates/{number}/revocation",
    response={200: CertificateOut, **PROBLEMS},
    summary="Ask to revoke a certificate",
)
def ask_revocation(request: DoorRequest, number: str, body: ReasonIn) -> CertificateOut:
    """Power certificates.revoke. Takes effect when another officer approves (PA-5)."""
    return CertificateOut.of(
        actions.ask_revocation(
            actor=request.actor, now=request.now, certificate=number, reason=body.reason
        )
    )


@router.post(
    "/certificates/{number}/revocation/approve",
    response={200: CertificateOut, **PROBLEMS},
    summary="Approve a revocation",
)
def approve_revocation(request: DoorRequest, number: str) -> CertificateOut:
    """Power certificates.approve_revocation, by another officer than the one who asked (PA-5)."""
    return CertificateOut.of(
        actions.approve_revocation(actor=request.actor, now=request.now, certificate=number)
    )


@router.post(
    "/certificates/{number}/revocation/dismiss",
    response={200: CertificateOut, **PROBLEMS},
    summary="Dismiss a revocation",
)
def dismiss_revocation(request: DoorRequest, number: str, body: ReasonIn) -> CertificateOut:
    """Power certificates.approve_revocation, by another officer than the one who asked (PA-5)."""
    return CertificateOut.of(
        actions.dismiss_revocation(
            actor=request.actor, now=request.now, certificate=number, reason=body.reason
        )
    )


@router.post(
    "/certificates/{number}/reissue",
    response={200: CertificateOut, **PROBLEMS},
    summary="Make a certificate's files anew",
)
def reissue(request: DoorRequest, number: str, body: ReasonIn) -> CertificateOut:
    """Power certificates.propose. The same number and content, in the venue's words and keys of
    today; files made before still verify (CE-2)."""
    return CertificateOut.of(
        actions.reissue(
            actor=request.actor,
            now=request.now,
            real_now=datetime.now(UTC),
            certificate=number,
            reason=body.reason,
        )
    )


@router.post(
    "/party-credential",
    response={200: CertificateOut, **PROBLEMS},
    summary="Ask for the credential of the party acted for",
)
def party_credential(request: DoorRequest) -> CertificateOut:
    """Power member.act, for a verified party. The credential that holds is answered; where there is
    none or it has expired, a new one is issued (PA-4)."""
    return CertificateOut.of(actions.ask_party_credential(actor=request.actor, now=request.now))


@router.get(
    "/certificate-kinds",
    response={200: list[KindOut], **PROBLEMS},
    summary="The kinds of certificate, and what each says",
)
def kinds(request: DoorRequest) -> list[KindOut]:
    """Open to everybody (CE-1)."""
    return [KindOut.of(kind) for kind in Kind]


@router.get(
    "/certificate-proposals",
    response={200: Page[ProposalOut], **PROBLEMS},
    summary="Certificates proposed by officers",
)
def proposals(
    request: DoorRequest,
    status: ProposalStatus | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Needs any power of the certificates office; newest first (PA-5)."""
    return paged(
        queries.proposals(request.actor, status),
        cursor,
        limit,
        out=lambda row: ProposalOut.of(queries.proposal_view(row)),
    )


@router.post(
    "/certificate-proposals",
    response={201: ProposalOut, **PROBLEMS},
    summary="Propose a certificate on evidence",
)
def propose(request: DoorRequest, body: ProposalIn) -> ninja.Status[ProposalOut]:
    """Power certificates.propose. For kinds issued on evidence: contract registration, import and
    export registration, valuation and custody receipts, training. Another officer decides (PA-5)."""
    proposed = actions.propose(
        actor=request.actor,
        now=request.now,
        kind=body.kind,
        said=body.said,
        evidence=body.evidence,
    )
    return ninja.Status(201, ProposalOut.of(proposed))


@router.get(
    "/certificate-proposals/{proposal}",
    response={200: ProposalOut, **PROBLEMS},
    summary="One proposal, with exactly what would be issued",
)
def proposal(request: DoorRequest, proposal: UUID) -> ProposalOut:
    """Needs any power of the certificates office (PA-5)."""
    return ProposalOut.of(queries.proposal(request.actor, proposal))


@router.post(
    "/certificate-proposals/{proposal}/approve",
    response={200: CertificateOut, **PROBLEMS},
    summary="Issue a proposed certificate",
)
def approve(request: DoorRequest, proposal: UUID) -> CertificateOut:
    """Power certificates.approve, by another officer than the one who proposed it (PA-5)."""
    return CertificateOut.of(
        actions.approve(actor=request.actor, now=request.now, proposal=proposal)
    )


@router.post(
    "/certificate-proposals/{proposal}/refuse",
    response={200: ProposalOut, **PROBLEMS},
    summary="Refuse a proposed certificate",
)
def refuse(request: DoorRequest, proposal: UUID, body: ReasonIn) -> ProposalOut:
    """Power certificates.approve, by another officer than the one who proposed it (PA-5)."""
    return ProposalOut.of(
        actions.refuse(actor=request.actor, now=request.now, proposal=proposal, reason=body.reason)
    )


@router.get(
    "/certificate-templates/{certificate_kind}",
    response={200: list[TemplateOut], **PROBLEMS},
    summary="The venue's words on a kind of certificate, all versions",
)
def templates(request: DoorRequest, certificate_kind: Kind) -> list[TemplateOut]:
    """Newest first; open to everybody, as every certificate shows them (CE-1)."""
    return [TemplateOut.of(view) for view in queries.templates(certificate_kind)]


@router.post(
    "/certificate-templates/{certificate_kind}",
    response={201: TemplateOut, **PROBLEMS},
    summary="Propose the next version of the words on a kind",
)
def propose_template(
    request: DoorRequest, certificate_kind: Kind, body: TemplateIn
) -> ninja.Status[TemplateOut]:
    """Power certificates.propose_template. Another officer adopts it (PA-5)."""
    proposed = actions.propose_template(
        actor=request.actor,
        now=request.now,
        kind=certificate_kind,
        data=body.model_dump(exclude={"reason"}, mode="json"),
        note=body.reason,
    )
    return ninja.Status(201, TemplateOut.of(proposed))


@router.post(
    "/certificate-templates/{certificate_kind}/{template_version}/adopt",
    response={200: TemplateOut, **PROBLEMS},
    summary="Adopt a version",
)
def adopt_template(
    request: DoorRequest, certificate_kind: Kind, template_version: int
) -> TemplateOut:
    """Power certificates.adopt_template, by another officer than the one who proposed it. What is
    issued from now on uses it (PA-5)."""
    return TemplateOut.of(
        actions.adopt_template(
            actor=request.actor, now=request.now, kind=certificate_kind, version=template_version
        )
    )


@router.post(
    "/certificate-templates/{certificate_kind}/{template_version}/dismiss",
    response={200: TemplateOut, **PROBLEMS},
    summary="Dismiss a version",
)
def dismiss_template(
    request: DoorRequest, certificate_kind: Kind, template_version: int, body: ReasonIn
) -> TemplateOut:
    """Power certificates.adopt_template, by another officer than the one who proposed it (PA-5)."""
    return TemplateOut.of(
        actions.dismiss_template(
            actor=request.actor,
            now=request.now,
            kind=certificate_kind,
            version=template_version,
            reason=body.reason,
        )
    )


def _file(request: DoorRequest, number: str, form: str, code: str) -> HttpResponse:
    media_type, data = queries.file(request.actor, number, form, code)
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{number}.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response
