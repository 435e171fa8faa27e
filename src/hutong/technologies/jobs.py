"""
What follows an entry of this area: a party learns what an officer entered in its name (PA-2).

A workbook handed in for a party is told of when its import has ended: `tasks.py`.
"""

from uuid import UUID

from hutong.journal.queries import Recorded
from hutong.kit.refusal import N_
from hutong.notices.actions import notify
from hutong.notices.rules import Text, register
from hutong.parties import queries as parties
from hutong.technologies import queries

# For node/reactions.py: tell_party on these kinds.
TOLD = ("technologies.Instructed",)

register(
    Text(
        "technologies.entered_for",
        title=N_("“{title}” was entered in your party's name"),
        body=N_("The venue entered it on your party's written instruction, which is kept with it."),
    ),
)


def tell_party(entry: Recorded) -> None:
    """Reaction: tell the people of the party for which an officer entered a technology."""
    technology, party = entry.facts["technology"], (entry.private or {}).get("party")
    if technology is None or party is None:  # a workbook; or who it was is erased
        return
    notify(
        now=entry.at,
        to=parties.people_of(UUID(party)),
        kind="technologies.entered_for",
        facts={"title": queries.technology(UUID(technology)).title},
        link=f"/my/technologies/{technology}",
        subject=entry.subject,
    )
