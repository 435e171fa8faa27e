"""
Storing and removing documents. The caller has decided that the actor may.
"""

import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.db import connection

from hutong.documents import rules, storage
from hutong.documents.models import Document
from hutong.documents.queries import DocumentView, view
from hutong.documents.rules import Access, Refusal
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rulebook import queries as rulebook

MIB = 1024 * 1024
ORPHAN_AGE = timedelta(days=1)  # longer than any transaction that may still commit


@action(power=None)
def store(
    *,
    actor: Actor,
    now: datetime,
    owner: str,
    name: str,
    media_type: str,
    data: bytes | BinaryIO,
    access: Access = Access.SECRET,
) -> DocumentView:
    """Store a file for `owner` (a subject). Returns its view.

    Raises Refused: unsigned, larger than the rulebook allows, empty, of a type not allowed, not of
    the type it declares, damaged, or with macros. Nothing is kept then.
    """
    if actor.is_anonymous:
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    allowed = rulebook.in_force(now).rules.documents
    name = rules.clean_name(name)
    media_type = rules.declared_type(name, media_type)
    rules.check_declared(name, media_type, allowed.media_types)
    place = storage.store()
    try:
        with storage.spooled(data, into=place.incoming, limit=allowed.max_bytes) as file:
            if not file.size:
                raise Refused(Refusal.EMPTY, name=name)
            _check_content(name, media_type, file.path, file.size)
            _keep_from_sweep(file.digest)
            if not place.has(file.digest):
                place.put(file.digest, file.path)
            row = Document.objects.create(
                id=new_id(),
                owner=owner,
                name=name,
                media_type=media_type,
                access=access.value,
                digest=file.digest,
                size=file.size,
                party=actor.party,
                stored_by=actor.person,
                stored_at=now,
            )
    except storage.TooLarge:
        limit = allowed.max_bytes
        raise Refused(Refusal.TOO_LARGE, name=name, limit_mib=f"{limit / MIB:.3g}") from None
    except storage.Away:
        raise Refused(Refusal.STORE_AWAY) from None
    record(
        subject("document", row.id),
        rules.Stored(document=row.id, owner=owner, digest=row.digest, size=row.size, access=access),
    )
    return view(row)


@action(power=None)
def change_access(*, actor: Actor, now: datetime, document: UUID, access: Access) -> DocumentView:
    """Set who may read a document."""
    row = _locked(document)
    if row.access == access.value:
        nothing_changed()
        return view(row)
    row.access = access.value
    row.save(update_fields=["access"])
    record(subject("document", row.id), rules.AccessChanged(document=row.id, access=access))
    return view(row)


@action(power=None)
def remove(*, actor: Actor, now: datetime, document: UUID) -> None:
    """Remove a document; its bytes go with the next sweep unless another document has them."""
    row = _locked(document)
    row.removed_at = now
    row.save(update_fields=["removed_at"])
    record(subject("document", row.id), rules.Removed(document=row.id))


def sweep(*, real_now: datetime) -> list[str]:
    """Delete stored contents no document has, and files that were never finished.

    Run by a job. Young ones stay: their transaction may not have committed. Returns what went.
    """
    place, gone = storage.store(), []
    for kept in place.list():
        if kept.since < real_now - ORPHAN_AGE and _delete_if_orphan(
            place=place, digest=kept.digest
        ):
            gone.append(kept.digest)
    if isinstance(place, storage.Folder):
        for file in place.incoming.glob("document-*"):
            if file.stat().st_mtime < (real_now - ORPHAN_AGE).timestamp():
                file.unlink(missing_ok=True)
                gone.append(file.name)
    return gone


@action(batch=True, power=None)
def _delete_if_orphan(*, place: storage.Store, digest: str) -> bool:
    """Under the exclusive lock of the digest: nobody can be storing the same content meanwhile."""
    nothing_changed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [digest])
        if not cursor.fetchone()[0]:
            return False
    if Document.objects.filter(digest=digest, removed_at__isnull=True).exists():
        return False
    place.delete(digest)
    return True


def _keep_from_sweep(digest: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [digest])


def _check_content(name: str, media_type: str, path: Path, size: int) -> None:
    with path.open("rb") as file:
        rules.check_head(name, media_type, file.read(rules.HEAD_BYTES))
    if media_type == rules.JSON and size <= rules.JSON_CHECKED_BYTES:
        rules.check_json(name, path.read_bytes())
    if rules.is_packed(media_type):
        try:
            with zipfile.ZipFile(path) as packed:
                parts = packed.namelist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise Refused(Refusal.BROKEN, name=name, problem=str(error)) from None
        rules.check_packed(name, media_type, parts)


def _locked(document: UUID) -> Document:
    row = Document.objects.select_for_update().filter(id=document, removed_at__isnull=True).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="document")
    return row
