"""
Network claims: the rules and nothing but the rules (NE-5).

    registrar    claim ──► granted (first come) | refused (another's)      an entry of its log
                              └─ the entry held by a majority ──► final: the claimant is told

    member       holds the registrar's log and says so (held), until it votes for another registrar;
                 from then on it acknowledges nothing more of that term, whatever becomes of the vote

    replacement  votes of a majority, each with what it holds ──► the largest ──► taken over ──► open

Why no claim has two winners: a grant is final when a majority holds it; a replacement has the votes
of a majority; the two share a member, which held the grant before it voted (after, it acknowledges
nothing). Logs only grow, so the largest log among the votes has every final grant, and the next
registrar begins with all it finds there. A refusal is an entry too, final like a grant: a registrar
that was replaced and does not know it can refuse nobody for good. What is not final is asked again
in the new term; what was asked in an old term is not granted in a new one.

The members change one step at a time, and each list of members is an entry of the registrar's log:
a list decides what is final only from when its own entry is final by the list before it, and the
next changes who counts only when a majority of the list's own members hold it too. A member votes
over the latest list it knows, and acknowledges none that it does not know.

Pure: no database, no clock, no network. tests/network/simulation.py drives these functions under a
scheduler of loss, delay, repetition, crashes and partitions.
"""

from hutong.kit.refusal import Refused
from hutong.network.claims.book import (
    ADOPTED_AT_ONCE,
    MAX_NUMBER,
    Asked,
    Book,
    Claim,
    award,
    claim,
    in_term,
    move,
    normalised,
    number_digest,
    release,
)
from hutong.network.claims.events import (
    BOOKED,
    ClaimAsked,
    ClaimFinal,
    ClaimGivenBack,
    ClaimGranted,
    ClaimLost,
    ClaimMoved,
    ClaimPassedOn,
    ClaimRefused,
    ClaimReleased,
    ClaimsAdopted,
    DuplicateFound,
    HeldContradicted,
    MoveAsked,
    MoveRefused,
    ReleaseAsked,
    TermOpened,
    read_event,
)
from hutong.network.claims.finality import (
    Roll,
    are_final,
    final_size,
    held_by_majority,
    majority,
)
from hutong.network.claims.replacing import (
    Basis,
    Vote,
    backed,
    basis,
    folded,
    open_term,
    to_take_over,
)
from hutong.network.claims.states import (
    STANDING,
    UNDER_WAY,
    Entered,
    Refusal,
    Status,
)
from hutong.network.messages.rules import Undecided

__all__ = [
    "ADOPTED_AT_ONCE",
    "BOOKED",
    "MAX_NUMBER",
    "STANDING",
    "UNDER_WAY",
    "Asked",
    "Basis",
    "Book",
    "Claim",
    "ClaimAsked",
    "ClaimFinal",
    "ClaimGivenBack",
    "ClaimGranted",
    "ClaimLost",
    "ClaimMoved",
    "ClaimPassedOn",
    "ClaimRefused",
    "ClaimReleased",
    "ClaimsAdopted",
    "DuplicateFound",
    "Entered",
    "HeldContradicted",
    "MoveAsked",
    "MoveRefused",
    "Refusal",
    "Refused",
    "ReleaseAsked",
    "Roll",
    "Status",
    "TermOpened",
    "Undecided",
    "Vote",
    "are_final",
    "award",
    "backed",
    "basis",
    "claim",
    "final_size",
    "folded",
    "held_by_majority",
    "in_term",
    "majority",
    "move",
    "normalised",
    "number_digest",
    "open_term",
    "read_event",
    "release",
    "to_take_over",
]
