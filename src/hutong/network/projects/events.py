"""
What happens to a joint project at its lead venue, and to a part at its home venue (NE-3, TE-4).
"""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final
from uuid import UUID

from hutong.kit.event import Content, Event, Private, Visibility
from hutong.network.projects.rules import Ending

JOURNALLED: Final = Visibility.JOURNALLED


# -- at the lead venue ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ProjectDrafted(Event, kind="network.ProjectDrafted", visibility=JOURNALLED):
    project: UUID
    number: str


@dataclass(frozen=True, kw_only=True)
class ProjectAnnounced(Event, kind="network.ProjectAnnounced"):
    """`text`: titles, summary and conditions, public and erasable."""

    project: UUID
    number: str
    lead_venue: str
    venues: tuple[str, ...]
    parts_by: datetime
    text: Content[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class VenueAnswered(Event, kind="network.ProjectVenueAnswered"):
    """An invited venue joins, or does not."""

    project: UUID
    venue: str
    joins: bool
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class PartTaken(Event, kind="network.ProjectPartTaken"):
    """A part is in the project, as the entry at `entry_index` of its home venue's log says it."""

    project: UUID
    part: UUID
    venue: str
    bundle: UUID
    technologies: int
    entry_index: int | None
    asked_fen: Private[int]


@dataclass(frozen=True, kw_only=True)
class PartLeft(Event, kind="network.ProjectPartLeft"):
    project: UUID
    part: UUID
    venue: str


@dataclass(frozen=True, kw_only=True)
class ProjectComposed(Event, kind="network.ProjectComposed"):
    """Which parts, and what part of the price each earns: venue, part, share; they total one."""

    project: UUID
    lead_part: UUID
    technologies: int
    parts: tuple[tuple[str, UUID, Fraction], ...]


@dataclass(frozen=True, kw_only=True)
class ProjectReopened(Event, kind="network.ProjectReopened"):
    """Parts are taken again: one left before the project was listed."""

    project: UUID


@dataclass(frozen=True, kw_only=True)
class ProjectListed(Event, kind="network.ProjectListed"):
    project: UUID
    listing: UUID
    number: str


@dataclass(frozen=True, kw_only=True)
class ProjectClosed(Event, kind="network.ProjectClosed"):
    project: UUID
    ending: Ending
    reason: Content[str]


# -- at the home venue of a part --------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Invited(Event, kind="network.ProjectInvitation", visibility=JOURNALLED):
    project: UUID
    lead_venue: str


@dataclass(frozen=True, kw_only=True)
class Accepting(Event, kind="network.ProjectAccepting", visibility=JOURNALLED):
    """One officer means to join; another confirms (PA-5)."""

    project: UUID
    lead_venue: str


@dataclass(frozen=True, kw_only=True)
class Answered(Event, kind="network.ProjectAnswered"):
    """This venue joins a project led elsewhere, or does not."""

    project: UUID
    lead_venue: str
    joins: bool
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class InvitationEnded(Event, kind="network.ProjectInvitationEnded", visibility=JOURNALLED):
    """The lead venue says that the project is over, and how."""

    project: UUID
    lead_venue: str
    ending: str


@dataclass(frozen=True, kw_only=True)
class Mandated(Event, kind="network.ProjectMandated"):
    """A seller gives its mandate that its bundle be sold in the project, for at least `asked_fen`."""

    part: UUID
    project: UUID
    lead_venue: str
    bundle: Private[UUID]
    seller: Private[UUID]
    asked_fen: Private[int]


@dataclass(frozen=True, kw_only=True)
class Returned(Event, kind="network.ProjectPartReturned", visibility=JOURNALLED):
    part: UUID
    findings: Private[str]


@dataclass(frozen=True, kw_only=True)
class PartAdded(Event, kind="network.ProjectPartAdded"):
    """A part stands in the project from this venue; its rights are reserved for it.

    `text`: titles and seller, public and erasable.
    """

    part: UUID
    project: UUID
    lead_venue: str
    bundle: UUID
    technologies: int
    text: Content[dict[str, str]]
    seller: Private[UUID]
    asked_fen: Private[int]
    findings: Private[str]


@dataclass(frozen=True, kw_only=True)
class PartAnswered(Event, kind="network.ProjectPartAnswered", visibility=JOURNALLED):
    """What the lead venue said of our part."""

    part: UUID
    taken: bool
    why: str


@dataclass(frozen=True, kw_only=True)
class PartWithdrawn(Event, kind="network.ProjectPartWithdrawn"):
    part: UUID
    project: UUID
    lead_venue: str
    reason: Content[str]


@dataclass(frozen=True, kw_only=True)
class PartReleased(Event, kind="network.ProjectPartReleased"):
    """The project ended, or did not take the part: its rights are free again."""

    part: UUID
    project: UUID
    lead_venue: str


@dataclass(frozen=True, kw_only=True)
class PartBound(Event, kind="network.ProjectPartBound", visibility=JOURNALLED):
    """The lead seller accepted the contract: its part stays in the project."""

    part: UUID
    deal: UUID


@dataclass(frozen=True, kw_only=True)
class PartSold(Event, kind="network.ProjectPartSold", visibility=JOURNALLED):
    """The lead seller's part: its right and money moved with the lead venue's decision."""

    part: UUID
    deal: UUID


@dataclass(frozen=True, kw_only=True)
class PartListed(Event, kind="network.ProjectPartListed", visibility=JOURNALLED):
    part: UUID
    listing: UUID
    number: str
    share: Fraction
