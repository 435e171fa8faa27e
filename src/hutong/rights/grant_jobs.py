"""
What follows a filing of itself: whoever must agree is asked, the registrar has it to examine, and
its sides hear how it ended.
"""

from uuid import UUID

from hutong.journal.queries import Recorded
from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import N_
from hutong.notices import actions as notices
from hutong.notices.rules import Text, register
from hutong.parties import queries as parties
from hutong.rights import queries
from hutong.rights.grant_words import FilingStatus

# Reactions of this area, for node/reactions.py: tell_sides on these kinds.
TOLD = (
    "rights.Filed",
    "rights.FilingSubmitted",
    "rights.FilingEntered",
    "rights.FilingEnded",
)

register(
    Text(
        "rights.agreement_asked",
        title=N_("Filing {number} needs your party's agreement"),
        body=N_("Read its terms, then agree or decline; it goes no further without you."),
    ),
    Text(
        "rights.filing_to_examine",
        title=N_("Filing {number} waits for examination"),
        body=N_("Everybody it needs has agreed."),
    ),
    Text(
        "rights.filing_entered",
        title=N_("Filing {number} stands in the register"),
        body=N_("{entries} entries were written; certificates follow."),
    ),
    Text(
        "rights.filing_ended",
        title=N_("Filing {number} was not entered"),
        body=N_("It was declined, rejected or withdrawn. The reason: {reason}"),
    ),
)

MINE, DESK = "my/filings", "desk/filings"


def tell_sides(entry: Recorded) -> None:
    """Reaction: tell those a filing concerns what they are to do, or how it ended."""
    filing = queries.filing(UUID(entry.facts["filing"]))
    sides = _people(filing.parties)
    match entry.kind:
        case "rights.Filed":
            missing = {a.party for a in filing.agreements if a.agreed_at is None}
            _tell(entry, filing, "rights.agreement_asked", _people(missing), MINE)
        case "rights.FilingSubmitted" if filing.status is FilingStatus.SUBMITTED:
            officers = parties.officers_with("rights.examine")
            _tell(entry, filing, "rights.filing_to_examine", officers, DESK)
        case "rights.FilingEntered":
            _tell(entry, filing, "rights.filing_entered", sides, MINE)
        case "rights.FilingEnded":
            _tell(entry, filing, "rights.filing_ended", sides, MINE)


def _tell(
    entry: Recorded, filing: queries.FilingView, kind: str, to: list[UUID], folder: str
) -> None:
    notices.notify(
        actor=SYSTEM,
        now=entry.at,
        to=to,
        kind=kind,
        facts={
            "number": filing.number,
            "entries": len(filing.entries),
            "reason": filing.ended_because,
        },
        link=f"/{folder}/{filing.id}",
        subject=entry.subject,
    )


def _people(ids: frozenset[UUID] | set[UUID]) -> list[UUID]:
    return sorted({person for party in ids for person in parties.people_of(party)})
