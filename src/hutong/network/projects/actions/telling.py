"""
Telling another venue, about the project, in order.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.network.messages import actions as messages
from hutong.venues import queries as venues

INVITE: Final = "projects.invite"
ANSWER: Final = "projects.answer"
PART: Final = "projects.part"
WITHDRAW: Final = "projects.withdraw"
LISTED: Final = "projects.listed"
ENDED: Final = "projects.ended"

OFFICE: Final = "listings.examine"  # whoever examines what is offered here acts on projects too


def project_subject(id: UUID) -> str:
    return subject("project", id)


def part_subject(id: UUID) -> str:
    return subject("project_part", id)


def is_here(venue: str) -> bool:
    return venue == venues.my_code()


def tell(to: str, kind: str, project: UUID, body: Mapping[str, Any], now: datetime) -> None:
    """Queue a message about a project. Whom the list knows no more is told nothing: it has the log."""
    if venues.find(to) is None:
        return
    messages.send(
        actor=SYSTEM,
        now=now,
        to=to,
        about=project_subject(project),
        kind=kind,
        body={"project": str(project), **body},
    )
