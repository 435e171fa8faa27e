"""
Listings and intents over HTTP: the board, the seller's, the buyer's and the officer's part.
"""

from typing import Any
from uuid import UUID

import ninja
from ninja import Query, Router

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page
from hutong.kit.money import MAX_AMOUNT
from hutong.kit.refusal import Refused
from hutong.listings import actions, queries, schemas
from hutong.listings.offers import OfferKind, PriceMode, Scope
from hutong.listings.rules import Status

router = Router(tags=["listings"])

CURSOR: Any = Query(None, max_length=400, description="`next` of the page before")
LIMIT: Any = Query(50, ge=1, le=200)
WORD: Any = Query(None, max_length=100, pattern=schemas.NO_NUL)
FEN: Any = Query(None, ge=1, le=MAX_AMOUNT)


# -- the board --------------------------------------------------------------------------------------


@router.get(
    "/board",
    response={200: Page[schemas.BoardItemOut], **PROBLEMS},
    summary="The board: what is on offer",
)
def board(
    request: DoorRequest,
    status: Status | None = Query(Status.LISTED, description="Absent: what can be applied for"),
    offer_kind: OfferKind | None = None,
    price_mode: PriceMode | None = None,
    scope: Scope | None = None,
    kind: str | None = WORD,
    field: str | None = WORD,
    industry: str | None = WORD,
    seller: UUID | None = None,
    price_from_fen: int | None = FEN,
    price_to_fen: int | None = FEN,
    order: queries.Order = queries.Order.NEWEST,
    cursor: str | None = CURSOR,
    limit: int = LIMIT,
) -> Any:
    """Public (LI-1). `kind`, `field` and `industry` are those of the technologies on offer."""
    filters = queries.Filters(
        status=status,
        offer_kind=offer_kind,
        price_mode=price_mode,
        scope=scope,
        kind=kind,
        field=field,
        industry=industry,
        seller=seller,
        price_from_fen=price_from_fen,
        price_to_fen=price_to_fen,
    )
    return queries.board(filters, order=order, cursor=cursor, limit=limit)


@router.get(
    "/listings/{listing}",
    response={200: schemas.ListingOut, **PROBLEMS},
    summary="A listing",
)
def get_listing(request: DoorRequest, listing: UUID) -> Any:
    """Public once it is on the board; before, its seller's and the office's. How many applied is
    told only after the period has ended (LI-4)."""
    return queries.visible(listing, request.actor)


# -- the seller's part (LI-1, LI-2) -----------------------------------------------------------------


@router.get(
    "/listings",
    response={200: Page[schemas.ListingOut], **PROBLEMS},
    summary="One's own listings, or the office's",
)
def list_listings(
    request: DoorRequest,
    status: Status | None = None,
    withdrawal_requested: bool | None = None,
    cursor: str | None = CURSOR,
    limit: int = LIMIT,
) -> Any:
    """Needs `member.read` for one's own party's; `listings.examine`, `listings.qualify` or
    `supervise.read` for all. Drafts included, newest first."""
    return queries.listings(
        request.actor,
        status=status,
        withdrawal_requested=withdrawal_requested,
        cursor=cursor,
        limit=limit,
    )


@router.post("/listings", response={201: schemas.ListingOut, **PROBLEMS}, summary="Draft a listing")
def draft(request: DoorRequest, body: schemas.TermsIn) -> ninja.Status[Any]:
    """Needs `member.act`. Terms must be complete; deposit and increment within the rulebook's
    bounds (LI-1). Titles are checked when it is submitted."""
    return ninja.Status(
        201, actions.draft(actor=request.actor, now=request.now, terms=body.terms())
    )


@router.post(
    "/listings/{listing}/revise",
    response={200: schemas.ListingOut, **PROBLEMS},
    summary="Replace a draft's terms",
)
def revise(request: DoorRequest, listing: UUID, body: schemas.TermsIn) -> Any:
    """Needs `member.act`; drafts only (LI-2)."""
    return actions.revise(actor=request.actor, now=request.now, listing=listing, terms=body.terms())


@router.post(
    "/listings/{listing}/submit",
    response={200: schemas.ListingOut, **PROBLEMS},
    summary="Submit a listing",
)
def submit(request: DoorRequest, listing: UUID) -> Any:
    """Needs `member.act`. The seller is verified (PA-3) and may dispose of the share (RR-10); each
    technology may be listed (TE-2); co-owners are told (LI-2)."""
    return actions.submit(actor=request.actor, now=request.now, listing=listing)


