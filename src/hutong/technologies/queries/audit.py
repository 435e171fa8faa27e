"""
Every technology re-derived: from the journal what should stand, from the row what stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.journal import queries as journal
from hutong.journal.queries import Recorded
from hutong.kit.audit import Discrepancy
from hutong.technologies import proofs, records
from hutong.technologies.models import Batch, BatchRow, BundlePart, Key, Technology
from hutong.technologies.rules import Status

_KINDS = (
    "technologies.Intended",
    "technologies.Entered",
    "technologies.Updated",
    "technologies.Retired",
    "technologies.Bundled",
    "technologies.Fixed",
    "technologies.Moved",
    "technologies.TakenOver",
    "technologies.Imported",
)
CHUNK = 2_000


@dataclass(slots=True)
class _Expected:
    """What the journal says of one technology; None: its payload was erased, so nothing is said."""

    digest: bytes | None = None
    status: str = Status.ENTERED.value
    party: UUID | None = None
    registered: bool = False
    parts: list[tuple[UUID, Fraction]] = field(default_factory=list)


def audit() -> Iterator[Discrepancy]:
    """Compare every technology, its keys and its parts with the journal; name what differs."""
    expected: dict[UUID, _Expected] = {}
    imported: set[UUID] = set()
    for entry in journal.of_kinds(_KINDS):
        if entry.kind == "technologies.Imported":
            imported.add(UUID(entry.facts["batch"]))
            yield from _import(entry, expected)
        else:
            _act(entry, expected)
    for id in Batch.objects.exclude(id__in=imported).values_list("id", flat=True):
        yield Discrepancy(f"technologies.batch {id}", "an entry of the journal", "none")
    yield from _rows(expected)


def _act(entry: Recorded, expected: dict[UUID, _Expected]) -> None:
    id = UUID(entry.facts["technology"])
    this = expected.setdefault(id, _Expected())
    said = entry.private or {}
    if entry.kind in ("technologies.Retired", "technologies.Moved"):
        this.status = Status.RETIRED.value
        return
    if entry.kind == "technologies.Fixed":
        this.registered = True
        return
    this.digest = bytes.fromhex(said["digest"]) if said.get("digest") else None
    if said.get("party"):
        this.party = UUID(said["party"])
    if entry.kind == "technologies.Intended":
        this.status = Status.INTENDED.value
    elif entry.kind in ("technologies.Entered", "technologies.Bundled", "technologies.TakenOver"):
        this.status = Status.ENTERED.value
    if entry.kind == "technologies.TakenOver":
        this.registered = True
    if entry.kind == "technologies.Bundled":
        shares = [Fraction(share) for share in entry.facts["split"]]
        parts = [UUID(part) for part in entry.facts["parts"]]
        this.parts = list(zip(parts, shares, strict=True))


def _import(entry: Recorded, expected: dict[UUID, _Expected]) -> Iterator[Discrepancy]:
    id = UUID(entry.facts["batch"])
    place = f"technologies.batch {id}"
    batch = Batch.objects.filter(id=id).first()
    if batch is None:
        yield Discrepancy(place, "an import", "none")
        return
    for name in ("rows", "entered", "refreshed", "unchanged", "left_out", "root", "file_digest"):
        if getattr(batch, name) != entry.facts[name]:
            yield Discrepancy(f"{place} {name}", str(entry.facts[name]), str(getattr(batch, name)))
    proof = proofs.Proof(bytes(batch.salt), proofs.chunk_rows(entry.facts["rows"]))
    for row in BatchRow.objects.filter(batch=id).order_by("position").iterator(CHUNK):
        digest = bytes(row.digest)
        proof.add(row.technology, digest)
        this = expected.setdefault(row.technology, _Expected())
        this.digest, this.party = digest, batch.party
    if proof.finish().root == entry.facts["root"]:
        return
    manifest: dict[str, Any] | None = entry.content.get("manifest")
    if not manifest:
        yield Discrepancy(f"{place} root", entry.facts["root"], proof.root)
        return
    named = manifest["chunks"]
    for number in range(max(len(named), len(proof.chunks))):
        was = named[number] if number < len(named) else "nothing"
        now = proof.chunks[number] if number < len(proof.chunks) else "nothing"
        if was != now:
            first = number * proof.size + 1
            yield Discrepancy(f"{place} rows {first}–{first + proof.size - 1}", was, now)


def _rows(expected: dict[UUID, _Expected]) -> Iterator[Discrepancy]:
    seen: set[UUID] = set()
    pending: list[Technology] = []
    for row in Technology.objects.order_by("id").iterator(CHUNK):
        seen.add(row.id)
        pending.append(row)
        if len(pending) == CHUNK:
            yield from _chunk(pending, expected)
            pending = []
    yield from _chunk(pending, expected)
    for id in expected.keys() - seen:
        yield Discrepancy(f"technologies.technology {id}", "a row", "none")


def _chunk(rows: list[Technology], expected: dict[UUID, _Expected]) -> Iterator[Discrepancy]:
    keys: dict[UUID, dict[str, bool]] = {row.id: {} for row in rows}
    for key in Key.objects.filter(technology__in=keys):
        keys[key.technology_id][key.key] = key.live
    parts: dict[UUID, list[tuple[UUID, Fraction]]] = {}
    for part in BundlePart.objects.filter(bundle__in=keys).order_by("bundle", "position"):
        share = Fraction(part.numerator, part.denominator)
        parts.setdefault(part.bundle_id, []).append((part.part_id, share))
    for row in rows:
        yield from _row(row, expected.get(row.id), keys[row.id], parts.get(row.id, []))


def _row(
    row: Technology,
    should: _Expected | None,
    keys: dict[str, bool],
    parts: list[tuple[UUID, Fraction]],
) -> Iterator[Discrepancy]:
    place = f"technologies.technology {row.id}"
    if should is None:
        yield Discrepancy(place, "an entry of the journal", "none")
        return
    try:
        record = row.record()
        held = set(records.keys_of(record))
    except ValueError as error:
        yield Discrepancy(f"{place} record", "a readable record", str(error))
        return
    digest = record.digest()
    if should.digest is not None and digest != should.digest:
        yield Discrepancy(f"{place} record", should.digest.hex(), digest.hex())
    if digest != bytes(row.record_digest):
        yield Discrepancy(f"{place} record_digest", digest.hex(), bytes(row.record_digest).hex())
    if row.status != should.status:
        yield Discrepancy(f"{place} status", should.status, row.status)
    if row.party != should.party and should.digest is not None:
        yield Discrepancy(f"{place} party", str(should.party), str(row.party))
    if (row.registered_at is not None) != should.registered:
        yield Discrepancy(f"{place} registered", str(should.registered), str(not should.registered))
    if parts != should.parts:
        yield Discrepancy(f"{place} parts", str(should.parts), str(parts))
    live = row.status != Status.RETIRED.value or row.registered_at is not None
    if keys != dict.fromkeys(held, live):
        yield Discrepancy(f"{place} keys", str(sorted(held)), str(sorted(keys)))
