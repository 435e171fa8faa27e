"""
Orders at other venues, by the API: apply, sign, bid through this venue (NE-4).
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Field, Query, Router, Schema, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page, paged
from hutong.doors.contracts import CONTRACT_ANSWER, contract_answer
from hutong.doors.text import Text
from hutong.kit.actor import READ
from hutong.network.mirrors import queries as mirrors
from hutong.network.trade import actions, queries, relay
from hutong.network.trade.asking import Answered
from hutong.network.trade.queries import OrderView
from hutong.network.trade.rules import Deposit, Price, Stage

router = Router(tags=["network"])


class OrderIn(Schema):
    venue: Text = Field(max_length=20, description="Code of the home venue", examples=["SHTE"])
    listing: UUID = Field(description="Its listing")
    accepts_conditions: bool = Field(examples=[True])


class OrderOut(Schema):
    """An order of a member at another venue. Amounts are in the minor unit."""

    id: UUID
    venue: str = Field(examples=["SHTE"])
    listing: UUID
    title_zh: str
    title_en: str
    stage: Stage = Field(examples=["qualified"])
    deposit: Deposit = Field(examples=["guaranteed"])
    price: Price = Field(examples=["none"])
    deposit_fen: int
    price_fen: int = Field(description="What is still to be paid beyond the deposit")
    agreed_fen: int = Field(description="The deal's price, without fees")
    currency: str = Field(examples=["CNY"])
    lot: UUID | None = Field(description="The home venue's lot, once announced")
    deal: UUID | None = None
    deal_number: str
    contract_digest: str = Field(description="What to accept when signing")
    sign_by: datetime | None = None
    pay_by: datetime | None = None
    certificates: list[str]
    why: dict[str, Any] = Field(description="What the home venue said when it refused")
    opened_at: datetime

    @classmethod
    def of(cls, view: OrderView) -> "OrderOut":
        return cls(
            **{name: getattr(view, name) for name in cls.model_fields if name != "certificates"},
            certificates=list(view.certificates),
        )


class SignIn(Schema):
    text_digest: Text = Field(
        max_length=71, description="Digest of the contract's bytes, as read", examples=["sha256:…"]
    )


class RelayTokenOut(Schema):
    """Send it as `Authorization: Bearer …` with every bid for this order."""

    token: str
    expires_at: datetime = Field(description="By the real clock, at a demo venue too")
    bid_at: str = Field(description="Where bids go", examples=["/live/orders/0190f5a0…/bids"])


class BidIn(Schema):
    bid_id: UUID = Field(description="Of the bidder's choice; asking again gives the same receipt")
    amount_fen: int = Field(gt=0, le=2**63 - 1, examples=[1_000_000])


@router.get("/orders", response={200: Page[OrderOut], **PROBLEMS}, summary="Orders elsewhere")
def list_orders(
    request: DoorRequest, cursor: str | None = None, limit: int = Query(50)
) -> dict[str, Any]:
    """Needs `member.read` for a party's own; officers with `network.operate` see all (NE-4)."""
    if not request.actor.has(queries.SEE):
        request.actor.need(READ)
    return paged(
        queries.orders_seen_by(request.actor),
        cursor,
        limit,
        key=("-opened_at", "-id"),
        out=lambda row: OrderOut.of(queries.view(row)),
    )


@router.post(
    "/orders", response={201: OrderOut, **PROBLEMS}, summary="Apply at another venue, through ours"
)
def open_order(request: DoorRequest, body: OrderIn) -> Status[OrderOut]:
    """Needs `member.act`, for a party verified here (PA-4). The home venue answers in a moment."""
    seen = mirrors.listing(body.venue, body.listing)
    view = actions.open_order(
        actor=request.actor,
        now=request.now,
        venue=body.venue,
        listing=body.listing,
        accepts_conditions=body.accepts_conditions,
        title_zh=seen.title_zh if seen else "",
        title_en=seen.title_en if seen else "",
    )
    return Status(201, OrderOut.of(view))


@router.get("/orders/{order}", response={200: OrderOut, **PROBLEMS}, summary="An order")
def get_order(request: DoorRequest, order: UUID) -> OrderOut:
    """Needs `member.read` and to be its party, or `network.operate`."""
    return OrderOut.of(_seen(request, order))


