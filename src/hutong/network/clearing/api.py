"""
Clearing by the API (SE-5).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Query, Router, Schema, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page, paged
from hutong.doors.text import Text
from hutong.kit.money import CNY
from hutong.network.clearing import actions, queries
from hutong.network.clearing.rules import Status as StatementStatus
from hutong.network.clearing.rules import What
from hutong.settlement.queries import needs_books

router = Router(tags=["network"])


class AccountOfVenueOut(Schema):
    """Where we stand with another venue. Amounts in the minor unit."""

    venue: str = Field(examples=["SZTE"])
    currency: str = Field(examples=["CNY"])
    owed_fen: int = Field(
        description="What we owe it; below zero: what it owes us", examples=[-100]
    )
    open_fen: int = Field(description="What of that stands in no agreed statement yet")
    guaranteed_fen: int = Field(description="Deposits it stands for here", examples=[0])
    limit_fen: int = Field(description="Most that it may owe and guarantee here, by the rulebook")
    free_fen: int = Field(description="What of that is left")


@router.get(
    "/network/accounts",
    response={200: list[AccountOfVenueOut], **PROBLEMS},
    summary="Where we stand with each other venue",
)
def accounts(request: DoorRequest) -> list[Any]:
    """In yuan for each venue, and in each other currency in which anything was owed or guaranteed.
    Needs an officer of settlement or the supervisor (SE-5)."""
    needs_books(request.actor)
    return queries.accounts(request.now)


class ClearingStatementOut(Schema):
    """What another venue and we count between us. Lines: what the second venue owes the first."""

    id: int
    venue: str = Field(examples=["SZTE"])
    number: int = Field(examples=[1])
    currency: str = Field(examples=["CNY"])
    digest: str = Field(description="The same at both venues; each logs it", examples=["sha256:…"])
    lines: list[tuple[str, int]]
    owed_fen: int = Field(description="What we owe by it; below zero: what we are owed")
    status: StatementStatus = Field(examples=["agreed"])
    tries: int = Field(description="How often it was struck over the same lines", examples=[1])
    differences: list[tuple[str, int | None, int | None]] = Field(
        description="Where the two do not count the same: line, proposed, the other's"
    )
    struck_at: datetime
    bank_reference: str


class LineOut(Schema):
    """A line of what is owed of orders: a position."""

    id: int | None = Field(description="null: we have no such position")
    key: str = Field(description="The same at both venues", examples=["0193…:price"])
    order: UUID | None
    what: What | None = Field(description="deposit, price, or back: the deal ended")
    owed_fen: int | None = Field(description="What we owe by it; below zero: what we are owed")
    theirs_fen: int | None = Field(description="Where it differs: the same as the other counts it")
    differs: bool
    aside_since: datetime | None = Field(description="Since when it stands in no statement")
    aside_why: str


class AsideIn(Schema):
    why: Text = Field(min_length=1, max_length=500, examples=["SZTE 的订单记录正在核对"])


class BankIn(Schema):
    bank_reference: Text = Field(min_length=1, max_length=80, examples=["TT20221120000017"])


class FoundIn(Schema):
    receipt: UUID = Field(description="The bank's line in suspense by which it came")


class StrikeIn(Schema):
    venue: Text = Field(max_length=20, examples=["SZTE"])
    currency: Text = Field(CNY, max_length=3, examples=["CNY"])


@router.get(
    "/network/statements",
    response={200: Page[ClearingStatementOut], **PROBLEMS},
    summary="Statements between other venues and us",
)
def list_statements(
    request: DoorRequest,
    venue: str | None = Query(None),
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Needs an officer of settlement or the supervisor; latest first (SE-5)."""
    needs_books(request.actor)
    rows = queries.statements(venue)
    return paged(rows, cursor, limit, key=("-struck_at", "-id"), out=_out)


@router.post(
    "/network/statements", response={204: None, **PROBLEMS}, summary="Strike a statement now"
)
def strike(request: DoorRequest, body: StrikeIn) -> Status[None]:
    """Needs `settlement.approve_payout`, at the venue whose code comes first; else by itself at the
    end of each day. A disputed one is struck anew (SE-5)."""
    actions.strike(actor=request.actor, now=request.now, venue=body.venue, currency=body.currency)
    return Status(204, None)


@router.get(
    "/network/statements/{statement}/lines",
    response={200: list[LineOut], **PROBLEMS},
    summary="The lines of a statement, those that differ first",
)
def lines(request: DoorRequest, statement: int) -> list[Any]:
    """Each beside our own position. Needs an officer of settlement or the supervisor (SE-5)."""
    needs_books(request.actor)
    return queries.lines_of(queries.statement(statement))


@router.post(
    "/network/positions/{position}/aside",
    response={204: None, **PROBLEMS},
    summary="Leave a line out of statements",
)
def set_aside(request: DoorRequest, position: int, body: AsideIn) -> Status[None]:
    """Until it is clear who counts it right; the rest is netted without it. Needs
    `settlement.approve_payout`, at the venue that strikes the statements (SE-5)."""
    actions.set_aside(actor=request.actor, now=request.now, position=position, why=body.why)
    return Status(204, None)


@router.post(
    "/network/positions/{position}/taken-up",
    response={204: None, **PROBLEMS},
    summary="Count a line again that was left out",
)
def take_up(request: DoorRequest, position: int) -> Status[None]:
    """It stands in the next statement. Needs `settlement.approve_payout` (SE-5)."""
    actions.take_up(actor=request.actor, now=request.now, position=position)
    return Status(204, None)


@router.post(
    "/network/statements/{statement}/payment",
    response={204: None, **PROBLEMS},
    summary="Enter how what we owe goes out",
)
def enter_payment(request: DoorRequest, statement: int, body: BankIn) -> Status[None]:
    """Needs `settlement.request_payout`; another officer confirms (PA-5)."""
    actions.enter_payment(
        actor=request.actor,
        now=request.now,
        statement=statement,
        bank_reference=body.bank_reference,
    )
    return Status(204, None)


@router.post(
    "/network/statements/{statement}/payment/confirm",
    response={204: None, **PROBLEMS},
    summary="Confirm that the bank has paid it",
)
def confirm_payment(request: DoorRequest, statement: int) -> Status[None]:
    """Needs `settlement.approve_payout`, and other eyes than those that entered it (PA-5)."""
    actions.confirm_payment(actor=request.actor, now=request.now, statement=statement)
    return Status(204, None)


@router.post(
    "/network/statements/{statement}/receipt",
    response={204: None, **PROBLEMS},
    summary="Confirm that what the other venue paid is here",
)
def confirm_receipt(request: DoorRequest, statement: int, body: FoundIn) -> Status[None]:
    """Needs `settlement.record_receipt`, and other eyes than those that recorded the bank's line
    (PA-5). The other venue is told: it is settled (SE-5)."""
    actions.confirm_receipt(
        actor=request.actor, now=request.now, statement=statement, receipt=body.receipt
    )
    return Status(204, None)


def _out(row: Any) -> ClearingStatementOut:
    view = queries.view(row)
    return ClearingStatementOut(
        **{
            name: getattr(view, name)
            for name in ClearingStatementOut.model_fields
            if name not in ("lines", "differences")
        },
        lines=list(view.lines),
        differences=list(view.differences),
    )
