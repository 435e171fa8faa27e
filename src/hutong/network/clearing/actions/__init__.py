"""
What happens between another venue and us: `positions` are counted, `statements` are struck and
judged, `payments` settle them (SE-5).
"""

from hutong.network.clearing.actions.payments import (
    CONFIRM,
    ENTER,
    PAID,
    RECEIVE,
    RECEIVED,
    confirm_payment,
    confirm_receipt,
    enter_payment,
    note_paid,
    note_received,
)
from hutong.network.clearing.actions.positions import (
    STRIKE,
    about,
    is_proposer,
    note_position,
    set_aside,
    take_up,
)
from hutong.network.clearing.actions.statements import (
    PROPOSE,
    judge,
    strike,
    take_judgement,
)

__all__ = [
    "CONFIRM",
    "ENTER",
    "PAID",
    "PROPOSE",
    "RECEIVE",
    "RECEIVED",
    "STRIKE",
    "about",
    "confirm_payment",
    "confirm_receipt",
    "enter_payment",
    "is_proposer",
    "judge",
    "note_paid",
    "note_position",
    "note_received",
    "set_aside",
    "strike",
    "take_judgement",
    "take_up",
]
