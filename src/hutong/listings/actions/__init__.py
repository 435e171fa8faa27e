"""
What can happen to listings and intents.
"""

from hutong.listings.actions.buying import (
    apply_intent,
    mark_deposited,
    qualify,
    withdraw_intent,
)
from hutong.listings.actions.closing import close_sold, close_unsold, cut_off, fix_end
from hutong.listings.actions.drafting import draft, draft_joint, revise, submit, withdraw
from hutong.listings.actions.examining import (
    examine,
    note_part_left,
    resume,
    suspend,
    suspend_for,
    terminate,
)
from hutong.listings.actions.joining import ask_co_owners, decline_offer, join_offer
from hutong.listings.actions.moving import (
    end_moved,
    hold_for_move,
    resume_after_move,
    take_over,
)
from hutong.listings.actions.preempting import answer_pre_emption

__all__ = [
    "answer_pre_emption",
    "apply_intent",
    "ask_co_owners",
    "close_sold",
    "close_unsold",
    "cut_off",
    "decline_offer",
    "draft",
    "draft_joint",
    "end_moved",
    "examine",
    "fix_end",
    "hold_for_move",
    "join_offer",
    "mark_deposited",
    "note_part_left",
    "qualify",
    "resume",
    "resume_after_move",
    "revise",
    "submit",
    "suspend",
    "suspend_for",
    "take_over",
    "terminate",
    "withdraw",
    "withdraw_intent",
]
