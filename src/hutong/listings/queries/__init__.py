"""
What can be asked about listings and intents. Until the period ends, who applied and how many is
seen by the listing office and the supervisor alone (LI-4).
"""

from hutong.listings.queries.audit import audit
from hutong.listings.queries.board import (
    BoardItem,
    Filters,
    Order,
    any_in_period,
    board,
    listed_by_day,
    listed_count,
)
from hutong.listings.queries.intents import (
    IntentView,
    intent,
    intents_of,
    intents_waiting,
    is_qualified_for,
    my_intents,
    qualified_intents,
)
from hutong.listings.queries.joinings import (
    JoiningView,
    co_owners_of,
    joined_by,
    joinings,
    to_join,
)
from hutong.listings.queries.listings import (
    ListingFile,
    ListingView,
    file_of,
    listing,
    listings,
    listings_of,
    of_technology,
    reserved_among,
    visible,
)
from hutong.listings.queries.preemptions import PreemptionView, my_preemptions, preemptions

__all__ = [
    "BoardItem",
    "Filters",
    "IntentView",
    "JoiningView",
    "ListingFile",
    "ListingView",
    "Order",
    "PreemptionView",
    "any_in_period",
    "audit",
    "board",
    "co_owners_of",
    "file_of",
    "intent",
    "intents_of",
    "intents_waiting",
    "is_qualified_for",
    "joined_by",
    "joinings",
    "listed_by_day",
    "listed_count",
    "listing",
    "listings",
    "listings_of",
    "my_intents",
    "my_preemptions",
    "of_technology",
    "preemptions",
    "qualified_intents",
    "reserved_among",
    "to_join",
    "visible",
]
