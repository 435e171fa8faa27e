"""
Claims: asked and settled at the venue that wants a number, entered and told by the registrar (NE-5).
"""

from hutong.network.claims.actions.asking import (
    ask,
    ask_many,
    enrol,
    follow,
    on_answer,
    on_final,
    release,
    settle,
)
from hutong.network.claims.actions.entering import (
    award,
    enter_claim,
    enter_claims,
    enter_move,
    enter_release,
    on_claim,
    on_move,
    on_release,
    open_term,
    withheld,
)
from hutong.network.claims.actions.passing import move, take_award, take_up, yield_to
from hutong.network.claims.actions.telling import (
    CHANNEL,
    acknowledgement,
    hold,
    tell,
)

__all__ = [
    "CHANNEL",
    "acknowledgement",
    "ask",
    "ask_many",
    "award",
    "enrol",
    "enter_claim",
    "enter_claims",
    "enter_move",
    "enter_release",
    "follow",
    "hold",
    "move",
    "on_answer",
    "on_claim",
    "on_final",
    "on_move",
    "on_release",
    "open_term",
    "release",
    "settle",
    "take_award",
    "take_up",
    "tell",
    "withheld",
    "yield_to",
]
