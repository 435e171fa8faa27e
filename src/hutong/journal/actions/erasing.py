"""
Erasing what may be erased: private payloads and public blobs. Digests stay (LO-2, PIPL art. 47).

    asked (by one officer, with a reason) → done (by another) | declined
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hutong.journal.actions.recording import action, record
from hutong.journal.models import Content, Entry, Erasure, Parked, PrivatePayload
from hutong.journal.rules import Erasable, ErasureStatus, Refusal
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.event import Event
from hutong.kit.event import Private as PrivateOf
from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal, Refused


@dataclass(frozen=True, kw_only=True)
class ErasureAsked(Event, kind="journal.ErasureAsked", version=1):
    what: Erasable
    reason: PrivateOf[str]


@dataclass(frozen=True, kw_only=True)
class ErasureDeclined(Event, kind="journal.ErasureDeclined", version=1):
    what: Erasable


@dataclass(frozen=True, kw_only=True)
class Erased(Event, kind="journal.Erased", version=1):
    """A private payload or a content blob was erased; its digest stays (PIPL art. 47)."""

    what: Erasable
    reason: PrivateOf[str]  # typed by a person, so erasable too


@action(power="venue.operate")
def ask_erasure(*, actor: Actor, now: datetime, what: Erasable, target: str, reason: str) -> UUID:
    """Ask for an entry's private payload (`target` its id) or a blob (its digest) to be erased."""
    row = _payload(what, target)
    if row.erased_at is not None:
        raise Refused(Refusal.ERASED_ALREADY)
    if Erasure.objects.filter(what=what, target=target, status=ErasureStatus.ASKED).exists():
        raise Refused(Refusal.ERASURE_ASKED_ALREADY)
    if not reason.strip():
        raise Refused(Refusal.ERASURE_WITHOUT_REASON)
    asked = Erasure.objects.create(
        id=new_id(),
        what=what.value,
        target=target,
        reason=reason.strip(),
        asked_by=actor.person,
        asked_at=now,
    )
    record(_subject(what, target), ErasureAsked(what=what, reason=asked.reason))
    return asked.id


@action(power="venue.operate")
def accept_erasure(*, actor: Actor, now: datetime, erasure: UUID) -> None:
    """Erase what another officer asked to be erased (PA-5). It cannot be brought back."""
    asked = _asked(erasure)
    require_other_eyes(actor, [asked.asked_by])
    _check_followed(_payload(Erasable(asked.what), asked.target).entry_id)
    _decide(asked, ErasureStatus.DONE, actor, now)
    if asked.what == Erasable.PRIVATE:
        erase_private(actor=actor, now=now, entry=int(asked.target), reason=asked.reason)
    else:
        erase_content(actor=actor, now=now, digest=asked.target, reason=asked.reason)


@action(power="venue.operate")
def decline_erasure(*, actor: Actor, now: datetime, erasure: UUID) -> None:
    """Leave it as it is; whoever asked may take it back so."""
    asked = _asked(erasure)
    _decide(asked, ErasureStatus.DECLINED, actor, now)
    what = Erasable(asked.what)
    record(_subject(what, asked.target), ErasureDeclined(what=what))


@action(power="venue.operate")
def erase_private(*, actor: Actor, now: datetime, entry: int, reason: str) -> None:
    """Erase the private payload of an entry; the entry and its commitments stay.

    No door leads here: officers ask and accept.
    """
    row = _payload(Erasable.PRIVATE, str(entry))
    row.openings, row.erased_at = None, now
    row.save(update_fields=["openings", "erased_at"])
    record(_subject(Erasable.PRIVATE, str(entry)), Erased(what=Erasable.PRIVATE, reason=reason))


@action(power="venue.operate")
def erase_content(*, actor: Actor, now: datetime, digest: str, reason: str) -> None:
    """Erase a public blob; whoever asks for its digest is told that it was erased.

    No door leads here: officers ask and accept.
    """
    row = _payload(Erasable.CONTENT, digest)
    row.blob, row.erased_at = None, now
    row.save(update_fields=["blob", "erased_at"])
    record(_subject(Erasable.CONTENT, digest), Erased(what=Erasable.CONTENT, reason=reason))


def _payload(what: Erasable, target: str) -> PrivatePayload | Content:
    """Lock what is to be erased."""
    row: PrivatePayload | Content | None = None
    if what is Erasable.CONTENT:
        row = Content.objects.select_for_update().filter(digest=target).first()
    elif target.isdecimal() and len(target) < 19:
        row = PrivatePayload.objects.select_for_update().filter(entry_id=int(target)).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what=what.value)
    return row


def _check_followed(entry: int) -> None:
    """What follows an entry reads its payload; it waits for the sequencer or was parked."""
    row = Entry.objects.select_related("place").get(id=entry)
    place = getattr(row, "place", None)
    if place is None or Parked.objects.filter(position=place.position).exists():
        raise Refused(Refusal.FOLLOW_UP_WAITS)


def _asked(erasure: UUID) -> Erasure:
    row = Erasure.objects.select_for_update().filter(id=erasure).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="erasure")
    if row.status != ErasureStatus.ASKED:
        raise Refused(Refusal.ERASURE_DECIDED)
    return row


def _decide(row: Erasure, status: ErasureStatus, actor: Actor, now: datetime) -> None:
    row.status, row.decided_by, row.decided_at = status.value, actor.person, now
    row.save(update_fields=["status", "decided_by", "decided_at"])


def _subject(what: Erasable, target: str) -> str:
    return f"entry:{target}" if what is Erasable.PRIVATE else f"content:{target}"
