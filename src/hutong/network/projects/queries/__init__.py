"""
What can be asked of joint projects: those led here and those our sellers take part in, and how any
project of the network stands, by its lead venue's log.
"""

from typing import Final

from hutong.network.projects.audit import audit
from hutong.network.projects.queries.everywhere import (
    PART_TEXT,
    LoggedPart,
    Seen,
    every_project,
    logged_part,
    rights_in,
    seen,
    with_words,
)
from hutong.network.projects.queries.led import (
    PartView,
    ProjectView,
    VenueView,
    composed_for,
    project,
    projects,
    view,
    waiting,
)
from hutong.network.projects.queries.ours import (
    ContributionView,
    InvitationView,
    contribution,
    contributions_of,
    contributions_to,
    invitation,
    invitations,
    mandates_waiting,
    open_for_parts,
    own_part_text,
)

SEE: Final = "listings.examine"

__all__ = [
    "PART_TEXT",
    "SEE",
    "ContributionView",
    "InvitationView",
    "LoggedPart",
    "PartView",
    "ProjectView",
    "Seen",
    "VenueView",
    "audit",
    "composed_for",
    "contribution",
    "contributions_of",
    "contributions_to",
    "every_project",
    "invitation",
    "invitations",
    "logged_part",
    "mandates_waiting",
    "open_for_parts",
    "own_part_text",
    "project",
    "projects",
    "rights_in",
    "seen",
    "view",
    "waiting",
    "with_words",
]
