"""
Public notices and objections over HTTP (RR-7).
"""

from typing import Any
from uuid import UUID

import ninja
from ninja import Query, Router

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page
from hutong.kit.actor import READ
from hutong.rights import actions, queries, schemas

router = Router(tags=["rights"])

CURSOR: Any = Query(None, max_length=400, description="`next` of the page before")
LIMIT: Any = Query(50, ge=1, le=200)


@router.get(
    "/rights/notices",
    response={200: Page[schemas.NoticeOut], **PROBLEMS},
    summary="Public notices",
)
def list_notices(
    request: DoorRequest,
    running: bool | None = None,
    cursor: str | None = CURSOR,
    limit: int = LIMIT,
) -> Any:
    """Public (RR-7, 公示). `running=true`: those one may still object to."""
    return queries.notices(running=running, cursor=cursor, limit=limit)


@router.get(
    "/rights/notices/{application}",
    response={200: schemas.NoticeOut, **PROBLEMS},
    summary="A public notice",
)
def get_notice(request: DoorRequest, application: UUID) -> Any:
    """Public (RR-7)."""
    return queries.notice(application)


@router.post(
    "/rights/notices/{application}/objections",
    response={201: schemas.ObjectionOut, **PROBLEMS},
    summary="Object to an application in notice",
)
def object_to(
    request: DoorRequest, application: UUID, body: schemas.ObjectionIn
) -> ninja.Status[Any]:
    """Needs `member.act` for a verified party, a natural person's own party included (RR-7). The
    notice stands still until the objection is decided."""
    return ninja.Status(
        201,
        actions.object_to(
            actor=request.actor,
            now=request.now,
            application=application,
            grounds=body.grounds,
            technology=body.technology,
            evidence=body.evidence,
        ),
    )


@router.get(
    "/rights/applications/{application}/objections",
    response={200: list[schemas.ObjectionOut], **PROBLEMS},
    summary="Objections to an application",
)
def list_objections(request: DoorRequest, application: UUID) -> Any:
    """Needs `member.read`: holders and officers see all, others their own."""
    if not queries.sees_all_applications(request.actor):
        request.actor.need(READ)
    return queries.objections(application, request.actor)


@router.post(
    "/rights/objections/{objection}/arguments",
    response={201: schemas.ObjectionOut, **PROBLEMS},
    summary="Argue about an objection",
)
def argue(request: DoorRequest, objection: UUID, body: schemas.ArgumentIn) -> ninja.Status[Any]:
    """Needs `member.act` for the applicant or the objector, whose turn it is: the applicant answers
    first, each side within the rulebook's days (RR-7)."""
    return ninja.Status(
        201,
        actions.argue(
            actor=request.actor,
            now=request.now,
            objection=objection,
            text=body.text,
            documents=body.documents,
        ),
    )


@router.post(
    "/rights/objections/{objection}/withdraw",
    response={200: schemas.ObjectionOut, **PROBLEMS},
    summary="Take one's objection back",
)
def withdraw_objection(request: DoorRequest, objection: UUID) -> Any:
    """Needs `member.act` for the objector. After the last open objection the notice runs on."""
    return actions.withdraw_objection(actor=request.actor, now=request.now, objection=objection)


@router.post(
    "/rights/objections/{objection}/decide",
    response={200: schemas.ObjectionOut, **PROBLEMS},
    summary="Decide an objection",
)
def decide_objection(request: DoorRequest, objection: UUID, body: schemas.DecisionIn) -> Any:
    """Needs `rights.decide_objection` (RR-7). Dismissed, the notice runs on with the time that was
    left, never shorter; upheld, its technology leaves the application: only once the applicant has
    answered, or let its days pass."""
    return actions.decide_objection(
        actor=request.actor,
        now=request.now,
        objection=objection,
        upheld=body.upheld,
        reasons=body.reasons,
    )
