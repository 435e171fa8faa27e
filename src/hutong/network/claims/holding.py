"""
Acknowledgements: `POST /network/held`, a member's word of how much of the registrar's log it holds.

    {"format": "hutong-held/1", "from", "to", "term", "size", "root"}      signed like a message

The latest counts, and a smaller one changes nothing; so it may be lost, doubled or late. Answered
204; 4xx where it is not understood or not by a member.
"""

from datetime import UTC, datetime
from typing import Final

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hutong.doors import DoorRequest
from hutong.kit.actor import SYSTEM
from hutong.kit.canonical import canonical
from hutong.kit.refusal import Refused
from hutong.network.claims import actions
from hutong.network.messages import door, rules, signing
from hutong.network.messages.rules import Refusal
from hutong.network.messages.signing import Request
from hutong.transparency.merkle import HASH_BYTES, Hash
from hutong.transparency.note import Signer
from hutong.venues import queries as venues
from hutong.venues.states import Standing

PATH: Final = "/network/held"
FORMAT: Final = "hutong-held/1"
MAX_BYTES: Final = 4096
COVERS: Final = ("@method", "@path", "content-digest", "content-type", "hutong-from", "hutong-to")


def request(
    *, term: int, size: int, root: Hash, sender: str, to: str, signer: Signer, now: datetime
) -> Request:
    """The signed request; `now` is real time."""
    body = {
        "format": FORMAT,
        "from": sender,
        "to": to,
        "term": term,
        "size": size,
        "root": root.hex(),
    }
    headers = {"content-type": signing.CONTENT_TYPE, "hutong-from": sender, "hutong-to": to}
    made = Request(headers, canonical(body), path=PATH)
    return signing.sign_post(made, sender, signer, now, FORMAT, COVERS)


@csrf_exempt
@require_POST
def view(request: DoorRequest) -> HttpResponse:
    """Note what a member holds of our log."""
    real_now = datetime.now(UTC)
    try:
        asked = Request(
            signing.headers_of(request.headers), door.read(request, MAX_BYTES), path=request.path
        )
        body = rules.read_object(asked.body)
        sender, us = asked.headers.get("hutong-from", ""), venues.my_code()
        said = (body.get("format"), body.get("from"), body.get("to"))
        if said != (FORMAT, sender, us) or asked.headers.get("hutong-to") != us:
            raise Refused(Refusal.NOT_FOR_US, us=us, to=str(body.get("to")))
        if venues.standing(sender) is not Standing.GOOD or sender == us:
            raise Refused(Refusal.NOT_IN_STANDING, venue=sender)
        signing.verify_post(
            asked, sender=sender, keys=door.keys_of, now=real_now, tag=FORMAT, covers=COVERS
        )
        term, size, root = _read(body)
    except Refused as refusal:
        said_no = rules.refused(None, refusal, {})
        return HttpResponse(said_no, status=refusal.reason.status, content_type="application/json")
    actions.hold(
        actor=SYSTEM,
        now=request.now,
        real_now=real_now,
        venue=sender,
        term=term,
        size=size,
        root=root,
    )
    return HttpResponse(status=204)


def _read(body: dict[str, object]) -> tuple[int, int, Hash]:
    term, size, root = body.get("term"), body.get("size"), body.get("root")
    try:
        found = bytes.fromhex(str(root))
    except ValueError:
        found = b""
    if type(term) is not int or type(size) is not int or len(found) != HASH_BYTES:
        raise Refused(Refusal.MALFORMED, problem="a held log has a term, a size and a root")
    if not 0 <= term < 2**31 or not 0 <= size < 2**53:
        raise Refused(Refusal.MALFORMED, problem="a held log has a term, a size and a root")
    return term, size, found
