"""
What a mirror serves on, at /network/mirror/<code>/… as its home does at /log/…, and what is known
of every log: `/network/checkpoints` and the proofs at `/network/forks` (LO-3). Open to everybody.
"""

import gzip
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from hutong.kit.moments import in_utc, iso
from hutong.network.mirrors import queries
from hutong.network.mirrors.queries import MirrorView
from hutong.transparency import queries as log
from hutong.transparency.api import answer_texts
from hutong.transparency.bundles import parse_address
from hutong.transparency.cosigning import queries as cosigning
from hutong.transparency.merkle import OutOfRange
from hutong.transparency.shelf import headers

TEXT = "text/plain; charset=utf-8"
UNDER_WAY = timedelta(seconds=3)


@require_safe
def checkpoint(request: HttpRequest, code: str) -> HttpResponse:
    """The latest checkpoint of the log that we verified, as its home signed it."""
    view = _mirror(code)
    if not view.note:
        return _absent("nothing of that log came yet")
    return HttpResponse(view.note, headers=headers("checkpoint"))


@require_safe
def tile(request: HttpRequest, code: str, path: str) -> HttpResponse:
    view, address = _mirror(code), parse_address(f"tile/{path}")
    if address is None:
        return _absent("a log has no such address")
    try:
        if address.level is None:
            data = queries.bundle(view, address.number, address.width)
        else:
            data = queries.tile(view, address.level, address.number, address.width)
    except LookupError:
        return _absent("that did not come yet")
    response = HttpResponse(data, headers=headers(address.path))
    if address.level is None and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = gzip.compress(data, compresslevel=1, mtime=0)
        response["Content-Encoding"] = "gzip"
    return response


@require_safe
def content(request: HttpRequest, code: str, digest: str) -> HttpResponse:
    try:
        data = queries.text(_mirror(code), digest)
    except LookupError:
        return _absent("that text did not come, or the log names none such")
    if data is None:
        return HttpResponse("erased; the log keeps its digest\n", status=410, content_type=TEXT)
    return HttpResponse(data, headers=headers(f"content/{digest}"))


@csrf_exempt
@require_POST
def contents(request: HttpRequest, code: str) -> HttpResponse:
    view = _mirror(code)
    return answer_texts(request, lambda digests: queries.some_texts(view, digests))


@require_safe
def proof(request: HttpRequest, code: str, index: int) -> HttpResponse:
    """A C2SP tlog-proof that the log of `code` holds its entry `index`, from what we hold of it."""
    try:
        _, found = queries.proof(_mirror(code), index)
    except (LookupError, OutOfRange):
        return _absent("that entry did not come yet")
    return HttpResponse(found.text(), content_type=TEXT)


@require_safe
def entry(request: HttpRequest, code: str, index: int) -> HttpResponse:
    """The bytes of an entry of the log of `code`."""
    try:
        leaf, _ = queries.proof(_mirror(code), index)
    except (LookupError, OutOfRange):
        return _absent("that entry did not come yet")
    return HttpResponse(leaf, content_type="application/json")


@require_safe
def checkpoints(request: HttpRequest) -> JsonResponse:
    """The latest checkpoint known of every log, ours among them: who asks here need ask nobody else.

    With `?since=` only of the logs that grew from that moment of our clock on.
    """
    now = datetime.now(UTC)
    since = _moment(request.GET.get("since", ""))
    told: list[dict[str, Any]] = []
    own = log.checkpoint()
    if own is not None and (since is None or own.signed_at >= since):
        venue = log.public_keys().venue
        text = cosigning.with_cosignatures(own)
        told.append(_told(venue.code, venue.log_origin, own.size, text, "own", own.signed_at))
    for view in queries.mirrors(grown_since=since):
        if view.note:
            at = view.verified_at
            told.append(_told(view.code, view.origin, view.size, view.note, view.state.value, at))
    return JsonResponse(
        {
            "format": "hutong-checkpoints/1",
            "at": iso(now - UNDER_WAY),  # what was being written then is told the next time
            "checkpoints": told,
        },
        headers={"Cache-Control": "no-cache"},
    )


def _moment(told: str) -> datetime | None:
    try:
        return in_utc(datetime.fromisoformat(told)) if told else None
    except (ValueError, OverflowError):
        return None


def _told(
    code: str, origin: str, size: int, note: str, state: str, at: datetime | None
) -> dict[str, Any]:
    return {
        "code": code,
        "origin": origin,
        "size": size,
        "note": note,
        "state": state,
        "verified_at": iso(at) if at else None,
    }


@require_safe
def forks(request: HttpRequest) -> JsonResponse:
    """Every proof we keep that a venue rewrote its log; anybody can check it with the venue's keys."""
    found = [
        {
            "venue": one.code,
            "log": one.origin,
            "found_at": iso(one.found_at),
            "shown_by": one.shown_by,
            "proof": one.fork.as_json(),
        }
        for one in queries.forks()
    ]
    return JsonResponse({"forks": found}, headers={"Cache-Control": "no-cache"})


def _mirror(code: str) -> MirrorView:
    view = queries.mirror(code)
    if view is None:
        raise Http404(code)
    return view


def _absent(why: str) -> HttpResponse:
    return HttpResponse(
        f"{why}\n", status=404, content_type=TEXT, headers={"Cache-Control": "no-store"}
    )
