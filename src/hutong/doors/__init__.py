"""
What every door shares: the request as an area sees it, pages of lists, problems, forms.

A door parses, makes one call, answers. Who asks and what time it is stand on the request already
(`request.actor`, `request.now`; set by `node.middleware`).
"""

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from hutong.kit.actor import Actor


class DoorRequest(HttpRequest):
    """An HTTP request with its actor and the venue's time. For annotations only."""

    actor: Actor
    now: datetime
    user: Any
    session: Any
    htmx: Any
