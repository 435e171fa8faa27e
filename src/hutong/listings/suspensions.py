"""
Why a listing stands still: in an officer's words, or by a cause the venue found itself.

A cause is kept as its code with facts, and said in whatever language it is read in. Pure.
"""

from collections.abc import Mapping
from typing import Any

from hutong.kit.refusal import N_, Reason, Refused, reason

Because = Mapping[str, str]  # as the event tells it: {"text": …} or {"code": …, and facts}


class Cause(Reason):
    RIGHT_FROZEN = reason(
        "listings.right_frozen", "RR-6", N_("A right on offer was frozen: register entry {number}.")
    )
    TITLE_CLOSED = reason(
        "listings.title_closed",
        "RR-8",
        N_("The title to a right on offer was closed: register entry {number}."),
    )
    LEFT_MARKET = reason(
        "listings.left_market", "TE-2", N_("A technology on offer has left the market.")
    )
    MOVING = reason(
        "listings.moving", "NE-8", N_("It is being moved to {venue} with its technology.")
    )
    TITLE_BARRED = reason(
        "listings.title_barred",
        "NE-5",
        N_("A right on offer is registered at {venue}, too; that is decided first."),
    )
    PART_LEFT = reason(
        "listings.part_left",
        "NE-3",
        N_("A part of the joint project was withdrawn at {venue}: {part}."),
    )


def in_words(text: str) -> Because:
    """What an officer wrote."""
    return {"text": text}


def by_cause(cause: Reason, **facts: Any) -> Because:
    """What the venue found: one of ours, or the refusal that stands against the sale."""
    told = {name: str(value) for name, value in facts.items() if name not in ("text", "code")}
    return {"code": cause.code, **told}


def by_refusal(refused: Refused) -> Because:
    return by_cause(refused.reason, **refused.facts)
