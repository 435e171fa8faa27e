"""
Filings on their way over HTTP, and what officers file on paper (RR-7, RR-8, PA-5).
"""

from typing import Any
from uuid import UUID

from ninja import Query, Router, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page
from hutong.kit.actor import READ
from hutong.rights import actions, queries
from hutong.rights import grant_schemas as shapes
from hutong.rights.grant_words import FilingKind, FilingStatus

router = Router(tags=["rights"])

CURSOR: Any = Query(None, max_length=400, description="`next` of the page before")
LIMIT: Any = Query(50, ge=1, le=200)
FILED = {201: shapes.FilingOut, **PROBLEMS}
STEPPED = {200: shapes.FilingOut, **PROBLEMS}


@router.get(
    "/rights/filings",
    response={200: Page[shapes.FilingOut], **PROBLEMS},
    summary="Filings one may see",
)
def list_filings(
    request: DoorRequest,
    status: FilingStatus | None = None,
    kind: FilingKind | None = None,
    technology: UUID | None = None,
    to_agree: bool | None = None,
    cursor: str | None = CURSOR,
    limit: int = LIMIT,
) -> Any:
    """Needs `member.read` for those one's own party is a side of, `rights.examine` or
    `supervise.read` for all. `to_agree=true`: those that wait for one's own party (RR-7)."""
    if to_agree is not None or not queries.sees_all_filings(request.actor):
        request.actor.need(READ)
    return queries.filings(
        request.actor,
        status=status,
        kind=kind,
        technology=technology,
        to_agree=to_agree,
        cursor=cursor,
        limit=limit,
    )


@router.get(
    "/rights/filings/{filing}",
    response={200: shapes.FilingOut, **PROBLEMS},
    summary="A filing",
)
def get_filing(request: DoorRequest, filing: UUID) -> Any:
    """Seen by its sides, the registrar and the supervisor."""
    if not queries.sees_all_filings(request.actor):
        request.actor.need(READ)
    return queries.filing(filing, request.actor)


@router.post("/rights/filings/{filing}/agree", response=STEPPED, summary="Agree to a filing")
def agree(request: DoorRequest, filing: UUID) -> Any:
    """Needs `member.act` for a party it needs. The last agreement submits it, and enters what
    needs no examination (RR-7)."""
    return actions.agree(actor=request.actor, now=request.now, filing=filing)


@router.post("/rights/filings/{filing}/decline", response=STEPPED, summary="Refuse to agree")
def decline(request: DoorRequest, filing: UUID, body: shapes.FilingReasonIn) -> Any:
    """Needs `member.act` for a party it needs; that ends the filing (RR-7)."""
    return actions.decline(actor=request.actor, now=request.now, filing=filing, reason=body.reason)


@router.post("/rights/filings/{filing}/withdraw", response=STEPPED, summary="Withdraw a filing")
def withdraw_filing(request: DoorRequest, filing: UUID, body: shapes.FilingReasonIn) -> Any:
    """Needs `member.act` for the party that filed it; possible until it is entered (RR-7)."""
    return actions.withdraw_filing(
        actor=request.actor, now=request.now, filing=filing, reason=body.reason
    )


@router.post("/rights/filings/{filing}/approve", response=STEPPED, summary="Approve a filing")
def approve_filing(request: DoorRequest, filing: UUID, body: shapes.FindingsIn) -> Any:
    """Needs `rights.examine`, by nobody who filed it or acts for a side of it (PA-5). It is entered
    now, or when the office's step is recorded (RR-11); conflicts are decided again."""
    return actions.approve_filing(
        actor=request.actor, now=request.now, filing=filing, findings=body.findings
    )


@router.post("/rights/filings/{filing}/reject", response=STEPPED, summary="Reject a filing")
def reject_filing(request: DoorRequest, filing: UUID, body: shapes.FindingsIn) -> Any:
    """Needs `rights.examine`, by nobody who filed it or acts for a side of it (PA-5)."""
    return actions.reject_filing(
        actor=request.actor, now=request.now, filing=filing, findings=body.findings
    )


