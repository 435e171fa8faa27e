"""
Receiving: a message acts once, in the transaction that keeps it with its answer (NE-2).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.event import plain
from hutong.kit.ids import subject
from hutong.kit.refusal import Refused
from hutong.network.messages import events, rules
from hutong.network.messages.actions import keeping, suspecting
from hutong.network.messages.betraying import betrays
from hutong.network.messages.kinds import Kinds
from hutong.network.messages.models import Contradicted, Incoming, IncomingLine
from hutong.network.messages.rules import (
    Direction,
    Kept,
    Message,
    Refusal,
    Undecided,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Given:
    """What the inbox says: HTTP status and body."""

    status: int
    body: bytes


Sign = Callable[[int, bytes], bytes]
"""Signs a reply; returns the bytes that are kept of it."""


def receive(*, now: datetime, message: Message, request: bytes, kinds: Kinds, sign: Sign) -> Given:
    """Judge a message whose signature holds, let its kind's handler act, and answer.

    Raises Refused for what is not final: OUT_OF_ORDER, CONTRADICTED, UNDECIDED.
    """
    try:
        return _receive(
            actor=SYSTEM, now=now, message=message, request=request, kinds=kinds, sign=sign
        )
    except Undecided as error:
        raise Refused(Refusal.UNDECIDED, why=str(error)) from error
    except _Contradiction as found:
        _keep_contradiction(
            actor=SYSTEM, now=now, message=message, request=request, kept=found.kept
        )
        raise Refused(Refusal.CONTRADICTED, kept=str(found.kept.id)) from found


class _Contradiction(Exception):
    def __init__(self, kept: Kept) -> None:
        self.kept = kept


@action(power=None)
def _receive(
    *,
    actor: Actor,
    now: datetime,
    message: Message,
    request: bytes,
    kinds: Kinds,
    sign: Sign,
) -> Given:
    line = {"sender": message.sender, "subject": message.subject}
    IncomingLine.objects.bulk_create([IncomingLine(**line)], ignore_conflicts=True)
    row = IncomingLine.objects.select_for_update().get(**line)
    same_id = Incoming.objects.filter(sender=message.sender, message=message.id).first()
    same_place = Incoming.objects.filter(**line, sequence=message.sequence).first()
    verdict = rules.judge(
        message,
        same_id=_kept(same_id),
        same_place=_kept(same_place),
        expected=row.expected,
    )
    match verdict:
        case Verdict.CONTRADICTION:
            kept = next(
                kept
                for kept in (_kept(same_id), _kept(same_place))
                if kept and (kept.id, kept.digest) != (message.id, message.digest)
            )
            raise _Contradiction(kept)
        case Verdict.REPEAT:
            assert same_id is not None
            nothing_changed()
            return Given(same_id.status, bytes(same_id.answer))
        case Verdict.OUT_OF_ORDER:
            raise Refused(Refusal.OUT_OF_ORDER, subject=message.subject, expected=row.expected)
    given, refusal = _handle(message, now, kinds)
    refused = refusal.reason.code if refusal else None
    Incoming.objects.create(
        **line,
        message=message.id,
        sequence=message.sequence,
        kind=message.kind,
        version=message.version,
        digest=message.digest,
        status=given.status,
        answer=given.body,
        refused=refused or "",
    )
    row.expected += 1
    row.save(update_fields=["expected"])
    reply = sign(given.status, given.body)
    keeping.keep(Direction.IN, message.id, message.sender, request, reply)
    record(
        subject("message", message.id),
        events.MessageReceived(
            sender=message.sender,
            about=message.subject,
            sequence=message.sequence,
            message_kind=message.kind,
            refused=refused,
            digest=message.digest,
        ),
    )
    if refused and betrays(message.kind, refused):
        suspecting.suspect(message, refused)
    return given


def _handle(message: Message, now: datetime, kinds: Kinds) -> tuple[Given, Refused | None]:
    """Let the handler act; what it refuses leaves nothing but the refusal."""
    try:
        kind = kinds.get(message.kind)
        if kind is None or kind.handle is None:
            raise Refused(Refusal.UNKNOWN_KIND, kind=message.kind)
        if message.version not in kind.versions:
            raise Refused(Refusal.UNKNOWN_VERSION, kind=message.kind, versions=list(kind.versions))
        with transaction.atomic():
            answer = kind.handle(message, now)
    except Refused as refusal:
        facts = facts_of(refusal)
        body = rules.refused(message.id, refusal, facts)
        return Given(422, body), refusal
    return Given(200, rules.answered(message.id, plain(answer))), None


def facts_of(refusal: Refused) -> dict[str, Any]:
    """A refusal's facts as plain JSON; what is none, as text."""

    def written(value: Any) -> Any:
        try:
            return plain(value)
        except TypeError:
            return str(value)

    return {name: written(value) for name, value in refusal.facts.items()}


def _kept(row: Incoming | None) -> Kept | None:
    return Kept(row.message, row.digest) if row else None


@action(power=None)
def _keep_contradiction(
    *, actor: Actor, now: datetime, message: Message, request: bytes, kept: Kept
) -> None:
    """Name a venue that signed two messages for one place; once for each such message."""
    known = Contradicted.objects.filter(sender=message.sender)
    if known.filter(message=message.id, digest=message.digest).exists() or known.count() >= 100:
        nothing_changed()
        return
    Contradicted.objects.create(
        sender=message.sender,
        message=message.id,
        digest=message.digest,
        request=request,
        kept_message=kept.id,
        kept_digest=kept.digest,
    )
    record(
        subject("venue", message.sender),
        events.MessageContradicted(
            sender=message.sender,
            message=message.id,
            digest=message.digest,
            kept_message=kept.id,
            kept_digest=kept.digest,
        ),
    )
    suspecting.suspect(message, Refusal.CONTRADICTED.code)
