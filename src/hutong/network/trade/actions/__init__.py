"""
What happens to orders across venues. `ordering`: at the bidder's venue; `hosting`: at the home venue.
"""

from hutong.network.trade.actions.hosting import (
    acting_for,
    end_guarantee,
    give_back,
    link_deal,
    sign_for,
    take_guarantee,
    take_intent,
    take_price,
    withdraw_for,
)
from hutong.network.trade.actions.ordering import (
    need_order_at,
    note_lot,
    note_why,
    open_order,
    send_guarantee,
    send_price,
    sign_contract,
    take_back,
    take_word,
    withdraw_order,
)
from hutong.network.trade.actions.relaying import keep_bid, keep_receipt

__all__ = [
    "acting_for",
    "end_guarantee",
    "give_back",
    "keep_bid",
    "keep_receipt",
    "link_deal",
    "need_order_at",
    "note_lot",
    "note_why",
    "open_order",
    "send_guarantee",
    "send_price",
    "sign_contract",
    "sign_for",
    "take_back",
    "take_guarantee",
    "take_intent",
    "take_price",
    "take_word",
    "withdraw_for",
    "withdraw_order",
]
