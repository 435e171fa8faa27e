"""
Applications with examination and public notice over HTTP (RR-7).
"""

from typing import Any
from uuid import UUID

import ninja
from ninja import Query, Router

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page
from hutong.kit.actor import READ
from hutong.rights import actions, queries, schemas
from hutong.rights.checklists import ApplicationKind
from hutong.rights.rules import Status

router = Router(tags=["rights"])

CURSOR: Any = Query(None, max_length=400, description="`next` of the page before")
LIMIT: Any = Query(50, ge=1, le=200)


@router.post(
    "/rights/applications",
    response={201: schemas.ApplicationOut, **PROBLEMS},
    summary="Draft an application for first registration",
)
def draft(request: DoorRequest, body: schemas.ApplicationIn) -> ninja.Status[Any]:
    """Needs `member.act`. One application covers one technology or thousands, examined as one file
    (RR-7). The technologies are the applicant's own; shares total exactly 1 (RR-1)."""
    return ninja.Status(
        201,
        actions.apply_first_registration(
            actor=request.actor,
            now=request.now,
            technologies=body.technologies,
            holders=[holder.pair() for holder in body.holders],
            disposal=None if body.disposal is None else [h.pair() for h in body.disposal],
            income=None if body.income is None else [h.pair() for h in body.income],
            evidence=body.evidence,
        ),
    )


@router.post(
    "/rights/bundle-applications",
    response={201: schemas.ApplicationOut, **PROBLEMS},
    summary="Draft one application for all parts of a bundle",
)
def draft_for_bundle(request: DoorRequest, body: schemas.BundleApplicationIn) -> ninja.Status[Any]:
    """Needs `member.act` for a seller of the bundle. Each part will be held by the party that
    entered it; the other sellers agree before it is submitted. Parts that cannot be registered now
    are left out (TE-4, RR-7)."""
    return ninja.Status(
        201,
        actions.apply_for_bundle(
            actor=request.actor, now=request.now, bundle=body.bundle, evidence=body.evidence
        ),
    )


@router.get(
    "/rights/applications",
    response={200: Page[schemas.ApplicationOut], **PROBLEMS},
    summary="Applications one may see",
)
def list_applications(
    request: DoorRequest,
    status: Status | None = None,
    technology: UUID | None = None,
    cursor: str | None = CURSOR,
    limit: int = LIMIT,
) -> Any:
    """Needs `member.read` for one's own party's, `rights.examine` or `supervise.read` for all."""
    if not queries.sees_all_applications(request.actor):
        request.actor.need(READ)
    return queries.applications(
        request.actor, status=status, technology=technology, cursor=cursor, limit=limit
    )


@router.get(
    "/rights/applications/{application}",
    response={200: schemas.ApplicationOut, **PROBLEMS},
    summary="An application",
)
def get_application(request: DoorRequest, application: UUID) -> Any:
    """Seen by applicant and holders, the registrar and the supervisor."""
    return queries.application(application, request.actor)


@router.post(
    "/rights/applications/{application}/evidence",
    response={200: schemas.ApplicationOut, **PROBLEMS},
    summary="Attach evidence to a draft",
)
def attach_evidence(request: DoorRequest, application: UUID, body: schemas.EvidenceIn) -> Any:
    """Needs `member.act`. The documents are stored before, by the same party."""
    return actions.attach_evidence(
        actor=request.actor,
        now=request.now,
        application=application,
        documents=body.documents,
    )


@router.post(
    "/rights/applications/{application}/submit",
    response={200: schemas.ApplicationOut, **PROBLEMS},
    summary="Submit an application",
)
def submit(request: DoorRequest, application: UUID) -> Any:
    """Needs `member.act`. Applicant and holders are verified (PA-3); a technology is registered
    first once, and one application at a time is under way over it (RR-7)."""
    return actions.submit(actor=request.actor, now=request.now, application=application)


@router.post(
    "/rights/applications/{application}/consent",
    response={200: schemas.ApplicationOut, **PROBLEMS},
    summary="Agree to an application that needs one's agreement",
)
def consent(request: DoorRequest, application: UUID) -> Any:
    """Needs `member.act` for a party that the draft binds: another seller of the bundle, a
    co-owner, an inventor who is empowered (RR-1, RR-9)."""
    return actions.consent(actor=request.actor, now=request.now, application=application)


@router.post(
    "/rights/applications/{application}/withdraw",
    response={200: schemas.ApplicationOut, **PROBLEMS},
    summary="Withdraw an application",
)
def withdraw(request: DoorRequest, application: UUID, body: schemas.ReasonIn) -> Any:
    """Needs `member.act`; possible until it is registered or rejected (RR-7)."""
    return actions.withdraw(
        actor=request.actor, now=request.now, application=application, reason=body.reason
    )


@router.get(
    "/rights/checklists",
    response={200: list[schemas.ChecklistOut], **PROBLEMS},
    summary="What is examined before a notice",
)
def list_checklists(request: DoorRequest) -> Any:
    """Public: the questions an officer answers, by kind of application (RR-7)."""
    return [schemas.ChecklistOut.of(kind) for kind in ApplicationKind]


@router.post(
    "/rights/applications/{application}/set-aside",
    response={200: schemas.ApplicationOut, **PROBLEMS},
    summary="Set single technologies aside",
)
def set_aside(request: DoorRequest, application: UUID, body: schemas.SetAsideIn) -> Any:
    """Needs `rights.examine` (PA-5). What stands set aside is left out on acceptance, each with its
    reason, while the rest goes on (RR-7)."""
    return actions.set_aside(
        actor=request.actor,
        now=request.now,
        application=application,
        items={item.technology: item.reason for item in body.items},
    )


@router.post(
    "/rights/applications/{application}/examine",
    response={200: schemas.ApplicationOut, **PROBLEMS},
    summary="Examine an application",
)
def examine(request: DoorRequest, application: UUID, body: schemas.ExaminationIn) -> Any:
    """Needs `rights.examine`, by another person than who entered it (PA-5). Accepting needs a yes
    to every check of the kind's list and opens the public notice of 15 natural days (RR-7);
    exceptions, and what was set aside, leave single technologies out."""
    return actions.examine(
        actor=request.actor,
        now=request.now,
        application=application,
        decision=body.decision,
        findings=body.findings,
        checks=body.checks,
        exceptions={exception.technology: exception.reason for exception in body.exceptions},
    )


@router.post(
    "/rights/applications/{application}/close-notice",
    response={200: schemas.ApplicationOut, **PROBLEMS},
    summary="Register after the notice",
)
def close_notice(request: DoorRequest, application: UUID) -> Any:
    """Needs `rights.examine`. The venue's timer does this when the notice ends; an officer retries
    an application that was held because a holder had lost its verification (PA-3)."""
    return actions.close_notice(actor=request.actor, now=request.now, application=application)


@router.post(
    "/rights/applications/{application}/reject",
    response={200: schemas.ApplicationOut, **PROBLEMS},
    summary="Reject an application that is held",
)
def reject_held(request: DoorRequest, application: UUID, body: schemas.ReasonsIn) -> Any:
    """Needs `rights.examine`, by another person than who entered it (PA-5)."""
    return actions.reject_held(
        actor=request.actor, now=request.now, application=application, reasons=body.reasons
    )
