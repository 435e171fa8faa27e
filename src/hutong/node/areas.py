"""
The areas in dependency order, top first: a line may use what is below it, never the reverse.

The import contracts, the installed apps, the audits and the translations all read this list.
"""

AREAS = (
    "node",
    "portal",
    "my",
    "desk",
    "hall",
    "network",
    "certificates",
    "settlement",
    "auctions",
    "deals",
    "listings",
    "rights",
    "technologies",
    "search",
    "ledger",
    "casework",
    "notices",
    "parties",
    "documents",
    "due",
    "venues",
    "rulebook",
    "transparency",
    "journal",
    "ui",
    "doors",
    "kit",
)
