"""
Queueing and sending: each message in its line, asked again until it is answered (NE-2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.event import plain
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import Refused
from hutong.network.messages import events, evidence, rules
from hutong.network.messages.actions import keeping
from hutong.network.messages.kinds import Kind, Kinds
from hutong.network.messages.models import Outgoing, SilentPeer
from hutong.network.messages.rules import Answer, Direction, Message, Refusal, Status
from hutong.venues import queries as venues

CHANNEL = "hutong_outbox"

_NEXT = """
    INSERT INTO network_outgoingline AS line ("to", subject, count) VALUES (%s, %s, 1)
    ON CONFLICT ("to", subject) DO UPDATE SET count = line.count + 1 RETURNING count - 1
"""


@action(power=None)
def send(
    *,
    actor: Actor,
    now: datetime,
    to: str,
    about: str,
    kind: str,
    body: Mapping[str, Any],
    version: int = 1,
) -> UUID:
    """Queue a message about a subject, inside the business transaction. Returns its id.

    It is sent once this commits, after all earlier ones to that venue about that subject are
    answered. Raises Refused (NO_SUCH_MEMBER, TOO_LARGE).
    """
    if venues.find(to) is None:
        raise Refused(Refusal.NO_SUCH_MEMBER, venue=to)
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [to, about])
        sequence = cursor.fetchone()[0]
    message = Message(
        id=new_id(),
        sender=venues.my_code(),
        recipient=to,
        subject=about,
        sequence=sequence,
        kind=kind,
        version=version,
        sent_at=now,
        body=plain(body),
    )
    raw = message.raw
    Message.parse(raw)  # what the other venue would call malformed never leaves
    Outgoing.objects.create(
        id=message.id,
        to=to,
        subject=about,
        sequence=sequence,
        kind=kind,
        version=version,
        raw=raw,
    )
    record(
        subject("message", message.id),
        events.MessageQueued(
            to=to, about=about, sequence=sequence, message_kind=kind, digest=message.digest
        ),
    )
    transaction.on_commit(wake)
    return message.id


def wake() -> None:
    """Ring for the sender."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A message whose turn it is; `tries` counts this one."""

    message: Message
    tries: int
    answered: bool  # it was; the other venue lost that


# The first message of each line, of venues that may be tried; of a silent one a single message.
_TAKE = """
WITH heads AS (
    SELECT DISTINCT ON ("to", subject) id, "to", queued_at, next_try_at, leased_until
    FROM network_outgoing WHERE status = 'waiting' OR again
    ORDER BY "to", subject, sequence
), open AS (
    SELECT heads.*, coalesce(failures, 0) AS failures,
        count(*) FILTER (WHERE leased_until > %(now)s) OVER peer AS under_way,
        row_number() OVER (
            PARTITION BY "to", coalesce(leased_until > %(now)s, false) OR heads.next_try_at > %(now)s
            ORDER BY queued_at
        ) AS nth
    FROM heads LEFT JOIN network_silentpeer ON code = "to"
    WHERE network_silentpeer.next_try_at IS NULL OR network_silentpeer.next_try_at <= %(now)s
    WINDOW peer AS (PARTITION BY "to")
), chosen AS (
    SELECT id FROM open
    WHERE next_try_at <= %(now)s AND coalesce(leased_until <= %(now)s, true)
        AND nth + under_way <= CASE WHEN failures > 0 THEN 1 ELSE %(each)s END
    ORDER BY queued_at LIMIT %(most)s
), locked AS (
    SELECT o.id FROM network_outgoing o JOIN chosen USING (id)
    WHERE coalesce(o.leased_until <= %(now)s, true) AND (o.status = 'waiting' OR o.again)
    FOR UPDATE OF o SKIP LOCKED
)
UPDATE network_outgoing o SET leased_until = %(until)s, tries = o.tries + 1
FROM locked WHERE o.id = locked.id RETURNING o.raw, o.tries, o.status
"""


