"""
What can happen to recognition: parties shown and taken, institutions, people who come through their
home venue.
"""

from hutong.network.recognition.actions.entering import (
    Told,
    enter,
    hand_over,
    vouch,
    what_is_told,
)
from hutong.network.recognition.actions.recognising import (
    ACCREDIT,
    REFRESH,
    SHOW,
    accept_accreditation,
    acting,
    admit,
    admit_person,
    credential_of,
    in_good_standing,
    latest_credential,
    note_answer,
    note_shown,
    show,
    show_accreditation,
    take_credential,
)

__all__ = [
    "ACCREDIT",
    "REFRESH",
    "SHOW",
    "Told",
    "accept_accreditation",
    "acting",
    "admit",
    "admit_person",
    "credential_of",
    "enter",
    "hand_over",
    "in_good_standing",
    "latest_credential",
    "note_answer",
    "note_shown",
    "show",
    "show_accreditation",
    "take_credential",
    "vouch",
    "what_is_told",
]
