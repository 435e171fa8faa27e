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
from hutong.deals.actions.joint import (
    accept_part,
    begin_moving,
    confirm_return,
    note_asked,
    note_left,
    note_moved,
    note_ready,
    note_refused,
    propose_return,
)
from hutong.deals.actions.opening import open_deal
from hutong.deals.actions.steps import (
    accept_contract,
    close,
    mark_certified,
    mark_paid,
    mark_right_moved,
    note_contract_refused,
    note_overdue,
)

__all__ = [
    "accept_contract",
    "accept_part",
    "begin_moving",
    "close",
    "confirm_ending",
    "confirm_return",
    "drop_ending",
    "mark_certified",
    "mark_paid",
    "mark_right_moved",
    "note_asked",
    "note_contract_refused",
    "note_left",
    "note_moved",
    "note_overdue",
    "note_ready",
    "note_refused",
    "open_deal",
    "propose_default",
    "propose_return",
    "propose_termination",
]
