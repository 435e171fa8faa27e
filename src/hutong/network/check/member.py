"""
Items that only a member can check: with its message key it says `network.ping` about a subject of
its own, which nobody else uses. Each of these messages is kept by both as any other.
"""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from http_message_signatures import ContentDigest

from hutong.kit.canonical import canonical
from hutong.kit.refusal import N_, Refused
from hutong.network.check.inbox import ANSWERS, SIGNATURES, VERSIONS, ping, refusal, send, signed
from hutong.network.check.items import Run, Self, broken, cannot, item, need
from hutong.network.check.wire import Answer
from hutong.network.messages import rules, signing
from hutong.network.messages.rules import Message
from hutong.network.messages.signing import Reply, Request, SignatureInvalid
from hutong.transparency import multikey
from hutong.venues.lists import State


def me(run: Run) -> Self:
    """The venue that asks. Raises NotChecked when it is none that may."""
    if run.me is None:
        cannot(N_("needs the key of a member (--as)"))
    assert run.roll is not None
    listed = run.roll.members.get(run.me.code)
    if listed is None or listed.state is not State.MEMBER or run.me.code == run.code:
        cannot(N_("{code} is no other member of this network"), code=run.me.code)
    if multikey.ed25519(run.me.signer.public_key) not in listed.message_keys:
        cannot(N_("the list does not have the message key of {code}"), code=run.me.code)
    return run.me


def asked(run: Run, message: Message) -> tuple[Request, Answer]:
    request = signed(run, message, me(run).signer)
    return request, held(run, request)


def held(run: Run, request: Request) -> Answer:
    """Send, and check that the reply is the venue's. Raises Broken."""
    answer = send(run, request)
    keys = run.message_keys
    reply = Reply(answer.status, answer.body, request, dict(answer.headers))
    try:
        signing.verify_reply(reply, venue=run.code, keys=lambda _: keys)
    except SignatureInvalid as error:
        broken(N_("the reply's signature does not hold: {problem}"), problem=error)
    return answer


def answered(answer: Answer, message: Message) -> dict[str, Any]:
    need(
        answer.status == 200,
        N_("HTTP {status} instead of {wanted}"),
        status=answer.status,
        wanted=200,
    )
    try:
        told = rules.read_object(answer.body)
    except Refused as error:
        broken(N_("it cannot be read: {problem}"), problem=error.sentence())
    id, said = told.get("id"), told.get("answer")
    need(id == str(message.id), N_("“{name}” is {found}"), name="id", found=id)
    need(isinstance(said, dict), N_("“{name}” is missing"), name="answer")
    return dict(said or {})


@item(
    "member.ping",
    at=ANSWERS,
    expects=N_("A member's network.ping is answered 200 with the same word as “pong”, signed."),
    needs=("members.chain",),
)
def pong(run: Run) -> None:
    message = ping(run, me(run).code)
    request, answer = asked(run, message)
    said = answered(answer, message).get("pong")
    need(said == message.body["ping"], N_("“{name}” is {found}"), name="pong", found=said)
    run.first_ping = request, answer


@item(
    "member.again",
    at=ANSWERS,
    expects=N_(
        "The same message again, signed anew or replayed, has the same answer byte for byte."
    ),
    needs=("member.ping",),
)
def again(run: Run) -> None:
    assert run.first_ping is not None
    request, first = run.first_ping
    anew = signed(run, Message.parse(request.body), me(run).signer)
    for one in (anew, request):
        answer = held(run, one)
        same = (answer.status, answer.body) == (first.status, first.body)
        need(
            same, N_("the same message is answered otherwise: HTTP {status}"), status=answer.status
        )


@item(
    "member.order",
    at=ANSWERS,
    expects=N_(
        "A message before its turn is answered 409 network.out_of_order, with the number expected."
    ),
    needs=("member.ping",),
)
def order(run: Run) -> None:
    _, answer = asked(run, ping(run, me(run).code, sequence=7))
    said = refusal(answer, 409, "network.out_of_order")
    expected = (said.get("facts") or {}).get("expected")
    need(expected == 1, N_("“{name}” is {found}"), name="facts.expected", found=expected)


