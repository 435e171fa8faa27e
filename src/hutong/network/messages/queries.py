"""
What can be asked of messages: what waits, what was said, and the evidence of it.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    Count,
    IntegerField,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
)
from django.db.models.functions import Coalesce

from hutong.doors.reading import once
from hutong.journal import queries as journal
from hutong.kit.audit import Discrepancy
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.messages import evidence
from hutong.network.messages.events import MessageSuspected, SuspicionConcluded
from hutong.network.messages.models import (
    Contradicted,
    Evidence,
    EvidenceBatch,
    Incoming,
    Outgoing,
    SilentPeer,
    Suspicion,
)
from hutong.network.messages.rules import Direction, Status
from hutong.transparency.merkle import Hash

SEE = "network.operate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A venue that does not answer; times are real."""

    venue: str
    since: datetime
    failures: int
    problem: str
    next_try_at: datetime
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerCount:
    """What waits for one venue."""

    venue: str
    waiting: int
    oldest_at: datetime


def outgoing(status: Status | None = None, to: str | None = None) -> QuerySet[Outgoing]:
    """The outbox, unordered: pages order it by `-queued_at`."""
    rows = Outgoing.objects.defer("raw", "answer")
    if status is not None:
        rows = rows.filter(status=status)
    return rows.filter(to=to) if to else rows


def incoming(sender: str | None = None) -> QuerySet[Incoming]:
    rows = Incoming.objects.defer("answer")
    return rows.filter(sender=sender) if sender else rows


def waiting() -> list[PeerCount]:
    """How much waits for each venue, by code."""
    rows = (
        Outgoing.objects.filter(status=Status.WAITING)
        .values("to")
        .annotate(count=Count("id"), oldest=Min("queued_at"))
        .order_by("to")
    )
    return [PeerCount(venue=r["to"], waiting=r["count"], oldest_at=r["oldest"]) for r in rows]


def silent(at_least: int = 1) -> list[Silence]:
    """Venues that failed so often in a row to answer, longest first."""
    return [
        Silence(
            venue=row.code,
            since=row.since,
            failures=row.failures,
            problem=row.problem,
            next_try_at=row.next_try_at,
            waiting=row.waiting,
        )
        for row in _silent(at_least).order_by("since")
    ]


def _silent(at_least: int) -> QuerySet[SilentPeer]:
    """With how much waits for each."""
    of_peer = Outgoing.objects.filter(status=Status.WAITING, to=OuterRef("code")).order_by()
    count = Subquery(of_peer.values("to").annotate(n=Count("id")).values("n"))
    rows = SilentPeer.objects.filter(failures__gte=at_least)
    return rows.annotate(waiting=Coalesce(count, 0, output_field=IntegerField()))


