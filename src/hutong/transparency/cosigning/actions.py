"""
Witnessing others' logs, and keeping what witnesses say about ours (LO-3).

A cosignature is no entry of the journal: two venues that witness each other would otherwise never
be quiet. Who the peers are, and what was refused, are entries.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import SYSTEM, Actor, require_other_eyes
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.transparency import note, queries
from hutong.transparency.cosigning import rules
from hutong.transparency.cosigning.models import (
    Cosignature,
    Peer,
    RefusedCheckpoint,
    SeenLog,
    WitnessState,
)
from hutong.transparency.cosigning.rules import (
    PeerKind,
    PeerStatus,
    Question,
    Reply,
    Seen,
    Shown,
    Verdict,
)
from hutong.transparency.cosigning.wire import AddCheckpoint
from hutong.transparency.note import Signer, VerifierKey

CHANNEL = "hutong_checkpoint"  # rung when another log showed news

# -- as a witness ------------------------------------------------------------------------------------


@transaction.atomic
def add_checkpoint(
    raw: bytes, *, name: str, signers: Sequence[Signer], now: datetime, real_now: datetime
) -> Verdict:
    """Judge a log's checkpoint, and cosign it when it continues what was seen.

    What was seen is locked from before the check until it is replaced, so that of two requests at
    once one is judged by the other's outcome. A signed fork is kept as evidence.
    """
    try:
        shown = rules.read(raw)
    except note.NoteInvalid as error:
        return Verdict(400, str(error))
    origin = shown.checkpoint.origin
    peer = Peer.objects.filter(kind=PeerKind.LOG, name=origin, status=PeerStatus.ACCEPTED).first()
    if peer is None:
        return Verdict(404, "this witness does not watch that log")
    if not rules.signed_by_its_log(shown, [VerifierKey.parse(key) for key in peer.keys]):
        return Verdict(403, "no key known for that log signed this checkpoint")
    SeenLog.objects.get_or_create(origin=origin)
    row = SeenLog.objects.select_for_update().get(origin=origin)
    verdict = rules.judge(shown, Seen(row.size, bytes(row.root)))
    if verdict.evidence is not None:
        _keep_evidence(actor=SYSTEM, now=now, shown=shown, verdict=verdict, row=row, raw=raw)
    if verdict.status != 200:
        return verdict
    row.size, row.root = shown.checkpoint.size, shown.checkpoint.root
    row.note, row.cosigned_at = shown.request.checkpoint, real_now
    row.save()
    transaction.on_commit(_ring)
    seconds = int(real_now.timestamp())
    lines = [note.cosign(shown.text, name, signer, seconds).line() for signer in signers]
    return Verdict(200, lines=tuple(lines))


def _ring() -> None:
    """Whoever follows that log need not wait until it looks again (LO-4)."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")


def _keep_evidence(
    *, actor: Actor, now: datetime, shown: Shown, verdict: Verdict, row: SeenLog, raw: bytes
) -> None:
    checkpoint = shown.checkpoint
    kept = RefusedCheckpoint.objects.filter(origin=checkpoint.origin)
    if kept.count() >= rules.EVIDENCE_KEPT:
        return
    if kept.filter(size=checkpoint.size, root=checkpoint.root, seen_size=row.size).exists():
        return
    _record_evidence(actor=actor, now=now, shown=shown, verdict=verdict, row=row, raw=raw)


@action(power=None)
def _record_evidence(
    *, actor: Actor, now: datetime, shown: Shown, verdict: Verdict, row: SeenLog, raw: bytes
) -> None:
    assert verdict.evidence is not None
    checkpoint = shown.checkpoint
    RefusedCheckpoint.objects.create(
        origin=checkpoint.origin,
        why=verdict.evidence.value,
        size=checkpoint.size,
        root=checkpoint.root,
        shown=raw.decode(),
        seen_size=row.size,
        seen_root=bytes(row.root),
        seen_note=row.note,
    )
    record(
        f"log:{checkpoint.origin}",
        rules.CheckpointRefused(
            log=checkpoint.origin,
            why=verdict.evidence,
            size=checkpoint.size,
            root=checkpoint.root,
            seen_size=row.size,
            seen_root=bytes(row.root),
        ),
    )


