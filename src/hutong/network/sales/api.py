"""
The API of the sale of joint projects: sellers accept at their own venue; officers of the lead venue ask a
home venue again, or give a part up (NE-3, DL-1, DL-2).
"""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from ninja import Field, Router, Schema, Status

from hutong.deals import actions as deals
from hutong.deals.schemas import AcceptanceIn, DealOut, ReasonIn
from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.doors.contracts import CONTRACT_ANSWER, contract_answer
from hutong.kit.actor import READ, Actor
from hutong.network.sales import actions, queries, rules
from hutong.network.sales.queries import SaleView

router = Router(tags=["network"])


class PartSaleOut(Schema):
    """A part of one of this venue's sellers in the deal that sells its project."""

    part: UUID
    project: UUID
    deal: UUID = Field(description="The lead venue's")
    lead: str = Field(examples=["SHTE"])
    number: str = Field(examples=["SHTE-D2022-00001"])
    seller: UUID
    buyer: UUID
    price_fen: int = Field(description="Of the whole")
    amount_fen: int = Field(description="This part's share of it, before this venue's fee")
    currency: str
    contract_digest: str = Field(description="SHA-256 of the contract's bytes")
    sign_by: datetime
    status: rules.Status
    accepted_at: datetime | None
    entries: list[UUID] = Field(description="Register entries that move its rights")
    awarded_at: datetime

    @classmethod
    def of(cls, view: SaleView) -> "PartSaleOut":
        return cls(
            **{n: getattr(view, n) for n in cls.model_fields if n != "entries"},
            entries=list(view.entries),
        )


@router.get(
    "/project-parts/{part}/sale",
    response={200: PartSaleOut, **PROBLEMS},
    summary="The sale of a part",
)
def sale(request: DoorRequest, part: UUID) -> PartSaleOut:
    """Needs `member.read` for a party's own; officers with `listings.examine` see each (NE-3)."""
    _need_reader(request.actor)
    return PartSaleOut.of(queries.seen_by(request.actor, part))


@router.get(
    "/project-parts/{part}/contract",
    response={200: None, **PROBLEMS},
    summary="The contract of the whole, as the lead venue sent it",
    openapi_extra=CONTRACT_ANSWER,
)
def contract(request: DoorRequest, part: UUID) -> HttpResponse:
    """Needs `member.read` for a party's own part. The header `Digest` is what to accept (CO-1)."""
    _need_reader(request.actor)
    found = queries.seen_by(request.actor, part)
    text = queries.contract_text(part).encode()
    return contract_answer(text, found.contract_digest, found.number)


@router.post(
    "/project-parts/{part}/acceptance",
    response={201: PartSaleOut, **PROBLEMS},
    summary="Accept the contract for one's parts",
)
def accept(request: DoorRequest, part: UUID, body: AcceptanceIn) -> Status[PartSaleOut]:
    """Needs `member.act` for the part's seller. Exactly the bytes with this digest, for all of the
    party's parts in this deal; their rights are bound, and the lead venue is told (CO-1, RR-7)."""
    done = actions.accept_contract(
        actor=request.actor, now=request.now, part=part, text_digest=body.digest
    )
    return Status(201, PartSaleOut.of(done))


@router.post(
    "/project-parts/{part}/sale/ending",
    response={200: PartSaleOut, **PROBLEMS},
    summary="Propose to end the sale of a part",
)
def propose_end(request: DoorRequest, part: UUID, body: ReasonIn) -> PartSaleOut:
    """Where its lead venue is silent, and it has not moved. Needs `listings.examine`, and nobody of
    seller or buyer; another officer confirms it (PA-5)."""
    return PartSaleOut.of(
        actions.propose_end(actor=request.actor, now=request.now, part=part, reason=body.reason)
    )


@router.post(
    "/project-parts/{part}/sale/ending/confirmation",
    response={200: PartSaleOut, **PROBLEMS},
    summary="Confirm that the sale of a part ends",
)
def confirm_end(request: DoorRequest, part: UUID) -> PartSaleOut:
    """Its rights are free, and what the lead venue asks of it later is refused. Needs
    `listings.examine`, and other eyes than those that proposed it (PA-5)."""
    return PartSaleOut.of(actions.confirm_end(actor=request.actor, now=request.now, part=part))


@router.post(
    "/project-parts/{part}/sale/ending/dismissal",
    response={200: PartSaleOut, **PROBLEMS},
    summary="Drop the proposal to end the sale of a part",
)
def drop_end(request: DoorRequest, part: UUID) -> PartSaleOut:
    """The sale goes on. Needs `listings.examine` (PA-5)."""
    return PartSaleOut.of(actions.drop_end(actor=request.actor, now=request.now, part=part))


@router.post(
    "/deals/{deal}/parts/{part}/asking",
    response={200: DealOut, **PROBLEMS},
    summary="Ask a part's home venue again",
)
def ask_again(request: DoorRequest, deal: UUID, part: UUID) -> DealOut:
    """For what it refused last. Needs `settlement.settle`; a proposal to give the part up falls (DL-2)."""
    view = actions.ask_again(actor=request.actor, now=request.now, deal=deal, part=part)
    return DealOut.of(view, request.actor.party)


@router.post(
    "/deals/{deal}/parts/{part}/log",
    response={200: DealOut, **PROBLEMS},
    summary="Take what the home venue's log says as its answer",
)
def take_from_log(request: DoorRequest, deal: UUID, part: UUID) -> DealOut:
    """Where it was asked to move the part and is silent: that it moved, or that its sale ended. Needs
    `settlement.settle`, and nobody of seller or buyer (DL-2, LO-4)."""
    view = actions.take_from_log(actor=request.actor, now=request.now, deal=deal, part=part)
    return DealOut.of(view, request.actor.party)


@router.post(
    "/deals/{deal}/parts/{part}/return",
    response={200: DealOut, **PROBLEMS},
    summary="Propose to give a part up",
)
def propose_return(request: DoorRequest, deal: UUID, part: UUID, body: ReasonIn) -> DealOut:
    """Only of a part that its home venue refused to move. Needs `deals.end`; another officer confirms
    it (PA-5)."""
    view = deals.propose_return(
        actor=request.actor, now=request.now, deal=deal, part=part, reason=body.reason
    )
    return DealOut.of(view, request.actor.party)


@router.post(
    "/deals/{deal}/parts/{part}/return/confirmation",
    response={200: DealOut, **PROBLEMS},
    summary="Confirm that a part is given up",
)
def confirm_return(request: DoorRequest, deal: UUID, part: UUID) -> DealOut:
    """Its share goes back to the buyer, its rights are free at its home venue, the others stand. Needs
    `deals.end`, and other eyes than those that proposed it (PA-5)."""
    view = actions.return_part(actor=request.actor, now=request.now, deal=deal, part=part)
    return DealOut.of(view, request.actor.party)


def _need_reader(actor: Actor) -> None:
    actor.need(queries.SEE if actor.has(queries.SEE) else READ)
