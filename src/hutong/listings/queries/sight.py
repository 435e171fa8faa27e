"""
Who sees what of a listing (LI-2, LI-4).
"""

from hutong.kit.actor import READ, Actor
from hutong.listings import rules
from hutong.listings.models import Listing

OFFICE = ("listings.examine", "listings.qualify", "supervise.read")
SEES_INTENTS = ("listings.qualify", "supervise.read")


def is_office(actor: Actor) -> bool:
    return _has_any(actor, OFFICE)


def sees_all_intents(actor: Actor) -> bool:
    """The officer who qualifies buyers, and the supervisor; nobody else before the cut-off."""
    return _has_any(actor, SEES_INTENTS)


def is_seller(actor: Actor, row: Listing) -> bool:
    return actor.party is not None and actor.party == row.seller and actor.has(READ)


def period_is_over(row: Listing) -> bool:
    """Whether the cut-off has decided for good: an extension keeps everything hidden."""
    return row.status in (rules.Status.CONCLUDING, rules.Status.CLOSED)


def _has_any(actor: Actor, powers: tuple[str, ...]) -> bool:
    return actor.is_system or (
        actor.second_factor and any(power in actor.powers for power in powers)
    )
