"""
The doors of membership between venues: the lists for everybody, and where to ask to be let in (NE-1).

    GET  /network/members[?before=N][&limit=N]   lists newest first; with the newest, all members
    POST /network/apply                          an application, signed by the venue it describes
"""

import json
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from hutong.doors import DoorRequest
from hutong.doors.problems import problem_of
from hutong.kit.canonical import canonical
from hutong.kit.refusal import N_, CommonRefusal, Refused, Told
from hutong.venues import actions, queries
from hutong.venues.rules import Refusal
from hutong.venues.wire import MAX_APPLICATION_BYTES, MEMBERS, MOST_LISTS


@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """The chain of lists, newest first; what proves misconduct, and what is under way."""
    before, limit = _number(request, "before"), _number(request, "limit")
    network = queries.network()
    if network is None:
        return problem(Refused(Refusal.NOT_IN_NETWORK))
    lists = queries.latest_lists(
        before=before, limit=min(limit if limit is not None else MOST_LISTS, MOST_LISTS)
    )
    oldest = lists[-1]["list"]["version"] if lists else 0
    told: dict[str, Any] = {
        "format": MEMBERS,
        "network": network.anchor,
        "name": network.name,
        "lists": lists,
        "before": oldest or None,
    }
    if before is None:
        told |= {
            "members": [member.as_json() for member in queries.every_venue()],
            "contradictions": [proof.told for proof in queries.contradictions()],
            "changes": queries.open_documents(),
        }
    response = HttpResponse(canonical(told), content_type="application/json")
    response["Cache-Control"] = "no-cache"
    return response


@csrf_exempt
@require_POST
def apply(request: DoorRequest) -> HttpResponse:
    """Take an application. 202: officers decide; whether it was granted, the lists will tell."""
    try:
        raw = request.body
    except RequestDataTooBig:
        raw = b"\0" * (MAX_APPLICATION_BYTES + 1)
    if len(raw) > MAX_APPLICATION_BYTES:
        limit = f"{MAX_APPLICATION_BYTES} bytes"
        return problem(Refused(CommonRefusal.TOO_LARGE, what="application", limit=limit))
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        return problem(Refused(Refusal.DOCUMENT_INVALID, problem=Told(N_("it is not JSON"))))
    try:
        digest = actions.receive_application(
            actor=request.actor, now=request.now, real_now=datetime.now(UTC), told=told
        )
    except Refused as refused:
        return problem(refused)
    return JsonResponse({"application": digest}, status=202)


def problem(refused: Refused) -> HttpResponse:
    return JsonResponse(
        problem_of(refused),
        status=refused.reason.status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


def _number(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None
