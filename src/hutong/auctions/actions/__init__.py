"""
What can happen in an auction. `lots`: a lot's life; `judging`: the desk's batches and leases.
"""

from hutong.auctions.actions.judging import (
    Book,
    Judged,
    UnknownLots,
    beat,
    judge,
    last_served_at,
    leave,
    register_desk,
)
from hutong.auctions.actions.lots import (
    CHANNEL,
    OPENS,
    Bidder,
    announce,
    announce_judged,
    close_lot,
    issue_paddle_token,
    open_lot,
    restore_unserved,
    resume_lot,
    suspend_lot,
)

__all__ = [
    "CHANNEL",
    "OPENS",
    "Bidder",
    "Book",
    "Judged",
    "UnknownLots",
    "announce",
    "announce_judged",
    "beat",
    "close_lot",
    "issue_paddle_token",
    "judge",
    "last_served_at",
    "leave",
    "open_lot",
    "register_desk",
    "restore_unserved",
    "resume_lot",
    "suspend_lot",
]
