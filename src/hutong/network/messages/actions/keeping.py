"""
Evidence: each exchange is kept as both signed it, and the log commits to it in batches (NE-2, LI-4).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from hutong.journal.actions import action, nothing_changed, record_many
from hutong.journal.actions.recording import Recording
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id, subject
from hutong.network.messages import events, evidence
from hutong.network.messages.models import Evidence, EvidenceBatch, EvidencePlace
from hutong.network.messages.queries import leaf_of
from hutong.network.messages.rules import Direction

EVIDENCE_LOCK = 0x4855_544F_4E47_0020
BATCH_MOST = 10_000


def keep(direction: Direction, message: UUID, peer: str, request: bytes, reply: bytes) -> None:
    """Keep an exchange as both signed it, in the transaction that keeps what came of it."""
    Evidence.objects.create(
        direction=direction.value, message=message, peer=peer, request=request, reply=reply
    )


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
    event = events.MessagesCommitted(
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
