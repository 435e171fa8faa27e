"""
What can happen to the journal: acts are written, placed, sealed and opened, erased, tried again.
"""

from hutong.journal.actions.erasing import (
    Erased,
    ErasureAsked,
    ErasureDeclined,
    accept_erasure,
    ask_erasure,
    decline_erasure,
    erase_content,
    erase_private,
)
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
    attach,
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
    "ErasureAsked",
    "ErasureDeclined",
    "ParkedDismissed",
    "ParkedRetried",
    "RecordedNothing",
    "Recording",
    "Sealed",
    "Sequenced",
    "Unsealed",
    "accept_erasure",
    "action",
    "ask_erasure",
    "assign_positions",
    "attach",
    "decline_erasure",
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
