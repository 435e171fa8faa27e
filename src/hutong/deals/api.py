"""
The API of deals: read them, read the contract, accept it, end what is late.
"""

from typing import Any
from uuid import UUID

import ninja
from django.http import HttpResponse
from ninja import Query, Router

from hutong.deals import actions, queries
from hutong.deals.rules import Status
from hutong.deals.schemas import AcceptanceIn, DealOut, DefaultIn, ReasonIn
from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page, paged
from hutong.doors.contracts import CONTRACT_ANSWER, contract_answer
from hutong.kit.actor import READ

router = Router(tags=["deals"])


@router.get("/deals", response={200: Page[DealOut], **PROBLEMS}, summary="Deals")
def list_deals(
    request: DoorRequest,
    status: Status | None = Query(None),
    listing: UUID | None = Query(None),
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Needs `member.read` for a party's own deals; officers and the supervisor see all (DL-1)."""
    _needs_reader(request)
    rows = queries.rows_seen_by(request.actor)
    if status is not None:
        rows = rows.filter(status=status.value)
    if listing is not None:
        rows = rows.filter(listing=listing)
    party = request.actor.party
    return paged(
        rows,
        cursor,
        limit,
        key=("-opened_at", "-id"),
        out=lambda row: DealOut.of(queries.view(row), party),
    )


@router.get("/deals/{deal}", response={200: DealOut, **PROBLEMS}, summary="A deal")
def get_deal(request: DoorRequest, deal: UUID) -> DealOut:
    """Needs `member.read` and to be a side of the deal, or an office."""
    _needs_reader(request)
    return DealOut.of(queries.deal_seen_by(request.actor, deal), request.actor.party)


@router.get(
    "/deals/{deal}/contract",
    response={200: None, **PROBLEMS},
    summary="The contract's exact bytes",
    openapi_extra=CONTRACT_ANSWER,
)
def get_contract(request: DoorRequest, deal: UUID) -> HttpResponse:
    """Needs to be a side of the deal, or an office. The header `Digest` is what to accept (CO-1)."""
    _needs_reader(request)
    view = queries.deal_seen_by(request.actor, deal)
    return contract_answer(queries.contract_text(deal), view.contract_digest, view.number)


@router.post(
    "/deals/{deal}/acceptance",
    response={201: DealOut, **PROBLEMS},
    summary="Accept the contract",
)
def accept_contract(request: DoorRequest, deal: UUID, body: AcceptanceIn) -> ninja.Status[DealOut]:
    """Needs `member.act` for a side of the deal. Accepts exactly the bytes with this digest (CO-1).

    When the second side accepts, the contract is signed, the rights are bound and the price is due.
    """
    view = actions.accept_contract(
        actor=request.actor, now=request.now, deal=deal, text_digest=body.digest
    )
    return ninja.Status(201, DealOut.of(view, request.actor.party))


@router.post(
    "/deals/{deal}/default", response={200: DealOut, **PROBLEMS}, summary="Propose a default"
)
def propose_default(request: DoorRequest, deal: UUID, body: DefaultIn) -> DealOut:
    """Needs `deals.end`. Only of a side whose deadline has passed, though no freeze kept it from
    signing; another officer confirms it (AU-11, PA-5)."""
    view = actions.propose_default(
        actor=request.actor, now=request.now, deal=deal, side=body.side, reason=body.reason
    )
    return DealOut.of(view, request.actor.party)


@router.post(
    "/deals/{deal}/termination",
    response={200: DealOut, **PROBLEMS},
    summary="Propose to terminate a deal",
)
def propose_termination(request: DoorRequest, deal: UUID, body: ReasonIn) -> DealOut:
    """Needs `deals.end`. Through nobody's default; another officer confirms it (DL-1, PA-5)."""
    view = actions.propose_termination(
        actor=request.actor, now=request.now, deal=deal, reason=body.reason
    )
    return DealOut.of(view, request.actor.party)


@router.post(
    "/deals/{deal}/ending/confirmation",
    response={200: DealOut, **PROBLEMS},
    summary="Confirm that a deal ends",
)
def confirm_ending(request: DoorRequest, deal: UUID) -> DealOut:
    """Needs `deals.end`, and to be another officer than proposed it (PA-5). The deposit follows
    AU-11; on termination what was paid goes back to the buyer."""
    view = actions.confirm_ending(actor=request.actor, now=request.now, deal=deal)
    return DealOut.of(view, request.actor.party)


@router.post(
    "/deals/{deal}/ending/dismissal",
    response={200: DealOut, **PROBLEMS},
    summary="Drop a proposal to end a deal",
)
def drop_ending(request: DoorRequest, deal: UUID, body: ReasonIn) -> DealOut:
    """Needs `deals.end`. The deal goes on; its deadlines stand as they were."""
    view = actions.drop_ending(actor=request.actor, now=request.now, deal=deal, reason=body.reason)
    return DealOut.of(view, request.actor.party)


def _needs_reader(request: DoorRequest) -> None:
    if not queries.sees_all(request.actor):
        request.actor.need(READ)
