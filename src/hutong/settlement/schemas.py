"""Money on the wire: amounts in the minor unit, references in groups of four for people."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from ninja import Field, Schema

from hutong.deals.schemas import Text
from hutong.kit.money import MAX_AMOUNT
from hutong.ledger.queries import AccountView, StatementLine, Totals
from hutong.ledger.rules import Kind
from hutong.settlement import references
from hutong.settlement.pledged import Standing
from hutong.settlement.queries import (
    DealMoney,
    PayableView,
    PayoutView,
    ProceedsView,
    ReceiptView,
    Waiting,
)
from hutong.settlement.rules import (
    BankAccount,
    Outcome,
    PayableStatus,
    PayoutStatus,
    Purpose,
    ReceiptStatus,
)

Fen = Annotated[int, Field(gt=0, le=MAX_AMOUNT, examples=[12_800_000])]


class PayableOut(Schema):
    """What a party is asked to pay. Quote `reference` in the bank transfer."""

    id: UUID
    reference: str = Field(examples=["RF18539007547034812700"])
    reference_spaced: str = Field(examples=["RF18 5390 0754 7034 8127 00"])
    subject: str = Field(examples=["intent:01817e2a-7c00-7000-8000-000000000000"])
    purpose: Purpose
    payer: UUID
    listing: UUID | None
    amount_fen: int
    covered_fen: int = Field(description="Held as deposit, or in escrow")
    received_fen: int = Field(description="Received under this reference")
    missing_fen: int
    currency: str
    status: PayableStatus
    pay_by: datetime | None
    issued_at: datetime

    @classmethod
    def of(cls, view: PayableView) -> Self:
        return cls(
            id=view.id,
            reference=view.reference,
            reference_spaced=references.spaced(view.reference),
            subject=view.subject,
            purpose=view.purpose,
            payer=view.payer,
            listing=view.listing,
            amount_fen=view.amount_fen,
            covered_fen=view.covered_fen,
            received_fen=view.received_fen,
            missing_fen=view.missing_fen,
            currency=view.currency,
            status=view.status,
            pay_by=view.pay_by,
            issued_at=view.issued_at,
        )


class ReceiptIn(Schema):
    """One line of the bank's statement. `reference`: the text that came with the money."""

    reference: Text = Field("", max_length=400, examples=["保证金 RF18 5390 0754 7034 8127 00"])
    amount_fen: Fen
    bank_reference: Text = Field(min_length=1, max_length=80, examples=["20220620-000123"])
    value_date: date = Field(examples=["2022-06-20"])
    payer_name: Text = Field("", max_length=200)
    currency: Text = Field("CNY", pattern=r"^[A-Z]{3}$")


class ReceiptOut(Schema):
    id: UUID
    bank_reference: str
    reference: str = Field(description="The text that came with the money")
    payer_name: str
    amount_fen: int
    currency: str
    value_date: date
    status: ReceiptStatus
    outcome: Outcome = Field(description="What it brought about")
    payable: UUID | None
    recorded_at: datetime

    @classmethod
    def of(cls, view: ReceiptView) -> Self:
        return cls(
            id=view.id,
            bank_reference=view.bank_reference,
            reference=view.text,
            payer_name=view.payer_name,
            amount_fen=view.amount_fen,
            currency=view.currency,
            value_date=view.value_date,
            status=view.status,
            outcome=view.outcome,
            payable=view.payable,
            recorded_at=view.recorded_at,
        )


class MatchIn(Schema):
    reference: Text = Field(min_length=1, max_length=60, examples=["RF18 5390 0754 7034 8127 00"])
    reason: Text = Field(min_length=1, max_length=400, examples=["The payer confirmed by letter."])


class ReturnIn(Schema):
    bank_reference: Text = Field(min_length=1, max_length=80)
    reason: Text = Field(min_length=1, max_length=400)


class UndoIn(Schema):
    reason: Text = Field(min_length=1, max_length=400, examples=["The amount was typed wrongly."])


class BankAccountIn(Schema):
    """An account in the party's own name."""

    holder: Text = Field(min_length=1, max_length=200, examples=["上海某大学"])
    bank: Text = Field(min_length=1, max_length=200, examples=["某银行上海分行"])
    number: Text = Field(min_length=5, max_length=40, examples=["6222 0000 1234 5678"])

    def account(self) -> BankAccount:
        return BankAccount(holder=self.holder, bank=self.bank, number=self.number)


class PayoutIn(Schema):
    """`party` is an officer's to give; a member asks for the party it acts for."""

    amount_fen: Fen
    account: BankAccountIn
    party: UUID | None = None
    currency: str = Field("CNY", pattern=r"^[A-Z]{3}$")


class PayoutOut(Schema):
    id: UUID
    party: UUID
    amount_fen: int
    currency: str
    holder: str
    bank: str
    account_number: str = Field(description="The last four characters", examples=["••••5678"])
    status: PayoutStatus
    requested_at: datetime
    approved_at: datetime | None
    finished_at: datetime | None
    reason: str

    @classmethod
    def of(cls, view: PayoutView) -> Self:
        return cls(
            id=view.id,
            party=view.party,
            amount_fen=view.amount_fen,
            currency=view.currency,
            holder=view.account.holder,
            bank=view.account.bank,
            account_number="••••" + view.account.number[-4:],
            status=view.status,
            requested_at=view.requested_at,
            approved_at=view.approved_at,
            finished_at=view.finished_at,
            reason=view.reason,
        )


