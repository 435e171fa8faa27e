"""
Objections and their exchange of arguments: seen by the objector, the applicant's side and the
registrar (RR-7).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from hutong.doors.beside import beside
from hutong.kit.actor import Actor
from hutong.rights.models import (
    Objection,
)
from hutong.rights.procedure_words import Side
from hutong.rights.queries.applications import row_of, sees


@dataclass(frozen=True, kw_only=True)
class ArgumentView:
    id: UUID
    side: Side
    party: UUID
    round: int
    said_at: datetime
    text: str
    documents: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class ObjectionView:
    """An objection with its exchange. `turn` and `answer_by`: who may answer now, until when."""

    id: UUID
    application: UUID
    technology: UUID | None
    objector: UUID
    grounds: str
    evidence: tuple[UUID, ...]
    filed_at: datetime
    status: str
    arguments: tuple[ArgumentView, ...]
    turn: Side
    answered: bool
    answer_by: datetime | None
    decided_at: datetime | None
    reasons: str


def waiting_for_answer(party: UUID, now: datetime) -> list[ObjectionView]:
    """Open objections in which it is this party's turn to say something, soonest first."""
    rows = Objection.objects.filter(status="open", answer_by__gt=now).order_by("answer_by", "id")
    rows = rows.filter(Q(application__applicant=party) | Q(objector=party))
    rows = beside(rows.select_related("application"), "arguments")
    return [
        objection_view(row)
        for row in rows
        if (row.exchange().turn is Side.OBJECTOR) == (row.objector == party)
    ]


def objections(application: UUID, actor: Actor) -> list[ObjectionView]:
    """Objections an actor may read: all of them for holders and officers, else one's own."""
    row = row_of(application)
    rows = beside(row.objections.order_by("filed_at", "id"), "arguments")
    if not sees(actor, row):
        rows = rows.filter(objector=actor.acting_party())
    return [objection_view(objection) for objection in rows]


def objection(id: UUID) -> ObjectionView:
    """One objection; who may read it is the caller's to know."""
    return objection_view(Objection.objects.get_or_refuse(id, "objection"))


def objector_of(objection: UUID) -> UUID:
    return Objection.objects.get_or_refuse(objection, "objection").objector


def objection_view(row: Objection) -> ObjectionView:
    return ObjectionView(
        id=row.id,
        application=row.application_id,
        technology=row.technology,
        objector=row.objector,
        grounds=row.grounds,
        evidence=tuple(row.evidence),
        filed_at=row.filed_at,
        status=row.status,
        arguments=tuple(
            ArgumentView(
                id=argument.id,
                side=Side(argument.side),
                party=argument.party,
                round=argument.round,
                said_at=argument.said_at,
                text=argument.text,
                documents=tuple(argument.documents),
            )
            for argument in sorted(row.arguments.all(), key=lambda argument: argument.id)
        ),
        turn=row.exchange().turn,
        answered=row.exchange().answered,
        answer_by=row.answer_by,
        decided_at=row.decided_at,
        reasons=row.reasons,
    )
