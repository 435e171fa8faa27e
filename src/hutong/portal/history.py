"""
What the public log says of one thing, as a history for its page (LO-1).

Only entries anybody may read in the log: nothing sealed, nothing merely journalled, nobody's name.
"""

from hutong.journal import queries as journal
from hutong.kit.event import Visibility
from hutong.ui.case import Step
from hutong.ui.history import EVENTS, steps


def public_history(subject: str) -> list[Step]:
    logged = [
        entry
        for entry in journal.of_subject(subject)
        if entry.visibility is Visibility.LOGGED
        and entry.log_index is not None
        and entry.kind in EVENTS
    ]
    return steps(logged)
