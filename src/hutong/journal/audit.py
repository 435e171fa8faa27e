"""
Whether the journal still says what was written: columns, payloads, blobs and seals against leaves.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count, Q

from hutong.journal import rules, sealing
from hutong.journal.models import Content, Entry, PrivatePayload, SealBatch
from hutong.kit.audit import Discrepancy
from hutong.kit.canonical import digest_of
from hutong.kit.event import Visibility
from hutong.kit.moments import iso


def audit() -> Iterator[Discrepancy]:
    """Compare each entry's columns, private payload and blobs with the leaf it was written with."""
    rows = Entry.objects.select_related("private_row").order_by("id")
    for row in rows.iterator(chunk_size=1000):
        yield from audit_entry(row)
    for content in Content.objects.filter(~Q(blob=None)).iterator(chunk_size=500):
        found = digest_of(content.blob)
        if found != content.digest:
            yield Discrepancy(f"journal.content {content.digest}", content.digest, found)
    yield from _audit_seals()
    lost = Entry.objects.filter(pending=None, place=None).values_list("id", flat=True)
    for id in lost:
        yield Discrepancy(f"journal.entry {id}", "a place or a place in the queue", "neither")


def audit_entry(row: Entry) -> Iterator[Discrepancy]:
    """Compare one entry with its leaf, in the form that the leaf says it has."""
    place = f"journal.entry {row.id} ({row.kind})"
    try:
        leaf = json.loads(bytes(row.leaf))
        body = json.loads(bytes(row.inner)) if row.inner else leaf
        columns = {
            "kind": row.kind,
            "version": row.version,
            "at": iso(row.at),
            "subject": rules.public_subject(row.subject, body["format"]),
            "facts": row.facts,
        }
        for name, value in columns.items():
            if body[name] != value:
                yield Discrepancy(f"{place} {name}", str(body[name]), str(value))
        hidden: PrivatePayload | None = getattr(row, "private_row", None)
        if hidden is None:
            yield Discrepancy(f"{place} private", "a private row", "none")
            return
        if hidden.openings is not None:
            for name in rules.wrong_openings(body, hidden.openings):
                yield Discrepancy(f"{place} private {name}", "what was committed to", "another")
        if row.visibility == Visibility.SEALED.value:
            expected = rules.sealed_leaf(iso(row.at), hidden.seal_salt or "", body)
            if leaf != expected:
                yield Discrepancy(f"{place} seal", expected["digest"], str(leaf.get("digest")))
    except (ValueError, KeyError, TypeError) as error:
        yield Discrepancy(place, "a readable leaf", f"{type(error).__name__}: {error}")


# -- seals (LI-4) ---------------------------------------------------------------------------------


def _audit_seals() -> Iterator[Discrepancy]:
    """Each batch commits to its entries, each sealed entry has one place, each opening is true."""
    roots: dict[str, str] = {}
    for batch in SealBatch.objects.select_related("entry").order_by("entry_id").iterator():
        place = f"journal.batch {batch.id}"
        leaves = {p.slot: bytes(p.entry.leaf) for p in batch.places.select_related("entry")}
        found = sealing.tree(leaves, bytes(batch.seed)).root.hex()
        published = json.loads(bytes(batch.entry.leaf))["facts"]["root"]
        roots[str(batch.id)] = published
        if found != published:
            yield Discrepancy(f"{place} root", published, found)
    sealed = Entry.objects.filter(visibility=Visibility.SEALED.value)
    places = (
        Count("toseal", distinct=True)
        + Count("seal_place", distinct=True)
        + Count("place__log_index", distinct=True)
    )
    for id in sealed.annotate(places=places).exclude(places=1).values_list("id", flat=True):
        yield Discrepancy(f"journal.entry {id}", "one seal", "none or several")
    for entry in Entry.objects.filter(kind="journal.Unsealed").order_by("id").iterator():
        for content in entry.content_rows.exclude(blob=None):
            for number, opening in enumerate(content.blob["value"]):
                yield from _audit_opening(
                    f"journal.entry {entry.id} opening {number}", opening, roots
                )


def _audit_opening(place: str, opening: Any, roots: Mapping[str, str]) -> Iterator[Discrepancy]:
    batch = opening.get("batch")
    if batch is not None and batch not in roots:
        yield Discrepancy(place, "a batch of this journal", str(batch))
        return
    try:
        sealing.verify_opening(opening, bytes.fromhex(roots[batch]) if batch else None)
    except sealing.OpeningInvalid as error:
        yield Discrepancy(place, "an opening of what was sealed", str(error))