@transaction.atomic
def take(real_now: datetime, most: int) -> list[Due]:
    """Take up to `most` messages whose turn it is; nobody else takes them for a lease."""
    given = {
        "now": real_now,
        "until": real_now + rules.LEASE,
        "each": rules.AT_ONCE_PER_PEER,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, given)
        rows = cursor.fetchall()
    return [
        Due(
            message=Message.parse(bytes(raw)),
            tries=tries,
            answered=Status(status) is not Status.WAITING,
        )
        for raw, tries, status in rows
    ]


@transaction.atomic
def postpone(due: Due, *, why: str, silent: bool, real_now: datetime, dice: float) -> None:
    """Try again later. `silent`: the venue gave no answer of its own, so all to it waits."""
    peer = due.message.recipient
    Outgoing.objects.filter(id=due.message.id).update(
        leased_until=None,
        problem=why[:500],
        next_try_at=real_now + (timedelta() if silent else rules.pause(due.tries, dice)),
    )
    if not silent:
        SilentPeer.objects.filter(code=peer).delete()
        return
    row, new = SilentPeer.objects.select_for_update().get_or_create(
        code=peer,
        defaults={"since": real_now, "failures": 0, "problem": "", "next_try_at": real_now},
    )
    if new or row.next_try_at <= real_now:  # what was under way together failed once
        row.failures += 1
        row.next_try_at = real_now + rules.pause(row.failures, dice)
    row.problem = why[:500]
    row.save()


@transaction.atomic
def go_back(due: Due, *, expected: int, why: str) -> None:
    """Send again, from number `expected` on, what the other venue has lost; ours is not redone."""
    line = Outgoing.objects.filter(to=due.message.recipient, subject=due.message.subject)
    line.filter(sequence__gte=expected, sequence__lt=due.message.sequence).update(
        again=True, leased_until=None
    )
    Outgoing.objects.filter(id=due.message.id).update(leased_until=None, problem=why[:500])


@action(power=None)
def conclude(
    *,
    actor: Actor,
    now: datetime,
    real_now: datetime,
    due: Due,
    answer: Answer,
    request: bytes,
    reply: bytes,
    kinds: Kinds,
) -> None:
    """Take a final answer in: keep it with its evidence, and let the kind's handler act on it.

    An answer that comes again, as after a crash between this commit and the next try, changes
    nothing.
    """
    message = due.message
    row = Outgoing.objects.select_for_update().get(id=message.id)
    SilentPeer.objects.filter(code=message.recipient).delete()
    if row.status != Status.WAITING:
        Outgoing.objects.filter(id=row.id).update(again=False, leased_until=None)
        nothing_changed()
        return
    body = evidence.read(reply)[2]
    row.status, row.refused = answer.status.value, answer.refused or ""
    row.answer, row.answered_at = body, real_now
    row.again, row.leased_until, row.problem = False, None, ""
    row.save()
    keeping.keep(Direction.OUT, message.id, message.recipient, request, reply)
    record(
        subject("message", message.id),
        events.MessageConcluded(
            to=message.recipient,
            message_kind=message.kind,
            refused=answer.refused,
            digest=rules.digest_of(body),
        ),
    )
    handler = kinds.get(message.kind, Kind()).on_answer
    if handler is not None:
        handler(message, answer, now)
    transaction.on_commit(wake)  # the next of its line


@action(power="network.operate")
def hurry(*, actor: Actor, now: datetime, to: str) -> None:
    """Try a venue at once, before its pause is over. Needs `network.operate`."""
    waiting = Outgoing.objects.filter(to=to, status=Status.WAITING)
    if not waiting.exists():
        raise Refused(Refusal.NOT_WAITING)
    SilentPeer.objects.filter(code=to).update(next_try_at=F("since"))
    waiting.update(next_try_at=F("queued_at"))
    record(subject("venue", to), events.MessageHurried(to=to))
    transaction.on_commit(wake)
