"""
What can happen to money.

Order of locks: the payable, then the listing or the deal and its rights, then the ledger's
balances. Whoever needs two of them takes them in this order.
"""

from hutong.settlement.actions.abroad import (
    ask_remittance,
    exposure_fen,
    guarantee_deposit,
    pay_through,
    pay_venue,
    release_remittance,
    remit,
    take_back,
)
from hutong.settlement.actions.deposits import forfeit_deposit, release_deposit
from hutong.settlement.actions.joint import (
    SoldPart,
    assure_part,
    free_part,
    lock_price,
    note_part_moved,
    return_part,
    settle_part,
)
from hutong.settlement.actions.payables import (
    cancel_fee,
    issue_payable,
    pay_from_balance,
    refund_fee,
)
from hutong.settlement.actions.payouts import (
    approve_payout,
    confirm_payout,
    fail_payout,
    reject_payout,
    request_payout,
    request_payout_for,
)
from hutong.settlement.actions.pledged import (
    claim_proceeds,
    pay_proceeds,
    refuse_claim,
    release_proceeds,
)
from hutong.settlement.actions.prices import apply_deposit, return_price, settle
from hutong.settlement.actions.receipts import (
    clear_receipt,
    match_receipt,
    record_receipt,
    return_receipt,
    undo_receipt,
)

__all__ = [
    "SoldPart",
    "apply_deposit",
    "approve_payout",
    "ask_remittance",
    "assure_part",
    "cancel_fee",
    "claim_proceeds",
    "clear_receipt",
    "confirm_payout",
    "exposure_fen",
    "fail_payout",
    "forfeit_deposit",
    "free_part",
    "guarantee_deposit",
    "issue_payable",
    "lock_price",
    "match_receipt",
    "note_part_moved",
    "pay_from_balance",
    "pay_proceeds",
    "pay_through",
    "pay_venue",
    "record_receipt",
    "refund_fee",
    "refuse_claim",
    "reject_payout",
    "release_deposit",
    "release_proceeds",
    "release_remittance",
    "remit",
    "request_payout",
    "request_payout_for",
    "return_part",
    "return_price",
    "return_receipt",
    "settle",
    "settle_part",
    "take_back",
    "undo_receipt",
]