@router.post(
    "/listings/{listing}/withdraw",
    response={200: schemas.ListingOut, **PROBLEMS},
    summary="Withdraw, or ask to withdraw, a listing",
)
def withdraw(request: DoorRequest, listing: UUID, body: schemas.OptionalReasonIn) -> Any:
    """Needs `member.act`. What is not yet listed is withdrawn at once. Of what is listed the venue
    decides, so that nothing about intents can be learned by trying (LI-4)."""
    return actions.withdraw(
        actor=request.actor, now=request.now, listing=listing, reason=body.reason
    )


@router.get(
    "/listings/{listing}/file",
    response={200: schemas.ListingFileOut, **PROBLEMS},
    summary="A listing with its file",
)
def get_file(request: DoorRequest, listing: UUID) -> Any:
    """Needs `member.read` of its seller, or the office: findings, checks, withdrawal (LI-2)."""
    return queries.file_of(listing, request.actor)


# -- the officer's part (LI-2) ----------------------------------------------------------------------


@router.post(
    "/listings/{listing}/examine",
    response={200: schemas.ListingOut, **PROBLEMS},
    summary="Examine a listing",
)
def examine(request: DoorRequest, listing: UUID, body: schemas.ExaminationIn) -> Any:
    """Needs `listings.examine`, by another person than who entered it (PA-5). Accepting puts it on
    the board for the rulebook's period (LI-3) and reserves its rights (LI-2)."""
    return actions.examine(
        actor=request.actor,
        now=request.now,
        listing=listing,
        decision=body.decision,
        checklist=body.checklist.dict(),
        export_class=body.export_class,
        findings=body.findings,
    )


@router.post(
    "/listings/{listing}/suspend",
    response={200: schemas.ListingOut, **PROBLEMS},
    summary="Suspend a listing",
)
def suspend(request: DoorRequest, listing: UUID, body: schemas.ReasonIn) -> Any:
    """Needs `listings.examine`. The period stands still (LI-2)."""
    return actions.suspend(
        actor=request.actor, now=request.now, listing=listing, reason=body.reason
    )


@router.post(
    "/listings/{listing}/resume",
    response={200: schemas.ListingOut, **PROBLEMS},
    summary="Resume a listing",
)
def resume(request: DoorRequest, listing: UUID) -> Any:
    """Needs `listings.examine`. The time that was left is given back, never shorter (LI-2)."""
    return actions.resume(actor=request.actor, now=request.now, listing=listing)


@router.post(
    "/listings/{listing}/terminate",
    response={200: schemas.ListingOut, **PROBLEMS},
    summary="Terminate a listing",
)
def terminate(request: DoorRequest, listing: UUID, body: schemas.ReasonIn) -> Any:
    """Needs `listings.examine`. The seller's wish with no deposit held is a withdrawal (LI-2)."""
    return actions.terminate(
        actor=request.actor, now=request.now, listing=listing, reason=body.reason
    )


@router.post(
    "/listings/{listing}/cut-off",
    response={200: schemas.ListingOut, **PROBLEMS},
    summary="Decide the end of the period",
)
def cut_off(request: DoorRequest, listing: UUID) -> Any:
    """Needs `listings.examine`. The venue's timer does this; an officer repeats a failed one. What
    follows is decided by the count alone (LI-5)."""
    return actions.cut_off(actor=request.actor, now=request.now, listing=listing)


# -- the buyer's part (LI-4) ------------------------------------------------------------------------


@router.post(
    "/listings/{listing}/intents",
    response={201: schemas.IntentOut, **PROBLEMS},
    summary="Apply to buy",
)
def apply_intent(request: DoorRequest, listing: UUID, body: schemas.IntentIn) -> ninja.Status[Any]:
    """Needs `member.act` for a verified party that is neither the seller nor its affiliate (AU-3).
    Who applies stays hidden until the period ends (LI-4)."""
    return ninja.Status(
        201,
        actions.apply_intent(
            actor=request.actor,
            now=request.now,
            listing=listing,
            accepts_conditions=body.accepts_conditions,
            evidence=body.evidence,
        ),
    )


@router.get(
    "/listings/{listing}/intents",
    response={200: list[schemas.IntentOut], **PROBLEMS},
    summary="Intents for a listing one may know of",
)
def list_intents(request: DoorRequest, listing: UUID) -> Any:
    """`listings.qualify` and `supervise.read` see all; a buyer its own; the seller, after the
    period, those that stood ready (LI-4)."""
    return queries.intents_of(listing, request.actor)


@router.get(
    "/intents",
    response={200: Page[schemas.IntentOut], **PROBLEMS},
    summary="One's own intents, or those to qualify",
)
def list_my_intents(
    request: DoorRequest,
    waiting: bool = Query(False, description="Those waiting for qualification; the office's"),
    cursor: str | None = CURSOR,
    limit: int = LIMIT,
) -> Any:
    """Needs `member.read`; with `waiting=true`, `listings.qualify` (LI-4)."""
    if waiting:
        return queries.intents_waiting(request.actor, cursor=cursor, limit=limit)
    return queries.my_intents(request.actor, cursor=cursor, limit=limit)