# -- as a log -----------------------------------------------------------------------------------------


@transaction.atomic
def take_questions(real_now: datetime) -> list[Question]:
    """Whom to ask now about the latest checkpoint; others leave them alone for a lease.

    None when nothing was signed since each last answered: a quiet log asks nobody.
    """
    latest = queries.checkpoint()
    witnesses = Peer.objects.filter(kind=PeerKind.WITNESS, status=PeerStatus.ACCEPTED)
    if latest is None or not (peers := {peer.name: peer for peer in witnesses}):
        return []
    WitnessState.objects.bulk_create(
        [WitnessState(name=name) for name in peers], ignore_conflicts=True
    )
    rows = (
        WitnessState.objects.select_for_update(skip_locked=True)
        .filter(Q(next_try_at=None) | Q(next_try_at__lte=real_now), name__in=peers)
        .exclude(size=latest.size)
        .order_by("name")
    )
    text = note.parse(latest.note).text
    questions = []
    for row in rows:
        row.next_try_at = real_now + rules.LEASE
        row.save(update_fields=["next_try_at"])
        old = min(row.size, latest.size)
        request = AddCheckpoint(old, tuple(queries.consistency(old, latest.size)), latest.note)
        peer = peers[row.name]
        questions.append(
            Question(
                witness=row.name,
                keys=tuple(VerifierKey.parse(key) for key in peer.keys),
                url=peer.url,
                size=latest.size,
                text=text,
                body=request.body(),
            )
        )
    return questions


@transaction.atomic
def keep_reply(reply: Reply) -> None:
    """Keep a witness's cosignatures, or what went wrong and when it is asked again."""
    question = reply.question
    row = WitnessState.objects.select_for_update().get(name=question.witness)
    row.answered_at = reply.at if not reply.problem or reply.seen_size else row.answered_at
    if reply.cosignatures:
        Cosignature.objects.bulk_create(
            [
                Cosignature(
                    size=question.size,
                    witness=signature.name,
                    key_id=signature.key_id.hex(),
                    line=signature.line(),
                    cosigned_at=datetime.fromtimestamp(signature.cosigned_at, UTC),
                )
                for signature in reply.cosignatures
            ],
            ignore_conflicts=True,
        )
        row.size, row.failures, row.problem = question.size, 0, ""
        row.next_try_at = reply.at + rules.PAUSE
    elif reply.seen_size is not None and reply.seen_size <= question.size:
        # It has seen another size than we remembered; asked again at once, from there.
        first_time = row.size != reply.seen_size
        row.size, row.problem = reply.seen_size, reply.problem
        row.failures += 0 if first_time else 1
        row.next_try_at = reply.at + (rules.PAUSE if first_time else rules.pause(row.failures))
    else:
        row.failures, row.problem = row.failures + 1, reply.problem
        row.next_try_at = reply.at + rules.pause(row.failures)
    row.save()


# -- who the peers are (PA-5) --------------------------------------------------------------------------


@action(power="venue.operate")
def propose_peer(
    *, actor: Actor, now: datetime, kind: PeerKind, keys: Sequence[str], url: str = ""
) -> UUID:
    """Propose to watch a log or to ask a witness, or other keys for one that is known."""
    given = [key.strip() for key in keys if key.strip()]
    venue = queries.public_keys().venue
    own = frozenset({venue.log_origin, venue.witness_name})
    name = rules.check_peer(kind, given, url.strip(), own=own)
    if Peer.objects.filter(kind=kind, name=name, status=PeerStatus.PROPOSED).exists():
        raise Refused(rules.Refusal.PEER_PROPOSED, name=name)
    row = Peer.objects.create(
        kind=kind.value,
        name=name,
        keys=given,
        url=url.strip().rstrip("/"),
        proposed_by=actor.person,
        proposed_at=now,
    )
    record(
        subject("peer", row.id),
        rules.PeerProposed(peer_kind=kind, name=name, keys=given, url=row.url),
    )
    return row.id


