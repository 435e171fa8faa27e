"""
The API of documents: storing for one's own party, reading what one may.
"""

from uuid import UUID

from django.http import HttpResponseBase
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from hutong.documents import access, actions
from hutong.documents.queries import DocumentView
from hutong.documents.rules import Access
from hutong.documents.schemas import DocumentOut
from hutong.documents.serving import as_attachment
from hutong.documents.uploads import refuse_too_large
from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.kit.actor import ACT, Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused

router = Router(tags=["documents"])


@router.post("/documents", response={201: DocumentOut, **PROBLEMS}, summary="Store a file")
def store(
    request: DoorRequest,
    file: UploadedFile | None = File(None),
    level: Access = Form(Access.SECRET, alias="access"),
) -> Status[DocumentView]:
    """Needs `member.act`, or an officer; as multipart/form-data with `file` and `access`. The file
    belongs to the party acted for, an officer's to the venue (a court's paper, an office's notice);
    applications and decisions then name it as evidence.

    Size and types are limited by the rulebook. A file must be what it says it is: its extension, its
    declared type and its content agree, and office files hold no macros.
    """
    refuse_too_large(request)
    if file is None:
        raise Refused(CommonRefusal.INVALID, field="file", problem="missing")
    stored = actions.store(
        actor=request.actor,
        now=request.now,
        owner=_owner(request.actor),
        name=file.name or "",
        media_type=file.content_type or "",
        data=file.file,
        access=level,
    )
    return Status(201, stored)


def _owner(actor: Actor) -> str:
    if actor.party is None and access.is_officer(actor):
        return subject("venue", "papers")
    actor.need(ACT)
    return subject("party", actor.acting_party())


@router.get(
    "/documents/{document_id}", response={200: DocumentOut, **PROBLEMS}, summary="About a file"
)
def read(request: DoorRequest, document_id: UUID) -> DocumentView:
    """Open to all for public files; others to those whom the owner's rules admit: the party that
    stored it, the officers who examine it, the supervisor, and for listings the qualified."""
    return access.readable(request.actor, document_id)


@router.get(
    "/documents/{document_id}/content",
    response={200: None, **PROBLEMS},
    summary="The file itself",
    openapi_extra={"responses": {200: {"content": {"*/*": {}}}}},
)
def content(request: DoorRequest, document_id: UUID) -> HttpResponseBase:
    """As for the file's description. Sent as an attachment, with its SHA-256 as ETag."""
    return as_attachment(access.readable(request.actor, document_id))
