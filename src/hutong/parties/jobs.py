"""
What happens by itself: invitations end when their time is over (PA-2), and so does a home venue's
word for a party (PA-4).
"""

from datetime import datetime
from uuid import UUID

from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject_id
from hutong.parties import actions
from hutong.parties.rules import Vouching


def invitation_expires(subject: str, due_at: datetime, now: datetime) -> None:
    """Timer parties.invitation_expires: end it, unless it was answered."""
    actions.expire_invitation(actor=SYSTEM, now=now, invitation=UUID(subject_id(subject)))


def recognition_ends(subject: str, due_at: datetime, now: datetime) -> None:
    """Timer parties.recognition_ends: the credential is over, unless it was renewed meanwhile."""
    actions.end_recognition(
        actor=SYSTEM, now=now, party=UUID(subject_id(subject)), why=Vouching.EXPIRED
    )