@item(
    "member.stale",
    at=SIGNATURES,
    expects=N_("A signature older or newer than 300 s is answered 401 network.message_stale."),
    needs=("member.ping",),
)
def stale(run: Run) -> None:
    for apart in (timedelta(minutes=-10), timedelta(minutes=10)):
        message = ping(run, me(run).code, sequence=1)
        request = signed(run, message, me(run).signer, run.clock() + apart)
        refusal(send(run, request), 401, "network.message_stale")


@item(
    "member.tampered",
    at=SIGNATURES,
    expects=N_("A message changed after it was signed is answered 401, whatever was changed."),
    needs=("member.ping",),
)
def tampered(run: Run) -> None:
    message = ping(run, me(run).code, sequence=1)
    request = signed(run, message, me(run).signer)
    told = json.loads(request.body)
    other = canonical(told | {"body": {"ping": "another"}})
    refusal(send(run, replace(request, body=other)), 401, "network.message_unsigned")
    redone = replace(request, body=other, headers=dict(request.headers))
    redone.headers["content-digest"] = ContentDigest.create(other)
    refusal(send(run, redone), 401, "network.message_unsigned")
    held_tag = Request(
        {n: v for n, v in request.headers.items() if not n.startswith("signature")}, message.raw
    )
    signing.sign_post(held_tag, message.sender, me(run).signer, run.clock(), "hutong-held/1")
    refusal(send(run, held_tag), 401, "network.message_unsigned")


@item(
    "member.version",
    at=VERSIONS,
    expects=N_(
        "A version it does not speak is answered 422 network.unknown_version with those it does."
    ),
    needs=("member.ping",),
)
def version(run: Run) -> None:
    _, answer = asked(run, ping(run, me(run).code, sequence=1, version=9999))
    said = refusal(answer, 422, "network.unknown_version")
    versions = (said.get("facts") or {}).get("versions")
    good = isinstance(versions, list) and 1 in versions
    need(good, N_("“{name}” is {found}"), name="facts.versions", found=versions)


@item(
    "member.kind",
    at=VERSIONS,
    expects=N_("A kind it does not know is answered 422 network.unknown_kind; its turn is over."),
    needs=("member.version",),
)
def kind(run: Run) -> None:
    _, answer = asked(run, ping(run, me(run).code, sequence=2, kind="network.no_such_kind"))
    refusal(answer, 422, "network.unknown_kind")


@item(
    "member.unknown_fields",
    at=VERSIONS,
    expects=N_("Fields it does not know are passed over."),
    needs=("member.kind",),
)
def unknown_fields(run: Run) -> None:
    message = ping(run, me(run).code, sequence=3)
    told = json.loads(message.raw)
    told["of_a_later_day"] = {"x": 1}
    told["body"]["of_a_later_day"] = [1]
    request = signed(run, message, me(run).signer)
    bare = {n: v for n, v in request.headers.items() if not n.startswith("signature")}
    later = Request(bare, canonical(told))
    signing.sign_post(later, message.sender, me(run).signer, run.clock(), signing.REQUEST_TAG)
    said = answered(held(run, later), message).get("pong")
    need(said == message.body["ping"], N_("“{name}” is {found}"), name="pong", found=said)


@item(
    "member.contradiction",
    at=ANSWERS,
    expects=N_(
        "Another message under an id that was used is answered 409 network.message_contradicted."
    ),
    needs=("member.ping",),
)
def contradiction(run: Run) -> None:
    assert run.first_ping is not None
    who = me(run)
    if not run.contradict:
        cannot(N_("it would name {code} in the other's log for ever (--contradict)"), code=who.code)
    first = Message.parse(run.first_ping[0].body)
    _, answer = asked(run, replace(first, body={"ping": "another"}))
    refusal(answer, 409, "network.message_contradicted")
    _, answer = asked(run, ping(run, who.code, sequence=0))  # its place is taken, too
    refusal(answer, 409, "network.message_contradicted")