@action(power="venue.operate")
def accept_peer(*, actor: Actor, now: datetime, peer: UUID) -> None:
    """Accept what another officer proposed; it takes the place of what was accepted before."""
    row = _proposed(peer)
    require_other_eyes(actor, [row.proposed_by])
    Peer.objects.filter(kind=row.kind, name=row.name, status=PeerStatus.ACCEPTED).update(
        status=PeerStatus.ENDED, decided_by=actor.person, decided_at=now
    )
    _decide(row, PeerStatus.ACCEPTED, actor, now)
    record(
        subject("peer", row.id),
        rules.PeerAccepted(
            peer_kind=PeerKind(row.kind), name=row.name, keys=list(row.keys), url=row.url
        ),
    )


@action(power="venue.operate")
def decline_peer(*, actor: Actor, now: datetime, peer: UUID) -> None:
    """Decline a proposal; whoever made it may take it back so."""
    row = _proposed(peer)
    _decide(row, PeerStatus.DECLINED, actor, now)
    record(
        subject("peer", row.id),
        rules.PeerDeclined(peer_kind=PeerKind(row.kind), name=row.name),
    )


@action(power="venue.operate")
def end_peer(*, actor: Actor, now: datetime, peer: UUID) -> None:
    """Watch a log, or ask a witness, no more. What was cosigned stays; one officer suffices."""
    row = Peer.objects.lock_or_refuse(peer)
    if row.status != PeerStatus.ACCEPTED:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed="accepted")
    _decide(row, PeerStatus.ENDED, actor, now)
    record(subject("peer", row.id), rules.PeerEnded(peer_kind=PeerKind(row.kind), name=row.name))


def _proposed(peer: UUID) -> Peer:
    row = Peer.objects.lock_or_refuse(peer)
    if row.status != PeerStatus.PROPOSED:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed="proposed")
    return row


def _decide(row: Peer, status: PeerStatus, actor: Actor, now: datetime) -> None:
    row.status, row.decided_by, row.decided_at = status.value, actor.person, now
    row.save(update_fields=["status", "decided_by", "decided_at"])


# -- members of the network (NE-1) -------------------------------------------------------------------


@action(power=None)
def keep_to(
    *, actor: Actor, now: datetime, wanted: Sequence[tuple[PeerKind, tuple[str, ...], str]]
) -> None:
    """Watch and ask exactly those that the membership list names, beside those officers chose.

    `wanted` is kind, keys, and a witness's address. A peer that officers accepted under the same
    name gives way to the list's: its members answered for those keys.
    """
    nothing_changed()
    venue = queries.public_keys().venue
    own = frozenset({venue.log_origin, venue.witness_name})
    named = {
        (kind, rules.check_peer(kind, list(keys), url, own=own)): (keys, url)
        for kind, keys, url in wanted
    }
    accepted = Peer.objects.select_for_update().filter(status=PeerStatus.ACCEPTED)
    for row in accepted.order_by("kind", "name"):
        told = named.get((PeerKind(row.kind), row.name))
        if told is None and row.decided_by is not None:
            continue
        if told == (tuple(row.keys), row.url):
            del named[PeerKind(row.kind), row.name]
            continue
        row.status, row.decided_at = PeerStatus.ENDED.value, now
        row.save(update_fields=["status", "decided_at"])
        if told is None:
            record(
                subject("peer", row.id),
                rules.PeerEnded(peer_kind=PeerKind(row.kind), name=row.name),
            )
    for (kind, name), (keys, url) in named.items():
        row = Peer.objects.create(
            kind=kind.value,
            name=name,
            keys=list(keys),
            url=url,
            status=PeerStatus.ACCEPTED.value,
            proposed_at=now,
            decided_at=now,
        )
        record(
            subject("peer", row.id),
            rules.PeerAccepted(peer_kind=kind, name=name, keys=list(keys), url=url),
        )
