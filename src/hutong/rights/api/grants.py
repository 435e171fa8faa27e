"""
What stands on a title, and what members file on it, over HTTP: licences, pledges, shares, consents,
releases, notes and corrections (RR-2 … RR-8).
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Query, Router, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page
from hutong.kit.moments import local_date
from hutong.rights import actions, queries
from hutong.rights import grant_schemas as shapes
from hutong.rights.wire import aware

router = Router(tags=["rights"])

CURSOR: Any = Query(None, max_length=400, description="`next` of the page before")
LIMIT: Any = Query(50, ge=1, le=200)
FILED = {201: shapes.FilingOut, **PROBLEMS}
STEPPED = {200: shapes.FilingOut, **PROBLEMS}


@router.get(
    "/rights/titles/{technology}/grants",
    response={200: Page[shapes.GrantOut], **PROBLEMS},
    summary="Licences on a technology",
)
def list_grants(
    request: DoorRequest,
    technology: UUID,
    on: date | None = None,
    known_at: datetime | None = None,
    live: bool = False,
    cursor: str | None = CURSOR,
    limit: int = LIMIT,
) -> Any:
    """Public. Licences registered by `on` (today if absent), as known at `known_at`, ended ones too
    unless `live`, in the order of their entries (RR-8, RR-10)."""
    day = on or local_date(request.now)
    return queries.grants_of(
        technology, day, aware(known_at), live=live, cursor=cursor, limit=limit
    )


@router.get(
    "/rights/titles/{technology}/restrictions",
    response={200: list[shapes.BurdenOut], **PROBLEMS},
    summary="Restrictions on a technology",
)
def list_restrictions(
    request: DoorRequest,
    technology: UUID,
    on: date | None = None,
    known_at: datetime | None = None,
) -> Any:
    """Public. Freezes, pledges, pre-emptions and funding duties in force, with the consents given
    beside them (RR-6)."""
    return queries.restrictions_on(technology, on, aware(known_at))


@router.post(
    "/rights/titles/{technology}/proposed-licence",
    response={200: shapes.PossibleOut, **PROBLEMS},
    summary="Could this licence be granted?",
)
def proposed_licence(request: DoorRequest, technology: UUID, body: shapes.ProposedLicenceIn) -> Any:
    """Public; writes nothing. Whether the licence is possible as things stand; if not, why, with
    the number of the entry in its way (RR-10)."""
    act = body.act()
    refused = queries.why_not_grant(technology, act, local_date(request.now))
    return shapes.PossibleOut.of(refused)


@router.post(
    "/rights/titles/{technology}/proposed-pledge",
    response={200: shapes.PossibleOut, **PROBLEMS},
    summary="Could this be pledged?",
)
def proposed_pledge(request: DoorRequest, technology: UUID, body: shapes.ProposedPledgeIn) -> Any:
    """Public; writes nothing. Whether the right could be pledged so as things stand, in the next
    free rank unless one is named; if not, why (RR-6, RR-10)."""
    refused = queries.why_not_pledge(technology, body.act(), on=local_date(request.now))
    return shapes.PossibleOut.of(refused)


@router.post("/rights/licences", response=FILED, summary="File a licence or sublicence")
def file_licence(request: DoorRequest, body: shapes.LicenceIn) -> Status[Any]:
    """Needs `member.act` for the licensor. The licensee agrees, and every co-owner to an exclusive
    or sole one (RR-1); an ordinary licence is then entered at once, others are examined (RR-7).
    What conflicts is refused by the number of the entry in its way (RR-4)."""
    return Status(
        201,
        actions.file_licence(
            actor=request.actor,
            now=request.now,
            technology=body.technology,
            licensee=body.licensee,
            mode=body.mode,
            scope=body.scope(),
            sublicensable=body.sublicensable,
            parent=body.parent,
            accepted=body.accepted,
            evidence=body.evidence,
        ),
    )


@router.post("/rights/grants/{entry}/surrender", response=FILED, summary="Give a licence back")
def surrender(request: DoorRequest, entry: UUID, body: shapes.EndIn) -> Status[Any]:
    """Needs `member.act` for the licensee; at once, while no sublicence rests on it (RR-3)."""
    return Status(
        201,
        actions.surrender(
            actor=request.actor, now=request.now, grant=entry, evidence=body.evidence
        ),
    )


@router.post("/rights/pledges", response=FILED, summary="File a pledge")
def file_pledge(request: DoorRequest, body: shapes.PledgeIn) -> Status[Any]:
    """Needs `member.act` for a holder of disposal. The pledgee and all co-holders agree, the
    registrar examines, and a statutory right is pledged by the office's entry (RR-6, RR-11)."""
    return Status(
        201,
        actions.file_pledge(
            actor=request.actor,
            now=request.now,
            technologies=body.technologies,
            pledgee=body.pledgee,
            secured_fen=body.secured_fen,
            currency=body.currency,
            debt_due_on=body.debt_due_on,
            rank=body.rank,
            evidence=body.evidence,
        ),
    )


