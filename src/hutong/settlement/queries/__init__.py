"""
What is asked about money: what to pay and how, what waits, who stands where.

Members see their own; officers of settlement and the supervisor see all.
"""

from hutong.settlement.queries.accounts import (
    DealMoney,
    account_of,
    fee_of,
    money_of,
    statement_of,
    totals,
)
from hutong.settlement.queries.audit import audit
from hutong.settlement.queries.movements import (
    PayoutView,
    ReceiptView,
    in_suspense,
    payout,
    payouts_seen_by,
    receipt,
    receipts_seen_by,
    view_payout,
    view_receipt,
    waiting_for,
)
from hutong.settlement.queries.payables import (
    PayableView,
    deposits_of_listing,
    payable,
    payable_for,
    payables_for,
    payables_seen_by,
    reference_for,
    view_payable,
)
from hutong.settlement.queries.pledged import (
    ProceedsView,
    claims_against,
    claims_open,
    proceeds,
    proceeds_of_deal,
    proceeds_of_party,
)
from hutong.settlement.queries.sight import needs_books, sees_books
from hutong.settlement.queries.waiting import Waiting, queue

__all__ = [
    "DealMoney",
    "PayableView",
    "PayoutView",
    "ProceedsView",
    "ReceiptView",
    "Waiting",
    "account_of",
    "audit",
    "claims_against",
    "claims_open",
    "deposits_of_listing",
    "fee_of",
    "in_suspense",
    "money_of",
    "needs_books",
    "payable",
    "payable_for",
    "payables_for",
    "payables_seen_by",
    "payout",
    "payouts_seen_by",
    "proceeds",
    "proceeds_of_deal",
    "proceeds_of_party",
    "queue",
    "receipt",
    "receipts_seen_by",
    "reference_for",
    "sees_books",
    "statement_of",
    "totals",
    "view_payable",
    "view_payout",
    "view_receipt",
    "waiting_for",
]
