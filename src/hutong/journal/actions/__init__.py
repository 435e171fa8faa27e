"""
What can happen to the journal: acts are written, placed, sealed and opened, erased, tried again.
"""

from hutong.journal.actions.erasing import Erased, erase_content, erase_private
from hutong.journal.actions.parking import (
    ParkedDismissed,
    ParkedRetried,
    dismiss_parked,
    retry_parked,
)
from hutong.journal.actions.recording import (
    ANYONE,
    CHANNEL,
    RecordedNothing,
    Recording,
    action,
    nothing_changed,
    record,
    record_many,
    wake,
)
from hutong.journal.actions.sealing import Sealed, Unsealed, seal, unseal
from hutong.journal.actions.sequencing import Sequenced, assign_positions

__all__ = [
    "ANYONE",
    "CHANNEL",
    "Erased",
    "ParkedDismissed",
    "ParkedRetried",
    "RecordedNothing",
    "Recording",
    "Sealed",
    "Sequenced",
    "Unsealed",
    "action",
    "assign_positions",
    "dismiss_parked",
    "erase_content",
    "erase_private",
    "nothing_changed",
    "record",
    "record_many",
    "retry_parked",
    "seal",
    "unseal",
    "wake",
]
