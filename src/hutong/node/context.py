"""What every page knows: the venue, its clock, and who is signed in."""

from typing import Any

from django.http import HttpRequest

from hutong.due import queries as due
from hutong.kit.refusal import Refused
from hutong.rulebook import queries as rulebook


def venue(request: HttpRequest) -> dict[str, Any]:
    """`venue` (name, code, demo), `now` (venue time) and `actor` for templates."""
    now = getattr(request, "now", None)
    if now is None:
        return {}
    try:
        rules = rulebook.in_force(now).rules.venue
    except Refused:
        rules = None
    return {
        "venue": rules,
        "venue_demo": due.is_demo(),
        "now": now,
        "actor": getattr(request, "actor", None),
    }
