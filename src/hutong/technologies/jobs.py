"""
What follows elsewhere: a registered right fixes the record it stands on.
"""

from uuid import UUID

from hutong.journal.queries import Recorded
from hutong.kit.actor import SYSTEM
from hutong.technologies import actions


def rights_registered(entry: Recorded) -> None:
    """On rights.Registered: kind, titles and numbers stand from now on. Idempotent."""
    technology = UUID(entry.facts["technology"])
    actions.mark_registered(actor=SYSTEM, now=entry.at, technology=technology)
