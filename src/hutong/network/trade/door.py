"""
`POST /network/paddle`: a token to bid with, for another venue's member, asked for by its venue (NE-4).
"""

from datetime import UTC, datetime

from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hutong.doors import DoorRequest
from hutong.doors.problems import problem_of
from hutong.kit.refusal import Refused
from hutong.network.messages import door, signing
from hutong.network.messages.signing import Request
from hutong.network.trade import paddles


@csrf_exempt
@require_POST
def paddle(request: DoorRequest) -> HttpResponse:
    asked = Request(signing.headers_of(request.headers), b"", path=request.path)
    try:
        asked.body = door.read(request, paddles.MAX_BODY)
        given = paddles.give_token(asked, now=request.now, real_now=datetime.now(UTC))
    except Refused as refused:
        return JsonResponse(
            problem_of(refused),
            status=refused.reason.status,
            content_type="application/problem+json",
        )
    response = JsonResponse(given)
    response["Cache-Control"] = "no-store"
    return response