@router.post("/rights/shares", response=FILED, summary="File new shares among holders")
def file_shares(request: DoorRequest, body: shapes.SharesIn) -> Status[Any]:
    """Needs `member.act` for a holder. Everybody who holds before or after agrees; the registrar
    examines (RR-1)."""
    return Status(
        201,
        actions.file_redistribution(
            actor=request.actor,
            now=request.now,
            technology=body.technology,
            ownership=[holder.pair() for holder in body.ownership],
            disposal=body.pairs(body.disposal),
            income=body.pairs(body.income),
            evidence=body.evidence,
        ),
    )


@router.post(
    "/rights/restrictions/{entry}/consent",
    response=FILED,
    summary="Consent to disposals beside one's pledge",
)
def consent(request: DoorRequest, entry: UUID, body: shapes.DisposalConsentIn) -> Status[Any]:
    """Needs `member.act` for the pledgee. Recorded at once; disposals of these kinds are possible
    until the day named (RR-6, Civil Code 444)."""
    return Status(
        201,
        actions.consent_to_disposals(
            actor=request.actor,
            now=request.now,
            restriction=entry,
            kinds=body.kinds,
            until=body.until,
            taker=body.taker,
            proceeds=body.proceeds,
            evidence=body.evidence,
        ),
    )


@router.post(
    "/rights/restrictions/{entry}/release", response=FILED, summary="Release a restriction"
)
def release(request: DoorRequest, entry: UUID, body: shapes.EndIn) -> Status[Any]:
    """Needs `member.act` for whom it protects: the pledgee, the holder of the pre-emption (RR-6)."""
    return Status(
        201,
        actions.release(
            actor=request.actor, now=request.now, restriction=entry, evidence=body.evidence
        ),
    )


@router.post(
    "/rights/pre-emption-requests", response=FILED, summary="File a pre-emption to be noted"
)
def file_pre_emption(request: DoorRequest, body: shapes.PreEmptionIn) -> Any:
    """Needs `member.act` for who has it, or for a holder of the right. The others of them agree, the
    registrar examines; then its holder is told of every offer (RR-6, AU-8)."""
    filed = actions.file_pre_emption(
        actor=request.actor,
        now=request.now,
        technology=body.technology,
        holder=body.holder,
        origin=body.origin,
        words=body.words,
        evidence=body.evidence,
    )
    return Status(201, filed)


@router.post(
    "/rights/entries/{entry}/correction-request",
    response=FILED,
    summary="Ask for the correction of an entry",
)
def file_correction(request: DoorRequest, entry: UUID, body: shapes.CorrectionIn) -> Any:
    """Needs `member.act` for a holder of the title or whom the entry names. Everybody else of them
    agrees, the registrar examines; what was known stays known as it was (RR-8)."""
    filed = actions.file_correction(
        actor=request.actor,
        now=request.now,
        entry=entry,
        right=body.right.act() if body.right else None,
        reason=body.reason,
        effective_on=body.effective_on,
        evidence=body.evidence,
    )
    return Status(201, filed)