@router.post(
    "/rights/entries/{entry}/correction", response=FILED, summary="Propose to correct an entry"
)
def propose_correction(request: DoorRequest, entry: UUID, body: shapes.CorrectionIn) -> Status[Any]:
    """Needs `rights.examine`; another officer approves (PA-5). A new entry stands in the place of
    the wrong one, or strikes it out; what was known stays known as it was (RR-8)."""
    return Status(
        201,
        actions.propose_correction(
            actor=request.actor,
            now=request.now,
            entry=entry,
            right=body.right.act() if body.right else None,
            reason=body.reason,
            effective_on=body.effective_on,
            evidence=body.evidence,
        ),
    )


@router.post("/rights/cancellations", response=FILED, summary="Propose to close a title")
def propose_cancellation(request: DoorRequest, body: shapes.CancellationIn) -> Status[Any]:
    """Needs `rights.examine`; another officer approves (PA-5). For a right that has ended:
    invalidated, given up, expired; its licences end with it (RR-8)."""
    return Status(
        201,
        actions.propose_cancellation(
            actor=request.actor,
            now=request.now,
            technology=body.technology,
            authority=body.authority,
            paper=body.paper,
            evidence=body.evidence,
        ),
    )


@router.post(
    "/rights/grants/{entry}/termination", response=FILED, summary="Propose to end a licence"
)
def propose_termination(request: DoorRequest, entry: UUID, body: shapes.OnPaperIn) -> Status[Any]:
    """Needs `rights.examine`; another officer approves (PA-5). On a judgment, or both sides'
    agreement to end it before its term (RR-2)."""
    return Status(
        201,
        actions.propose_termination(
            actor=request.actor,
            now=request.now,
            grant=entry,
            authority=body.authority,
            paper=body.paper,
            evidence=body.evidence,
        ),
    )


@router.post("/rights/pre-emptions", response=FILED, summary="Propose to note a pre-emption")
def propose_pre_emption(request: DoorRequest, body: shapes.PreEmptionIn) -> Status[Any]:
    """Needs `rights.examine`; another officer approves (PA-5). Its holder is told of every offer
    and has a term to answer (RR-6, AU-8)."""
    return Status(
        201,
        actions.propose_pre_emption(
            actor=request.actor,
            now=request.now,
            technology=body.technology,
            holder=body.holder,
            origin=body.origin,
            words=body.words,
            evidence=body.evidence,
        ),
    )


@router.post("/rights/fundings", response=FILED, summary="Propose to note public funding")
def propose_state_funding(request: DoorRequest, body: shapes.StateFundingIn) -> Status[Any]:
    """Needs `rights.examine`; another officer approves (PA-5). A transfer or an exclusive licence
    abroad then needs the funding authority's approval (RR-6)."""
    return Status(
        201,
        actions.propose_state_funding(
            actor=request.actor,
            now=request.now,
            technology=body.technology,
            programme=body.programme,
            authority=body.authority,
            paper=body.paper,
            evidence=body.evidence,
        ),
    )


@router.post(
    "/rights/restrictions/{entry}/approval-abroad",
    response=FILED,
    summary="Propose to record an approval abroad",
)
def propose_approval(
    request: DoorRequest, entry: UUID, body: shapes.ApprovalAbroadIn
) -> Status[Any]:
    """Needs `rights.examine`; another officer approves (PA-5). The funding authority's consent to
    disposals abroad, until a day (RR-6)."""
    return Status(
        201,
        actions.propose_approval_abroad(
            actor=request.actor,
            now=request.now,
            restriction=entry,
            kinds=frozenset(body.kinds),
            until=body.until,
            taker=body.taker,
            evidence=body.evidence,
        ),
    )


@router.post(
    "/rights/restrictions/{entry}/release-on-paper",
    response=FILED,
    summary="Propose to release a restriction on paper",
)
def propose_release(request: DoorRequest, entry: UUID, body: shapes.OnPaperIn) -> Status[Any]:
    """Needs `rights.examine`; another officer approves (PA-5). The debt is paid, the duty has
    ended, and a paper says so (RR-6)."""
    return Status(
        201,
        actions.propose_release(
            actor=request.actor,
            now=request.now,
            restriction=entry,
            authority=body.authority,
            paper=body.paper,
            evidence=body.evidence,
        ),
    )