@router.post(
    "/orders/{order}/withdraw", response={200: OrderOut, **PROBLEMS}, summary="Withdraw an order"
)
def withdraw(request: DoorRequest, order: UUID) -> OrderOut:
    """Needs `member.act`. Holds once the home venue says so; a guarantee is then released."""
    return OrderOut.of(actions.withdraw_order(actor=request.actor, now=request.now, order=order))


@router.get(
    "/orders/{order}/contract",
    response={200: None, **PROBLEMS},
    summary="The contract's bytes",
    openapi_extra=CONTRACT_ANSWER,
)
def get_contract(request: DoorRequest, order: UUID) -> HttpResponse:
    """Needs `member.read` and to be its party. The header `Digest` is what to sign (CO-1)."""
    view = _seen(request, order)
    return contract_answer(view.contract.encode(), view.contract_digest, view.deal_number)


@router.post("/orders/{order}/sign", response={200: OrderOut, **PROBLEMS}, summary="Sign")
def sign(request: DoorRequest, order: UUID, body: SignIn) -> OrderOut:
    """Needs `member.act`. The home venue takes the signature for this member (CO-1)."""
    return OrderOut.of(
        actions.sign_contract(
            actor=request.actor, now=request.now, order=order, text_digest=body.text_digest
        )
    )


@router.post(
    "/orders/{order}/ask-again",
    response={200: OrderOut, **PROBLEMS},
    summary="Offer a refused guarantee or price again",
)
def ask_again(request: DoorRequest, order: UUID) -> OrderOut:
    """Needs `member.act`. For what the home venue refused and this venue still holds (NE-4)."""
    return OrderOut.of(actions.ask_again(actor=request.actor, now=request.now, order=order))


@router.post(
    "/orders/{order}/relay-token",
    response={201: RelayTokenOut, **PROBLEMS},
    summary="A token to bid with through this venue",
)
def issue_relay_token(request: DoorRequest, order: UUID) -> Status[RelayTokenOut]:
    """Needs `member.act`, for the order's own party (NE-4). The quick way to bid at another venue.

    Then `POST /live/orders/{order}/bids` with `{"bid_id": <a UUID of your choice>, "amount_fen": …}`
    and this token. The answer is the home venue's receipt, or its refusal; the same `bid_id` sent
    again, or `GET /live/orders/{order}/bids/{bid_id}`, gives the same receipt (AU-4). `401`, or `504`
    more than once: fetch a new token.
    """
    token, expires = relay.issue_token(_seen(request, order), actor=request.actor)
    return Status(
        201,
        RelayTokenOut(
            token=token,
            expires_at=datetime.fromtimestamp(expires, UTC),
            bid_at=f"/live/orders/{order}/bids",
        ),
    )


@router.post(
    "/orders/{order}/bids",
    response={200: None, **PROBLEMS},
    summary="Bid through this venue",
)
def bid(request: DoorRequest, order: UUID, body: BidIn) -> HttpResponse:
    """Needs `member.act`. The answer is the home venue's receipt, byte for byte (AU-4).

    `504`: it has not answered yet; ask again with the same `bid_id`, which counts once. The bid's
    id takes the place of an `Idempotency-Key`, and keeps its word when this venue fails between.
    """
    given = relay.place(
        _seen(request, order),
        actor=request.actor,
        bid=body.bid_id,
        amount_fen=body.amount_fen,
        now=request.now,
    )
    return _answer(given)


@router.get(
    "/orders/{order}/bids/{bid}", response={200: None, **PROBLEMS}, summary="A bid's receipt"
)
def receipt(request: DoorRequest, order: UUID, bid: UUID) -> HttpResponse:
    """Needs `member.read`. Asked for at the home venue when it has not come here yet (AU-4)."""
    return _answer(
        relay.receipt(_seen(request, order), actor=request.actor, bid=bid, now=request.now)
    )


def _seen(request: DoorRequest, order: UUID) -> OrderView:
    if not request.actor.has(queries.SEE):
        request.actor.need(READ)
    return queries.order_seen_by(request.actor, order)


def _answer(given: Answered) -> HttpResponse:
    response = HttpResponse(given.body, status=given.status, content_type=given.content_type)
    response["Cache-Control"] = "no-store"
    return response
