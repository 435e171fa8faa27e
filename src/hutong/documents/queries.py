"""
Documents, their bytes, and whether both are what they were.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.documents.models import Document
from hutong.documents.rules import Refusal, Stored
from hutong.documents.storage import Away, Missing, store
from hutong.doors.api import paged
from hutong.journal import queries as journal
from hutong.kit.audit import Discrepancy
from hutong.kit.refusal import CommonRefusal, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    id: UUID
    digest: str
    size: int
    name: str
    media_type: str
    access: str
    owner: str
    party: UUID | None
    stored_at: datetime


def document(id: UUID) -> DocumentView:
    """Return a document whoever asks; the caller decides who sees it. Refused when there is none."""
    there = find(id)
    if there is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="document")
    return there


def find(id: UUID) -> DocumentView | None:
    return found([id]).get(id)


def found(ids: Iterable[UUID]) -> dict[UUID, DocumentView]:
    """Those of these documents that are there, asked for at once."""
    rows = Document.objects.filter(id__in=set(ids), removed_at__isnull=True)
    return {row.id: view(row) for row in rows}


def of_owner(subject: str) -> list[DocumentView]:
    """Documents of a subject, oldest first."""
    rows = Document.objects.filter(owner=subject, removed_at__isnull=True)
    return [view(row) for row in rows.order_by("stored_at", "id")]


def of_owners(subjects: Iterable[str]) -> dict[str, list[DocumentView]]:
    """Documents of several subjects, oldest first; a subject without any is not there."""
    rows = Document.objects.filter(owner__in=list(subjects), removed_at__isnull=True)
    found: dict[str, list[DocumentView]] = {}
    for row in rows.order_by("stored_at", "id"):
        found.setdefault(row.owner, []).append(view(row))
    return found


def of_party(party: UUID, *, cursor: str | None = None, limit: int = 50) -> dict[str, Any]:
    """What a party has handed in, latest first, one page: {"items", "next"}."""
    rows = Document.objects.filter(party=party, removed_at__isnull=True)
    return paged(rows, cursor, limit, key=("-stored_at", "-id"), out=view)


def open_bytes(id: UUID) -> Iterator[bytes]:
    """Stream a document's bytes. Refused when the store has lost them."""
    found = document(id)
    try:
        return store().read(found.digest)
    except Missing:
        raise Refused(Refusal.LOST, name=found.name) from None
    except Away:
        raise Refused(Refusal.STORE_AWAY) from None


def read_bytes(id: UUID) -> bytes:
    """All bytes of a document, for content that is small by its kind."""
    return b"".join(open_bytes(id))


def view(row: Document) -> DocumentView:
    return DocumentView(
        id=row.id,
        digest=row.digest,
        size=row.size,
        name=row.name,
        media_type=row.media_type,
        access=row.access,
        owner=row.owner,
        party=row.party,
        stored_at=row.stored_at,
    )


def audit() -> Iterator[Discrepancy]:
    """Each document against the journal, and each stored content against its digest."""
    told = {e.facts["document"]: e.facts for e in journal.of_kinds([Stored.kind])}
    sizes: dict[str, int] = {}
    for row in Document.objects.order_by("id").iterator(chunk_size=500):
        place = f"documents.document {row.id}"
        facts = told.pop(str(row.id), None)
        if facts is None:
            yield Discrepancy(place, "an entry of its storing", "none")
            continue
        for field in ("digest", "size", "owner"):
            if facts[field] != getattr(row, field):
                yield Discrepancy(f"{place} {field}", str(facts[field]), str(getattr(row, field)))
        if row.removed_at is None:
            sizes[facts["digest"]] = facts["size"]
    for id in told:
        yield Discrepancy(f"documents.document {id}", "a row", "none")
    for digest in sorted(sizes):
        found = _digest_of_stored(digest)
        if found != digest:
            yield Discrepancy(f"documents.store {digest}", digest, found)


def _digest_of_stored(digest: str) -> str:
    hashed = hashlib.sha256()
    try:
        for chunk in store().read(digest):
            hashed.update(chunk)
    except Missing:
        return "nothing"
    return "sha256:" + hashed.hexdigest()
