"""
States of claims, and what is refused (NE-5). Pure.
"""

from enum import StrEnum
from typing import Final

from hutong.kit.refusal import N_, Reason, reason


class Status(StrEnum):
    """Of a claim this venue made."""

    ASKED = "asked"
    FINAL = "final"
    LOST = "lost"
    RELEASING = "releasing"
    RELEASED = "released"
    MOVING = "moving"  # to the venue that takes custody (NE-8)
    MOVED = "moved"


UNDER_WAY: Final = frozenset({Status.ASKED, Status.RELEASING, Status.MOVING})


STANDING: Final = UNDER_WAY | {Status.FINAL}  # one of these there is of a number


class Entered(StrEnum):
    """What the registrar's log says of a claim."""

    GRANTED = "granted"
    REFUSED = "refused"
    RELEASED = "released"
    MOVED = "moved"  # told to whom it was before; in the book it stands as granted to the next


class Refusal(Reason):
    TAKEN = reason(
        "claims.taken", "NE-5", N_("This number is registered, or being registered, at {venue}.")
    )
    NUMBER_UNFIT = reason(
        "claims.number_unfit", "NE-5", N_("That is not a normalised number of a right."), 422
    )
    ID_REUSED = reason(
        "claims.id_reused", "NE-5", N_("This claim's id stands for another claim."), 422
    )
    NOT_HOLDER = reason("claims.not_holder", "NE-5", N_("The claim is {venue}'s."), 422)
    OTHER_TERM = reason(
        "claims.other_term", "NE-5", N_("The term of claims is {term} now: ask its registrar."), 422
    )
    FORKED = reason(
        "claims.forked", "LO-3", N_("At size {size} the registrar's log has another root."), 422
    )
    NO_MAJORITY = reason(
        "claims.no_majority",
        "NE-5",
        N_("The votes are not those of a majority: {votes} of {members}."),
    )
    VOTES_FORK = reason(
        "claims.votes_fork",
        "LO-3",
        N_("Two voters hold different logs of one size ({size}): {one} and {other}."),
    )
    ROOT_DIFFERS = reason(
        "claims.root_differs",
        "LO-3",
        N_("The entries given do not make the log that was voted on."),
    )
    NOT_CLAIMED = reason(
        "claims.not_claimed", "NE-5", N_("There is no claim of this venue for it.")
    )