@router.get("/intents/{intent}", response={200: schemas.IntentOut, **PROBLEMS}, summary="An intent")
def get_intent(request: DoorRequest, intent: UUID) -> Any:
    """Seen by its party, the office, the supervisor; after the period also by the seller (LI-4)."""
    return queries.intent(intent, request.actor)


@router.post(
    "/intents/{intent}/qualify",
    response={200: schemas.IntentOut, **PROBLEMS},
    summary="Qualify or refuse a buyer",
)
def qualify(request: DoorRequest, intent: UUID, body: schemas.QualificationIn) -> Any:
    """Needs `listings.qualify`, by another person than who applied (PA-5), in the period (LI-4)."""
    return actions.qualify(
        actor=request.actor,
        now=request.now,
        intent=intent,
        decision=body.decision,
        findings=body.findings,
    )


@router.post(
    "/intents/{intent}/withdraw",
    response={200: schemas.IntentOut, **PROBLEMS},
    summary="Withdraw one's intent",
)
def withdraw_intent(request: DoorRequest, intent: UUID) -> Any:
    """Needs `member.act`; while the period runs. A deposit held goes back (LI-4)."""
    return actions.withdraw_intent(actor=request.actor, now=request.now, intent=intent)


# -- co-owners of an exclusive or sole licence (RR-1) ------------------------------------------------


@router.get(
    "/listings/{listing}/joining",
    response={200: list[schemas.JoiningOut], **PROBLEMS},
    summary="Co-owners asked to join an offer",
)
def list_joinings(request: DoorRequest, listing: UUID) -> Any:
    """The seller and the office see all, a co-owner its own (RR-1)."""
    try:
        queries.file_of(listing, request.actor)
    except Refused:
        return [queries.to_join(listing, request.actor)[1]]
    return queries.joinings(listing)


@router.post(
    "/listings/{listing}/joining/request",
    response={200: list[schemas.JoiningOut], **PROBLEMS},
    summary="Ask co-owners to join an offer",
)
def ask_co_owners(request: DoorRequest, listing: UUID) -> Any:
    """Needs `member.act` for the seller of a draft. An exclusive or sole licence is granted by all
    co-owners together, so it is submitted when each has joined on its terms (RR-1)."""
    return actions.ask_co_owners(actor=request.actor, now=request.now, listing=listing)


@router.post(
    "/listings/{listing}/joining/join",
    response={200: schemas.JoiningOut, **PROBLEMS},
    summary="Join a co-owner's offer",
)
def join_offer(request: DoorRequest, listing: UUID) -> Any:
    """Needs `member.act` for a co-owner that was asked. Terms that change are asked anew (RR-1)."""
    return actions.join_offer(actor=request.actor, now=request.now, listing=listing)


@router.post(
    "/listings/{listing}/joining/decline",
    response={200: schemas.JoiningOut, **PROBLEMS},
    summary="Decline to join a co-owner's offer",
)
def decline_offer(request: DoorRequest, listing: UUID, body: schemas.DeclineIn) -> Any:
    """Needs `member.act` for a co-owner that was asked (RR-1)."""
    return actions.decline_offer(
        actor=request.actor, now=request.now, listing=listing, reason=body.reason
    )


# -- pre-emption (LI-2) -----------------------------------------------------------------------------


@router.get(
    "/listings/{listing}/pre-emptions",
    response={200: list[schemas.PreemptionOut], **PROBLEMS},
    summary="Notices of pre-emption for a listing",
)
def list_preemptions(request: DoorRequest, listing: UUID) -> Any:
    """The office and the seller see all, a co-owner its own (LI-2)."""
    return queries.preemptions(listing, request.actor)


@router.get(
    "/pre-emptions",
    response={200: Page[schemas.PreemptionOut], **PROBLEMS},
    summary="Notices of pre-emption to one's party",
)
def list_my_preemptions(
    request: DoorRequest, cursor: str | None = CURSOR, limit: int = LIMIT
) -> Any:
    """Needs `member.read` (LI-2)."""
    return queries.my_preemptions(request.actor, cursor=cursor, limit=limit)


@router.post(
    "/listings/{listing}/pre-emptions/answer",
    response={200: schemas.PreemptionOut, **PROBLEMS},
    summary="Answer a notice of pre-emption",
)
def answer_pre_emption(
    request: DoorRequest, listing: UUID, body: schemas.PreemptionAnswerIn
) -> Any:
    """Needs `member.act`; once, in the term (LI-2)."""
    return actions.answer_pre_emption(
        actor=request.actor, now=request.now, listing=listing, exercise=body.exercise
    )
