"""
What waits for officers of the network, of several packages, in one query: the queue asks for it on
every page of the desk.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, TextField, UUIDField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from hutong.doors.reading import once
from hutong.kit.actor import Actor
from hutong.network.countersigning.models import CountersignatureRefused
from hutong.network.custody.models import CustodyMove
from hutong.network.custody.rules import Direction
from hutong.network.custody.rules import Status as MoveStatus
from hutong.network.duplicates.models import Duplicate
from hutong.network.duplicates.rules import Status as DuplicateStatus
from hutong.network.procedures.models import Adoption, Procedure
from hutong.network.procedures.queries import ADOPT, PROPOSE
from hutong.network.procedures.rules import Status as TemplateStatus
from hutong.venues import queries as venues

OPERATE: Final = "network.operate"
MOVES: Final = (
    *(MoveStatus.WISHED, MoveStatus.PROPOSED),
    *(MoveStatus.RECEIVED, MoveStatus.TAKEN_UP),
)  # our officers decide
DUPLICATES: Final = (DuplicateStatus.OPEN, DuplicateStatus.PROPOSED)


@dataclass(frozen=True, slots=True)
class MoveWaiting:
    id: UUID
    is_going: bool
    title: str
    peer: str
    since: datetime
    note: str
    begun_by: UUID | None


@dataclass(frozen=True, slots=True)
class DuplicateWaiting:
    claim: UUID
    is_ours_to_decide: bool
    venues: str
    since: datetime
    begun_by: UUID | None


@dataclass(frozen=True, slots=True)
class TemplateWaiting:
    id: int
    name_zh: str
    name_en: str
    version: int
    since: datetime
    begun_by: UUID | None


def moves(actor: Actor) -> Iterator[MoveWaiting]:
    """Moves of custody that wait for an officer here."""
    actor.need(OPERATE)
    for kind, id, side, one, other, peer, since, note, by in _waiting():
        if kind == "move":
            going = side == Direction.GOING.value
            yield MoveWaiting(id, going, one or other, peer, since, note, by)


def duplicates(actor: Actor) -> Iterator[DuplicateWaiting]:
    """Duplicates to decide, as registrar; those in which we have said nothing yet."""
    actor.need(OPERATE)
    mine = venues.my_code()
    for kind, id, side, one, other, _, since, said, by in _waiting():
        if kind == "duplicate" and (side == mine or not said):
            yield DuplicateWaiting(id, side == mine, f"{one} · {other}", since, by)


def templates(actor: Actor) -> Iterator[TemplateWaiting]:
    """Procedure templates of ours that another officer publishes."""
    actor.need(ADOPT)
    for kind, _, id, name_zh, name_en, _, since, version, by in _waiting():
        if kind == "template":
            yield TemplateWaiting(int(id), name_zh, name_en, int(version), since, by)


@dataclass(frozen=True, slots=True)
class CountersigningWaiting:
    number: str
    venue: str
    since: datetime
    why: str


def countersignatures(actor: Actor) -> Iterator[CountersigningWaiting]:
    """Those that another venue refused, and that nobody has asked for again."""
    actor.need(OPERATE)
    for kind, _, number, venue, _, _, since, why, _ in _waiting():
        if kind == "countersigning":
            yield CountersigningWaiting(number, venue, since, why)


def follows_templates(actor: Actor) -> bool:
    """Whether our rulebook follows another venue's template."""
    actor.need(PROPOSE)
    return any(row[0] == "follows" for row in _waiting())


def _waiting() -> list[Any]:
    return once(("network.waiting",), _ask)


def _ask() -> list[Any]:
    said = Coalesce(
        KeyTextTransform(venues.my_code(), "statements"), Value(""), output_field=TextField()
    )
    going = CustodyMove.objects.filter(status__in=[one.value for one in MOVES])
    double = Duplicate.objects.filter(status__in=[one.value for one in DUPLICATES])
    rows = going.values_list(
        *(Value("move"), "id", "direction"),
        *(_text("title_zh"), _text("title_en"), "peer", "changed_at", _text("reason")),
        "begun_by",
    ).union(
        double.values_list(
            *(Value("duplicate"), "claim", "registrar"),
            *(_text("holding_venue"), _text("venue"), Value("", CharField())),
            *("found_at", said, "begun_by"),
        ),
        Procedure.objects.filter(status=TemplateStatus.PROPOSED.value).values_list(
            *(Value("template"), "template", _text("id"), _text("name_zh"), _text("name_en")),
            *(Value("", CharField()), "proposed_at", _text("version"), "proposed_by"),
        ),
        CountersignatureRefused.objects.filter(again_at=None).values_list(
            *(Value("countersigning"), "order", _text("number"), _text("venue")),
            *(Value("", TextField()), Value("", CharField()), "refused_at"),
            *(KeyTextTransform("code", "why"), Value(None, UUIDField())),
        ),
        Adoption.objects.filter(adopted=True).values_list(
            *(Value("follows"), "template", Value("", CharField()), _text("name_zh")),
            *(_text("name_en"), "venue", "proposed_at", Value("", TextField())),
            Value(None, UUIDField()),
        ),
        all=True,
    )
    return list(rows)


def _text(name: str) -> Cast:
    return Cast(name, TextField())
