"""
What can happen to a technology.
"""

from hutong.technologies.actions.bundling import make_bundle
from hutong.technologies.actions.entering import (
    enter,
    enter_for,
    enter_intended,
    intend,
    mark_registered,
    retire,
    update,
)
from hutong.technologies.actions.entitled import party_to_import_for
from hutong.technologies.actions.handing_in import (
    FAULTS_KEPT,
    IMPORT,
    end_run,
    hand_in,
    hand_in_for,
    note_progress,
)
from hutong.technologies.actions.importing import FileFacts, Imported, import_records
from hutong.technologies.actions.moving import give_up, take_over

__all__ = [
    "FAULTS_KEPT",
    "IMPORT",
    "FileFacts",
    "Imported",
    "end_run",
    "enter",
    "enter_for",
    "enter_intended",
    "give_up",
    "hand_in",
    "hand_in_for",
    "import_records",
    "intend",
    "make_bundle",
    "mark_registered",
    "note_progress",
    "party_to_import_for",
    "retire",
    "take_over",
    "update",
]
