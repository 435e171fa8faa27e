"""
The log's doors: plain text by its own formats at /log/…, JSON under /api/v1/log.
"""

import base64
import gzip
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from ninja import Field, Router, Schema

from hutong.doors.api import PROBLEMS
from hutong.journal import queries as journal
from hutong.kit.canonical import canonical
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.transparency import queries
from hutong.transparency.bundles import parse_address
from hutong.transparency.cosigning import queries as cosigning
from hutong.transparency.merkle import OutOfRange
from hutong.transparency.shelf import headers

router = Router(tags=["log"])
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
    if address.level is None:
        patch_vary_headers(response, ("Accept-Encoding",))
        if "gzip" in request.headers.get("Accept-Encoding", ""):
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
