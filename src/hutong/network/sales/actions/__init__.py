"""
What happens when a joint project is sold: `leading` at the lead venue, `signing`, `keeping` and `ending` at
a part's home.
"""

from hutong.network.sales.actions.ending import (
    confirm_end,
    drop_end,
    end_with_project,
    propose_end,
)
from hutong.network.sales.actions.keeping import (
    end_sale,
    move_part,
    note_step,
    note_withdrawn,
    take_assurance,
    take_award,
)
from hutong.network.sales.actions.leading import (
    ask_again,
    assure,
    award,
    deal_of,
    end,
    move,
    project_of,
    return_part,
    take_acceptance,
    take_from_log,
    take_leaving,
    take_moved,
    take_ready,
    take_refusal,
)
from hutong.network.sales.actions.signing import accept_contract, accept_with_lead

__all__ = [
    "accept_contract",
    "accept_with_lead",
    "ask_again",
    "assure",
    "award",
    "confirm_end",
    "deal_of",
    "drop_end",
    "end",
    "end_sale",
    "end_with_project",
    "move",
    "move_part",
    "note_step",
    "note_withdrawn",
    "project_of",
    "propose_end",
    "return_part",
    "take_acceptance",
    "take_assurance",
    "take_award",
    "take_from_log",
    "take_leaving",
    "take_moved",
    "take_ready",
    "take_refusal",
]
