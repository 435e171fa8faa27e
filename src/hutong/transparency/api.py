"""
The log's doors: plain text by its own formats at /log/…, JSON under /api/v1/log.
"""

import base64
import gzip
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from ninja import Field, Query, Router, Schema, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.doors.text import Text
from hutong.journal import actions as journal_actions
from hutong.journal import queries as journal
from hutong.journal.rules import Erasable, ErasureStatus
from hutong.kit.canonical import canonical
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.transparency import queries, texts
from hutong.transparency.bundles import parse_address
from hutong.transparency.cosigning import queries as cosigning
from hutong.transparency.cosigning.api import router as peers
from hutong.transparency.keeping.api import router as keys_of_venue
from hutong.transparency.keys import KeysUnusable
from hutong.transparency.merkle import OutOfRange
from hutong.transparency.openings.api import router as openings
from hutong.transparency.shelf import headers

router = Router(tags=["log"])
for part in (peers, keys_of_venue, openings):
    router.add_router("", part)
TEXT = "text/plain; charset=utf-8"


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """`GET /log/checkpoint`: the latest signed checkpoint with its cosignatures, a C2SP note."""
    latest = queries.checkpoint()
    if latest is None:
        return HttpResponse("nothing was published yet\n", status=404, content_type="text/plain")
    said = cosigning.with_cosignatures(latest)
    response = HttpResponse(said, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["ETag"] = f'"{latest.size}-{len(said)}"'
    return response


@require_safe
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """`GET /log/tile/…`: hashes of the tree or entries, 256 a piece (C2SP tlog-tiles).

    What a path holds never changes; what no signed checkpoint needs is not served.
    """
    address = parse_address(f"tile/{path}")
    if address is None:
        return _absent("the log has no such address")
    try:
        if address.level is None:
            data = queries.bundle(address.number, address.width)
        else:
            data = queries.tile(address.level, address.number, address.width)
    except LookupError:
        return _absent("no signed checkpoint reaches so far")
    response = HttpResponse(data, headers=headers(address.path))
    if address.level is None and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = gzip.compress(data, compresslevel=6, mtime=0)
        response["Content-Encoding"] = "gzip"
    return response


@require_safe
def content(request: HttpRequest, digest: str) -> HttpResponse:
    """`GET /log/content/<digest>`: a public blob beside the log (LO-2); 410 once it was erased."""
    try:
        blob = journal.blob(digest)
    except LookupError:
        return _absent("the log names no such content")
    if blob is None:
        return HttpResponse("erased; the log keeps its digest\n", status=410, content_type=TEXT)
    return HttpResponse(canonical(blob), headers=headers(f"content/{digest}"))


@csrf_exempt
@require_POST
def contents(request: HttpRequest) -> HttpResponse:
    """`POST /log/content`: many public blobs by their digests, a line each (LO-4, `texts`)."""
    return answer_texts(request, journal.some_blobs)


def answer_texts(
    request: HttpRequest, find: Callable[[list[str]], Mapping[str, Any]]
) -> HttpResponse:
    """Answer a request for texts. `find` gives those there are: their JSON or bytes, None if erased."""
    try:
        digests = texts.read_digests(request.body)
    except (ValueError, RequestDataTooBig) as error:
        return HttpResponse(f"{error}\n", status=400, content_type=TEXT)
    found = find(digests)
    answers = (
        (digest, _bytes(found[digest]) if digest in found else texts.UNKNOWN_TEXT)
        for digest in digests
    )
    response = HttpResponse(texts.write_answers(answers), content_type=TEXT)
    response["Cache-Control"] = "no-store"
    if "gzip" in request.headers.get("Accept-Encoding", "") and len(response.content) > 1000:
        response.content = gzip.compress(response.content, compresslevel=1, mtime=0)
        response["Content-Encoding"] = "gzip"
    return response


def _bytes(blob: Any) -> bytes | None:
    return blob if blob is None or isinstance(blob, bytes) else canonical(blob)


def _absent(why: str) -> HttpResponse:
    return HttpResponse(
        f"{why}\n", status=404, content_type=TEXT, headers={"Cache-Control": "no-store"}
    )


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """`GET /log/keys.json`: the venue's public keys, the file the verify command takes."""
    response = HttpResponse(queries.public_keys().file(), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="venue-keys.json"'
    return response


@require_safe
def revocation_list(request: HttpRequest, authority: str) -> HttpResponse:
    """`GET /log/crl/<key id>.crl`: certificates the authority revoked (RFC 5280, DER)."""
    try:
        found = queries.revocation_lists(datetime.now(UTC)).get(authority)
    except KeysUnusable:
        return HttpResponse("the keys are not open here\n", status=503, content_type=TEXT)
    if found is None:
        return _absent("no authority of this venue has that key")
    return HttpResponse(
        found,
        content_type="application/pkix-crl",
        headers={"Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"},
    )


class CheckpointOut(Schema):
    """A signed state of the log."""

    size: int = Field(examples=[1152])
    root: str = Field(
        description="base64", examples=["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="]
    )
    note: str = Field(description="C2SP tlog-checkpoint, signed")
    signed_at: datetime = Field(description="Real time")


class EntryOut(Schema):
    """An entry with the proof that the log holds it."""

    index: int = Field(examples=[1151])
    leaf: str = Field(description="The entry's bytes, base64; its hash is SHA-256(0x00 ‖ bytes)")
    proof: str | None = Field(
        description="C2SP tlog-proof under the latest checkpoint; null until one covers the entry"
    )


@router.get(
    "/log/checkpoint",
    response={200: CheckpointOut, **PROBLEMS},
    summary="The log's latest signed checkpoint",
)
def checkpoint_json(request: HttpRequest) -> CheckpointOut:
    """The size and root the venue last signed. Open to everybody (LO-1)."""
    latest = queries.checkpoint()
    if latest is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="checkpoint")
    return CheckpointOut(
        size=latest.size,
        root=base64.b64encode(latest.root).decode(),
        note=latest.note,
        signed_at=latest.signed_at,
    )


@router.get(
    "/log/entries/{index}",
    response={200: EntryOut, **PROBLEMS},
    summary="One entry of the log with its proof",
)
def entry(request: HttpRequest, index: int) -> EntryOut:
    """The bytes the log commits to, and a proof to check without trusting us. Open to everybody."""
    leaf = journal.leaf_at(index) if 0 <= index < 2**63 else None
    if leaf is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="entry")
    try:
        proof = queries.log_proof(index).text()
    except (queries.NotYetIncluded, OutOfRange):
        proof = None
    return EntryOut(index=index, leaf=base64.b64encode(leaf).decode(), proof=proof)


