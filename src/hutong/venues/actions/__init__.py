"""
What can happen to membership: undertaken, applied for, proposed, approved, listed, adopted.
"""

from hutong.venues.actions.adopting import adopt, keep_contradiction, note_asked
from hutong.venues.actions.applying import decline_application, receive_application
from hutong.venues.actions.changing import (
    approve,
    decline,
    lapse,
    propose,
    take_approval,
    take_change,
    take_up,
)
from hutong.venues.actions.listing import issue, renew
from hutong.venues.actions.undertaking import (
    accept_undertaking,
    note_sent,
    propose_founding,
    propose_joining,
    withdraw_undertaking,
)

__all__ = [
    "accept_undertaking",
    "adopt",
    "approve",
    "decline",
    "decline_application",
    "issue",
    "keep_contradiction",
    "lapse",
    "note_asked",
    "note_sent",
    "propose",
    "propose_founding",
    "propose_joining",
    "receive_application",
    "renew",
    "take_approval",
    "take_change",
    "take_up",
    "withdraw_undertaking",
]