def struggling(tries: int = 6) -> QuerySet[Outgoing]:
    """Messages to venues that do answer, but not finally, for so many tries."""
    answering = Outgoing.objects.exclude(to__in=SilentPeer.objects.values("code"))
    return answering.filter(status=Status.WAITING, tries__gte=tries).order_by("queued_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What somebody should look at: a venue that is silent, one of its answers (`message`), or what no
    honest venue sends (`suspicion`; `problem` is then the code of the refusal)."""

    venue: str
    waiting: int
    message: UUID | None
    suspicion: int | None
    kind: str
    problem: str


def troubles(*, at_least: int = 4, limit: int = 20) -> list[Trouble]:
    """Venues silent for so many tries, longest first, messages that struggle, and suspicions, each
    oldest first."""

    def ask() -> list[Trouble]:
        peers = _silent(at_least).values_list(
            Value(0),
            "since",
            "code",
            "waiting",
            Value(None, output_field=UUIDField()),
            Value(""),
            "problem",
        )
        answers = struggling().values_list(
            Value(1), "queued_at", "to", Value(0), "id", "kind", "problem"
        )
        open_ = Suspicion.objects.filter(concluded_at=None).order_by("id")
        suspected = open_.values_list(
            Value(2),
            "found_at",
            "sender",
            "id",
            Value(None, output_field=UUIDField()),
            "kind",
            "refused",
        )
        rows = peers.order_by().union(answers[:limit], suspected[:limit], all=True)
        return [
            Trouble(
                venue=venue,
                waiting=0 if part == 2 else number,
                message=id,
                suspicion=number if part == 2 else None,
                kind=kind,
                problem=problem,
            )
            for part, _since, venue, number, id, kind, problem in sorted(
                rows, key=lambda row: row[:2]
            )
        ]

    return once(("network.troubles", at_least, limit), ask)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspicionView:
    """A signed message that no honest venue sends; times are real, but `concluded_at`."""

    id: int
    sender: str
    message: UUID
    kind: str
    digest: str
    refused: str
    found_at: datetime
    concluded_at: datetime | None
    concluded_by: UUID | None
    finding: str

    @property
    def is_open(self) -> bool:
        return self.concluded_at is None


def suspicions() -> QuerySet[Suspicion]:
    """For paging, those by `-id`; each becomes a `SuspicionView` by `view_suspicion`."""
    return Suspicion.objects.all()


def open_suspicions(limit: int = 50) -> list[SuspicionView]:
    """What officers are to look at, longest first."""
    rows = Suspicion.objects.filter(concluded_at=None).order_by("id")[:limit]
    return [view_suspicion(row) for row in rows]


def suspicion(id: int) -> SuspicionView:
    row = Suspicion.objects.filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="suspicion")
    return view_suspicion(row)


def view_suspicion(row: Suspicion) -> SuspicionView:
    return SuspicionView(**{name: getattr(row, name) for name in SuspicionView.__slots__})


def evidence_against(one: SuspicionView) -> list[bytes]:
    """The signed requests that prove it: the message itself, and the one that it contradicts."""
    other = Contradicted.objects.filter(
        sender=one.sender, message=one.message, digest=one.digest
    ).first()
    if other is None:
        kept = Evidence.objects.filter(direction="in", peer=one.sender, message=one.message)
        return [bytes(row.request) for row in kept]
    before = Evidence.objects.filter(
        direction="in", peer=one.sender, message=other.kept_message
    ).first()
    return [bytes(other.request), *([bytes(before.request)] if before else [])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """Where the log commits to an exchange: its batch has `root`, and stands in the sealed entry that
    `opening` opens (journal/sealing.py); `log_index` is that of the journal.Sealed it opens. None:
    it is not sealed yet."""

    entry: int
    log_index: int | None
    index: int
    size: int
    root: Hash
    proof: tuple[Hash, ...]
    opening: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message with what is kept of it."""

    id: UUID
    direction: Direction
    peer: str
    subject: str
    sequence: int
    kind: str
    version: int
    at: datetime
    status: str
    tries: int | None
    problem: str
    next_try_at: datetime | None
    refused: str
    body: dict[str, Any]
    answer: dict[str, Any] | None
    request: bytes | None
    reply: bytes | None
    committed: Committed | None


def latest_body(sender: str, kinds: Iterable[str], about: Iterable[str]) -> dict[str, Any] | None:
    """What a venue last told us of these kinds about one of these subjects, where we took it."""
    rows = Incoming.objects.filter(
        sender=sender, kind__in=list(kinds), subject__in=list(about), refused=""
    )
    row = rows.order_by("-id").first()
    return None if row is None else told(Direction.IN, sender, row.message).body


def told(direction: Direction, peer: str, message: UUID) -> Told:
    """One message, its evidence, and the proof that the log commits to it. Raises NOT_FOUND."""
    kept = Evidence.objects.filter(direction=direction, peer=peer, message=message).first()
    row: Any
    if direction is Direction.OUT:
        row = Outgoing.objects.filter(id=message, to=peer).first()
    else:
        row = Incoming.objects.filter(message=message, sender=peer).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="message")
    out = direction is Direction.OUT
    raw = bytes(row.raw) if out else evidence.read(bytes(kept.request))[2] if kept else b"{}"
    return Told(
        id=message,
        direction=direction,
        peer=peer,
        subject=row.subject,
        sequence=row.sequence,
        kind=row.kind,
        version=row.version,
        at=row.queued_at if out else row.received_at,
        status=row.status if out else Status.REFUSED if row.refused else Status.ANSWERED,
        tries=row.tries if out else None,
        problem=row.problem if out else "",
        next_try_at=row.next_try_at if out and row.status == Status.WAITING else None,
        refused=row.refused,
        body=json.loads(raw).get("body", {}),
        answer=json.loads(bytes(row.answer)) if row.answer is not None else None,
        request=bytes(kept.request) if kept else None,
        reply=bytes(kept.reply) if kept else None,
        committed=_committed(kept) if kept else None,
    )


