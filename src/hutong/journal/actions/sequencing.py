"""
The sequencer's part: dense places for what is pending, in one statement.

Order is the order of ids: two acts on one subject follow its row lock, so their ids do too. Sealed
entries and drafts get a position and no log index.
"""

from dataclasses import dataclass

from django.db import connection

_PLACE = """
WITH last AS (
    SELECT coalesce(max(position), -1) AS position, coalesce(max(log_index), -1) AS log_index
    FROM journal_position
), waiting AS (
    SELECT entry_id FROM journal_pending ORDER BY entry_id LIMIT %s
), taken AS (
    DELETE FROM journal_pending USING waiting
    WHERE journal_pending.entry_id = waiting.entry_id RETURNING journal_pending.entry_id
), numbered AS (
    SELECT id, visibility = 'logged' AS published, sha256('\\x00'::bytea || leaf) AS leaf_hash,
        row_number() OVER ids AS nth,
        count(*) FILTER (WHERE visibility = 'logged') OVER ids AS nth_published
    FROM taken JOIN journal_entry ON id = entry_id
    WINDOW ids AS (ORDER BY id)
), placed AS (
    INSERT INTO journal_position (position, entry_id, log_index, leaf_hash)
    SELECT last.position + nth, id,
        CASE WHEN published THEN last.log_index + nth_published END, leaf_hash
    FROM numbered, last
    RETURNING log_index, leaf_hash
)
SELECT count(*), min(log_index),
    coalesce(string_agg(leaf_hash, '' ORDER BY log_index) FILTER (WHERE log_index IS NOT NULL), '')
FROM placed
"""


@dataclass(frozen=True, slots=True)
class Sequenced:
    """How many entries got their places; of those published the first index and all leaf hashes.

    A leaf hash is RFC 6962's SHA-256(0x00 ‖ leaf), 32 bytes; here they stand one after another.
    """

    count: int
    first_index: int | None
    leaf_hashes: bytes


def assign_positions(*, limit: int) -> Sequenced:
    """Give up to `limit` pending entries their places; the caller holds the sequencer's lock.

    Positions and log indexes are dense. Runs inside the caller's transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, [limit])
        count, first, hashes = cursor.fetchone()
    return Sequenced(count, first, bytes(hashes))
