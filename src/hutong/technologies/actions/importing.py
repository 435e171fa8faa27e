"""
Entering records by the thousand: one transaction, one journal entry (TE-5, TE-6).
"""

import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from psycopg.types.json import Jsonb

from hutong.journal.actions import action, attach, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import Refused
from hutong.technologies import proofs, rules, telling
from hutong.technologies.actions.entitled import party_to_import_for
from hutong.technologies.models import Batch, BatchRow, Key, Technology, columns
from hutong.technologies.queries import Outcome, Planned, plan
from hutong.technologies.records import Record
from hutong.technologies.rules import Refusal, Status

CHUNK = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """The file an import comes from, as its entry remembers it."""

    name: str
    digest: str
    size: int
    format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did. `batch` is None when everything stood there already."""

    batch: UUID | None
    entered: int
    refreshed: int
    unchanged: int


@action(power=None)
def import_records(
    *,
    actor: Actor,
    now: datetime,
    party: UUID | None,
    file: FileFacts,
    records: Iterable[Record],
    rows: int,
    left_out: int = 0,
    progress: Callable[[int, int, str], None] = lambda done, total, stage: None,
) -> Imported:
    """Enter checked records for `party`, or as the venue's own from a feed (`party` None).

    Those that stand are refreshed or left as they are; where nothing changes, nothing is written.
    `rows` is how many the file has. A member imports for its own party; others need
    `technologies.import_any`. Raises Refused: technologies.number_taken when a number was taken
    since the file was checked.
    """
    party = party_to_import_for(actor, party)
    id, salt = new_id(), secrets.token_bytes(proofs.SALT_BYTES)
    proof = proofs.Proof(salt, proofs.chunk_rows(rows))
    told = telling.Told(telling.part_rows(rows))
    counts: Counter[Outcome] = Counter()
    done = position = 0
    try:
        with transaction.atomic():
            for chunk in _chunks(records):
                planned = plan(chunk, party, lock=True)
                written = _write(planned, party, actor, now)
                _keep_digests(id, position, written)
                for one in written:
                    proof.add(one.technology, one.digest)
                    told.add(one.technology, one.record.as_json(), entered=one.entered)
                counts.update(one.outcome for one in planned)
                position += len(written)
                done += len(chunk)
                progress(done, rows - left_out, "writing")
    except IntegrityError as error:
        raise Refused(Refusal.NUMBER_TAKEN, number=_key_in(error)) from error
    if not position:
        nothing_changed()
        return Imported(batch=None, entered=0, refreshed=0, unchanged=counts[Outcome.UNCHANGED])
    batch = Batch(
        id=id,
        format=file.format,
        party=party,
        person=actor.person,
        file_name=file.name,
        file_digest=file.digest,
        file_bytes=file.size,
        rows=rows,
        entered=counts[Outcome.ENTER],
        refreshed=counts[Outcome.REFRESH],
        unchanged=counts[Outcome.UNCHANGED],
        left_out=left_out,
        salt=salt,
        root=proof.finish().root,
        imported_at=now,
    )
    batch.save(force_insert=True)
    with told:
        parts = told.finish()
        (entry,) = record(subject("technology_import", id), _event(batch, proof, parts))
        attach(entry, told.blobs())
    return Imported(
        batch=id, entered=batch.entered, refreshed=batch.refreshed, unchanged=batch.unchanged
    )


def _event(batch: Batch, proof: proofs.Proof, parts: list[dict[str, Any]]) -> rules.Imported:
    return rules.Imported(
        batch=batch.id,
        source=batch.format,
        file_digest=batch.file_digest,
        rows=batch.rows,
        entered=batch.entered,
        refreshed=batch.refreshed,
        unchanged=batch.unchanged,
        left_out=batch.left_out,
        root=batch.root,
        record_parts=len(parts),
        manifest={"chunk_rows": proof.size, "chunks": proof.chunks, "parts": parts},
        file_name=batch.file_name,
        party=batch.party,
    )


def _chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    source = iter(records)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


class _Written(NamedTuple):
    technology: UUID
    digest: bytes
    record: Record
    entered: bool


def _write(
    planned: list[Planned], party: UUID | None, actor: Actor, now: datetime
) -> list[_Written]:
    """Write a chunk; returns each row written, in the file's order."""
    new: list[tuple[UUID, Planned, dict[str, Any]]] = []
    standing: list[tuple[Technology, Planned]] = []
    written: list[_Written] = []
    for one in planned:
        if one.outcome is Outcome.FAULTY:
            finding = one.finding
            raise Refused(Refusal.NUMBER_TAKEN, number=finding.value if finding else "")
        if one.outcome is Outcome.ENTER:
            id, values = new_id(), columns(one.record)
            new.append((id, one, values))
            written.append(_Written(id, values["record_digest"], one.record, entered=True))
        elif one.outcome is Outcome.REFRESH and one.standing is not None:
            row = one.standing
            row.take(one.record)
            row.party, row.refreshed_at = party, now
            standing.append((row, one))
            digest = bytes(row.record_digest)
            written.append(_Written(row.id, digest, one.record, entered=False))
    if new:
        _copy_new(new, party, actor, now)
    if standing:
        _refresh(standing)
    return written


def _copy_new(
    new: list[tuple[UUID, Planned, dict[str, Any]]],
    party: UUID | None,
    actor: Actor,
    now: datetime,
) -> None:
    same = {
        "status": Status.ENTERED.value,
        "party": party,
        "entered_by": actor.person,
        "entered_at": now,
        "refreshed_at": now,
    }
    names = list(new[0][2])
    _copy(
        Technology._meta.db_table,
        ["id", *names, *same],
        (
            [
                id,
                *(Jsonb(v) if name == "numbers" else v for name, v in values.items()),
                *same.values(),
            ]
            for id, _, values in new
        ),
    )
    _copy(
        Key._meta.db_table,
        ["technology_id", "key", "live"],
        ([id, key, True] for id, one, _ in new for key in one.keys),
    )


def _refresh(standing: list[tuple[Technology, Planned]]) -> None:
    rows = [row for row, _ in standing]
    names = [*columns(rows[0].record()), "party", "refreshed_at"]
    Technology.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=names
    )
    wanted = {(row.id, key) for row, one in standing for key in one.keys}
    have = Key.objects.filter(technology__in=[row.id for row in rows])
    extra = [key.id for key in have if (key.technology_id, key.key) not in wanted]
    Key.objects.filter(id__in=extra).delete()
    missing = wanted - {(key.technology_id, key.key) for key in have}
    Key.objects.bulk_create(Key(technology_id=id, key=key) for id, key in sorted(missing))


def _keep_digests(batch: UUID, first: int, written: list[_Written]) -> None:
    _copy(
        BatchRow._meta.db_table,
        ["batch_id", "position", "technology", "digest"],
        ([batch, first + n, one.technology, one.digest] for n, one in enumerate(written)),
    )


def _copy(table: str, names: list[str], rows: Iterable[list[Any]]) -> None:
    listed = ", ".join(f'"{name}"' for name in names)
    copying = f"COPY {table} ({listed}) FROM STDIN"
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(copying) as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _key_in(error: IntegrityError) -> str:
    """The value PostgreSQL names as taken, for the sentence; empty when it names none."""
    detail = getattr(getattr(error.__cause__, "diag", None), "message_detail", None) or ""
    match = re.search(r"=\((.*?)\)", detail)
    return match[1] if match else ""
