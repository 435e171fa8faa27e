"""
What happens by itself: invitations end when their time is over (PA-2).
"""

from datetime import datetime
from uuid import UUID

from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject_id
from hutong.parties import actions


def invitation_expires(subject: str, due_at: datetime, now: datetime) -> None:
    """Timer parties.invitation_expires: end it, unless it was answered."""
    actions.expire_invitation(actor=SYSTEM, now=now, invitation=UUID(subject_id(subject)))
