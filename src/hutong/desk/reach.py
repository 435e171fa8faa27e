"""
Which pages of the desk an officer's powers open, so that no page shows a door that is shut.

Most pages of the desk open to every officer; those named here to whoever has one of the powers, and
to the supervisor, who sees everything (ST-3).
"""

from typing import Any

LOOKS = "supervise.read"
SEEN_BY: dict[str, tuple[str, ...]] = {  # the longest beginning that fits decides
    "/desk/listings/": ("listings.examine", "listings.qualify"),
    "/desk/intents/": ("listings.qualify",),
    "/desk/rights/": ("rights.examine", "rights.decide_objection"),
    "/desk/register/": ("rights.examine",),
    "/desk/transfers/": ("rights.examine", "rights.record_outside_step"),
    "/desk/filings/": ("rights.examine",),
}
DONE_BY: dict[str, tuple[str, ...]] = {  # pages on which something is done, not looked at
    "/desk/rulebook/new": ("rulebook.propose",),
    "/desk/technologies/new": ("technologies.enter_any",),
    "/desk/imports/new": ("technologies.import_any",),
}


def opens(actor: Any, href: str) -> bool:
    """Whether the page behind `href` opens to this reader; pages outside the desk do."""
    for beginning, powers in DONE_BY.items():
        if href.startswith(beginning):
            return any(actor.has(power) for power in powers)
    for beginning, powers in SEEN_BY.items():
        if href.startswith(beginning):
            return any(actor.has(power) for power in (*powers, LOOKS))
    return True
