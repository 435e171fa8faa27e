"""
Why a credential of another venue is not taken, and what is noted of showing ours (PA-4).

    shown ─► waiting ─► taken | refused       shown again: a later credential, or one that holds again

Pure.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from hutong.kit.event import Event, Visibility
from hutong.kit.refusal import N_, Reason, reason

RENEWED_BEFORE: Final = timedelta(days=14)  # that a credential known elsewhere is over


def pseudonym(party: UUID, venue: str, person: UUID) -> UUID:
    """What a person is called at one other venue: it means nothing at any other (LO-2)."""
    return uuid5(party, f"{venue} {person}")


class Answered(StrEnum):
    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"


class Refusal(Reason):
    CREDENTIAL_WRONG = reason(
        "recognition.credential_wrong",
        "PA-4",
        N_("The party's credential does not hold: {problem}."),
        422,
    )
    OTHER_VENUES_PARTY = reason(
        "recognition.other_venues_party",
        "PA-4",
        N_("{name} is at home at {venue}; only its home venue speaks for it."),
        422,
    )
    ACCREDITATION_OVER = reason(
        "recognition.accreditation_over", "PA-6", N_("The accreditation held until {until}."), 422
    )
    REVOKED = reason(
        "recognition.revoked",
        "PA-4",
        N_("{venue} has revoked or suspended the credential {number}."),
        422,
    )
    NOT_IN_STANDING = reason(
        "recognition.not_in_standing",
        "PA-4",
        N_("{venue} is no member in good standing, so that its word does not count here now."),
        403,
    )
    LOG_REWRITTEN = reason(
        "recognition.log_rewritten",
        "LO-3",
        N_("{venue} was proven to have rewritten its log; nothing it says is relied on."),
        403,
    )


@dataclass(frozen=True, kw_only=True)
class CredentialShown(Event, kind="network.CredentialShown", visibility=Visibility.JOURNALLED):
    """Not logged: where a party is shown is where it means to buy (LI-4)."""

    about: str
    to: str
    number: str


@dataclass(frozen=True, kw_only=True)
class AccreditationAccepted(
    Event, kind="network.AccreditationAccepted", visibility=Visibility.JOURNALLED
):
    """Another venue's accreditation of its institution counts here too (PA-6)."""

    venue: str
    number: str
    institution: UUID
    capability: str
    until: date


@dataclass(frozen=True, kw_only=True)
class ShowingAnswered(Event, kind="network.ShowingAnswered", visibility=Visibility.JOURNALLED):
    about: str
    to: str
    number: str
    refused: str | None
