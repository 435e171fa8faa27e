"""
What happens when a joint project is sold: `leading` at the lead venue, `signing`, `keeping` and `ending` at
a part's home.
"""

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
    "deal_of",
    "end",
    "end_sale",
    "move",
    "move_part",
    "note_step",
    "note_withdrawn",
    "project_of",
    "return_part",
    "take_acceptance",
    "take_assurance",
    "take_award",
    "take_moved",
    "take_ready",
    "take_refusal",
]
