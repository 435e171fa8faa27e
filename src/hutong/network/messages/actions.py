"""
Queueing, sending, receiving and keeping messages (NE-2).

Whatever a message does to the business is done in the transaction that keeps it: at the receiver
with its answer, at the sender with the answer's arrival. So neither happens twice, whoever dies
when.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from hutong.journal.actions import action, nothing_changed, record, record_many
from hutong.journal.actions.recording import Recording
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.event import plain
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import Refused
from hutong.network.messages import evidence, rules
from hutong.network.messages.kinds import Kind, Kinds
from hutong.network.messages.models import (
    Contradicted,
    Evidence,
    EvidenceBatch,
    EvidencePlace,
    Incoming,
    IncomingLine,
    Outgoing,
    SilentPeer,
)
from hutong.network.messages.queries import leaf_of
from hutong.network.messages.rules import (
    Answer,
    Direction,
    Kept,
    Message,
    Refusal,
    Status,
    Undecided,
    Verdict,
)
from hutong.venues import queries as venues

CHANNEL = "hutong_outbox"
EVIDENCE_LOCK = 0x4855_544F_4E47_0020
BATCH_MOST = 10_000

# -- the outbox -------------------------------------------------------------------------------------------

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
        rules.MessageQueued(
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
    _keep(Direction.OUT, message.id, message.recipient, request, reply)
    record(
        subject("message", message.id),
        rules.MessageConcluded(
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
    record(subject("venue", to), rules.MessageHurried(to=to))
    transaction.on_commit(wake)


# -- the inbox ---------------------------------------------------------------------------------------------


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
    given, refused = _handle(message, now, kinds)
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
    _keep(Direction.IN, message.id, message.sender, request, reply)
    record(
        subject("message", message.id),
        rules.MessageReceived(
            sender=message.sender,
            about=message.subject,
            sequence=message.sequence,
            message_kind=message.kind,
            refused=refused,
            digest=message.digest,
        ),
    )
    return given


def _handle(message: Message, now: datetime, kinds: Kinds) -> tuple[Given, str | None]:
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
        return Given(422, body), refusal.reason.code
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


def _keep(direction: Direction, message: UUID, peer: str, request: bytes, reply: bytes) -> None:
    Evidence.objects.create(
        direction=direction.value, message=message, peer=peer, request=request, reply=reply
    )


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
        rules.MessageContradicted(
            sender=message.sender,
            message=message.id,
            digest=message.digest,
            kept_message=kept.id,
            kept_digest=kept.digest,
        ),
    )


# -- evidence in the log -------------------------------------------------------------------------------------


@action(power=None, batch=True)
def commit_evidence(*, now: datetime, real_now: datetime, seconds: int) -> int:
    """Commit to the exchanges kept since the batch before, when that is `seconds` ago."""
    latest = EvidenceBatch.objects.order_by("-until").first()
    early = latest is not None and real_now < latest.until + timedelta(seconds=seconds)
    if early or not _only_one():
        nothing_changed()
        return 0
    rows = list(Evidence.objects.filter(place=None).order_by("id")[:BATCH_MOST])
    if not rows:
        nothing_changed()
        return 0
    tree, placed = _tree(rows)
    batch = new_id()
    event = rules.MessagesCommitted(
        root=tree.root,
        size=len(rows),
        since=latest.until if latest else None,
        until=real_now,
    )
    (entry,) = record_many([Recording(subject("messages", batch), event, SYSTEM, now)])
    made = EvidenceBatch.objects.create(
        id=batch, root=tree.root, size=len(rows), until=real_now, entry=entry
    )
    EvidencePlace.objects.bulk_create(
        [EvidencePlace(evidence=row, batch=made, index=index) for index, row in placed]
    )
    return len(rows)


def _tree(rows: Sequence[Evidence]) -> tuple[evidence.Tree, list[tuple[int, Evidence]]]:
    by_leaf = {leaf_of(row): row for row in rows}
    tree = evidence.Tree.of(list(by_leaf))
    return tree, [(index, by_leaf[leaf]) for index, leaf in enumerate(tree.leaves)]


def _only_one() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [EVIDENCE_LOCK])
        return bool(cursor.fetchone()[0])
