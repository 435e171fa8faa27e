"""
What happens to orders across venues. `ordering`: at the bidder's venue; `hosting`: at the home venue.
"""

from hutong.network.trade.actions.hosting import (
    act_for,
    end_guarantee,
    give_back,
    sign_for,
    take_guarantee,
    take_intent,
    take_price,
    withdraw_for,
    within_limit,
)
from hutong.network.trade.actions.ordering import (
    ask_again,
    need_order_at,
    open_order,
    send_guarantee,
    send_price,
    sign_contract,
    take_word,
    whoever_acts,
    withdraw_order,
)
from hutong.network.trade.actions.relaying import (
    Answer,
    BidRefusal,
    Placed,
    keep_bids,
    keep_receipts,
)

__all__ = [
    "Answer",
    "BidRefusal",
    "Placed",
    "act_for",
    "ask_again",
    "end_guarantee",
    "give_back",
    "keep_bids",
    "keep_receipts",
    "need_order_at",
    "open_order",
    "send_guarantee",
    "send_price",
    "sign_contract",
    "sign_for",
    "take_guarantee",
    "take_intent",
    "take_price",
    "take_word",
    "whoever_acts",
    "withdraw_for",
    "withdraw_order",
    "within_limit",
]
