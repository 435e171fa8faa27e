"""
What can happen to a technology.
"""

from hutong.technologies.actions.bundling import make_bundle
from hutong.technologies.actions.entering import (
    enter,
    enter_intended,
    intend,
    mark_registered,
    retire,
    update,
)
from hutong.technologies.actions.entitled import party_to_import_for
from hutong.technologies.actions.importing import FileFacts, Imported, import_records

__all__ = [
    "FileFacts",
    "Imported",
    "enter",
    "enter_intended",
    "import_records",
    "intend",
    "make_bundle",
    "mark_registered",
    "party_to_import_for",
    "retire",
    "update",
]
