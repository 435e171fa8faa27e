"""
Erasing what may be erased: private payloads and public blobs. Digests stay (LO-2).
"""

from dataclasses import dataclass
from datetime import datetime

from hutong.journal.actions.recording import action, record
from hutong.journal.models import Content, PrivatePayload
from hutong.kit.actor import Actor
from hutong.kit.event import Event
from hutong.kit.event import Private as PrivateOf


@dataclass(frozen=True, kw_only=True)
class Erased(Event, kind="journal.Erased", version=1):
    """A private payload or a content blob was erased; its digest stays (PIPL art. 47)."""

    what: str
    reason: PrivateOf[str]  # typed by a person, so erasable too


@action(power="venue.operate")
def erase_private(*, actor: Actor, now: datetime, entry: int, reason: str) -> None:
    """Erase the private payload of an entry; the entry and its commitments stay."""
    row = PrivatePayload.objects.select_for_update().get(entry_id=entry)
    row.openings, row.erased_at = None, now
    row.save(update_fields=["openings", "erased_at"])
    record(f"entry:{entry}", Erased(what="private", reason=reason))


@action(power="venue.operate")
def erase_content(*, actor: Actor, now: datetime, digest: str, reason: str) -> None:
    """Erase a public blob; whoever asks for its digest is told that it was erased."""
    row = Content.objects.select_for_update().get(digest=digest)
    row.blob, row.erased_at = None, now
    row.save(update_fields=["blob", "erased_at"])
    record(f"content:{digest}", Erased(what="content", reason=reason))
