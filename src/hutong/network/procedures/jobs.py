"""What follows the adoption of a rulebook: our log names the template it follows."""

from hutong.journal.queries import Recorded
from hutong.kit.actor import SYSTEM
from hutong.network.procedures import actions


def on_adopted(entry: Recorded) -> None:
    """rulebook.Adopted."""
    actions.note_adopted(
        actor=SYSTEM, now=entry.at, rulebook_version=entry.facts["rulebook_version"]
    )
