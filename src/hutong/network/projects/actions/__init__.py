"""
What happens to joint projects: at the lead venue (leading.py, offering.py), and at the venues whose
sellers take part (joining.py, contributing.py).
"""

from hutong.network.projects.actions.contributing import (
    add_part,
    give_mandate,
    note_answer,
    note_bound,
    note_listed,
    note_sold,
    return_part,
    withdraw_part,
)
from hutong.network.projects.actions.joining import (
    accept_invitation,
    confirm_invitation,
    decline_invitation,
    end_invitation,
    take_invitation,
)
from hutong.network.projects.actions.leading import (
    announce,
    draft,
    part_left,
    take_part,
    venue_answered,
)
from hutong.network.projects.actions.offering import (
    close,
    compose,
    list_project,
    note_listing_end,
    note_on_board,
    reopen,
)

__all__ = [
    "accept_invitation",
    "add_part",
    "announce",
    "close",
    "compose",
    "confirm_invitation",
    "decline_invitation",
    "draft",
    "end_invitation",
    "give_mandate",
    "list_project",
    "note_answer",
    "note_bound",
    "note_listed",
    "note_listing_end",
    "note_on_board",
    "note_sold",
    "part_left",
    "reopen",
    "return_part",
    "take_invitation",
    "take_part",
    "venue_answered",
    "withdraw_part",
]
