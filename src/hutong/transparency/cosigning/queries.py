"""
What can be asked of witnessing: the peers, what they said, and what was refused.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from hutong.transparency import merkle, queries
from hutong.transparency.cosigning.models import (
    Cosignature,
    Peer,
    RefusedCheckpoint,
    SeenLog,
    WitnessState,
)
from hutong.transparency.cosigning.rules import PeerKind, PeerStatus
from hutong.transparency.proof import LogProof
from hutong.transparency.queries import CheckpointView, NotYetIncluded


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerView:
    """A peer with what is known of it: `size` is ours that a witness has seen, or a log's we have."""

    id: UUID
    kind: PeerKind
    name: str
    keys: tuple[str, ...]
    url: str
    status: PeerStatus
    proposed_by: UUID | None
    proposed_at: datetime
    size: int | None = None
    at: datetime | None = None
    problem: str = ""
    failures: int = 0
    next_try_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CosignatureView:
    """That a witness saw a checkpoint; `at` is the real time in its signature."""

    witness: str
    at: datetime
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedView:
    """Evidence: a checkpoint a log signed and could not show to continue what was seen."""

    id: int
    origin: str
    why: str
    size: int
    root: bytes
    seen_size: int
    seen_root: bytes
    shown: str
    seen_note: str
    shown_at: datetime


def peers(*statuses: PeerStatus) -> list[PeerView]:
    """Proposed and accepted peers, or those of `statuses`: logs first, then witnesses, by name."""
    wanted = statuses or (PeerStatus.PROPOSED, PeerStatus.ACCEPTED)
    rows = list(Peer.objects.filter(status__in=wanted).order_by("kind", "name", "status"))
    if all(row.status == PeerStatus.PROPOSED for row in rows):
        return [_peer(row, None, None) for row in rows]
    seen = {row.origin: row for row in SeenLog.objects.all()}
    states = {row.name: row for row in WitnessState.objects.all()}
    return [_peer(row, seen.get(row.name), states.get(row.name)) for row in rows]


def _peer(row: Peer, seen: SeenLog | None, state: WitnessState | None) -> PeerView:
    accepted = row.status == PeerStatus.ACCEPTED
    log, witness = row.kind == PeerKind.LOG, row.kind == PeerKind.WITNESS
    view = PeerView(
        id=row.id,
        kind=PeerKind(row.kind),
        name=row.name,
        keys=tuple(row.keys),
        url=row.url,
        status=PeerStatus(row.status),
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        size=seen.size if accepted and log and seen else None,
        at=seen.cosigned_at if accepted and log and seen else None,
    )
    if not (accepted and witness and state):
        return view
    return replace(
        view,
        size=state.size,
        at=state.answered_at,
        problem=state.problem,
        failures=state.failures,
        next_try_at=state.next_try_at if state.failures else None,
    )


def seen(origin: str) -> tuple[int, str] | None:
    """Size and note of the checkpoint a log showed us last; None when it showed none."""
    row = SeenLog.objects.filter(origin=origin).first()
    return (row.size, row.note) if row and row.note else None


def seen_sizes() -> dict[str, int]:
    """The same sizes for all logs at once, by origin."""
    return dict(SeenLog.objects.exclude(note="").values_list("origin", "size"))


def refused(limit: int = 50) -> list[RefusedView]:
    """The evidence kept, latest first."""
    return [
        RefusedView(
            id=row.id,
            origin=row.origin,
            why=row.why,
            size=row.size,
            root=bytes(row.root),
            seen_size=row.seen_size,
            seen_root=bytes(row.seen_root),
            shown=row.shown,
            seen_note=row.seen_note,
            shown_at=row.shown_at,
        )
        for row in RefusedCheckpoint.objects.order_by("-id")[:limit]
    ]


def cosignatures(size: int) -> list[CosignatureView]:
    """What witnesses said about our checkpoint of that size, by name."""
    return of_sizes([size])[size]


def of_sizes(sizes: list[int]) -> dict[int, list[CosignatureView]]:
    """The same for several checkpoints; a size nobody cosigned has an empty list."""
    found: dict[int, list[CosignatureView]] = {size: [] for size in sizes}
    for row in Cosignature.objects.filter(size__in=sizes).order_by("witness", "key_id"):
        found[row.size].append(CosignatureView(row.witness, row.cosigned_at, row.line))
    return found


def with_cosignatures(checkpoint: CheckpointView) -> str:
    """The signed note of a checkpoint with every cosignature kept."""
    return checkpoint.note + "".join(said.line for said in cosignatures(checkpoint.size))


def witnessed_proof(index: int) -> LogProof:
    """Prove entry `index` under the latest cosigned checkpoint that covers it.

    Under the latest checkpoint of all, where none of those is cosigned. Raises NotYetIncluded.
    """
    size = (
        Cosignature.objects.filter(size__gt=index)
        .order_by("-size")
        .values_list("size", flat=True)
        .first()
    )
    found = queries.checkpoints(before=size + 1, limit=1) if size is not None else []
    checkpoint = found[0] if found else queries.checkpoint()
    if checkpoint is None or index >= checkpoint.size:
        signed = checkpoint.size if checkpoint else 0
        raise NotYetIncluded(f"entry {index} is not under a signed checkpoint yet (size {signed})")
    path = merkle.inclusion_proof(index, checkpoint.size, queries.node_reader())
    return LogProof(index, tuple(path), with_cosignatures(checkpoint))