class ConfirmIn(Schema):
    bank_reference: Text = Field(min_length=1, max_length=80)


class ReasonIn(Schema):
    reason: Text = Field(min_length=1, max_length=400)


class BalanceOut(Schema):
    """`available_fen` may be disposed of; `held_fen` is set aside."""

    account: UUID | None
    currency: str
    available_fen: int
    held_fen: int

    @classmethod
    def of(cls, view: AccountView | None, currency: str) -> Self:
        return cls(
            account=view.id if view else None,
            currency=currency,
            available_fen=view.available_fen if view else 0,
            held_fen=view.held_fen if view else 0,
        )


class LineOut(Schema):
    """One posting; `balance_fen` is what it left."""

    number: int
    at: datetime
    purpose: str = Field(examples=["receipt"])
    about: str
    amount_fen: int
    balance_fen: int

    @classmethod
    def of(cls, line: StatementLine) -> Self:
        return cls(
            number=line.number,
            at=line.at,
            purpose=line.purpose,
            about=line.about,
            amount_fen=line.amount_fen,
            balance_fen=line.balance_fen,
        )


class StatementOut(Schema):
    balance: BalanceOut
    lines: list[LineOut]
    next: int | None = Field(None, description="Ask again with `after` for more")


class TotalOut(Schema):
    kind: Kind
    currency: str
    posted_fen: int
    held_fen: int
    accounts: int

    @classmethod
    def of(cls, total: Totals) -> Self:
        return cls(
            kind=total.kind,
            currency=total.currency,
            posted_fen=total.posted_fen,
            held_fen=total.held_fen,
            accounts=total.accounts,
        )


class TotalsOut(Schema):
    """`sums_fen`: over all kinds, by currency; each is 0 (SE-1)."""

    totals: list[TotalOut]
    sums_fen: dict[str, int]


class ProceedsOut(Schema):
    """What a pledgee has of a price, or is held for it until the pledge ends or the debt is due
    (RR-6, Civil Code 444)."""

    id: UUID
    deal: UUID
    technology: UUID
    pledge: UUID = Field(description="Its entry in the register")
    seller: UUID
    pledgee: UUID
    standing: Standing
    amount_fen: int
    currency: str
    at: datetime
    released_at: datetime | None
    claimed_at: datetime | None
    claimed_fen: int | None
    grounds: str
    evidence: list[UUID]
    findings: str = Field(description="Of the last decision on a claim")
    paid_at: datetime | None
    paid_fen: int | None = Field(description="Of it paid the debt that fell due")

    @classmethod
    def of(cls, view: ProceedsView) -> Self:
        named = {name: getattr(view, name) for name in cls.model_fields if name != "evidence"}
        return cls(**named, evidence=list(view.evidence))


class ClaimIn(Schema):
    """`evidence`: papers stored before by the same party, such as the demand for payment."""

    amount_fen: Fen
    grounds: Text = Field(
        min_length=1, max_length=400, examples=["Due on 2022-12-31, unpaid after our demand."]
    )
    evidence: list[UUID] = Field([], max_length=20)


class FindingsIn(Schema):
    findings: Text = Field(min_length=1, max_length=400, examples=["Due, and not paid."])


class DealMoneyOut(Schema):
    """Whom a deal costs what, and how much of it is here."""

    deal: UUID
    price_fen: int
    seller_fee_fen: int
    buyer_fee_fen: int
    due_fen: int = Field(description="What the buyer pays in all")
    to_seller_fen: int
    in_escrow_fen: int
    currency: str
    reference: str
    settled_at: datetime | None
    pledged: list[ProceedsOut] | None = Field(
        None, description="What pledgees have of it (RR-6); shown to the seller and the books"
    )

    @classmethod
    def of(cls, money: DealMoney, pledged: list[ProceedsView] | None = None) -> Self:
        return cls(
            pledged=None if pledged is None else [ProceedsOut.of(one) for one in pledged],
            deal=money.deal,
            price_fen=money.price_fen,
            seller_fee_fen=money.seller_fee_fen,
            buyer_fee_fen=money.buyer_fee_fen,
            due_fen=money.due_fen,
            to_seller_fen=money.to_seller_fen,
            in_escrow_fen=money.in_escrow_fen,
            currency=money.currency,
            reference=money.reference,
            settled_at=money.settled_at,
        )


class WaitingOut(Schema):
    """Something for an officer. `hours`: how long it has waited."""

    what: str = Field(examples=["deal_to_settle"])
    subject: str
    since: datetime
    hours: int
    amount_fen: int
    currency: str
    note: str
    missing_steps: int = Field(description="Outside steps not recorded yet (RR-11)")

    @classmethod
    def of(cls, waiting: Waiting, now: datetime) -> Self:
        return cls(
            what=waiting.what,
            subject=waiting.subject,
            since=waiting.since,
            hours=waiting.hours(now),
            amount_fen=waiting.amount_fen,
            currency=waiting.currency,
            note=waiting.note,
            missing_steps=waiting.missing_steps,
        )
