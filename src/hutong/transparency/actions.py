"""
The sequencer: gives pending entries their places, grows the tree, signs its new state.

    transaction 1   lock → places from the journal → hashes into tiles
    transaction 2   lock → sign the stored tree (memory first) → keep the checkpoint

What is signed was committed before: a crash between the two leaves an unsigned tree, which the
next run signs; a crash inside the second leaves a signature in the signer's memory, which the next
run fetches again. The lock makes one sequencer active at a time, wherever others wait.
"""

from django.db import connection, transaction

from hutong.journal import actions as journal
from hutong.transparency import queries, tiles
from hutong.transparency.models import SEQUENCER_LOCK, Checkpoint, Tile
from hutong.transparency.signing import CheckpointSigner

BATCH = 10_000


def sequence_once(signer: CheckpointSigner, *, limit: int = BATCH) -> int:
    """Sequence up to `limit` pending entries and sign a checkpoint. Returns how many entries.

    0 when nothing was pending or another sequencer is at work. Raises ForkRefused when the stored
    tree contradicts what was signed before; entries keep their places, nothing is signed.
    """
    sequenced = _grow(limit)
    _sign(signer)
    return sequenced


@transaction.atomic
def _grow(limit: int) -> int:
    if not _lock():
        return 0
    sequenced = journal.assign_positions(limit=limit)
    if sequenced.leaf_hashes:
        size = queries.tree_size()
        if sequenced.first_index != size:
            raise AssertionError(f"log index {sequenced.first_index} does not follow size {size}")
        growth = tiles.append(size, queries.edge(size), [sequenced.leaf_hashes])
        Tile.objects.bulk_create(
            [
                Tile(level=tile.level, number=tile.number, hashes=hashes)
                for tile, hashes in growth.tiles.items()
            ],
            update_conflicts=True,
            unique_fields=["level", "number"],
            update_fields=["hashes"],
        )
    return sequenced.count


@transaction.atomic
def _sign(signer: CheckpointSigner) -> None:
    size, latest = queries.tree_size(), queries.checkpoint()
    if size == (latest.size if latest else 0) or not _lock():
        return
    size = queries.tree_size()
    root = tiles.root_at_edge(size, queries.edge(size))
    text = signer.sign(size, root, queries.consistency)
    Checkpoint.objects.bulk_create(
        [Checkpoint(size=size, root=root, note=text)], ignore_conflicts=True
    )


def _lock() -> bool:
    """Take the sequencer's lock for this transaction, or say that another has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
        return bool(cursor.fetchone()[0])
