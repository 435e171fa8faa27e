"""
Items: what the inbox says to messages it must not take (NE-2). Nothing that is sent here can be
taken: each is of nobody, for nobody, or signed by a key that no list names.
"""

import json
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hutong.kit.canonical import canonical
from hutong.kit.ids import new_id
from hutong.kit.refusal import N_, Refused
from hutong.network.check.items import Run, broken, cannot, item, need
from hutong.network.check.membership import good_others
from hutong.network.check.wire import Answer
from hutong.network.messages import rules, signing
from hutong.network.messages.rules import MAX_BYTES, Message
from hutong.network.messages.signing import Reply, Request, SignatureInvalid
from hutong.transparency.note import Signer
from hutong.transparency.signers import Ed25519Signer

ANSWERS: Final = "Messages: What the inbox answers"
SIGNATURES: Final = "Messages: Signatures"
VERSIONS: Final = "Messages: Versions"
INBOX: Final = "/network/inbox"
NOBODY: Final = "ZZ-NOBODY"


def stranger() -> Signer:
    """A key that no list names."""
    return Ed25519Signer(Ed25519PrivateKey.generate())


def ping(
    run: Run, sender: str, *, to: str | None = None, sequence: int = 0, **other: Any
) -> Message:
    told: dict[str, Any] = {
        "id": new_id(),
        "sender": sender,
        "recipient": to or run.code,
        "subject": run.subject,
        "sequence": sequence,
        "kind": "network.ping",
        "version": 1,
        "sent_at": run.clock(),
        "body": {"ping": secrets.token_hex(8)},
    }
    return Message(**(told | other))


def send(run: Run, request: Request) -> Answer:
    """Send a request as it is, and keep the reply for the item that judges its signature."""
    answer = run.wire.post(request.path, request.body, request.headers)
    run.replies.append((request, answer))
    return answer


def signed(run: Run, message: Message, signer: Signer, at: datetime | None = None) -> Request:
    return signing.sign_request(message, signer, at or run.clock())


def refusal(answer: Answer, status: int, *codes: str) -> dict[str, Any]:
    """The refusal an answer is, of this status and one of these codes, or any. Raises Broken."""
    found = answer.status
    need(found == status, N_("HTTP {status} instead of {wanted}"), status=found, wanted=status)
    try:
        told = rules.read_object(answer.body)
    except Refused as error:
        broken(N_("it cannot be read: {problem}"), problem=error.sentence())
    said = told.get("refused")
    need(isinstance(said, dict), N_("“{name}” is missing"), name="refused")
    assert isinstance(said, dict)
    code = said.get("code")
    need(not codes or code in codes, N_("“{name}” is {found}"), name="refused.code", found=code)
    return said


@item(
    "inbox.method",
    at=ANSWERS,
    expects=N_("The inbox is only written to: GET is not allowed."),
    needs=("describe.fields",),
)
def method(run: Run) -> None:
    status = run.wire.get(INBOX).status
    need(status == 405, N_("HTTP {status} instead of {wanted}"), status=status, wanted=405)


@item(
    "inbox.malformed",
    at=ANSWERS,
    expects=N_("What is no message in canonical JSON is answered 400 network.message_malformed."),
    needs=("describe.fields",),
)
def malformed(run: Run) -> None:
    good = ping(run, NOBODY)
    told = json.loads(good.raw)
    for body in (
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 5000,
        json.dumps(told, indent=1).encode(),
        canonical({name: value for name, value in told.items() if name != "sequence"}),
        canonical(told | {"id": "1"}),
        canonical(told | {"sequence": -1}),
        canonical(told | {"subject": "x" * 121}),
        canonical(told | {"format": "hutong-message/999"}),
        canonical(told | {"body": []}),
    ):
        request = Request({"content-type": signing.CONTENT_TYPE}, body)
        refusal(send(run, request), 400, "network.message_malformed")


@item(
    "inbox.too_large",
    at=ANSWERS,
    expects=N_("More than 1 MiB is answered 413."),
    needs=("describe.fields",),
)
def too_large(run: Run) -> None:
    body = canonical({"x": "x" * MAX_BYTES})
    answer = run.wire.post(INBOX, body, {"content-type": signing.CONTENT_TYPE})
    status = answer.status
    need(status == 413, N_("HTTP {status} instead of {wanted}"), status=status, wanted=413)


