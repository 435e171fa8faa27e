"""
Reissuing many certificates through the API: one officer proposes, another decides (CE-2, PA-5).
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import ninja
from ninja import Router

from hutong.certificates import actions, queries
from hutong.certificates.reissues import ReissueStatus
from hutong.certificates.schemas import ReissueIn, ReissueOut
from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page, paged

router = Router(tags=["certificates"])


@router.get(
    "/certificate-reissues",
    response={200: Page[ReissueOut], **PROBLEMS},
    summary="Reissues of many certificates",
)
def reissues(
    request: DoorRequest,
    status: ReissueStatus | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Needs any power of the certificates office; newest first (PA-5)."""
    return paged(
        queries.reissues(request.actor, status),
        cursor,
        limit,
        out=lambda row: ReissueOut.of(queries.reissue_view(row)),
    )


@router.post(
    "/certificate-reissues",
    response={201: ReissueOut, **PROBLEMS},
    summary="Propose to reissue many certificates",
)
def propose(request: DoorRequest, body: ReissueIn) -> ninja.Status[ReissueOut]:
    """Power certificates.propose. After a key was compromised, or new words were adopted: the same
    numbers and contents in new files. Another officer decides (CE-2, PA-5)."""
    proposed = actions.propose_reissue(
        actor=request.actor,
        now=request.now,
        kind=body.kind,
        made_before=body.made_before,
        older_words=body.older_words,
        reason=body.reason,
    )
    return ninja.Status(201, ReissueOut.of(proposed))


@router.get(
    "/certificate-reissues/{reissue}",
    response={200: ReissueOut, **PROBLEMS},
    summary="One reissue of many, and how far it is",
)
def reissue(request: DoorRequest, reissue: UUID) -> ReissueOut:
    """Needs any power of the certificates office (PA-5)."""
    return ReissueOut.of(queries.reissue(request.actor, reissue))


@router.post(
    "/certificate-reissues/{reissue}/approve",
    response={200: ReissueOut, **PROBLEMS},
    summary="Start a proposed reissue",
)
def approve(request: DoorRequest, reissue: UUID) -> ReissueOut:
    """Power certificates.approve, by another officer than the one who proposed it. It goes on by
    itself, batch by batch, also after an interruption (PA-5)."""
    return _done(actions.approve_reissue, request, reissue)


@router.post(
    "/certificate-reissues/{reissue}/decline",
    response={200: ReissueOut, **PROBLEMS},
    summary="Decline a proposed reissue",
)
def decline(request: DoorRequest, reissue: UUID) -> ReissueOut:
    """Power certificates.approve (PA-5)."""
    return _done(actions.decline_reissue, request, reissue)


@router.post(
    "/certificate-reissues/{reissue}/withdraw",
    response={200: ReissueOut, **PROBLEMS},
    summary="Take back a reissue one proposed",
)
def withdraw(request: DoorRequest, reissue: UUID) -> ReissueOut:
    """Power certificates.propose, for what one proposed oneself (PA-5)."""
    return _done(actions.withdraw_reissue, request, reissue)


@router.post(
    "/certificate-reissues/{reissue}/stop",
    response={200: ReissueOut, **PROBLEMS},
    summary="Stop a reissue under way",
)
def stop(request: DoorRequest, reissue: UUID) -> ReissueOut:
    """Power certificates.approve. What was made stays; it may go on later (CE-2)."""
    return _done(actions.stop_reissue, request, reissue)


@router.post(
    "/certificate-reissues/{reissue}/resume",
    response={200: ReissueOut, **PROBLEMS},
    summary="Let a stopped reissue go on",
)
def resume(request: DoorRequest, reissue: UUID) -> ReissueOut:
    """Power certificates.approve. From where it was stopped (CE-2)."""
    return _done(actions.resume_reissue, request, reissue)


def _done(act: Callable[..., queries.ReissueView], request: DoorRequest, id: UUID) -> ReissueOut:
    return ReissueOut.of(act(actor=request.actor, now=request.now, reissue=id))
