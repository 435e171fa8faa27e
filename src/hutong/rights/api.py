"""
The register over HTTP: applications, public notices, objections, titles, disposals, freezes.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import ninja
from ninja import Query, Router

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page
from hutong.kit.actor import READ
from hutong.rights import actions, empowerment_api, grants_api, queries, schemas
from hutong.rights.checklists import ApplicationKind
from hutong.rights.register import Disposal
from hutong.rights.rules import Status
from hutong.rights.shares import parse_share
from hutong.rights.wire import aware

router = Router(tags=["rights"])
router.add_router("", empowerment_api.router)
router.add_router("", grants_api.router)

CURSOR: Any = Query(None, max_length=400, description="`next` of the page before")
LIMIT: Any = Query(50, ge=1, le=200)


# -- first registration (RR-7) ----------------------------------------------------------------------


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


# -- public notices and objections ------------------------------------------------------------------


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


# -- titles (RR-8, RR-10) ---------------------------------------------------------------------------


@router.get(
    "/rights/titles/{technology}",
    response={200: schemas.TitleOut, **PROBLEMS},
    summary="Title to a technology",
)
def get_title(
    request: DoorRequest,
    technology: UUID,
    on: date | None = None,
    known_at: datetime | None = None,
) -> Any:
    """Public. Holders, shares, restrictions and the chain of title, as at `on`, as known at
    `known_at` (RR-8); an unregistered technology has an empty title."""
    return queries.title(technology, on, aware(known_at))


@router.get(
    "/rights/titles/{technology}/report",
    response={200: schemas.TitleReportOut, **PROBLEMS},
    summary="Title report with a proposed disposal",
)
def get_title_report(
    request: DoorRequest,
    technology: UUID,
    giver: UUID | None = None,
    share: str = Query("1", max_length=32, examples=["1/2"]),
    taker: UUID | None = None,
    on: date | None = None,
    known_at: datetime | None = None,
) -> Any:
    """Public (RR-10). With `giver`: whether it could dispose of `share` of the whole, and why not."""
    proposal = None
    if giver is not None:
        proposal = Disposal(giver=giver, share=parse_share(share), taker=taker)
    return queries.title_report(technology, on, aware(known_at), proposal)


@router.get(
    "/rights/entries/{entry}",
    response={200: schemas.EntryOut, **PROBLEMS},
    summary="A register entry",
)
def get_entry(request: DoorRequest, entry: UUID) -> Any:
    """Public (RR-8)."""
    return queries.entry(entry)


@router.get(
    "/rights/holdings",
    response={200: Page[schemas.HeldOut], **PROBLEMS},
    summary="What one's party owns",
)
def list_holdings(request: DoorRequest, cursor: str | None = CURSOR, limit: int = LIMIT) -> Any:
    """Needs `member.read`: shares of ownership held now, newest first."""
    request.actor.need(READ)
    return queries.held_by(request.actor.acting_party(), cursor=cursor, limit=limit)


# -- disposals from deals (RR-11) -------------------------------------------------------------------


@router.get(
    "/rights/disposals",
    response={200: Page[schemas.DisposalOut], **PROBLEMS},
    summary="Transfers from deals",
)
def list_disposals(
    request: DoorRequest,
    waiting: bool | None = None,
    cursor: str | None = CURSOR,
    limit: int = LIMIT,
) -> Any:
    """Needs `member.read` for one's own, `rights.record_outside_step` for all. `waiting=true`:
    those that still need the office's entry (RR-11)."""
    if not queries.sees_all_disposals(request.actor):
        request.actor.need(READ)
    return queries.disposals(request.actor, waiting=waiting, cursor=cursor, limit=limit)


@router.get(
    "/rights/disposals/{entry}",
    response={200: schemas.DisposalOut, **PROBLEMS},
    summary="A transfer from a deal",
)
def get_disposal(request: DoorRequest, entry: UUID) -> Any:
    """Seen by giver and taker, the registrar and the supervisor."""
    return queries.disposal(entry, request.actor)


@router.post(
    "/rights/disposals/{entry}/outside-step",
    response={200: schemas.DisposalOut, **PROBLEMS},
    summary="Record the office's entry",
)
def record_outside_step(request: DoorRequest, entry: UUID, body: schemas.OutsideStepIn) -> Any:
    """Needs `rights.record_outside_step`. Patents and other statutory rights move by entry at the
    office (RR-11): its number, date and evidence are recorded before the money moves."""
    return actions.record_outside_step(
        actor=request.actor,
        now=request.now,
        entry=entry,
        filed_on=body.filed_on,
        effective_on=body.effective_on,
        office_number=body.office_number,
        evidence=body.evidence,
    )


# -- freezes (RR-6) ---------------------------------------------------------------------------------


@router.post(
    "/rights/freezes", response={201: schemas.EntryOut, **PROBLEMS}, summary="Freeze a right"
)
def freeze(request: DoorRequest, body: schemas.FreezeIn) -> ninja.Status[Any]:
    """Needs `rights.examine`. At once, on the paper of a court or authority (RR-6)."""
    return ninja.Status(
        201,
        actions.freeze(
            actor=request.actor,
            now=request.now,
            technology=body.technology,
            authority=body.authority,
            paper=body.paper,
            document=body.document,
        ),
    )


@router.post(
    "/rights/freezes/{entry}/lift",
    response={201: schemas.EntryOut, **PROBLEMS},
    summary="Lift a freeze",
)
def lift(request: DoorRequest, entry: UUID, body: schemas.LiftIn) -> ninja.Status[Any]:
    """Needs `rights.examine`. Names the freeze by its entry (RR-6)."""
    return ninja.Status(
        201,
        actions.lift(
            actor=request.actor,
            now=request.now,
            freeze=entry,
            authority=body.authority,
            paper=body.paper,
            document=body.document,
        ),
    )
