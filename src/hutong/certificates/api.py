"""
Certificates through the API: the public register, files, verification, revocation.
"""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext
from ninja import File, Query, Router
from ninja.files import UploadedFile

from hutong.certificates import actions, queries, verification
from hutong.certificates.command import summary
from hutong.certificates.kinds import Kind
from hutong.certificates.schemas import (
    CertificateOut,
    ContentOut,
    ReasonIn,
    VerificationOut,
)
from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page, paged
from hutong.kit.refusal import CommonRefusal, Refused

router = Router(tags=["certificates"])

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
    mine: bool = Query(False, description="Only those that name the party acted for"),
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Newest first: number, kind, date, what it is about, whether it stands. Open to everybody;
    `mine` needs a party (CE-1)."""
    if mine:
        rows = queries.of_party(request.actor.acting_party())
    else:
        rows = queries.register(kind=kind, number=number, technology=technology)
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
    "/verify",
    response={200: VerificationOut, **PROBLEMS},
    summary="Verify a certificate's file",
)
def verify(request: DoorRequest, file: UploadedFile = File(...)) -> dict[str, object]:
    """Send a PDF or a credential of this venue; each step of its verification is answered. The file
    is not kept. Open to everybody; up to 50 MB."""
    if (file.size or 0) > verification.MAX_BYTES:
        raise Refused(CommonRefusal.TOO_LARGE, what="The file", limit="50 MB")
    report = queries.verify(file.read(), now=request.now)
    return summary(report, gettext)


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


def _file(request: DoorRequest, number: str, form: str, code: str) -> HttpResponse:
    media_type, data = queries.file(request.actor, number, form, code)
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{number}.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response
