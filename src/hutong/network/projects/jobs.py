"""
What follows of itself: a part of ours is told to its lead venue once it stands in our log; the
listing of a project led here comes and goes (NE-3).
"""

from uuid import UUID

from hutong.journal.queries import Recorded
from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import Refused
from hutong.listings import queries as listings
from hutong.network.projects import actions, queries
from hutong.network.projects.actions.telling import PART, is_here, tell
from hutong.network.projects.rules import Ending


def of_part(entry: Recorded) -> None:
    """network.ProjectPartAdded: the lead venue takes it, as our log says it."""
    assert entry.log_index is not None, "reactions come after the log"
    part = queries.contribution(UUID(entry.facts["part"]))
    if not is_here(part.lead):
        body = {
            "part": str(part.id),
            "bundle": str(part.bundle),
            "technologies": part.technologies,
            "asked_fen": part.asked_fen,
            "entry_index": entry.log_index,
        }
        tell(part.lead, PART, part.project, body, entry.at)
        return
    why = {}
    try:
        actions.take_part(
            actor=SYSTEM,
            now=entry.at,
            venue=part.lead,
            project=part.project,
            part=part.id,
            bundle=part.bundle,
            technologies=part.technologies,
            asked_fen=part.asked_fen,
            entry_index=entry.log_index,
        )
    except Refused as refused:
        why = {"code": refused.reason.code, **{k: str(v) for k, v in refused.facts.items()}}
    actions.note_answer(actor=SYSTEM, now=entry.at, part=part.id, why=why)


def of_leaving(entry: Recorded) -> None:
    """network.ProjectPartWithdrawn, of a project led here; other lead venues are told by message."""
    if is_here(entry.facts["lead_venue"]):
        try:
            actions.part_left(
                actor=SYSTEM,
                now=entry.at,
                venue=entry.facts["lead_venue"],
                project=UUID(entry.facts["project"]),
                part=UUID(entry.facts["part"]),
            )
        except Refused:
            return  # it was never taken into the project


def of_listing(entry: Recorded) -> None:
    """listings.Listed, listings.Closed: of a project's listing."""
    id = UUID(entry.facts["listing"])
    listing = listings.listing(id)
    if listing.joint is None:
        return
    if entry.kind == "listings.Listed":
        actions.note_on_board(actor=SYSTEM, now=entry.at, listing=id)
        return
    if entry.facts["ending"] == Ending.SOLD:
        return  # its deal goes on: the parts stay until that ends
    actions.note_listing_end(
        actor=SYSTEM,
        now=entry.at,
        listing=id,
        ending=entry.facts["ending"],
        was_listed=listing.listed_at is not None,
    )