def _committed(kept: Evidence) -> Committed | None:
    place = getattr(kept, "place", None)
    if place is None:
        return None
    batch = place.batch
    tree = evidence.Tree.of(list(_leaves(batch)))
    log_index, opening = _sealed(batch)
    return Committed(
        entry=batch.entry,
        log_index=log_index,
        index=place.index,
        size=batch.size,
        root=bytes(batch.root),
        proof=tuple(tree.proof(place.index)),
        opening=opening,
    )


def _sealed(batch: EvidenceBatch) -> tuple[int | None, dict[str, Any] | None]:
    """(index of the journal.Sealed that commits to a batch's entry, what opens it there)."""
    for sealed in journal.sealed_entries([subject("messages", batch.id)]):
        if sealed.batch is None:
            return None, None
        (said, *_) = journal.of_subject(subject("seal", sealed.batch))
        return said.log_index, sealed.opening(journal.seal_tree(sealed.batch))
    return journal.log_index_of(batch.entry), None  # written before batches were sealed


def _leaves(batch: EvidenceBatch) -> Iterator[evidence.Leaf]:
    rows = Evidence.objects.filter(place__batch=batch).order_by("place__index")
    return (leaf_of(row) for row in rows.iterator(chunk_size=500))


def audit() -> Iterator[Discrepancy]:
    """Each batch computed again from the evidence and compared with what the journal says; what was
    answered against its evidence; who is suspected against the journal."""
    yield from _audit_evidence()
    yield from _audit_suspicions()


def _audit_suspicions() -> Iterator[Discrepancy]:
    named: set[tuple[str, str, str]] = set()
    findings: dict[tuple[str, str], int] = {}
    for entry in journal.of_kinds([MessageSuspected.kind, SuspicionConcluded.kind]):
        sender, message = entry.facts["sender"], entry.facts["message"]
        if entry.kind == MessageSuspected.kind:
            named.add((sender, message, entry.facts["digest"]))
        else:
            findings[sender, message] = findings.get((sender, message), 0) + 1
    for row in Suspicion.objects.order_by("id").iterator(chunk_size=500):
        place = f"network.suspicion {row.id}"
        key = (row.sender, str(row.message), row.digest)
        if key not in named:
            yield Discrepancy(place, "an entry that names it", "none")
        named.discard(key)
        if row.concluded_at is not None:
            left = findings.get(key[:2], 0)
            if not left:
                yield Discrepancy(place, "an entry of its conclusion", "none")
            findings[key[:2]] = left - 1
    for sender, message, _digest in sorted(named):
        yield Discrepancy(f"network.suspicion of {sender} {message}", "a row", "none")
    for (sender, message), left in sorted(findings.items()):
        if left > 0:
            yield Discrepancy(f"network.suspicion of {sender} {message}", "concluded", "open")


def _audit_evidence() -> Iterator[Discrepancy]:
    for batch in EvidenceBatch.objects.order_by("until").iterator():
        tree = evidence.Tree.of(list(_leaves(batch)))
        name = f"network.messages batch {batch.id}"
        if (tree.root, len(tree.leaves)) != (bytes(batch.root), batch.size):
            yield Discrepancy(name, f"{batch.size} {bytes(batch.root).hex()}", tree.root.hex())
        facts = journal.entry(batch.entry).facts
        if facts.get("root") != bytes(batch.root).hex():
            yield Discrepancy(name, str(facts.get("root")), bytes(batch.root).hex())
    for row in Outgoing.objects.filter(again=False).exclude(status=Status.WAITING).iterator():
        kept = Evidence.objects.filter(direction="out", message=row.id).first()
        said = evidence.read(bytes(kept.reply))[2] if kept else None
        if said != bytes(row.answer):
            yield Discrepancy(
                f"network.outgoing {row.id}", "the answer kept as evidence", "another"
            )


def leaf_of(row: Evidence) -> evidence.Leaf:
    return evidence.Leaf.of(
        direction=Direction(row.direction),
        id=row.message,
        peer=row.peer,
        request=bytes(row.request),
        reply=bytes(row.reply),
    )
