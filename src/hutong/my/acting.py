"""
Whom the person acts for, asked once a request: the page and its frame share the answer.
"""

from typing import Any

from hutong.parties import queries as parties
from hutong.parties.queries import ActingFor


def acted_for(request: Any) -> list[ActingFor]:
    """The parties the signed-in person acts for."""
    if not hasattr(request, "acted_for"):
        request.acted_for = parties.acted_for_by(request.actor.person)
    found: list[ActingFor] = request.acted_for
    return found


def present(request: Any) -> ActingFor | None:
    """The one acted for now, or None."""
    return next((one for one in acted_for(request) if one.id == request.actor.party), None)