@item(
    "inbox.not_for_it",
    at=ANSWERS,
    expects=N_("A message for another venue is answered 403 network.message_not_for_us."),
    needs=("describe.fields",),
)
def not_for_it(run: Run) -> None:
    request = signed(run, ping(run, NOBODY, to="ZZ-OTHER"), stranger())
    refusal(send(run, request), 403, "network.message_not_for_us")


@item(
    "inbox.not_a_member",
    at=ANSWERS,
    expects=N_("A message of a venue that is no member is answered 403 network.not_in_standing."),
    needs=("describe.fields",),
)
def not_a_member(run: Run) -> None:
    request = signed(run, ping(run, NOBODY), stranger())
    for _ in range(2):  # replayed, it is refused again
        refusal(send(run, request), 403, "network.not_in_standing")


@item(
    "inbox.itself",
    at=ANSWERS,
    expects=N_("A message in the venue's own name is refused."),
    needs=("describe.fields",),
)
def itself(run: Run) -> None:
    answer = send(run, signed(run, ping(run, run.code), stranger()))
    status = answer.status
    need(status in (401, 403), N_("HTTP {status} instead of {wanted}"), status=status, wanted=403)


def _a_member(run: Run) -> str:
    others = good_others(run)
    if not others:
        cannot(N_("the list has no other member in whose name one could ask"))
    return others[0].code


@item(
    "inbox.unsigned",
    at=SIGNATURES,
    expects=N_("A member's message without a signature is answered 401."),
    needs=("members.chain",),
)
def unsigned(run: Run) -> None:
    request = signed(run, ping(run, _a_member(run)), stranger())
    bare = {n: v for n, v in request.headers.items() if not n.startswith("signature")}
    refusal(send(run, replace(request, headers=bare)), 401, "network.message_unsigned")


@item(
    "inbox.forged",
    at=SIGNATURES,
    expects=N_("A member's message signed by a key that is not its own is answered 401."),
    needs=("members.chain",),
)
def forged(run: Run) -> None:
    request = signed(run, ping(run, _a_member(run)), stranger())
    refusal(send(run, request), 401, "network.message_unsigned")
    old = signed(run, ping(run, _a_member(run)), stranger(), run.clock() - timedelta(hours=1))
    refusal(send(run, old), 401, "network.message_unsigned", "network.message_stale")


@item(
    "inbox.named_key",
    at=SIGNATURES,
    expects=N_("A signature that names a member's key, made by another, is answered 401."),
    needs=("members.chain",),
)
def named_key(run: Run) -> None:
    assert run.roll is not None
    code = _a_member(run)
    key = run.roll.members[code].message_keys[0]
    forger = stranger()
    request = signed(run, ping(run, code), forger)
    told = request.headers["signature-input"]
    said = signing.key_name(code, forger.public_key)
    request.headers["signature-input"] = told.replace(said, f"{code}#{key}")
    refusal(send(run, request), 401, "network.message_unsigned")


@item(
    "inbox.headers",
    at=SIGNATURES,
    expects=N_("Headers that name another message than the body does are answered 401."),
    needs=("members.chain",),
)
def headers(run: Run) -> None:
    request = signed(run, ping(run, _a_member(run)), stranger())
    request.headers["hutong-message-id"] = str(new_id())
    refusal(send(run, request), 401, "network.message_unsigned")


@item(
    "inbox.replies",
    at=SIGNATURES,
    expects=N_("Every reply of the inbox is signed by the venue, over the request it answers."),
    needs=("inbox.not_a_member", "describe.keys"),
)
def replies(run: Run) -> None:
    keys = run.message_keys
    checked = 0
    for request, answer in run.replies:
        if "signature" not in request.headers:
            continue
        reply = Reply(answer.status, answer.body, request, dict(answer.headers))
        try:
            found = signing.verify_reply(reply, venue=run.code, keys=lambda _: keys)
        except SignatureInvalid as error:
            broken(N_("the reply's signature does not hold: {problem}"), problem=error)
        apart = abs(found.created - datetime.now(UTC))
        need(
            apart <= rules.SKEW,
            N_("the clocks differ by {seconds} s"),
            seconds=int(apart.total_seconds()),
        )
        checked += 1
    need(checked, N_("“{name}” is missing"), name="signature")
