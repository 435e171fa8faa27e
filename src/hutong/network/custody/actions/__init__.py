"""
Custody: wished, proposed and offered at the old venue; taken up, accepted and opened at the new one;
of one technology or of several at once (NE-8, PA-5).
"""

from hutong.network.custody.actions.moves import OPERATE, drop
from hutong.network.custody.actions.new_venue import (
    accept,
    decline,
    open_chapter,
    receive,
    take_over,
    take_up,
    take_withdrawal,
)
from hutong.network.custody.actions.old_venue import (
    close,
    fail,
    hand_over,
    offer,
    propose,
    take_answer,
    take_back,
    take_up_wish,
    wish,
    withdraw,
)
from hutong.network.custody.actions.several import (
    MOST_AT_ONCE,
    Several,
    Step,
    propose_several,
    step_several,
    wish_several,
)

__all__ = [
    "MOST_AT_ONCE",
    "OPERATE",
    "Several",
    "Step",
    "accept",
    "close",
    "decline",
    "drop",
    "fail",
    "hand_over",
    "offer",
    "open_chapter",
    "propose",
    "propose_several",
    "receive",
    "step_several",
    "take_answer",
    "take_back",
    "take_over",
    "take_up",
    "take_up_wish",
    "take_withdrawal",
    "wish",
    "wish_several",
    "withdraw",
]
