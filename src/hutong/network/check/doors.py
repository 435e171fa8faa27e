"""Items: the other doors between venues, asked by somebody who has no business there."""

from typing import Final

from hutong.kit.canonical import canonical
from hutong.kit.ids import new_id
from hutong.kit.refusal import N_
from hutong.network.check.inbox import NOBODY, stranger
from hutong.network.check.items import Run, cannot, item, need
from hutong.network.messages import signing
from hutong.network.messages.signing import Request
from hutong.transparency import note
from hutong.transparency.cosigning.wire import MAX_REQUEST_BYTES, AddCheckpoint
from hutong.transparency.merkle import EMPTY_ROOT
from hutong.transparency.note import Checkpoint

MEMBERS_ASKED: Final = 5
WITNESS: Final = "/log/witness/add-checkpoint"
COVERS: Final = ("@method", "@path", "content-digest", "content-type", "hutong-from", "hutong-to")


@item(
    "witness.malformed",
    at="Membership: Watching each other",
    expects=N_("What is no request to cosign is answered 400; GET is not allowed."),
    needs=("describe.fields",),
)
def malformed(run: Run) -> None:
    for body in (
        b"",
        b"old -1\n\nx",
        b"old 0\nnot base64!\n\n\n",
        b"\xff\n\n",
        b"x" * (MAX_REQUEST_BYTES + 1),
    ):
        status = run.wire.post(WITNESS, body, {"content-type": "text/plain"}).status
        good = status == 400 or (status == 413 and len(body) > MAX_REQUEST_BYTES)
        need(good, N_("HTTP {status} instead of {wanted}"), status=status, wanted=400)
    status = run.wire.get(WITNESS).status
    need(status == 405, N_("HTTP {status} instead of {wanted}"), status=status, wanted=405)


@item(
    "witness.unknown",
    at="Membership: Watching each other",
    expects=N_("A log that nobody listed is not cosigned: 404."),
    needs=("describe.fields",),
)
def unknown(run: Run) -> None:
    status = _asked_to_cosign(run, "nobody.invalid/log")
    need(status == 404, N_("HTTP {status} instead of {wanted}"), status=status, wanted=404)


@item(
    "witness.forged",
    at="Membership: Watching each other",
    expects=N_("A checkpoint in a member's name, signed by another key, is not cosigned: 403."),
    needs=("members.chain",),
)
def forged(run: Run) -> None:
    assert run.roll is not None
    others = [member for member in run.roll.members.values() if member.code != run.code]
    if not others:
        cannot(N_("the list has no other member in whose name one could ask"))
    for member in others[:MEMBERS_ASKED]:
        status = _asked_to_cosign(run, member.log_origin)
        good = status in (403, 404)  # 404: it does not watch this one
        need(good, N_("HTTP {status} instead of {wanted}"), status=status, wanted=403)


def _asked_to_cosign(run: Run, origin: str) -> int:
    text = Checkpoint(origin, 0, EMPTY_ROOT).text()
    signed = note.sign(text, origin, stranger())
    request = AddCheckpoint(0, (), str(signed))
    return run.wire.post(WITNESS, request.body(), {"content-type": "text/plain"}).status


@item(
    "held.refused",
    at="Claims of numbers: What is final",
    expects=N_("A word of what is held, unsigned or by no member, is refused; GET is not allowed."),
    needs=("describe.fields",),
)
def held(run: Run) -> None:
    told = {
        "format": "hutong-held/1",
        "from": NOBODY,
        "to": run.code,
        "term": 0,
        "size": 0,
        "root": "00" * 32,
    }
    _refused(run, "/network/held", told, "hutong-held/1")


@item(
    "paddle.refused",
    at="Trade across venues",
    expects=N_("A paddle asked for unsigned or by no member is refused; GET is not allowed."),
    needs=("describe.fields",),
)
def paddle(run: Run) -> None:
    none = "00000000-0000-7000-8000-000000000000"
    _refused(run, "/network/paddle", {"order": none, "lot": none}, "hutong-paddle/1")


@item(
    "assertion.refused",
    at="Institutions: Signing in through one's home venue",
    expects=N_(
        "What is said of a person is told to no stranger: unsigned or by no member it is refused."
    ),
    needs=("describe.fields",),
)
def assertion(run: Run) -> None:
    _refused(run, "/network/assertion", {"code": "x" * 43}, "hutong-assertion/1")


@item(
    "sign_in.refused",
    at="Institutions: Signing in through one's home venue",
    expects=N_(
        "A sign-in that this browser did not ask for is refused, and nobody is sent to an address "
        "that no list has."
    ),
    needs=("describe.fields",),
)
def sign_in(run: Run) -> None:
    strange = "state=x&nonce=x&code=x"
    for path in (
        f"/network/signed-in?{strange}",
        f"/network/sign-in?audience={NOBODY}&{strange}",
        f"/network/sign-in?audience=https%3A%2F%2Fevil.example&{strange}",
    ):
        answer = run.wire.ask("GET", path, may_redirect=True)
        to = answer.headers.get("location", "")
        home = to.startswith(("/", f"{run.wire.url}/")) and not to.startswith(("//", "/\\"))
        good = 400 <= answer.status < 500 or (home and 300 <= answer.status < 400)
        need(
            good,
            N_("{path} is answered HTTP {status}"),
            path=path,
            status=answer.status,
        )


@item(
    "bids.refused",
    at="Trade across venues",
    expects=N_(
        "The bids' door takes no bid, and shows none, without a paddle's token that is its."
    ),
    needs=("describe.fields",),
)
def bids(run: Run) -> None:
    lot, bid = new_id(), new_id()
    told = canonical({"bid_id": str(bid), "amount_fen": 1})
    forged = f"Bearer {'A' * 40}.{'A' * 40}"
    for headers in ({}, {"authorization": forged}):
        given = {"content-type": signing.CONTENT_TYPE, **headers}
        for status in (
            run.wire.post(f"/live/lots/{lot}/bids", told, given).status,
            run.wire.ask("GET", f"/live/lots/{lot}/bids/{bid}", headers=headers).status,
        ):
            good = status in (400, 401, 403, 404)
            need(good, N_("HTTP {status} instead of {wanted}"), status=status, wanted=401)


@item(
    "countersignatures.unknown",
    at="Trade across venues: Certified by both",
    expects=N_("A countersignature that nobody gave is not there: 404."),
    needs=("describe.fields",),
)
def no_countersignature(run: Run) -> None:
    status = run.wire.get(f"/certificates/ZZ-JY-2022-999999/countersignatures/{NOBODY}").status
    need(status == 404, N_("HTTP {status} instead of {wanted}"), status=status, wanted=404)


def _refused(run: Run, path: str, told: dict[str, object], tag: str) -> None:
    headers = {"content-type": signing.CONTENT_TYPE, "hutong-from": NOBODY, "hutong-to": run.code}
    bare = Request(dict(headers), canonical(told), path=path)
    full = Request(dict(headers), canonical(told), path=path)
    signing.sign_post(full, NOBODY, stranger(), run.clock(), tag, COVERS)
    for request in (bare, full, Request(dict(headers), b"{", path=path)):
        status = run.wire.post(path, request.body, request.headers).status
        good = status in (400, 401, 403, 422)
        need(good, N_("HTTP {status} instead of {wanted}"), status=status, wanted=403)
    status = run.wire.get(path).status
    need(status == 405, N_("HTTP {status} instead of {wanted}"), status=status, wanted=405)