class ConsistencyOut(Schema):
    """That the log of `new` entries begins with the log of `old` (RFC 6962, 2.1.2)."""

    old: int = Field(examples=[1024])
    new: int = Field(examples=[1152])
    old_root: str = Field(
        description="base64", examples=["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="]
    )
    new_root: str = Field(
        description="base64", examples=["n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="]
    )
    hashes: list[str] = Field(
        description="The proof: at most 64 hashes, base64",
        examples=[["LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="]],
    )


@router.get(
    "/log/consistency",
    response={200: ConsistencyOut, **PROBLEMS},
    summary="Prove that the log only grew between two sizes",
)
def consistency(
    request: HttpRequest,
    old: int = Query(..., ge=1, lt=2**63, description="The smaller size", examples=[1024]),
    new: int | None = Query(
        None, ge=1, lt=2**63, description="Absent: the latest signed", examples=[1152]
    ),
) -> ConsistencyOut:
    """Two checkpoints of one log, kept at different times, must agree with it; checked with
    nothing but their roots. No size beyond the latest signed one. Open to everybody (LO-1)."""
    latest = queries.checkpoint()
    size = new if new is not None else latest.size if latest else 0
    if latest is None or not old <= size <= latest.size:
        raise Refused(CommonRefusal.NOT_FOUND, what="checkpoint")
    roots = [base64.b64encode(queries.root_at(n)).decode() for n in (old, size)]
    return ConsistencyOut(
        old=old,
        new=size,
        old_root=roots[0],
        new_root=roots[1],
        hashes=[base64.b64encode(hash).decode() for hash in queries.consistency(old, size)],
    )


class ErasureOut(Schema):
    """What was asked to be erased, and what became of it."""

    id: UUID
    what: Erasable = Field(description="`private`: an entry's private payload; `content`: a blob")
    target: str = Field(
        description="The id of the entry, or the digest of the blob",
        examples=["sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    reason: str = Field(examples=["The inventor asked for it (PIPL art. 47)."])
    status: ErasureStatus = Field(examples=["asked"])
    asked_at: datetime
    decided_at: datetime | None = None


class ErasureIn(Schema):
    what: Erasable = Field(examples=["content"])
    target: Text = Field(
        max_length=71,
        examples=["sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    reason: Text = Field(max_length=2000, examples=["The inventor asked for it (PIPL art. 47)."])


@router.get(
    "/log/erasures", response={200: list[ErasureOut], **PROBLEMS}, summary="Erasures asked for"
)
def erasures(request: DoorRequest) -> list[Any]:
    """Needs `venue.operate`. What waits for a second officer comes first (LO-2)."""
    request.actor.need("venue.operate")
    return journal.erasures()


@router.post(
    "/log/erasures",
    response={201: ErasureOut, **PROBLEMS},
    summary="Ask for a private payload or a public blob to be erased",
)
def ask_erasure(request: DoorRequest, body: ErasureIn) -> Status[Any]:
    """Needs `venue.operate`; another officer accepts (PA-5). The log keeps the digest (LO-2)."""
    id = journal_actions.ask_erasure(
        actor=request.actor,
        now=request.now,
        what=body.what,
        target=body.target,
        reason=body.reason,
    )
    return Status(201, next(e for e in journal.erasures() if e.id == id))


@router.post(
    "/log/erasures/{erasure}/accept",
    response={204: None, **PROBLEMS},
    summary="Erase what another officer asked to be erased",
)
def accept_erasure(request: DoorRequest, erasure: UUID) -> Status[None]:
    """Needs `venue.operate`, and other eyes than those that asked (PA-5). It cannot be undone."""
    journal_actions.accept_erasure(actor=request.actor, now=request.now, erasure=erasure)
    return Status(204, None)


@router.post(
    "/log/erasures/{erasure}/decline",
    response={204: None, **PROBLEMS},
    summary="Leave it as it is",
)
def decline_erasure(request: DoorRequest, erasure: UUID) -> Status[None]:
    """Needs `venue.operate`; whoever asked may take it back so (LO-2)."""
    journal_actions.decline_erasure(actor=request.actor, now=request.now, erasure=erasure)
    return Status(204, None)
