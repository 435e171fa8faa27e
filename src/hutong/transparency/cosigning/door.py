"""
The witness's door: `POST /log/witness/add-checkpoint` (C2SP tlog-witness). Open to every log; who
it is shows by the signature of its checkpoint.
"""

from datetime import UTC, datetime

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hutong.doors import DoorRequest
from hutong.transparency import queries
from hutong.transparency.cosigning import actions, wire
from hutong.transparency.keys import Purpose


@csrf_exempt
@require_POST
def add_checkpoint(request: DoorRequest) -> HttpResponse:
    """Cosign a checkpoint that continues what we saw of its log, or say why not."""
    if _length(request) > wire.MAX_REQUEST_BYTES:
        return _plain(f"a request has at most {wire.MAX_REQUEST_BYTES} bytes", 400)
    try:
        raw = request.body
    except RequestDataTooBig:
        return _plain(f"a request has at most {wire.MAX_REQUEST_BYTES} bytes", 400)
    keyring, real_now = queries.keyring(), datetime.now(UTC)
    verdict = actions.add_checkpoint(
        raw,
        name=keyring.venue.witness_name,
        signers=keyring.signers(Purpose.WITNESS, real_now),
        now=request.now,
        real_now=real_now,
    )
    if verdict.status == 200:
        return HttpResponse("".join(verdict.lines), content_type="text/plain; charset=utf-8")
    if verdict.size is not None:
        return HttpResponse(f"{verdict.size}\n", status=409, content_type=wire.SIZE_TYPE)
    return _plain(verdict.said, verdict.status)


def _length(request: HttpRequest) -> int:
    given = request.headers.get("Content-Length") or "0"
    return int(given) if given.isdecimal() else 0


def _plain(said: str, status: int) -> HttpResponse:
    return HttpResponse(f"{said}\n", status=status, content_type="text/plain; charset=utf-8")
