"""
Parties as others see them (PA-1, PA-3).

A verified organisation is public. Whoever is not verified, and every individual, is seen by its own
people and by officers only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from hutong.doors.api import paged
from hutong.doors.beside import beside
from hutong.doors.reading import once
from hutong.kit.actor import READ, Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties.models import Evidence, Party
from hutong.parties.rules import Kind, Refusal, Status

SEES_ALL = ("parties.verify", "parties.suspend", "supervise.read")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyView:
    id: UUID
    kind: str
    name_zh: str
    name_en: str
    status: str
    jurisdiction: str
    state_owned: bool
    identifiers: tuple[tuple[str, str], ...]
    home_venue: str

    @property
    def name(self) -> str:
        return self.name_zh or self.name_en

    @property
    def is_verified(self) -> bool:
        return self.status == Status.VERIFIED.value

    @property
    def is_individual(self) -> bool:
        return self.kind == Kind.INDIVIDUAL.value


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyDetail:
    """A party with the file of its verification, for its own people and officers."""

    party: PartyView
    registered_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    document: UUID
    proves: str
    attached_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """A party that waits for an officer, and since when."""

    party: PartyView
    submitted_at: datetime
    waiting: timedelta


def party(id: UUID) -> PartyView:
    """Return a party whoever asks; the caller decides who sees it. Refused when there is none."""
    row = party_row(id)
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="party")
    return view(row)


def parties(ids: Iterable[UUID]) -> dict[UUID, PartyView]:
    return {row.id: view(row) for row in _rows().filter(id__in=set(ids))}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyName:
    """What a list shows of a party. `since`: when it was submitted for verification."""

    id: UUID
    kind: str
    name_zh: str
    name_en: str
    status: str
    since: datetime | None


def names(ids: Iterable[UUID]) -> dict[UUID, PartyName]:
    """What these parties are called, in one query whatever their number."""
    return {view.id: view for view in _named(Party.objects.filter(id__in=set(ids)))}


def to_verify(actor: Actor, *, limit: int = 200) -> list[PartyName]:
    """Parties that wait for verification, longest first; for the queue, in one query."""
    actor.need("parties.verify")
    rows = Party.objects.filter(status=Status.PENDING.value).order_by("submitted_at", "id")
    return _named(rows[:limit])


def _named(rows: QuerySet[Party]) -> list[PartyName]:
    columns = ("id", "kind", "name_zh", "name_en", "status", "submitted_at")
    return [
        PartyName(id=id, kind=kind, name_zh=zh, name_en=en, status=status, since=since)
        for id, kind, zh, en, status, since in rows.values_list(*columns)
    ]


def party_by_identifier(scheme: str, value: str) -> PartyView | None:
    row = _rows().filter(identifiers__scheme=scheme, identifiers__value=value).first()
    return view(row) if row else None


def require_verified(id: UUID) -> PartyView:
    """Return the party; refuse one that may not list, bid or hold rights (PA-3)."""
    found = party(id)
    if not found.is_verified:
        raise Refused(Refusal.NOT_VERIFIED, name=found.name, status=found.status)
    return found


def may_see(actor: Actor, id: UUID) -> bool:
    """Whether `actor` sees the whole file of a party: its own people and officers."""
    own = actor.party == id and actor.has(READ)
    return own or sees_all(actor)


def sees_all(actor: Actor) -> bool:
    return actor.is_system or (
        actor.second_factor and any(power in actor.powers for power in SEES_ALL)
    )


def detail(actor: Actor, id: UUID) -> PartyDetail:
    """The file of a party. Refused as not found for others, unless it is a public organisation."""
    row = party_row(id)
    if row is None or not (may_see(actor, id) or _is_public(row)):
        raise Refused(CommonRefusal.NOT_FOUND, what="party")
    whole = may_see(actor, id)
    return PartyDetail(
        party=view(row),
        registered_at=row.registered_at,
        submitted_at=row.submitted_at if whole else None,
        decided_at=row.decided_at if whole else None,
        why=row.why if whole else "",
    )


def evidence_of(actor: Actor, id: UUID) -> list[EvidenceView]:
    """Documents the verification rests on, in the order they were attached."""
    if not may_see(actor, id):
        raise Refused(CommonRefusal.NOT_FOUND, what="party")
    rows = list(Evidence.objects.filter(party_id=id).order_by("id"))
    if not rows and not Party.objects.filter(id=id).exists():
        raise Refused(CommonRefusal.NOT_FOUND, what="party")
    return [
        EvidenceView(document=e.document, proves=e.proves, attached_at=e.attached_at) for e in rows
    ]


def parties_page(
    actor: Actor,
    *,
    text: str = "",
    kind: Kind | None = None,
    status: Status | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Parties that `actor` may see, by name (pinyin), one page: {"items", "next"}."""
    rows = _rows()
    if not sees_all(actor):
        public = Q(status=Status.VERIFIED.value) & ~Q(kind=Kind.INDIVIDUAL.value)
        rows = rows.filter(public | Q(id=actor.party) if actor.party else public)
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    if status is not None:
        rows = rows.filter(status=status.value)
    if words := text.replace("\x00", "").strip():
        named = Q(name_zh__icontains=words) | Q(name_en__icontains=words)
        numbered = Q(pk__in=Party.objects.filter(identifiers__value__iexact=words))
        rows = rows.filter(named | numbered)
    return paged(rows, cursor, limit, key=("sort_key", "id"), out=view)


def queue(
    actor: Actor, *, now: datetime, cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """Parties waiting for verification, longest first, one page of QueueItem."""
    actor.need("parties.verify")
    rows = _rows().filter(status=Status.PENDING.value)
    return paged(
        rows,
        cursor,
        limit,
        key=("submitted_at", "id"),
        out=lambda row: QueueItem(
            party=view(row), submitted_at=row.submitted_at, waiting=now - row.submitted_at
        ),
    )


def view(row: Party) -> PartyView:
    return PartyView(
        id=row.id,
        kind=row.kind,
        name_zh=row.name_zh,
        name_en=row.name_en,
        status=row.status,
        jurisdiction=row.jurisdiction,
        state_owned=row.state_owned,
        identifiers=tuple(sorted((i.scheme, i.value) for i in row.identifiers.all())),
        home_venue=row.home_venue,
    )


def _is_public(row: Party) -> bool:
    return row.status == Status.VERIFIED.value and row.kind != Kind.INDIVIDUAL.value


def party_row(id: UUID) -> Party | None:
    """The row, asked for once by a page that needs it for several things."""
    return once(("parties.party", id), _rows().filter(id=id).first)


def _rows() -> QuerySet[Party]:
    return beside(Party.objects.all(), "identifiers")
