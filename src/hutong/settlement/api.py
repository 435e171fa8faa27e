"""
The API of money: what to pay, receipts, accounts, right against money, payouts.
"""

from typing import Any
from uuid import UUID

from ninja import Query, Router, Status

from hutong.deals import queries as deals
from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page, paged
from hutong.kit.actor import READ
from hutong.kit.money import CNY
from hutong.settlement import actions, queries
from hutong.settlement.rules import PayableStatus, PayoutStatus, ReceiptStatus
from hutong.settlement.schemas import (
    BalanceOut,
    ClaimIn,
    ConfirmIn,
    DealMoneyOut,
    FindingsIn,
    LineOut,
    MatchIn,
    PayableOut,
    PayoutIn,
    PayoutOut,
    ProceedsOut,
    ReasonIn,
    ReceiptIn,
    ReceiptOut,
    ReturnIn,
    StatementOut,
    TotalOut,
    TotalsOut,
    UndoIn,
    WaitingOut,
)

router = Router(tags=["settlement"])
MAX_LINES = 200
Currency = Query(CNY, pattern=r"^[A-Z]{3}$")


# -- what to pay --------------------------------------------------------------------------------------


@router.get("/payables", response={200: Page[PayableOut], **PROBLEMS}, summary="What is to be paid")
def list_payables(
    request: DoorRequest,
    subject: str | None = Query(
        None,
        pattern=r"^(intent|deal|right_application|order|order_price):[0-9a-f-]{36}$",
        examples=["deal:01817e2a-7c00-7000-8000-000000000000"],
    ),
    status: PayableStatus | None = Query(None),
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Needs `member.read`: a party sees its own, with the reference to quote (SE-2); officers all."""
    _needs_reader(request)
    rows = queries.payables_seen_by(request.actor)
    if subject is not None:
        rows = rows.filter(subject=subject)
    if status is not None:
        rows = rows.filter(status=status.value)
    return paged(
        rows,
        cursor,
        limit,
        key=("-issued_at", "-id"),
        out=lambda row: PayableOut.of(queries.view_payable(row)),
    )


@router.post(
    "/payables/{payable}/payment",
    response={200: PayableOut, **PROBLEMS},
    summary="Pay from the available balance",
)
def pay_from_balance(request: DoorRequest, payable: UUID) -> PayableOut:
    """Needs `member.act`. All of what is missing, from money the party has available here."""
    view = actions.pay_from_balance(actor=request.actor, now=request.now, payable=payable)
    return PayableOut.of(view)


# -- receipts -----------------------------------------------------------------------------------------


@router.post("/receipts", response={201: ReceiptOut, **PROBLEMS}, summary="Record money received")
def record_receipt(request: DoorRequest, body: ReceiptIn) -> Status[ReceiptOut]:
    """Needs `settlement.record_receipt`. The same bank line again is the same receipt (SE-2).

    `outcome` says what followed: covered, short, late, surplus, or suspense.
    """
    view = actions.record_receipt(actor=request.actor, now=request.now, **body.dict())
    return Status(201, ReceiptOut.of(view))


@router.get("/receipts", response={200: Page[ReceiptOut], **PROBLEMS}, summary="Receipts")
def list_receipts(
    request: DoorRequest,
    status: ReceiptStatus | None = Query(None),
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Needs an office of settlement, or `supervise.read`."""
    rows = queries.receipts_seen_by(request.actor)
    if status is not None:
        rows = rows.filter(status=status.value)
    return paged(
        rows,
        cursor,
        limit,
        key=("-recorded_at", "-id"),
        out=lambda row: ReceiptOut.of(queries.view_receipt(row)),
    )


@router.post(
    "/receipts/{receipt}/match",
    response={200: ReceiptOut, **PROBLEMS},
    summary="Match money in suspense",
)
def match_receipt(request: DoorRequest, receipt: UUID, body: MatchIn) -> ReceiptOut:
    """Needs `settlement.record_receipt`, and other eyes than recorded it (PA-5)."""
    view = actions.match_receipt(
        actor=request.actor, now=request.now, receipt=receipt, **body.dict()
    )
    return ReceiptOut.of(view)


@router.post(
    "/receipts/{receipt}/return",
    response={200: ReceiptOut, **PROBLEMS},
    summary="Money in suspense went back",
)
def return_receipt(request: DoorRequest, receipt: UUID, body: ReturnIn) -> ReceiptOut:
    """Needs `settlement.record_receipt`, and other eyes than recorded it (PA-5)."""
    view = actions.return_receipt(
        actor=request.actor, now=request.now, receipt=receipt, **body.dict()
    )
    return ReceiptOut.of(view)


@router.post(
    "/receipts/{receipt}/undo",
    response={200: ReceiptOut, **PROBLEMS},
    summary="Undo a receipt that was entered wrongly",
)
def undo_receipt(request: DoorRequest, receipt: UUID, body: UndoIn) -> ReceiptOut:
    """Needs `settlement.record_receipt`, and other eyes than recorded it (PA-5). Takes back what is
    free of it; the same bank line may then be recorded as it is (SE-1)."""
    view = actions.undo_receipt(
        actor=request.actor, now=request.now, receipt=receipt, **body.dict()
    )
    return ReceiptOut.of(view)


# -- accounts -----------------------------------------------------------------------------------------


@router.get("/account", response={200: StatementOut, **PROBLEMS}, summary="My party's account")
def my_account(
    request: DoorRequest,
    currency: str = Currency,
    after: int = Query(0, ge=0, le=2**62),
    limit: int = Query(100, ge=1, le=MAX_LINES),
) -> StatementOut:
    """Needs `member.read`. Balance, and lines with numbers over `after`, oldest first (SE-1)."""
    request.actor.need(READ)
    return _statement(request.actor.acting_party(), currency, after, limit)


@router.get(
    "/accounts/{party}", response={200: StatementOut, **PROBLEMS}, summary="A party's account"
)
def account_of_party(
    request: DoorRequest,
    party: UUID,
    currency: str = Currency,
    after: int = Query(0, ge=0, le=2**62),
    limit: int = Query(100, ge=1, le=MAX_LINES),
) -> StatementOut:
    """Needs an office of settlement, or `supervise.read`."""
    queries.needs_books(request.actor)
    return _statement(party, currency, after, limit)


@router.get("/totals", response={200: TotalsOut, **PROBLEMS}, summary="The whole ledger")
def totals(request: DoorRequest) -> TotalsOut:
    """Needs an office of settlement, or `supervise.read`. Each currency sums to 0 (SE-1)."""
    found = queries.totals(request.actor)
    currencies = sorted({total.currency for total in found})
    return TotalsOut(
        totals=[TotalOut.of(total) for total in found],
        sums_fen={
            currency: sum(t.posted_fen for t in found if t.currency == currency)
            for currency in currencies
        },
    )


def _statement(party: UUID, currency: str, after: int, limit: int) -> StatementOut:
    lines = queries.statement_of(party, currency=currency, after=after, limit=limit)
    return StatementOut(
        balance=BalanceOut.of(queries.account_of(party, currency), currency),
        lines=[LineOut.of(line) for line in lines],
        next=lines[-1].number if len(lines) == limit else None,
    )


# -- right against money ------------------------------------------------------------------------------


@router.get(
    "/deals/{deal}/money", response={200: DealMoneyOut, **PROBLEMS}, summary="A deal's sums"
)
def deal_money(request: DoorRequest, deal: UUID) -> DealMoneyOut:
    """Needs `member.read` and to be a side of the deal, or an office."""
    _needs_reader(request)
    view = deals.deal_seen_by(request.actor, deal)
    sees = queries.sees_books(request.actor) or request.actor.party == view.seller
    pledged = queries.proceeds_of_deal(view.id) if sees else None
    return DealMoneyOut.of(queries.money_of(view.id), pledged)


@router.post(
    "/deals/{deal}/settlement",
    response={201: DealMoneyOut, **PROBLEMS},
    summary="Move right and money together",
)
def settle(request: DoorRequest, deal: UUID) -> Status[DealMoneyOut]:
    """Needs `settlement.settle`. The register entries and the seller's credit, or neither (DL-2).

    Refused while the price is not whole, or an outside step is missing (RR-11).
    """
    money = actions.settle(actor=request.actor, now=request.now, deal=deal)
    return Status(201, DealMoneyOut.of(money, queries.proceeds_of_deal(deal)))


# -- proceeds of pledged rights -----------------------------------------------------------------------


@router.get(
    "/proceeds", response={200: list[ProceedsOut], **PROBLEMS}, summary="Proceeds of pledged rights"
)
def list_proceeds(request: DoorRequest) -> list[ProceedsOut]:
    """Needs `member.read`: what one's party got, gave or has held for a pledge, newest first (RR-6)."""
    request.actor.need(READ)
    found = queries.proceeds_of_party(request.actor.acting_party())
    return [ProceedsOut.of(one) for one in found]


@router.get(
    "/proceeds/{proceeds}", response={200: ProceedsOut, **PROBLEMS}, summary="One sum of proceeds"
)
def get_proceeds(request: DoorRequest, proceeds: UUID) -> ProceedsOut:
    """Seen by seller and pledgee, officers of settlement and the supervisor."""
    _needs_reader(request)
    return ProceedsOut.of(queries.proceeds(proceeds, request.actor))


@router.post(
    "/proceeds/{proceeds}/claim",
    response={200: ProceedsOut, **PROBLEMS},
    summary="Ask for what is held, the debt being due",
)
def claim_proceeds(request: DoorRequest, proceeds: UUID, body: ClaimIn) -> ProceedsOut:
    """Needs `member.act` for the pledgee. Possible once the debt's day in the register has passed;
    an officer decides, the seller is told (RR-6, Civil Code 444)."""
    view = actions.claim_proceeds(
        actor=request.actor, now=request.now, proceeds=proceeds, **body.dict()
    )
    return ProceedsOut.of(view)


@router.post(
    "/proceeds/{proceeds}/payment",
    response={200: ProceedsOut, **PROBLEMS},
    summary="Pay a pledgee what is held",
)
def pay_proceeds(request: DoorRequest, proceeds: UUID, body: FindingsIn) -> ProceedsOut:
    """Needs `settlement.approve_payout`, by nobody who claimed it or acts for a side (PA-5). What
    is held beyond the claim is the seller's."""
    view = actions.pay_proceeds(
        actor=request.actor, now=request.now, proceeds=proceeds, findings=body.findings
    )
    return ProceedsOut.of(view)


@router.post(
    "/proceeds/{proceeds}/refusal",
    response={200: ProceedsOut, **PROBLEMS},
    summary="Refuse a pledgee's claim",
)
def refuse_claim(request: DoorRequest, proceeds: UUID, body: ReasonIn) -> ProceedsOut:
    """Needs `settlement.approve_payout`, by nobody who claimed it or acts for a side (PA-5). It
    stays held, and may be claimed again."""
    view = actions.refuse_claim(
        actor=request.actor, now=request.now, proceeds=proceeds, reason=body.reason
    )
    return ProceedsOut.of(view)


# -- payouts ------------------------------------------------------------------------------------------


@router.post("/payouts", response={201: PayoutOut, **PROBLEMS}, summary="Ask for a payout")
def request_payout(request: DoorRequest, body: PayoutIn) -> Status[PayoutOut]:
    """Needs `member.own`; with `party`, `settlement.request_payout`. To an account in its own name.

    The money is held until another officer approves and the bank has paid (SE-3, PA-5).
    """
    if body.party is None:
        view = actions.request_payout(
            actor=request.actor,
            now=request.now,
            amount_fen=body.amount_fen,
            account=body.account.account(),
            currency=body.currency,
        )
    else:
        view = actions.request_payout_for(
            actor=request.actor,
            now=request.now,
            party=body.party,
            amount_fen=body.amount_fen,
            account=body.account.account(),
            currency=body.currency,
        )
    return Status(201, PayoutOut.of(view))


@router.get("/payouts", response={200: Page[PayoutOut], **PROBLEMS}, summary="Payouts")
def list_payouts(
    request: DoorRequest,
    status: PayoutStatus | None = Query(None),
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Needs `member.read` for one's own; officers of settlement and the supervisor see all."""
    _needs_reader(request)
    rows = queries.payouts_seen_by(request.actor)
    if status is not None:
        rows = rows.filter(status=status.value)
    return paged(
        rows,
        cursor,
        limit,
        key=("-requested_at", "-id"),
        out=lambda row: PayoutOut.of(queries.view_payout(row)),
    )


@router.post(
    "/payouts/{payout}/approval", response={200: PayoutOut, **PROBLEMS}, summary="Approve a payout"
)
def approve_payout(request: DoorRequest, payout: UUID) -> PayoutOut:
    """Needs `settlement.approve_payout`, and other eyes than asked for it (PA-5)."""
    view = actions.approve_payout(actor=request.actor, now=request.now, payout=payout)
    return PayoutOut.of(view)


@router.post(
    "/payouts/{payout}/rejection", response={200: PayoutOut, **PROBLEMS}, summary="Reject a payout"
)
def reject_payout(request: DoorRequest, payout: UUID, body: ReasonIn) -> PayoutOut:
    """Needs `settlement.approve_payout`, and other eyes than asked for it (PA-5)."""
    view = actions.reject_payout(
        actor=request.actor, now=request.now, payout=payout, reason=body.reason
    )
    return PayoutOut.of(view)


@router.post(
    "/payouts/{payout}/confirmation",
    response={200: PayoutOut, **PROBLEMS},
    summary="The bank has paid",
)
def confirm_payout(request: DoorRequest, payout: UUID, body: ConfirmIn) -> PayoutOut:
    """Needs `settlement.record_receipt`. From the bank's statement; each of its lines once."""
    view = actions.confirm_payout(
        actor=request.actor, now=request.now, payout=payout, bank_reference=body.bank_reference
    )
    return PayoutOut.of(view)


@router.post(
    "/payouts/{payout}/failure",
    response={200: PayoutOut, **PROBLEMS},
    summary="The bank has not paid",
)
def fail_payout(request: DoorRequest, payout: UUID, body: ReasonIn) -> PayoutOut:
    """Needs `settlement.record_receipt`. The money is available to the party again."""
    view = actions.fail_payout(
        actor=request.actor, now=request.now, payout=payout, reason=body.reason
    )
    return PayoutOut.of(view)


# -- the desk -----------------------------------------------------------------------------------------


@router.get("/settlement/queue", response={200: list[WaitingOut], **PROBLEMS}, summary="What waits")
def queue(request: DoorRequest) -> list[WaitingOut]:
    """Needs an office of settlement, or `supervise.read`. Longest waiting first."""
    return [WaitingOut.of(w, request.now) for w in queries.queue(request.actor)]


def _needs_reader(request: DoorRequest) -> None:
    if not queries.sees_books(request.actor) and not deals.sees_all(request.actor):
        request.actor.need(READ)
