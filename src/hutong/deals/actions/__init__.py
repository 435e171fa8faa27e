"""
What can happen to a deal. Order of locks: the listing (when it opens), the deal, the right's
entries; money is locked by `settlement` after all of these.
"""

from hutong.deals.actions.ending import (
    confirm_ending,
    drop_ending,
    propose_default,
    propose_termination,
)
from hutong.deals.actions.opening import open_deal
from hutong.deals.actions.steps import (
    accept_contract,
    close,
    mark_certified,
    mark_paid,
    mark_right_moved,
    note_overdue,
)

__all__ = [
    "accept_contract",
    "close",
    "confirm_ending",
    "drop_ending",
    "mark_certified",
    "mark_paid",
    "mark_right_moved",
    "note_overdue",
    "open_deal",
    "propose_default",
    "propose_termination",
]
